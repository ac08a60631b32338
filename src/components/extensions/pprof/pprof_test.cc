#include "components/extensions/pprof/pprof.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"

namespace telemill::components::extensions::pprof {
namespace {

bool is_valid(const std::string& yaml) {
  config::Problems problems;
  const auto node = config::read_yaml(yaml, 0, problems);
  (void)factory().parse(node.value(), "extensions::pprof", problems);
  return !problems.has_errors();
}

TEST(PprofConfig, TakesTheKeysOfTheReference) {
  EXPECT_TRUE(
      is_valid("endpoint: localhost:1777\nblock_profile_fraction: 3\n"
               "mutex_profile_fraction: 5\n"));
  EXPECT_FALSE(is_valid("save_to_file: /tmp/profile\n"));
}

}  // namespace
}  // namespace telemill::components::extensions::pprof
