#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>

#include "integration/collector_process.h"
#include "integration/sink_process.h"
#include "official/records.h"

namespace telemill::official {

/// How a collector sends on: an exporter of the configuration.
struct Outlet {
  const char* protocol = "grpc";  // "grpc", "http-proto" or "http-json"
  const char* compression = "none";

  friend std::ostream& operator<<(std::ostream& out, const Outlet& outlet) {
    return out << outlet.protocol << " " << outlet.compression;
  }
};

/// OTLP in, the three signals through a pipeline each, and out to `sink`.
inline std::string config_to(const integration::SinkProcess& sink, const Outlet& outlet) {
  const std::string protocol = outlet.protocol;
  const bool is_grpc = protocol == "grpc";
  const std::string type = is_grpc ? "otlp_grpc" : "otlp_http";
  std::string exporter =
      is_grpc ? "    endpoint: '127.0.0.1:" + std::to_string(sink.grpc_port()) +
                    "'\n    tls: {insecure: true}\n"
              : "    endpoint: 'http://127.0.0.1:" + std::to_string(sink.http_port()) +
                    "'\n    encoding: " + (protocol == "http-json" ? "json" : "proto") + "\n";
  exporter += "    compression: " + std::string(outlet.compression) + "\n";
  std::string pipelines;
  for (const char* signal : {"traces", "metrics", "logs"}) {
    pipelines +=
        "    " + std::string(signal) + ": {receivers: [otlp], exporters: [" + type + "]}\n";
  }
  return "receivers:\n  otlp:\n    protocols:\n      grpc: {endpoint: '127.0.0.1:0'}\n"
         "      http: {endpoint: '127.0.0.1:0'}\nexporters:\n  " +
         type + ":\n" + exporter + "service:\n  pipelines:\n" + pipelines;
}

/// A collector between a test and a sink.
class PathThrough {
 public:
  explicit PathThrough(const Outlet& outlet)
      : sink_(true), collector_(std::in_place, config_to(sink_, outlet)) {}

  [[nodiscard]] uint16_t grpc_port() const { return collector_->grpc_port(); }
  [[nodiscard]] uint16_t http_port() const { return collector_->http_port(); }

  /// Ends both; a failed test when the collector lost or refused an item. Call before `received`.
  void stop() {
    const integration::Counts counts = collector_->stop();
    EXPECT_EQ(counts.delivered, counts.received);
    EXPECT_EQ(counts.refused, 0);
    EXPECT_EQ(counts.lost, 0);
    sink_.stop();
  }
  /// What arrived for a signal, such as "traces".
  template <class Request>
  [[nodiscard]] std::vector<Request> received(const std::string& signal) const {
    return parse_all<Request>(read_saved(sink_.saved_path(signal)));
  }

 private:
  integration::SinkProcess sink_;
  std::optional<integration::CollectorProcess> collector_;
};

}  // namespace telemill::official
