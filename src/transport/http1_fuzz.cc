#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "transport/http1_connection.h"
#include "transport/session_driver.h"

namespace telemill::transport {

// A whole HTTP/1 connection fed with hostile bytes in pieces that the first byte decides.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const size_t piece_bytes = data[0] == 0 ? size : data[0];
  std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);

  FuzzHandler handler;
  SessionDriver driver(handler);
  {
    Http1Connection session(driver.context());
    while (!input.empty() && session.phase() == ServerSession::Phase::running) {
      if (!session.wants_input()) {
        handler.answer_held();
        driver.write(session);
        continue;
      }
      const std::string_view piece = input.substr(0, piece_bytes);
      const std::span<char> space = session.direct_space();
      if (!space.empty()) {
        const size_t bytes = std::min(space.size(), piece.size());
        std::memcpy(space.data(), piece.data(), bytes);
        session.received_directly(bytes);
        input.remove_prefix(bytes);
      } else {
        session.receive(piece);
        input.remove_prefix(piece.size());
      }
      driver.write(session);
    }
    session.on_input_end();
    handler.answer_held();
    driver.write(session);
  }
  handler.answer_held();
  TELEMILL_CHECK(driver.budget_bytes() == 0);
  return 0;
}

}  // namespace telemill::transport
