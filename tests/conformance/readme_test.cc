// The examples in the components' READMEs are configurations that this build takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "components/registry.h"
#include "config/component_id.h"
#include "config/yaml_reader.h"

namespace telemill {
namespace {

/// The texts between the lines "```yaml" and "```".
std::vector<std::string> yaml_fences(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::vector<std::string> fences;
  bool is_inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      is_inside = line == "```yaml";
      if (is_inside) fences.emplace_back();
    } else if (is_inside) {
      fences.back() += line + "\n";
    }
  }
  return fences;
}

const pipeline::Factory* find_factory(std::string_view section, std::string_view type) {
  const auto& all = components::all_factories();
  const auto found = std::ranges::find_if(all, [&](const pipeline::Factory* factory) {
    return section == std::string(config::name_of(factory->info().kind)) + "s" &&
           factory->info().type == type;
  });
  return found == all.end() ? nullptr : *found;
}

/// Sections of a configuration, such as `processors: {batch: {...}}`. Answers how many components.
size_t check_example(const std::string& yaml) {
  config::Problems problems;
  const auto root = config::read_yaml(yaml, 0, problems);
  EXPECT_FALSE(problems.has_errors()) << yaml;
  size_t components = 0;
  for (const config::Entry& section : root.value_or(config::Node{}).entries) {
    if (section.key == "service") continue;
    for (const config::Entry& entry : section.value.entries) {
      const auto id = config::parse_component_id(entry.key);
      EXPECT_TRUE(id.has_value()) << entry.key;
      const auto* const factory = id ? find_factory(section.key, id->type) : nullptr;
      EXPECT_NE(factory, nullptr) << section.key << "::" << entry.key;
      if (factory == nullptr) continue;
      static_cast<void>(factory->parse(entry.value, entry.key, problems));
      EXPECT_FALSE(problems.has_errors()) << problems[0].path << ": " << problems[0].message << "\n"
                                          << yaml;
      ++components;
    }
  }
  return components;
}

TEST(Readmes, ExamplesAreValidConfigurations) {
  const std::filesystem::path folder =
      std::filesystem::path(TELEMILL_SOURCE_ROOT) / "src" / "components";
  size_t components = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().filename() != "README.md") continue;
    SCOPED_TRACE(file.path());
    for (const std::string& yaml : yaml_fences(file.path())) {
      const size_t found = check_example(yaml);
      EXPECT_GT(found, 0U) << "an example names a section and a component in it\n" << yaml;
      components += found;
    }
  }
  EXPECT_GE(components, 3U) << "attributes, resource and memory_limiter have examples";
}

}  // namespace
}  // namespace telemill
