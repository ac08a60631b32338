#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/memory_budget.h"
#include "transport/http1_connection.h"
#include "transport/http2_session.h"
#include "transport/server_fixture.h"
#include "transport/server_session.h"

namespace telemill::transport {

/// A session without a connection: a clock that stands until it is moved.
template <class Session>
class SessionFixture : public SessionHost {
 public:
  explicit SessionFixture(const ServerSettings& given = {}, size_t budget_bytes = 64 << 20)
      : settings(given), process_budget(budget_bytes), budget(process_budget) {}

  /// Makes the session; settings may be changed before.
  Session& start() {
    session = std::make_unique<Session>(SessionContext{.host = *this,
                                                       .settings = settings,
                                                       .budget = budget,
                                                       .handler = handler,
                                                       .peer = nullptr,
                                                       .is_secure = false});
    return *session;
  }

  /// What the session sends now.
  std::string take_output() {
    std::string text;
    session->prepare_output();
    while (!session->output().empty()) {
      iovec pieces[8];
      const size_t count = session->output().pieces(pieces);
      size_t bytes = 0;
      for (size_t i = 0; i < count; ++i) {
        text.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
        bytes += pieces[i].iov_len;
      }
      session->output().consume(bytes);
      session->prepare_output();
    }
    return text;
  }

  void move_clock(Duration by) {
    time += by;
    session->run_timers();
  }

  [[nodiscard]] TimePoint now() const noexcept override { return time; }
  [[nodiscard]] UnixNanos unix_now() const noexcept override { return 784887151'000000000; }
  void wake() override { ++wakes; }

  ServerSettings settings;
  runtime::MemoryBudget process_budget;
  runtime::LaneBudget budget;
  RecordingHandler handler;
  TimePoint time{std::chrono::hours(1)};
  int wakes = 0;
  std::unique_ptr<Session> session;  // goes first
};

}  // namespace telemill::transport
