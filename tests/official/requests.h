#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/random.h"
#include "codec/compressor.h"
#include "integration/collector_process.h"
#include "integration/grpc_session.h"
#include "integration/sink_process.h"
#include "official/records.h"
#include "oracle/generate.h"
#include "otlp/signal.h"

/// What tests send, and how they send it.
namespace telemill::official {

template <class Request>
inline constexpr otlp::Signal signal_of = otlp::Signal::traces;
template <>
inline constexpr otlp::Signal signal_of<Metrics> = otlp::Signal::metrics;
template <>
inline constexpr otlp::Signal signal_of<Logs> = otlp::Signal::logs;

inline std::string name_of(otlp::Signal signal) { return std::string(otlp::names(signal).name); }

/// Requests as the load generator makes them: from it straight to a sink.
template <class Request>
const std::vector<Request>& generated_load() {
  static const std::vector<Request> requests = [] {
    integration::SinkProcess sink(true);
    const std::string signal = name_of(signal_of<Request>);
    const auto ended =
        integration::ChildProgram(
            {"gen", "-q", "--endpoint", "127.0.0.1:" + std::to_string(sink.grpc_port()), "--signal",
             signal, "--shape", "semconv", "--resources", "3", "--scopes", "2",
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

inline std::string gzip(const std::string& plain) {
  codec::Compressor compressor;
  const auto coded =
      compressor.compress(codec::Coding::gzip, base::Rope(base::Slice::copy_of(plain)));
  EXPECT_TRUE(coded.has_value());
  return std::string(coded->view());
}

/// Sends each over gRPC and returns the code of the first answer that is no success, or zero.
template <class Request>
int send_all(const std::vector<Request>& requests, integration::GrpcSession& session,
             bool is_gzip = false) {
  const std::string method(otlp::names(signal_of<Request>).grpc_path);
  for (const Request& request : requests) {
    const std::string body = request.SerializeAsString();
    std::string frame = transport::grpc_frame(is_gzip ? gzip(body) : body);
    frame.front() = is_gzip ? '\1' : '\0';
    const transport::Http2TestClient::Fields more{{"grpc-encoding", is_gzip ? "gzip" : "identity"}};
    const int code = session.call(std::move(frame), more, method);
    if (code != 0) return code;
  }
  return 0;
}

}  // namespace telemill::official
