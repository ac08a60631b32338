// Whatever a server sends over HTTP/2, each call ends exactly once and nothing exceeds its limit.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "transport/client_session.h"

namespace {

using telemill::Failure;
using telemill::transport::Call;
using telemill::transport::ClientResult;
using telemill::transport::ClientSession;

constexpr size_t response_bytes_max = 4000;
constexpr std::string_view settings_frame{"\0\0\0\4\0\0\0\0\0", 9};

struct Counter final : ClientSession::Observer {
  void on_done(std::unique_ptr<Call> call, ClientResult result) override {
    ++ended;
    TELEMILL_CHECK(call->session == nullptr);
    if (!result) return;
    TELEMILL_CHECK(result->body.size() <= response_bytes_max);
    TELEMILL_CHECK(result->status >= 200);
  }
  void on_unprocessed(std::unique_ptr<Call> /*call*/, Failure /*why*/) override { ++ended; }
  size_t ended = 0;
};

void drain(ClientSession& session) {
  for (int i = 0; i < 64; ++i) {
    if (session.output().empty()) session.prepare_output();
    if (session.output().empty()) return;
    session.output().consume(session.output().size());
  }
}

}  // namespace

/// The first byte says how many calls there are and how they are sized; each piece of input is
/// behind a byte with its length.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t calls_max = 1 + (data[0] & 7);
  const size_t body_size = size_t{1} << (data[0] >> 4);
  std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

  Counter counter;
  telemill::transport::ClientSessionSettings settings;
  settings.authority = "fuzz";
  settings.response_bytes_max = response_bytes_max;
  const auto session = telemill::transport::make_http2_client_session(counter, settings);
  const std::string body(body_size, 'b');
  size_t started = 0;
  size_t cancelled = 0;
  Call* last = nullptr;
  session->receive(settings_frame);
  while (session->phase() != ClientSession::Phase::ended && !input.empty()) {
    while (started < calls_max && session->room() > 0) {
      auto call = std::make_unique<Call>();
      call->request.path = "/";
      call->request.body.append(telemill::base::Slice::of_static(body));
      last = call.get();
      ++started;
      session->start(std::move(call));
    }
    drain(*session);
    const size_t count = std::min<size_t>(static_cast<uint8_t>(input.front()), input.size() - 1);
    // An empty piece stands for the last call's timeout, if that call cannot have ended yet.
    if (count == 0 && last != nullptr && counter.ended == 0 && cancelled == 0) {
      TELEMILL_CHECK(session->cancel(*last).get() != nullptr);
      ++cancelled;
    }
    session->receive(input.substr(1, count));
    input.remove_prefix(1 + count);
  }
  drain(*session);
  TELEMILL_CHECK(session->call_count() + counter.ended + cancelled == started);
  session->abandon({telemill::ErrorCode::unavailable, "end"});
  TELEMILL_CHECK(counter.ended + cancelled == started);
  return 0;
}
