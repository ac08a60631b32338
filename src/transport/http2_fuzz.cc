#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "transport/http2_session.h"
#include "transport/session_driver.h"

namespace telemill::transport {

// A whole HTTP/2 session fed with hostile frames behind a proper beginning.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece_bytes = data[0] == 0 ? size : data[0];
  std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);

  FuzzHandler handler;
  SessionDriver driver(handler);
  {
    Http2Session session(driver.context());
    session.receive(std::string_view("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33));
    bool answers = false;
    while (!input.empty() && session.phase() == ServerSession::Phase::running) {
      const std::string_view piece = input.substr(0, piece_bytes);
      session.receive(piece);
      input.remove_prefix(piece.size());
      driver.write(session);
      if ((answers = !answers)) handler.answer_held();
      driver.pass_time(session);
    }
    session.drain();
    handler.answer_held();
    driver.write(session);
  }
  handler.answer_held();
  TELEMILL_CHECK(driver.budget_bytes() == 0);
  return 0;
}

}  // namespace telemill::transport
