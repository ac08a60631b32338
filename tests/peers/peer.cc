#include "peers/peer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "integration/collector_process.h"

namespace telemill::peers {
namespace {

constexpr int status_missing = 3;
constexpr std::chrono::minutes build_patience{30};

Peer prepare(const std::string& name) {
  const std::string script = std::string(TELEMILL_SOURCE_ROOT) + "/tests/peers/prepare.py";
  integration::Ended ended = integration::ChildProgram({name}, script).wait(build_patience);
  std::string& said = ended.output;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  if (ended.exit_status == 0) return {.program = said, .missing = {}};
  if (ended.exit_status == status_missing) return {.program = {}, .missing = said};
  ADD_FAILURE() << script << " " << name << "\n" << said << ended.log;
  return {.program = {}, .missing = "SKIP: it could not be prepared"};
}

}  // namespace

const Peer& peer(const std::string& name) {
  static std::map<std::string, Peer> known;
  const auto found = known.find(name);
  return found != known.end() ? found->second : known.emplace(name, prepare(name)).first->second;
}

const std::string& telemill() {
  static const std::string program = TELEMILL_PROGRAM;
  return program;
}

}  // namespace telemill::peers
