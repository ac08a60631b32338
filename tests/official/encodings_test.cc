// Every way in and every way out, with generated load and with random messages that use every field
// of OTLP: the official classes see no difference between what was sent and what arrived.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "official/path_through.h"
#include "official/requests.h"

namespace telemill::official {
namespace {

class Encodings : public testing::TestWithParam<std::tuple<bool, Outlet>> {
 protected:
  template <class Request>
  void expect_same(const std::vector<Request>& requests) {
    PathThrough path(std::get<1>(GetParam()));
    {
      // A client that is still there when the collector drains is given time to leave.
      integration::GrpcSession session(path.grpc_port());
      ASSERT_EQ(send_all(requests, session, std::get<0>(GetParam())), 0);
    }
    path.stop();
    expect_same_records(requests, path.received<Request>(name_of(signal_of<Request>)));
  }
};

TEST_P(Encodings, SpansStayWhatTheyAre) {
  expect_same(generated_load<Traces>());
  expect_same(random_requests<Traces>());
}

TEST_P(Encodings, MetricsStayWhatTheyAre) {
  expect_same(generated_load<Metrics>());
  expect_same(random_requests<Metrics>());
}

TEST_P(Encodings, LogsStayWhatTheyAre) {
  expect_same(generated_load<Logs>());
  expect_same(random_requests<Logs>());
}

std::vector<Outlet> outlets() {
  std::vector<Outlet> all;
  for (const char* protocol : {"grpc", "http-proto", "http-json"}) {
    for (const char* compression : {"none", "gzip", "zstd"}) all.push_back({protocol, compression});
  }
  return all;
}

std::string title(const testing::TestParamInfo<Encodings::ParamType>& made) {
  const auto& [is_gzip, outlet] = made.param;
  std::string text = is_gzip ? "gzip_to_" : "none_to_";
  text.append(outlet.protocol).append("_").append(outlet.compression);
  std::ranges::replace(text, '-', '_');
  return text;
}
INSTANTIATE_TEST_SUITE_P(All, Encodings,
                         testing::Combine(testing::Bool(), testing::ValuesIn(outlets())), title);

}  // namespace
}  // namespace telemill::official
