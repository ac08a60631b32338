#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/buffer.h"
#include "base/random.h"
#include "wire/fields.h"
#include "wire/writer.h"

/// Requests as instrumentation sends them, for tests and benches: http and database spans of about
/// 420 bytes with nine attributes in varying order, some with an event or a status.
namespace telemill::otlp {

struct SampleRequest {
  base::Slice bytes;
  size_t attribute_count = 0;  // of all spans
};

class SampleSpans {
 public:
  explicit SampleSpans(uint64_t seed) : random_(seed) {}

  SampleRequest request(size_t span_count) {
    attribute_count_ = 0;
    base::Buffer out;
    wire::Writer writer(out);
    constexpr size_t spans_per_scope = 50;
    for (size_t i = 0; i < span_count;) {
      const size_t resource = writer.open(wire::field::outer::request_resources);
      const size_t frame = writer.open(wire::field::outer::resource);
      attribute(writer, wire::field::resource::attributes, {"service.name", "checkout"});
      writer.close(frame);
      const size_t scope = writer.open(wire::field::outer::resource_scopes);
      for (size_t n = 0; n < spans_per_scope && i < span_count; ++n, ++i) span(writer);
      writer.close(scope);
      writer.close(resource);
    }
    return {std::move(out).freeze(), attribute_count_};
  }

 private:
  using Pair = std::pair<std::string_view, std::string_view>;

  std::string id(size_t bytes) {
    std::string out(bytes, '\0');
    for (char& byte : out) byte = static_cast<char>(random_.u64());
    return out;
  }

  static void attribute(wire::Writer& writer, uint32_t field, const Pair& pair) {
    const size_t attribute = writer.open(field);
    writer.bytes(wire::field::key_value::key, pair.first);
    const size_t value = writer.open(wire::field::key_value::value);
    writer.bytes(wire::field::any_value::string_value, pair.second);
    writer.close(value);
    writer.close(attribute);
  }

  void span(wire::Writer& writer) {
    namespace field = wire::field::span;
    static constexpr std::array<std::string_view, 4> names = {"GET /cart", "POST /checkout",
                                                              "SELECT shop.orders", "Charge"};
    const size_t span = writer.open(wire::field::outer::scope_items);
    writer.bytes(field::trace_id, id(16));
    writer.bytes(field::span_id, id(8));
    if (!random_.chance(0.1)) writer.bytes(field::parent_span_id, id(8));
    writer.bytes(field::name, names[random_.below(names.size())]);
    writer.varint(field::kind, 1 + random_.below(5));
    writer.fixed64(field::start_time_unix_nano, random_.u64());
    writer.fixed64(field::end_time_unix_nano, random_.u64());
    attributes(writer);
    if (random_.chance(0.15)) {
      const size_t event = writer.open(field::events);
      writer.fixed64(wire::field::span_event::time_unix_nano, random_.u64());
      writer.bytes(wire::field::span_event::name, "exception");
      attribute(writer, wire::field::span_event::attributes,
                {"exception.message", "connection reset by peer"});
      writer.close(event);
    }
    if (random_.chance(0.3)) {
      const size_t status = writer.open(field::status);
      writer.varint(wire::field::span_status::code, 2);
      writer.close(status);
    }
    if (random_.chance(0.5)) writer.fixed32(field::flags, 0x101);
    writer.close(span);
  }

  void attributes(wire::Writer& writer) {
    static constexpr std::array<Pair, 10> http = {{
        {"http.request.method", "GET"},
        {"http.response.status_code", "200"},
        {"url.path", "/api/v1/products/66VCHSJNUP"},
        {"url.scheme", "https"},
        {"server.address", "frontend.shop.internal"},
        {"server.port", "8080"},
        {"network.protocol.version", "1.1"},
        {"user_agent.original", "python-requests/2.31"},
        {"client.address", "10.42.17.231"},
        {"http.route", "/api/v1/products/{id}"},
    }};
    static constexpr std::array<Pair, 10> database = {{
        {"db.system.name", "postgresql"},
        {"db.namespace", "shop"},
        {"db.operation.name", "SELECT"},
        {"db.collection.name", "orders"},
        {"db.query.text", "SELECT id, total FROM orders WHERE customer = $1 LIMIT 20"},
        {"server.address", "orders-db.shop.internal"},
        {"server.port", "5432"},
        {"network.peer.address", "10.42.3.18"},
        {"thread.name", "worker-7"},
        {"peer.service", "orders-db"},
    }};
    std::array<Pair, 10> pairs = random_.chance(0.5) ? http : database;
    for (size_t i = pairs.size(); i-- > 1;) std::swap(pairs[i], pairs[random_.below(i + 1)]);
    const size_t count = 8 + random_.below(3);
    for (size_t i = 0; i < count; ++i) {
      attribute(writer, wire::field::span::attributes, pairs[i]);
    }
    attribute_count_ += count;
  }

  base::Random random_;
  size_t attribute_count_ = 0;
};

}  // namespace telemill::otlp
