#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/random.h"
#include "wire/fields.h"
#include "wire/writer.h"

/// Requests of traces for benches: 1000 spans of about 340 bytes, all different.
namespace telemill::otlp {

inline constexpr size_t sample_spans = 1000;

class SampleRequest {
 public:
  explicit SampleRequest(uint64_t seed) : random_(seed), writer_(out_) {}

  base::Slice make() {
    namespace outer = wire::field::outer;
    const size_t resource_entry = writer_.open(outer::request_resources);
    const size_t resource = writer_.open(outer::resource);
    attribute(wire::field::resource::attributes, "service.name", "checkout");
    attribute(wire::field::resource::attributes, "service.version", "1.4.2");
    writer_.close(resource);
    const size_t scope_entry = writer_.open(outer::resource_scopes);
    writer_.bytes(outer::scope, std::string_view("\x0a\x14io.opentelemetry.http", 23));
    for (size_t i = 0; i < sample_spans; ++i) span();
    writer_.close(scope_entry);
    writer_.close(resource_entry);
    return std::move(out_).freeze();
  }

 private:
  void span() {
    namespace field = wire::field::span;
    const size_t span = writer_.open(wire::field::outer::scope_items);
    id(field::trace_id, 16);
    id(field::span_id, 8);
    id(field::parent_span_id, 8);
    writer_.bytes(field::name, random_.chance(0.5) ? "GET /api/v1/cart" : "SELECT orders");
    writer_.varint(field::kind, 1 + random_.below(5));
    writer_.fixed64(field::start_time_unix_nano, random_.u64());
    writer_.fixed64(field::end_time_unix_nano, random_.u64());
    attribute(field::attributes, "http.request.method", random_.chance(0.5) ? "GET" : "POST");
    attribute(field::attributes, "url.path", "/items/" + std::to_string(random_.below(100'000)));
    attribute(field::attributes, "server.address", "cart-" + std::to_string(random_.below(20)));
    attribute(field::attributes, "network.protocol.version", "1.1");
    attribute(field::attributes, "user_agent.original",
              std::string("Mozilla/5.0 (X11; Linux x86_64) Gecko").substr(random_.below(20)));
    attribute(field::attributes, "k8s.namespace.name", "shop-production-eu-central-1");
    attribute(field::attributes, "network.peer.address",
              "10.0.17." + std::to_string(random_.below(250)));
    attribute(field::attributes, "k8s.pod.name", "cart-7d9f-" + std::to_string(random_.below(500)));
    writer_.close(span);
  }
  void id(uint32_t field, size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_.u64());
    writer_.bytes(field, bytes);
  }
  void attribute(uint32_t field, std::string_view key, std::string_view text) {
    const size_t pair = writer_.open(field);
    writer_.bytes(wire::field::key_value::key, key);
    const size_t value = writer_.open(wire::field::key_value::value);
    writer_.bytes(wire::field::any_value::string_value, text);
    writer_.close(value);
    writer_.close(pair);
  }

  base::Random random_;
  base::Buffer out_;
  wire::Writer writer_;
};

/// How much memory a bench goes through before it sees the same bytes again.
enum class Memory : uint8_t {
  hot,   // 16 requests, used again while they are in cache
  cold,  // more than 64 MB
};

inline std::vector<base::Slice> sample_requests(Memory memory) {
  std::vector<base::Slice> requests;
  for (uint64_t seed = 0; seed < 16; ++seed) requests.push_back(SampleRequest(seed).make());
  if (memory == Memory::hot) return requests;
  for (size_t i = 0; i < 14 * 16; ++i) {
    requests.push_back(base::Slice::copy_of(requests[i % 16].view()));
  }
  return requests;
}

}  // namespace telemill::otlp
