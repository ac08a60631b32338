#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "codec/coding.h"
#include "load/workload.h"
#include "runtime/endpoint.h"
#include "transport/http.h"
#include "transport/tls.h"

namespace telemill::load {

enum class Protocol : uint8_t { grpc, http, http_json };

/// What `telemill gen` does.
struct GenSettings {
  runtime::Endpoint endpoint;
  Protocol protocol = Protocol::grpc;
  bool http2 = false;  // for the HTTP protocols; gRPC always has it
  codec::Coding coding = codec::Coding::identity;
  int level = codec::level_default;
  std::vector<transport::Header> headers;
  std::shared_ptr<const transport::TlsContext> tls;

  WorkloadSettings workload;
  std::string replay_file;  // empty: generate
  uint64_t seed = 1;
  /// Send the same bytes again and again, coded once: for speed where coding costs more than the
  /// receiver does. Ids then repeat.
  bool reuse_ids = false;

  uint32_t lanes = 1;
  uint32_t connections = 1;
  uint32_t streams = 8;                         // requests in flight per connection
  double items_per_second = 0;                  // zero: as fast as answers come
  std::optional<uint64_t> requests;             // in all
  Duration duration{};                          // zero: until stopped or `requests` are sent
  Duration timeout = std::chrono::seconds(10);  // of one attempt
  Duration drain = std::chrono::seconds(10);    // for answers once nothing new is sent
  bool retry = false;
  std::string ids_file;  // empty: none
};

}  // namespace telemill::load
