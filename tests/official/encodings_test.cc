// Every way in and every way out, with generated load and with random messages that use every field
// of OTLP: the official classes see no difference between what was sent and what arrived.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "base/buffer.h"
#include "base/random.h"
#include "codec/compressor.h"
#include "integration/grpc_session.h"
#include "official/path_through.h"
#include "oracle/generate.h"
#include "otlp/signal.h"

namespace telemill::official {
namespace {

using integration::ChildProgram;
using integration::GrpcSession;
using integration::SinkProcess;
using otlp::Signal;

template <class Request>
constexpr Signal signal_of = Signal::traces;
template <>
constexpr Signal signal_of<Metrics> = Signal::metrics;
template <>
constexpr Signal signal_of<Logs> = Signal::logs;

std::string name_of(Signal signal) { return std::string(otlp::names(signal).name); }

/// Requests as the load generator makes them: from it straight to a sink.
template <class Request>
const std::vector<Request>& generated_load() {
  static const std::vector<Request> requests = [] {
    SinkProcess sink(true);
    const std::string signal = name_of(signal_of<Request>);
    const auto ended =
        ChildProgram({"gen", "-q", "--endpoint", "127.0.0.1:" + std::to_string(sink.grpc_port()),
                      "--signal", signal, "--shape", "semconv", "--resources", "3", "--scopes", "2",
                      "--items-per-request", "60", "--requests", "20", "--seed", "1"})
            .wait();
    EXPECT_EQ(ended.exit_status, 0) << ended.log;
    sink.stop();
    return parse_all<Request>(read_saved(sink.saved_path(signal)));
  }();
  return requests;
}

/// Requests that use every field there is, at random; each of several messages, for one alone may
/// be empty and would rightly go nowhere.
template <class Request>
std::vector<Request> random_requests() {
  constexpr size_t request_count = 10;
  constexpr size_t messages_each = 20;
  base::Random random(17);
  std::vector<Request> requests(request_count);
  for (Request& request : requests) {
    for (size_t i = 0; i < messages_each; ++i) {
      Request message;
      oracle::generate(message, random, {});
      request.MergeFrom(message);
    }
  }
  return requests;
}

std::string gzip(const std::string& plain) {
  codec::Compressor compressor;
  const auto coded =
      compressor.compress(codec::Coding::gzip, base::Rope(base::Slice::copy_of(plain)));
  EXPECT_TRUE(coded.has_value());
  return std::string(coded->view());
}

template <class Request>
void send_all(const std::vector<Request>& requests, uint16_t port, bool is_gzip) {
  GrpcSession session(port);
  const std::string method(otlp::names(signal_of<Request>).grpc_path);
  for (const Request& request : requests) {
    const std::string body = request.SerializeAsString();
    std::string frame = transport::grpc_frame(is_gzip ? gzip(body) : body);
    frame.front() = is_gzip ? '\1' : '\0';
    const transport::Http2TestClient::Fields more{{"grpc-encoding", is_gzip ? "gzip" : "identity"}};
    ASSERT_EQ(session.call(std::move(frame), more, method), 0);
  }
}

class Encodings : public testing::TestWithParam<std::tuple<bool, Outlet>> {
 protected:
  template <class Request>
  void expect_same(const std::vector<Request>& requests) {
    PathThrough path(std::get<1>(GetParam()));
    send_all(requests, path.grpc_port(), std::get<0>(GetParam()));
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
