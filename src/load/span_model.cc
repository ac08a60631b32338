#include <fmt/format.h>

#include <array>
#include <cstring>

#include "load/item_models.h"
#include "load/vocabulary.h"
#include "wire/fields.h"

namespace telemill::load {
namespace {

namespace field = wire::field::span;
namespace words = vocabulary;

constexpr uint32_t trace_spans_max = 8;
constexpr uint64_t kind_server = 2, kind_client = 3, kind_producer = 4;
constexpr uint64_t status_error = 2;
constexpr uint32_t flag_sampled = 1;

void write_mark(wire::Writer& out, uint32_t field_number, size_t size, uint64_t mark) {
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), &mark, sizeof mark);
  out.bytes(field_number, {bytes.data(), size});
}

}  // namespace

void add_plain_attributes(const WorkloadSettings& settings, base::Random& random,
                          Attributes& attributes) {
  for (uint32_t i = 0; i < settings.attribute_count; ++i) {
    attributes.add(fmt::format("attribute.{}", i), words::prose(random, settings.attribute_bytes));
  }
}

void SpanModel::begin_trace_if_done(uint32_t ordinal) {
  if (trace_spans_left_ > 0) return;
  if (has_trace_) ++trace_;
  has_trace_ = true;
  trace_begin_ = ordinal;
  trace_spans_left_ = 1 + static_cast<uint32_t>(random_.below(trace_spans_max));
}

void SpanModel::write(wire::Writer& out, uint32_t ordinal) {
  begin_trace_if_done(ordinal);
  --trace_spans_left_;
  write_mark(out, field::trace_id, 16, trace_);
  write_mark(out, field::span_id, 8, ordinal);
  if (ordinal > trace_begin_) {
    write_mark(out, field::parent_span_id, 8, trace_begin_ + random_.below(ordinal - trace_begin_));
  }
  switch (settings_.shape) {
    case Shape::house:
      return write_house(out);
    case Shape::semconv:
      return write_semconv(out);
    case Shape::attributes:
      break;
  }
  const uint64_t duration = 1'000 + random_.below(50'000'000);
  write_head(out, words::route(random_), kind_server, duration);
  add_plain_attributes(settings_, random_, attributes_);
  attributes_.write(out, field::attributes, random_);
  write_tail(out, false);
}

void SpanModel::write_house(wire::Writer& out) {
  const std::string_view method = words::http_method(random_);
  const std::string_view route = words::route(random_);
  const int64_t status = words::http_status(random_);
  const uint64_t duration = 10'000 + random_.below(80'000'000);
  write_head(out, fmt::format("{} {}", method, route), kind_server, duration);
  attributes_.add("http.request.method", method);
  attributes_.add("http.route", route);
  attributes_.add("http.response.status_code", status);
  attributes_.add("url.scheme", "https");
  attributes_.add("client.address", words::address(random_));
  attributes_.add("server.port", int64_t{8443});
  attributes_.add("user.tier", random_.chance(0.2) ? "gold" : "standard");
  attributes_.add("app.cached", random_.chance(0.5));
  attributes_.write(out, field::attributes, random_);
  if (random_.chance(0.25)) write_event(out, random_.below(duration), false);
  write_tail(out, status >= 500);
}

void SpanModel::write_semconv(wire::Writer& out) {
  const uint64_t share = random_.below(100);
  if (share < 35) return write_http(out, true);
  if (share < 55) return write_http(out, false);
  if (share < 75) return write_database(out);
  if (share < 90) return write_rpc(out);
  write_messaging(out);
}

