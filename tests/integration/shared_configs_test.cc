// Real configurations run unchanged, or the answer names each component that is not built yet,
// once, and nothing else.
#include "integration/shared_configs.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "components/registry.h"
#include "config/component_id.h"
#include "config/load.h"
#include "engine/catalog.h"
#include "engine/plan.h"

namespace telemill::integration {
namespace {

/// The ids of a configuration whose type this build has not, as paths of problems.
std::multiset<std::string> not_built(const config::Node& root) {
  std::multiset<std::string> paths;
  for (const engine::ComponentSection& section : engine::component_sections) {
    const config::Node* const components = root.find(section.name);
    if (components == nullptr) continue;
    for (const config::Entry& entry : components->entries) {
      const auto id = config::parse_component_id(entry.key);
      if (engine::find_factory(components::all_factories(), section.kind, id.value().type) ==
          nullptr) {
        paths.insert(config::join_path(section.name, entry.key));
      }
    }
  }
  return paths;
}

class SharedConfig : public ::testing::TestWithParam<std::string> {};

TEST_P(SharedConfig, LoadsOrNamesExactlyWhatIsNotBuilt) {
  set_variables_of_shared_configs();
  config::LocalFiles files;
  const config::ProcessEnvironment environment;
  config::FileSource file(files);
  config::EnvironmentSource env(environment);
  config::Sources sources;
  sources.add(file);
  sources.add(env);
  config::Loaded loaded = config::load({.uris = {GetParam()}, .sets = {}}, sources);
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems.render(loaded.names);
  engine::make_plan(loaded.root, components::all_factories(), loaded.problems);
  std::multiset<std::string> named;
  for (const config::Problem& problem : loaded.problems) {
    if (problem.severity != config::Severity::error) continue;
    // Our own telemetry is no component; what of it we lack has tests of its own.
    if (!problem.path.starts_with("service::telemetry::")) named.insert(problem.path);
  }
  EXPECT_EQ(named, not_built(loaded.root)) << loaded.problems.render(loaded.names);
  const std::string text = loaded.problems.render(loaded.names);
  EXPECT_EQ(text.find("unknown"), std::string::npos) << text;
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
  std::string name;
  for (const char c : info.param.substr(info.param.rfind('/') + 1)) {
    name += (std::isalnum(static_cast<unsigned char>(c)) != 0) ? c : '_';
  }
  return name;
}
INSTANTIATE_TEST_SUITE_P(Files, SharedConfig, ::testing::ValuesIn(shared_configs()), name_of);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SharedConfig);

TEST(SharedConfigs, AreThere) {
  if (shared_configs().empty()) GTEST_SKIP() << no_shared_configs();
  EXPECT_GE(shared_configs().size(), 12U);
}

}  // namespace
}  // namespace telemill::integration
