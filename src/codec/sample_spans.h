#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"

/// Bytes that compress as telemetry does, for tests and benches: spans in the protobuf encoding
/// of OTLP, with random ids and times and attributes that repeat.
namespace telemill::codec {

class SampleSpans {
 public:
  explicit SampleSpans(uint64_t seed) : random_(seed) {}

  /// Spans until there are at least `bytes_min` bytes, cut to that size.
  std::string take(size_t bytes_min) {
    std::string out;
    while (out.size() < bytes_min) put_text(out, 2, span());
    out.resize(bytes_min);
    return out;
  }

 private:
  static void put_varint(std::string& out, uint64_t value) {
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
    out.push_back(static_cast<char>(value));
  }
  static void put_text(std::string& out, uint32_t field, std::string_view text) {
    put_varint(out, field << 3 | 2);
    put_varint(out, text.size());
    out += text;
  }
  static void put_fixed64(std::string& out, uint32_t field, uint64_t value) {
    put_varint(out, field << 3 | 1);
    for (int i = 0; i < 8; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  }
  static void put_attribute(std::string& out, std::string_view key, std::string_view text) {
    std::string value;
    put_text(value, 1, text);
    std::string pair;
    put_text(pair, 1, key);
    put_text(pair, 2, value);
    put_text(out, 9, pair);
  }
  std::string id(size_t bytes) {
    std::string out;
    while (out.size() < bytes) out.push_back(static_cast<char>(random_.u64()));
    return out;
  }

  std::string span() {
    static constexpr std::array<std::string_view, 6> names = {
        "GET /cart",           "POST /checkout",  "GetProduct",
        "ListRecommendations", "ConvertCurrency", "SELECT orders"};
    static constexpr std::array<std::string_view, 4> methods = {"GET", "POST", "PUT", "DELETE"};
    static constexpr std::array<std::string_view, 3> statuses = {"200", "404", "503"};
    if (spans_in_trace_left_ == 0) {
      trace_id_ = id(16);
      spans_in_trace_left_ = 1 + random_.below(12);
    }
    --spans_in_trace_left_;
    now_ += random_.below(1'000'000);
    std::string out;
    put_text(out, 1, trace_id_);
    put_text(out, 2, id(8));
    put_text(out, 4, id(8));
    put_text(out, 5, names[random_.below(names.size())]);
    put_varint(out, 6 << 3);
    put_varint(out, 1 + random_.below(5));
    put_fixed64(out, 7, now_);
    put_fixed64(out, 8, now_ + random_.below(50'000'000));
    put_attribute(out, "http.request.method", methods[random_.below(methods.size())]);
    put_attribute(out, "http.response.status_code", statuses[random_.below(statuses.size())]);
    put_attribute(out, "url.path", "/api/v1/items/" + std::to_string(random_.below(10'000)));
    put_attribute(out, "server.address", "frontend-" + std::to_string(random_.below(20)));
    put_attribute(out, "network.protocol.version", "1.1");
    put_attribute(out, "user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101");
    return out;
  }

  base::Random random_;
  std::string trace_id_;
  uint64_t spans_in_trace_left_ = 0;
  uint64_t now_ = 1'700'000'000'000'000'000;
};

/// Bytes that do not compress.
inline std::string random_bytes(size_t size, uint64_t seed) {
  base::Random random(seed);
  std::string out(size, '\0');
  for (char& byte : out) byte = static_cast<char>(random.u64());
  return out;
}

}  // namespace telemill::codec
