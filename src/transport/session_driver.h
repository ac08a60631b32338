#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "runtime/memory_budget.h"
#include "transport/grpc.h"
#include "transport/server_session.h"

/// What benches and fuzz targets of sessions share: a session's surroundings without sockets.
namespace telemill::transport {

/// Answers at once, later or never, as the path's length says.
class FuzzHandler final : public Handler {
 public:
  HeadVerdict on_head(const RequestHead& head) override {
    HeadVerdict verdict;
    verdict.body_bytes_max = 4096;
    verdict.is_grpc = grpc::is_grpc_content_type(head.header("content-type"));
    if (head.path.size() == 3) verdict.answer = std::make_unique<Response>(answer(false));
    return verdict;
  }
  void on_request(const RequestHead& head, Body body, Exchange exchange) override {
    const bool is_grpc = grpc::is_grpc_content_type(head.header("content-type"));
    if (head.path.size() == 2) return;
    bodies_.push_back(std::move(body));
    if (head.path.size() == 4) {
      held_.emplace_back(std::move(exchange), is_grpc);
    } else {
      exchange.respond(answer(is_grpc));
      bodies_.clear();
    }
  }
  Response on_refusal(const RequestHead& /*head*/, Refusal /*refusal*/) override {
    return answer(true);
  }
  void answer_held() {
    for (auto& [exchange, is_grpc] : std::exchange(held_, {})) exchange.respond(answer(is_grpc));
    bodies_.clear();
  }

 private:
  static Response answer(bool is_grpc) {
    const base::Slice text = base::Slice::of_static("answer");
    if (is_grpc) return grpc::make_response({}, base::Rope(text));
    Response response;
    response.body.append(text);
    return response;
  }

  std::vector<std::pair<Exchange, bool>> held_;
  std::vector<Body> bodies_;
};

/// A host whose clock stands until time passes, and whose output vanishes.
class SessionDriver final : public SessionHost {
 public:
  explicit SessionDriver(Handler& handler, size_t budget_bytes = 1 << 20)
      : process_(budget_bytes), budget_(process_), handler_(handler) {
    settings_.header_timeout = std::chrono::seconds(10);
    settings_.read_timeout = std::chrono::seconds(10);
    settings_.idle_timeout = std::chrono::seconds(10);
    settings_.ping_interval_min = std::chrono::seconds(1);
  }

  [[nodiscard]] SessionContext context() noexcept {
    return {.host = *this,
            .settings = settings_,
            .budget = budget_,
            .handler = handler_,
            .peer = nullptr,
            .is_secure = false};
  }
  [[nodiscard]] ServerSettings& settings() noexcept { return settings_; }
  [[nodiscard]] size_t budget_bytes() const noexcept { return budget_.used_bytes(); }
  /// Takes all output; returns its size.
  size_t write(ServerSession& session) {
    size_t bytes = 0;
    session.prepare_output();
    while (!session.output().empty()) {
      bytes += session.output().size();
      session.output().consume(session.output().size());
      session.prepare_output();
    }
    return bytes;
  }
  void pass_time(ServerSession& session) {
    now_ += std::chrono::milliseconds(300);
    if (now_ >= session.deadline()) session.run_timers();
  }

  [[nodiscard]] TimePoint now() const noexcept override { return now_; }
  [[nodiscard]] UnixNanos unix_now() const noexcept override { return 0; }
  void wake() override {}

 private:
  runtime::MemoryBudget process_;
  runtime::LaneBudget budget_;
  ServerSettings settings_;
  Handler& handler_;
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace telemill::transport
