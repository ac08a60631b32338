#include "components/receivers/otlp/otlp_config.h"

#include "base/limits.h"

namespace telemill::components::receivers::otlp {
namespace {

void check_path(config::Problems& problems, std::string_view key, const std::string& path) {
  if (path.empty()) problems.add(key, "must not be empty");
  for (const char c : path) {
    if (c <= ' ' || c == '?' || c == '#' || c == 0x7f) {
      problems.add(key, "is no URL path");
      return;
    }
  }
}

}  // namespace

config::Problems GrpcConfig::check() const {
  config::Problems problems;
  shared::check_endpoint(problems, endpoint, transport);
  constexpr int64_t mib_max = limits::request_bytes_max >> 20;
  if (max_recv_msg_size_mib < 0) {
    problems.add("max_recv_msg_size_mib", "must not be negative");
  } else if (max_recv_msg_size_mib > mib_max) {
    problems.add("max_recv_msg_size_mib", "must not exceed " + std::to_string(mib_max));
  }
  if (read_buffer_size < 0) problems.add("read_buffer_size", "must not be negative");
  if (write_buffer_size < 0) problems.add("write_buffer_size", "must not be negative");
  return problems;
}

size_t GrpcConfig::message_bytes_max() const noexcept {
  return max_recv_msg_size_mib == 0 ? limits::grpc_message_bytes_default
                                    : static_cast<size_t>(max_recv_msg_size_mib) << 20;
}

config::Problems HttpConfig::check() const {
  config::Problems problems;
  check_path(problems, "traces_url_path", traces_url_path);
  check_path(problems, "metrics_url_path", metrics_url_path);
  check_path(problems, "logs_url_path", logs_url_path);
  return problems;
}

config::Problems OtlpConfig::check() const {
  config::Problems problems;
  if (!protocols.grpc && !protocols.http) {
    problems.add("protocols", "must specify at least one protocol when using the OTLP receiver",
                 "add `grpc:` or `http:`");
  }
  return problems;
}

}  // namespace telemill::components::receivers::otlp
