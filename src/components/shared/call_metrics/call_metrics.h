#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/units.h"
#include "runtime/metrics.h"
#include "transport/grpc.h"
#include "transport/http.h"

/// What the reference tells of calls at level `detailed`. Below it nothing is recorded: ask
/// `is_recording` before reading a clock.
namespace telemill::components::shared {

enum class CallSide : uint8_t { server, client };

/// `server.address` and `server.port`; the port is left out where there is none.
[[nodiscard]] runtime::Labels address_labels(std::string_view host, uint16_t port);

/// Calls over HTTP. One lane.
class HttpCalls {
 public:
  /// `labels` stand in every series.
  HttpCalls(runtime::MetricRegistry& metrics, CallSide side, runtime::Labels labels)
      : metrics_(metrics), side_(side), labels_(std::move(labels)) {}

  struct Call {
    std::string_view method;
    std::string_view route{};  // of a server; empty: none. Outlives the calls
    int status = 0;            // 0: there was no answer
    transport::HttpVersion version = transport::HttpVersion::http1_1;
    bool is_secure = false;
    Duration duration{};
    size_t request_bytes = 0;
    size_t response_bytes = 0;
  };
  void record(const Call& call);

  [[nodiscard]] bool is_recording() const noexcept {
    return metrics_.exposes(runtime::MetricLevel::detailed);
  }

 private:
  struct Series {
    runtime::Histogram& duration;
    runtime::Histogram& request_bytes;
    runtime::Histogram* response_bytes;  // a server's
  };
  using Key = std::tuple<std::string_view, std::string_view, int, transport::HttpVersion, bool>;

  Series make_series(const Key& key);

  runtime::MetricRegistry& metrics_;
  const CallSide side_;
  const runtime::Labels labels_;
  std::map<Key, Series> series_;
};

/// Calls over gRPC. One lane.
class RpcCalls {
 public:
  RpcCalls(runtime::MetricRegistry& metrics, CallSide side, runtime::Labels labels)
      : metrics_(metrics), side_(side), labels_(std::move(labels)) {}

  /// `path` is /service/method; it outlives the calls. Empty: unknown.
  void record(std::string_view path, transport::grpc::Code code, Duration duration);

  [[nodiscard]] bool is_recording() const noexcept {
    return metrics_.exposes(runtime::MetricLevel::detailed);
  }

 private:
  runtime::MetricRegistry& metrics_;
  const CallSide side_;
  const runtime::Labels labels_;
  std::map<std::pair<std::string_view, std::string_view>, runtime::Histogram*> series_;
};

}  // namespace telemill::components::shared
