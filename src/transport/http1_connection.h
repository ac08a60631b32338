#pragma once

#include <string>

#include "transport/body_builder.h"
#include "transport/http1_parser.h"
#include "transport/response_head.h"
#include "transport/server_session.h"

namespace telemill::transport {

/// An HTTP/1 server's side of one connection: pipelined requests are answered in order, one at a
/// time. Pure: see ServerSession.
class Http1Connection final : public ServerSession, private Exchange::Target {
 public:
  explicit Http1Connection(const SessionContext& context);
  ~Http1Connection();

  void receive(std::string_view bytes) override;
  std::span<char> direct_space() override;
  [[nodiscard]] bool reads_directly() const noexcept override { return true; }
  void received_directly(size_t bytes) override;
  void on_input_end() override;
  [[nodiscard]] bool wants_input() const noexcept override;
  void prepare_output() override;
  [[nodiscard]] Phase phase() const noexcept override;
  void drain() override;
  [[nodiscard]] bool is_handling() const noexcept override { return has_exchanges(); }
  [[nodiscard]] TimePoint deadline() const noexcept override;
  void run_timers() override;

 private:
  enum class State : uint8_t {
    head,        // between requests or inside a head
    body,        // reading a body for the handler
    discarding,  // answered; reading over the rest of the body
    handling,    // the handler has it
    finished,    // the last answer is queued
    broken,
  };

  void respond(uint64_t stream, Response&& response) override;
  void give_up(uint64_t stream) override;

  void process(std::string_view input);
  [[nodiscard]] bool is_reading() const noexcept {
    return state_ == State::head || state_ == State::body || state_ == State::discarding;
  }
  void on_head(bool has_more_input);
  void on_body(std::string_view data);
  void on_end();
  void on_fault();
  void refuse(Refusal refusal);
  void answer(Response response, bool is_body_read);
  void begin_next();
  [[nodiscard]] RequestHead head() const noexcept;

  const SessionContext context_;
  Http1Parser parser_;
  HttpDate date_;
  State state_ = State::head;
  BodyBuilder body_;
  uint64_t request_number_ = 0;
  size_t discarded_bytes_ = 0;
  std::string stash_;  // pipelined bytes that wait for the answer before them
  bool input_ended_ = false;
  bool is_draining_ = false;
  bool has_begun_ = false;  // the current request's first byte has come
  TimePoint request_began_;
  TimePoint idle_since_;
};

}  // namespace telemill::transport