void SpanModel::write_http(wire::Writer& out, bool is_server) {
  const std::string_view method = words::http_method(random_);
  const std::string_view route = words::route(random_);
  const int64_t status = words::http_status(random_);
  const std::string host = fmt::format("{}.shop.example.com", words::service(random_));
  const std::string path = words::path(random_, route);
  const uint64_t duration = 100'000 + random_.below(400'000'000);
  write_head(out, fmt::format("{} {}", method, route), is_server ? kind_server : kind_client,
             duration);
  attributes_.add("http.request.method", method);
  attributes_.add("http.response.status_code", status);
  attributes_.add("server.address", host);
  attributes_.add("server.port", int64_t{443});
  attributes_.add("network.protocol.version", random_.chance(0.5) ? "2" : "1.1");
  attributes_.add("network.peer.address", words::address(random_));
  attributes_.add("network.peer.port", static_cast<int64_t>(1024 + random_.below(60'000)));
  attributes_.add("user_agent.original", words::user_agent(random_));
  attributes_.add("thread.name", fmt::format("http-worker-{}", random_.below(32)));
  attributes_.add("thread.id", static_cast<int64_t>(random_.below(200)));
  if (is_server) {
    attributes_.add("http.route", route);
    attributes_.add("url.scheme", "https");
    attributes_.add("url.path", path);
    attributes_.add("url.query",
                    fmt::format("session={}&page={}", words::hex(random_, 24), random_.below(40)));
    attributes_.add("client.address", words::address(random_));
    attributes_.add("http.request.body.size", static_cast<int64_t>(random_.below(8192)));
    attributes_.add("http.response.body.size", static_cast<int64_t>(random_.below(262'144)));
    attributes_.add("enduser.id", words::hex(random_, 16));
  } else {
    attributes_.add("url.full",
                    fmt::format("https://{}{}?trace={}", host, path, words::hex(random_, 24)));
    attributes_.add("http.request.resend_count", static_cast<int64_t>(random_.below(3)));
    attributes_.add("peer.service", words::service(random_));
    attributes_.add("code.function.name", "com.example.shop.http.UpstreamClient.execute");
  }
  attributes_.write(out, field::attributes, random_);
  if (random_.chance(0.4)) write_event(out, random_.below(duration), status >= 500);
  write_tail(out, status >= 500);
}

void SpanModel::write_database(wire::Writer& out) {
  const std::string_view table = words::table(random_);
  const uint64_t duration = 50'000 + random_.below(60'000'000);
  write_head(out, fmt::format("SELECT shop.{}", table), kind_client, duration);
  attributes_.add("db.system.name", "postgresql");
  attributes_.add("db.namespace", "shop");
  attributes_.add("db.collection.name", table);
  attributes_.add("db.operation.name", "SELECT");
  attributes_.add("db.query.text", words::sql(random_));
  attributes_.add("db.query.summary", fmt::format("SELECT {}", table));
  attributes_.add("db.response.returned_rows", static_cast<int64_t>(random_.below(500)));
  attributes_.add("server.address",
                  fmt::format("postgres-{}.db.svc.cluster.local", random_.below(4)));
  attributes_.add("server.port", int64_t{5432});
  attributes_.add("network.peer.address", words::address(random_));
  attributes_.add("network.peer.port", int64_t{5432});
  attributes_.add("db.client.connection.pool.name", "shop-primary-read-write");
  attributes_.add("thread.name", fmt::format("db-pool-{}", random_.below(16)));
  attributes_.add("thread.id", static_cast<int64_t>(random_.below(200)));
  attributes_.add("code.function.name", "com.example.shop.store.OrderRepository.findByCustomer");
  attributes_.add("code.line.number", static_cast<int64_t>(random_.below(900)));
  attributes_.write(out, field::attributes, random_);
  if (random_.chance(0.3)) write_event(out, random_.below(duration), random_.chance(0.1));
  write_tail(out, random_.chance(0.02));
}

void SpanModel::write_rpc(wire::Writer& out) {
  const std::string_view service = words::service(random_);
  const uint64_t duration = 80'000 + random_.below(90'000'000);
  write_head(out, fmt::format("shop.{}.v1.Service/Call", service), kind_client, duration);
  attributes_.add("rpc.system", "grpc");
  attributes_.add("rpc.service", fmt::format("shop.{}.v1.Service", service));
  attributes_.add("rpc.method", "Call");
  attributes_.add("rpc.grpc.status_code", static_cast<int64_t>(random_.chance(0.95) ? 0 : 14));
  attributes_.add("server.address", fmt::format("{}.shop.svc.cluster.local", service));
  attributes_.add("server.port", int64_t{8080});
  attributes_.add("network.peer.address", words::address(random_));
  attributes_.add("network.peer.port", int64_t{8080});
  attributes_.add("network.transport", "tcp");
  attributes_.add("network.type", "ipv4");
  attributes_.add("peer.service", service);
  attributes_.add("rpc.message.uncompressed_size", static_cast<int64_t>(random_.below(9000)));
  attributes_.add("rpc.request.metadata.x-request-id",
                  std::vector<std::string>{words::hex(random_, 32)});
  attributes_.add("rpc.request.metadata.x-forwarded-for",
                  std::vector<std::string>{words::address(random_), words::address(random_)});
  attributes_.add("thread.name", fmt::format("grpc-executor-{}", random_.below(64)));
  attributes_.add("code.function.name", "com.example.shop.rpc.BlockingStub.invoke");
  attributes_.write(out, field::attributes, random_);
  write_event(out, random_.below(duration), random_.chance(0.05));
  write_tail(out, random_.chance(0.03));
}

void SpanModel::write_messaging(wire::Writer& out) {
  const std::string_view queue = words::queue(random_);
  const uint64_t duration = 30'000 + random_.below(20'000'000);
  write_head(out, fmt::format("send {}", queue), kind_producer, duration);
  attributes_.add("messaging.system", "kafka");
  attributes_.add("messaging.operation.name", "send");
  attributes_.add("messaging.operation.type", "send");
  attributes_.add("messaging.destination.name", queue);
  attributes_.add("messaging.destination.partition.id", fmt::format("{}", random_.below(64)));
  attributes_.add("messaging.kafka.message.key", words::hex(random_, 16));
  attributes_.add("messaging.kafka.offset", static_cast<int64_t>(random_.below(1 << 30)));
  attributes_.add("messaging.message.id", words::hex(random_, 32));
  attributes_.add("messaging.message.conversation_id", words::hex(random_, 32));
  attributes_.add("messaging.message.body.size", static_cast<int64_t>(random_.below(65'536)));
  attributes_.add("messaging.client.id", fmt::format("producer-{}", random_.below(12)));
  attributes_.add("server.address",
                  fmt::format("kafka-{}.broker.svc.cluster.local", random_.below(6)));
  attributes_.add("server.port", int64_t{9092});
  attributes_.add("network.peer.address", words::address(random_));
  attributes_.add("thread.name", fmt::format("kafka-producer-network-thread-{}", random_.below(4)));
  attributes_.add("code.function.name", "com.example.shop.events.Publisher.publish");
  attributes_.write(out, field::attributes, random_);
  write_tail(out, false);
}

void SpanModel::write_event(wire::Writer& out, uint64_t nanos_before, bool is_exception) {
  const size_t event = out.open(field::events);
  out.fixed64(wire::field::span_event::time_unix_nano, nanos_before);
  out.bytes(wire::field::span_event::name, is_exception ? "exception" : "cache.lookup");
  if (is_exception) {
    attributes_.add("exception.type", words::exception(random_));
    attributes_.add("exception.message", words::prose(random_, 80));
  } else {
    attributes_.add("cache.key", fmt::format("product:{}", words::hex(random_, 12)));
    attributes_.add("cache.hit", random_.chance(0.7));
  }
  attributes_.write(out, wire::field::span_event::attributes, random_);
  out.close(event);
}

/// Encoders write fields in the order of their numbers, so times stand before attributes.
void SpanModel::write_head(wire::Writer& out, std::string_view name, uint64_t kind,
                           uint64_t duration) {
  out.bytes(field::name, name);
  out.varint(field::kind, kind);
  out.fixed64(field::start_time_unix_nano, duration);
  out.fixed64(field::end_time_unix_nano, 0);
}

void SpanModel::write_tail(wire::Writer& out, bool has_failed) {
  const size_t status = out.open(field::status);
  if (has_failed) out.varint(wire::field::span_status::code, status_error);
  out.close(status);
  out.fixed32(field::flags, 0x100 | flag_sampled);
}

}  // namespace telemill::load
