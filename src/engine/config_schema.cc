#include <fmt/format.h>

#include <string>

#include "config/component_aliases.h"
#include "config/json_schema.h"
#include "config/print.h"
#include "engine/catalog.h"
#include "engine/service_config.h"

namespace telemill::engine {
namespace {

using config::json_text;
using pipeline::Factory;

/// `type` or `type/name`, as a pattern of JSON schema.
std::string id_pattern(std::string_view type) {
  return json_text(fmt::format("^\\s*{}\\s*(/.+)?$", type));
}

/// One section: each type of this build under its names, and nothing else.
std::string section_schema(const ComponentSection& section, const Factories& factories) {
  std::string patterns;
  const auto add = [&patterns](std::string_view type, std::string_view schema) {
    patterns += fmt::format("{}{}: {}", patterns.empty() ? "" : ", ", id_pattern(type), schema);
  };
  for (const Factory* const factory : factories) {
    const Factory::Info& info = factory->info();
    if (info.kind != section.kind) continue;
    const std::string schema =
        fmt::format(R"({{"description": {}, "allOf": [{}]}})", json_text(info.summary),
                    config::schema_of(factory->type_info()));
    add(info.type, schema);
    for (const config::ComponentAlias& alias : config::component_aliases()) {
      if (alias.kind != info.kind || alias.type != info.type) continue;
      add(alias.old_type,
          fmt::format(R"({{"deprecated": true, "description": {}, "allOf": [{}]}})",
                      json_text(fmt::format("Renamed to {}. {}", info.type, info.summary)),
                      config::schema_of(factory->type_info())));
    }
  }
  return fmt::format(
      R"({{"type": ["object", "null"], "patternProperties": {{{}}}, "additionalProperties": false}})",
      patterns);
}

/// The service section, whose pipelines are a free node to the decoder.
std::string service_schema() {
  return fmt::format(
      R"({{"allOf": [{}, {{"required": ["pipelines"], "properties": {{"pipelines": )"
      R"({{"type": "object", "minProperties": 1, "patternProperties": )"
      R"({{"^\\s*(traces|metrics|logs|profiles)\\s*(/.+)?$": {{"allOf": [{}, )"
      R"({{"required": ["receivers", "exporters"]}}]}}}}, "additionalProperties": false}}}}}}]}})",
      config::schema_of(config::type_info<ServiceConfig>),
      config::schema_of(config::type_info<PipelineConfig>));
}

}  // namespace

std::string configuration_schema(const Factories& factories) {
  std::string properties;
  for (const ComponentSection& section : component_sections) {
    properties +=
        fmt::format("{}: {}, ", json_text(section.name), section_schema(section, factories));
  }
  properties += fmt::format("\"service\": {}", service_schema());
  return fmt::format(
      R"({{"$schema": "https://json-schema.org/draft/2020-12/schema", )"
      R"("title": "Telemill configuration", "$defs": {}, "type": "object", )"
      R"("required": ["receivers", "exporters", "service"], "additionalProperties": false, )"
      R"("properties": {{{}}}}})"
      "\n",
      config::schema_definitions(), properties);
}

}  // namespace telemill::engine
