// The official SDKs of other languages (tests/peers) send the same records twice: to a back end of
// the official libraries, and through a collector. Both get the same, field by field.
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "official/grpc_recorder.h"
#include "official/path_through.h"
#include "peers/peer.h"

namespace telemill::official {
namespace {

using integration::ChildProgram;
using integration::Ended;

struct Inlet {
  const char* protocol;
  const char* compression;

  friend std::ostream& operator<<(std::ostream& out, const Inlet& inlet) {
    return out << inlet.protocol << " " << inlet.compression;
  }
};

std::string local(int port) { return "127.0.0.1:" + std::to_string(port); }

class SdkPeers : public testing::TestWithParam<std::tuple<std::string, Inlet>> {};

TEST_P(SdkPeers, EverythingArrivesAsItWasSent) {
  const auto& [language, inlet] = GetParam();
  const peers::Peer& sdk = peers::peer(language);
  if (sdk.program.empty()) GTEST_SKIP() << sdk.missing;
  GrpcRecorder recorder;
  PathThrough path({"http-proto", "gzip"});
  const bool is_grpc = std::string(inlet.protocol) == "grpc";
  const std::string target = local(is_grpc ? path.grpc_port() : path.http_port());
  const Ended ended = ChildProgram({"grpc", local(recorder.port()), "none", inlet.protocol, target,
                                    inlet.compression},
                                   sdk.program)
                          .wait(std::chrono::seconds(90));
  recorder.stop();
  ASSERT_EQ(ended.exit_status, 0) << ended.log;
  path.stop();
  EXPECT_GE(count_records(recorder.traces()), 6U);
  EXPECT_GE(count_records(recorder.metrics()), 16U) << "both temporalities";
  EXPECT_GE(count_records(recorder.logs()), 4U);
  expect_same_records(recorder.traces(), path.received<Traces>("traces"));
  expect_same_records(recorder.metrics(), path.received<Metrics>("metrics"));
  expect_same_records(recorder.logs(), path.received<Logs>("logs"));
}

const std::vector<std::string> languages{"go", "java", "python"};

std::string title(const testing::TestParamInfo<SdkPeers::ParamType>& made) {
  const auto& [language, inlet] = made.param;
  return language + "_" + inlet.protocol + "_" + inlet.compression;
}
INSTANTIATE_TEST_SUITE_P(
    Languages, SdkPeers,
    testing::Combine(testing::ValuesIn(languages),
                     testing::Values(Inlet{"grpc", "none"}, Inlet{"grpc", "gzip"},
                                     Inlet{"http", "none"}, Inlet{"http", "gzip"})),
    title);

}  // namespace
}  // namespace telemill::official
