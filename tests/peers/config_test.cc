// `validate` of both collectors: what the reference accepts Telemill accepts, what it refuses is
// refused. Rows that differ on purpose say why, and have to differ.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "integration/collector_process.h"
#include "peers/config_rows.h"
#include "peers/peer.h"

namespace telemill::peers {

void PrintTo(const Group& group, std::ostream* out) { *out << group.title; }

namespace {

using integration::ChildProgram;
using integration::Ended;
using integration::Folder;

/// Telemill says this of keys that it knows and cannot serve: refused, but no matter of taste.
constexpr const char* not_yet = "is not supported yet";

Ended validate(const std::string& program, const std::string& config_path, const Row& row) {
  std::vector<std::string> arguments{"validate"};
  if (row.config) arguments.push_back("--config=" + config_path);
  arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
  return ChildProgram(arguments, program).wait();
}

class ConfigPeers : public testing::TestWithParam<Group> {
 protected:
  void SetUp() override {
    if (peer("collector").program.empty()) GTEST_SKIP() << peer("collector").missing;
    for (const auto& [name, value] : config_environment()) ::setenv(name, value.c_str(), 1);
  }
};

TEST_P(ConfigPeers, BothJudgeAlike) {
  for (const Row& row : GetParam().rows) {
    const Folder folder;
    const std::string path = folder.write("config.yaml", row.config.value_or(""));
    const Ended theirs = validate(peer("collector").program, path, row);
    const Ended ours = validate(telemill(), path, row);
    EXPECT_GE(ours.exit_status, 0) << row.name << ": signal " << ours.signal;
    const bool is_same = (theirs.exit_status == 0) == (ours.exit_status == 0);
    if (!is_same && ours.log.find(not_yet) != std::string::npos) {
      std::cout << row.name << ": " << ours.log;
      continue;
    }
    EXPECT_EQ(is_same, row.differs == nullptr)
        << row.name << (row.differs == nullptr ? "" : ": no longer differs: ")
        << (row.differs == nullptr ? "" : row.differs) << "\n"
        << row.config.value_or("") << "\nreference: " << theirs.log << "\ntelemill: " << ours.log;
  }
}

INSTANTIATE_TEST_SUITE_P(Documents, ConfigPeers, testing::ValuesIn(config_groups()),
                         [](const auto& made) { return std::string(made.param.title); });

}  // namespace
}  // namespace telemill::peers
