// What a request costs the client without the kernel: frames, header compression, linking.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>

#include "base/check.h"
#include "transport/client_session.h"

namespace telemill::transport {
namespace {

constexpr size_t slice_bytes = 64 * 1024;
constexpr size_t frame_header_bytes = 9;
constexpr size_t frame_payload_bytes = 16 * 1024;
/// Request headers beside the body take less than this.
constexpr size_t head_bytes_max = 500;

struct Sink final : ClientSession::Observer {
  void on_done(std::unique_ptr<Call> /*call*/, ClientResult result) override {
    TELEMILL_CHECK(result.has_value() && result->body.size() == 5 &&
                   result->field("grpc-status") == "0");
    ++good;
  }
  void on_unprocessed(std::unique_ptr<Call> /*call*/, Failure /*why*/) override {}
  int64_t good = 0;
};

std::string u32(size_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string frame(uint8_t type, uint8_t flags, uint32_t stream, std::string_view payload) {
  std::string bytes = u32(payload.size()).substr(1);
  bytes.push_back(static_cast<char>(type));
  bytes.push_back(static_cast<char>(flags));
  return bytes + u32(stream) + std::string(payload);
}

/// A gRPC server's answer, and new window for as much as it has read.
std::string answer(uint32_t stream, size_t window) {
  return frame(8, 0, 0, u32(window)) + frame(1, 4, stream, "\x88") +
         frame(0, 0, stream, std::string_view("\0\0\0\0\0", 5)) +
         frame(1, 5, stream, std::string("\0\x0bgrpc-status\x01", 14) + "0");
}

base::Rope make_body(size_t size) {
  base::Rope body;
  while (body.size() < size) {
    base::Buffer piece;
    std::memset(piece.extend(std::min(slice_bytes, size - body.size())), 'x',
                std::min(slice_bytes, size - body.size()));
    body.append(std::move(piece).freeze());
  }
  return body;
}

size_t write_everything(ClientSession& session) {
  std::array<iovec, 128> pieces;
  size_t bytes = 0;
  for (;;) {
    if (session.output().empty()) session.prepare_output();
    const size_t count = session.output().pieces(pieces);
    if (count == 0) return bytes;
    size_t written = 0;
    for (size_t i = 0; i < count; ++i) written += pieces[i].iov_len;
    session.output().consume(written);
    bytes += written;
  }
}

void BM_Http2ClientRequest(benchmark::State& state) {
  const auto body_bytes = static_cast<size_t>(state.range(0));
  const base::Rope body = make_body(body_bytes);
  Sink sink;
  ClientSessionSettings settings;
  settings.authority = "backend.example:4317";
  settings.user_agent = "telemill";
  settings.response_bytes_max = 1024;
  const auto make_session = [&] {
    auto session = make_http2_client_session(sink, settings);
    session->receive(frame(4, 0, 0, std::string("\0\4", 2) + u32(16 << 20)) +
                     frame(8, 0, 0, u32(16 << 20)));
    write_everything(*session);
    return session;
  };
  auto session = make_session();
  const size_t frames = (body_bytes + frame_payload_bytes - 1) / frame_payload_bytes;
  const size_t bytes_min = body_bytes + frames * frame_header_bytes;
  for ([[maybe_unused]] auto _ : state) {
    auto call = std::make_unique<Call>();
    call->request.path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    call->request.headers.push_back({"content-type", "application/grpc"});
    call->request.headers.push_back({"te", "trailers"});
    call->request.body = body;
    Call& started = *call;
    session->start(std::move(call));
    const auto stream = static_cast<uint32_t>(started.stream);
    const size_t written = write_everything(*session);
    TELEMILL_CHECK(written >= bytes_min && written < bytes_min + head_bytes_max);
    session->receive(answer(stream, body_bytes));
  }
  TELEMILL_CHECK(sink.good == state.iterations());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Http2ClientRequest)->Arg(42'000)->Arg(420'000);

}  // namespace
}  // namespace telemill::transport
