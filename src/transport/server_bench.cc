#include <benchmark/benchmark.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "transport/grpc.h"
#include "transport/http1_connection.h"
#include "transport/http2_session.h"
#include "transport/session_driver.h"

// What a server session costs per request, without sockets. Copies of the body count, the
// kernel's do not.
namespace telemill::transport {
namespace {

/// Answers with an empty gRPC message or 200, and checks what it was given.
class CheckingHandler final : public Handler {
 public:
  explicit CheckingHandler(size_t body_bytes) : body_bytes_(body_bytes) {}
  HeadVerdict on_head(const RequestHead& head) override {
    HeadVerdict verdict;
    verdict.body_bytes_max = 4 * 1024 * 1024;
    verdict.is_grpc = grpc::is_grpc_content_type(head.header("content-type"));
    return verdict;
  }
  void on_request(const RequestHead& head, Body body, Exchange exchange) override {
    good_count += body.bytes.size() == body_bytes_ ? 1U : 0U;
    if (grpc::is_grpc_content_type(head.header("content-type"))) {
      exchange.respond(grpc::make_response({}, {}));
    } else {
      exchange.respond({.status = 200});
    }
  }
  Response on_refusal(const RequestHead& /*head*/, Refusal /*refusal*/) override { return {}; }

  size_t good_count = 0;

 private:
  const size_t body_bytes_;
};

/// A client's bytes for one gRPC call. The first call teaches HPACK its headers, as clients do;
/// the ones after it are all the same but for their stream ids.
std::string record_call(const std::string& body, bool is_first) {
  std::string block("\x83\x86", 2);  // :method POST, :scheme http
  uint8_t index = 62 + 6;            // the dynamic table, latest first
  const auto field = [&](std::string_view name, std::string_view value) {
    --index;
    if (!is_first) {
      block.push_back(static_cast<char>(0x80 | index));
      return;
    }
    block.push_back('\x40');  // literal, to be indexed
    block.push_back(static_cast<char>(name.size()));
    block.append(name);
    block.push_back(static_cast<char>(value.size()));
    block.append(value);
  };
  field(":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
  field(":authority", "127.0.0.1:4317");
  field("content-type", "application/grpc");
  field("te", "trailers");
  field("user-agent", "grpc-c++/1.51.1 grpc-c/29.0.0 (linux; chttp2)");
  field("grpc-accept-encoding", "identity, deflate, gzip");
  const auto frame = [](std::string& call, uint8_t type, uint8_t flags, std::string_view payload) {
    const auto size = static_cast<uint32_t>(payload.size());
    for (int shift = 16; shift >= 0; shift -= 8) call.push_back(static_cast<char>(size >> shift));
    call.push_back(static_cast<char>(type));
    call.push_back(static_cast<char>(flags));
    call.append("\0\0\0\1", 4);
    call.append(payload);
  };
  std::string call;
  frame(call, NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, block);
  constexpr size_t frame_bytes = 16384;
  for (size_t at = 0; at < body.size(); at += frame_bytes) {
    const bool is_last = at + frame_bytes >= body.size();
    frame(call, NGHTTP2_DATA, is_last ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE,
          std::string_view(body).substr(at, frame_bytes));
  }
  return call;
}

void set_stream(std::string& call, uint32_t id) {
  for (size_t at = 0; at < call.size();) {
    const auto byte = [&](size_t i) {
      return static_cast<size_t>(static_cast<uint8_t>(call[at + i]));
    };
    const size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (size_t i = 0; i < 4; ++i) call[at + 5 + i] = static_cast<char>(id >> (24 - 8 * i));
    at += 9 + size;
  }
}

void BM_Http2GrpcRequest(benchmark::State& state) {
  const auto message_bytes = static_cast<size_t>(state.range(0));
  std::string body(grpc::prefix_bytes, '\0');
  grpc::write_prefix({.is_compressed = false, .size_bytes = static_cast<uint32_t>(message_bytes)},
                     body.data());
  body.append(message_bytes, 'x');
  const std::string first_call = record_call(body, true);
  std::string call = record_call(body, false);

  CheckingHandler handler(body.size());
  SessionDriver driver(handler, 64 << 20);
  driver.settings().connection_window_bytes = 16 << 20;
  Http2Session session(driver.context());
  session.receive(std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33));
  driver.write(session);
  // Settings are acknowledged, and the window for answers is wide open.
  session.receive(std::string_view("\0\0\0\4\1\0\0\0\0\0\0\4\x8\0\0\0\0\0\x3f\xff\xff\xff", 22));
  session.receive(first_call);
  driver.write(session);
  uint32_t id = 3;
  size_t sent_bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    set_stream(call, id);
    id += 2;
    // As a socket would deliver it: a few large reads.
    constexpr size_t read_bytes = 256 * 1024;
    for (size_t at = 0; at < call.size(); at += read_bytes) {
      session.receive(std::string_view(call).substr(at, read_bytes));
    }
    sent_bytes += driver.write(session);
  }
  if (handler.good_count != static_cast<size_t>(state.iterations()) + 1 || sent_bytes == 0) {
    state.SkipWithError("a request was lost");
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body.size()));
}
BENCHMARK(BM_Http2GrpcRequest)->Arg(1'000)->Arg(42'211)->Arg(420'666);

void BM_Http1Request(benchmark::State& state) {
  const auto body_bytes = static_cast<size_t>(state.range(0));
  std::string request =
      "POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1:4318\r\nUser-Agent: "
      "OTel-OTLP-Exporter-C++/1.19\r\n"
      "Content-Type: application/x-protobuf\r\nAccept: */*\r\nContent-Length: " +
      std::to_string(body_bytes) + "\r\n\r\n";
  request.append(body_bytes, 'x');

  CheckingHandler handler(body_bytes);
  SessionDriver driver(handler, 64 << 20);
  Http1Connection session(driver.context());
  size_t sent_bytes = 0;
  for ([[maybe_unused]] auto _ : state) {
    std::string_view left = request;
    constexpr size_t read_bytes = 16 * 1024;
    while (!left.empty()) {
      // The direct read stands for the kernel's copy and is not made.
      const std::span<char> space = session.direct_space();
      const size_t bytes = std::min(left.size(), space.empty() ? read_bytes : space.size());
      if (space.empty()) {
        session.receive(left.substr(0, bytes));
      } else {
        session.received_directly(bytes);
      }
      left.remove_prefix(bytes);
    }
    sent_bytes += driver.write(session);
  }
  if (handler.good_count != static_cast<size_t>(state.iterations()) || sent_bytes == 0) {
    state.SkipWithError("a request was lost");
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(body_bytes));
}
BENCHMARK(BM_Http1Request)->Arg(1'000)->Arg(42'211)->Arg(420'666);

}  // namespace
}  // namespace telemill::transport
