#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "wire/fields.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"
#include "wire/writer.h"

namespace telemill::wire {
namespace {

constexpr size_t spans_per_request = 1000;
/// One repeated buffer would flatter the branch predictor.
constexpr uint64_t request_count = 16;

class RequestWriter {
 public:
  explicit RequestWriter(uint64_t seed) : random_(seed), writer_(out_) {}

  std::string write() {
    const size_t resource_spans = writer_.open(field::outer::request_resources);
    const size_t resource = writer_.open(field::outer::resource);
    text(field::resource::attributes, "service.name", "checkout");
    text(field::resource::attributes, "service.version", "1.4.2");
    writer_.close(resource);
    const size_t scope_spans = writer_.open(field::outer::resource_scopes);
    const size_t scope = writer_.open(field::outer::scope);
    writer_.bytes(field::scope::name, "io.opentelemetry.http");
    writer_.close(scope);
    for (size_t i = 0; i < spans_per_request; ++i) span();
    writer_.close(scope_spans);
    writer_.close(resource_spans);
    return std::string(out_.view());
  }

 private:
  void span() {
    static constexpr std::string_view routes[] = {"/cart", "/cart/checkout", "/product/{id}",
                                                  "/api/v1/recommendations"};
    static constexpr std::string_view hosts[] = {"cart-7d9f", "frontend-5c6b8", "db-0"};
    const size_t opened = writer_.open(field::outer::scope_items);
    id(field::span::trace_id, 16);
    id(field::span::span_id, 8);
    if (random_.chance(0.8)) id(field::span::parent_span_id, 8);
    const std::string_view route = routes[random_.below(std::size(routes))];
    writer_.bytes(field::span::name, route);
    writer_.varint(field::span::kind, 1 + random_.below(5));
    const uint64_t start = 1'700'000'000'000'000'000 + random_.below(1'000'000'000'000);
    writer_.fixed64(field::span::start_time_unix_nano, start);
    writer_.fixed64(field::span::end_time_unix_nano, start + random_.below(1'000'000'000));
    text(field::span::attributes, "http.request.method", random_.chance(0.5) ? "GET" : "POST");
    text(field::span::attributes, "http.route", route);
    text(field::span::attributes, "server.address", hosts[random_.below(std::size(hosts))]);
    integer("http.response.status_code", random_.chance(0.9) ? 200 : 503);
    integer("server.port", 8080);
    text(field::span::attributes, "user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)");
    if (random_.chance(0.5)) text(field::span::attributes, "network.protocol.version", "1.1");
    text(field::span::attributes, "url.full", "https://shop.example.com/cart?currency=EUR&page=12");
    event(start);
    const size_t status = writer_.open(field::span::status);
    if (random_.chance(0.1)) writer_.varint(field::span_status::code, 2);
    writer_.close(status);
    writer_.close(opened);
  }
  void event(uint64_t time) {
    const size_t opened = writer_.open(field::span::events);
    writer_.fixed64(field::span_event::time_unix_nano, time);
    writer_.bytes(field::span_event::name, "message");
    text(field::span_event::attributes, "rpc.message.type", "RECEIVED");
    writer_.close(opened);
  }
  void id(uint32_t field, size_t size) {
    const uint64_t words[] = {random_.u64(), random_.u64()};
    writer_.bytes(field, {reinterpret_cast<const char*>(words), size});
  }
  template <class Value>
  void attribute(uint32_t field, std::string_view key, Value write_value) {
    const size_t opened = writer_.open(field);
    writer_.bytes(field::key_value::key, key);
    const size_t value = writer_.open(field::key_value::value);
    write_value();
    writer_.close(value);
    writer_.close(opened);
  }
  void text(uint32_t field, std::string_view key, std::string_view value) {
    attribute(field, key, [&] { writer_.bytes(field::any_value::string_value, value); });
  }
  void integer(std::string_view key, uint64_t value) {
    attribute(field::span::attributes, key,
              [&] { writer_.varint(field::any_value::int_value, value); });
  }

  base::Random random_;
  base::Buffer out_;
  Writer writer_;
};

struct Corpus {
  std::vector<std::string> wire;
  std::vector<std::string> json;
  size_t json_bytes = 0;
};

/// Requests in both forms, proven to be each other's image.
const Corpus& corpus() {
  static const Corpus result = [] {
    Corpus made;
    JsonDecoder decoder;
    for (uint64_t seed = 0; seed < request_count; ++seed) {
      made.wire.push_back(RequestWriter(seed).write());
      base::Buffer json;
      TELEMILL_CHECK(encode_json(schema::traces_request, made.wire.back(), json).has_value());
      const auto decoded = decoder.decode(schema::traces_request, json.view());
      TELEMILL_CHECK(decoded.has_value() && decoded->view() == made.wire.back());
      made.json.emplace_back(json.view());
      made.json_bytes += json.size();
    }
    return made;
  }();
  return result;
}

void report(benchmark::State& state, size_t requests) {
  const auto spans = static_cast<double>(requests * spans_per_request);
  state.counters["span"] = benchmark::Counter(
      spans, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);  // seconds per span
  state.counters["json_bytes_per_span"] = static_cast<double>(corpus().json_bytes) /
                                          static_cast<double>(request_count * spans_per_request);
  state.SetBytesProcessed(
      static_cast<int64_t>(requests * (corpus().json_bytes / request_count)));  // of JSON
}

void BM_DecodeJson(benchmark::State& state) {
  const Corpus& requests = corpus();
  JsonDecoder decoder;
  size_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    const size_t index = count++ % request_count;
    const auto bytes = decoder.decode(schema::traces_request, requests.json[index]);
    TELEMILL_CHECK(bytes.has_value() && bytes->size() == requests.wire[index].size());
  }
  report(state, count);
}
BENCHMARK(BM_DecodeJson);

void BM_EncodeJson(benchmark::State& state) {
  const Corpus& requests = corpus();
  base::Buffer json;
  size_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    const size_t index = count++ % request_count;
    json.clear();
    const auto done = encode_json(schema::traces_request, requests.wire[index], json);
    TELEMILL_CHECK(done.has_value() && json.size() == requests.json[index].size());
  }
  report(state, count);
}
BENCHMARK(BM_EncodeJson);

void BM_IndexJsonTokens(benchmark::State& state) {  // the part of decoding that is simdjson's
  const Corpus& requests = corpus();
  JsonTokens tokens;
  size_t count = 0;
  for ([[maybe_unused]] auto _ : state) {
    TELEMILL_CHECK(tokens.index(requests.json[count++ % request_count]).has_value());
    benchmark::DoNotOptimize(tokens.end());
  }
  report(state, count);
}
BENCHMARK(BM_IndexJsonTokens);

}  // namespace
}  // namespace telemill::wire
