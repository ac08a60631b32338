#pragma once

#include <cstdint>
#include <string_view>

#include "components/exporters/debug/text.h"
#include "otlp/payload.h"
#include "otlp/views.h"

namespace telemill::components::exporters::debug {

/// Goes through a payload in its order, as one request whatever its parts. Each entry and record is
/// an item of its own to `text`; numbers count from zero, scopes anew in each resource and records
/// anew in each scope. Ends when `text` is full.
void visit(const otlp::Payload& payload, Text& text, auto&& on_resource, auto&& on_scope,
           auto&& on_record) {
  const auto item = [&text](auto&& print) {
    text.begin_item();
    print();
    text.end_item();
    return !text.is_full();
  };
  size_t resource_index = 0;
  for (const otlp::Part& part : payload.parts()) {
    const auto content = [&part](otlp::Range range) {
      return part.bytes.view().substr(range.offset, range.size);
    };
    for (const otlp::ResourceRow& resource : part.table.resources()) {
      const otlp::ResourceEntryView entry(content(resource.content));
      if (!item([&] { on_resource(entry, resource_index); })) return;
      ++resource_index;
      for (uint32_t s = resource.scope_begin; s < resource.scope_end; ++s) {
        const otlp::ScopeRow& scope = part.table.scopes()[s];
        const otlp::ScopeEntryView scope_entry(content(scope.content));
        if (!item([&] { on_scope(scope_entry, s - resource.scope_begin); })) return;
        for (uint32_t r = scope.record_begin; r < scope.record_end; ++r) {
          const std::string_view record = content(part.table.records()[r]);
          if (!item([&] { on_record(record, r - scope.record_begin); })) return;
        }
      }
    }
  }
}

}  // namespace telemill::components::exporters::debug
