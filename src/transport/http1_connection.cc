#include "transport/http1_connection.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "transport/deadline.h"

namespace telemill::transport {
namespace {

/// An unread body of up to this size is read over so that the connection can live on.
constexpr size_t discarded_bytes_max = 64 * 1024;
/// Direct reads are worth their bookkeeping from here on.
constexpr size_t direct_bytes_min = 4096;

}  // namespace

Http1Connection::Http1Connection(const SessionContext& context)
    : context_(context),
      parser_({.head_bytes_max = context.settings.header_bytes_max,
               .header_count_max = limits::header_count_max}),
      body_(context.budget),
      request_began_(context.host.now()),
      idle_since_(context.host.now()) {}

Http1Connection::~Http1Connection() { abandon_exchanges(); }

RequestHead Http1Connection::head() const noexcept {
  RequestHead head = parser_.head();
  head.peer = context_.peer;
  head.is_secure = context_.is_secure;
  return head;
}

// A peer that does not read its answers is not read either.
bool Http1Connection::wants_input() const noexcept {
  return is_reading() && !input_ended_ && output_.size() < output_bytes_max;
}

ServerSession::Phase Http1Connection::phase() const noexcept {
  if (state_ == State::broken) return Phase::broken;
  return state_ == State::finished ? Phase::closing : Phase::running;
}

void Http1Connection::receive(std::string_view bytes) {
  if (is_reading()) {
    process(bytes);
  } else if (state_ == State::handling) {
    stash_.append(bytes);
  }
}

void Http1Connection::process(std::string_view input) {
  while (is_reading()) {
    if (!has_begun_ && !input.empty()) {
      // Only the first request's clock runs from the connection's start.
      if (request_number_ > 0) request_began_ = context_.host.now();
      has_begun_ = true;
    }
    const Http1Parser::Step step = parser_.step(input);
    input.remove_prefix(step.consumed);
    switch (step.event) {
      case Http1Parser::Event::more:
        if (input.empty()) return;
        break;
      case Http1Parser::Event::head:
        on_head(!input.empty());
        break;
      case Http1Parser::Event::body:
        on_body(step.data);
        break;
      case Http1Parser::Event::end:
        on_end();
        break;
      case Http1Parser::Event::fault:
        on_fault();
        return;
    }
  }
  if (state_ == State::handling) stash_.append(input);
}

void Http1Connection::on_head(bool has_more_input) {
  ++request_number_;
  state_ = State::body;
  HeadVerdict verdict = context_.handler.on_head(head());
  if (verdict.answer) {
    answer(std::move(*verdict.answer),
           parser_.head().content_length.value_or(0) == 0 && !parser_.expects_continue());
    return;
  }
  body_.start(verdict.body_bytes_max);
  if (const auto length = parser_.head().content_length; length && *length > 0) {
    if (const auto refusal = body_.expect(*length)) return refuse(*refusal);
  }
  if (parser_.expects_continue() && !has_more_input) {
    output_.append_copy("HTTP/1.1 100 Continue\r\n\r\n");
    context_.host.wake();
  }
}

void Http1Connection::on_body(std::string_view data) {
  if (state_ == State::discarding) {
    discarded_bytes_ += data.size();
    if (discarded_bytes_ > discarded_bytes_max) state_ = State::finished;
    return;
  }
  if (const auto refusal = body_.append(data)) refuse(*refusal);
}

void Http1Connection::on_end() {
  if (state_ == State::discarding) return begin_next();
  state_ = State::handling;
  context_.handler.on_request(head(), body_.take(), Exchange(*this, request_number_));
}

void Http1Connection::on_fault() {
  const Http1Fault& fault = parser_.fault();
  if (state_ == State::body) return refuse(Refusal::unreadable);
  if (state_ == State::head) {
    answer(plain_response(fault.status, fault.rule), false);
  }
  state_ = State::finished;
}

void Http1Connection::refuse(Refusal refusal) {
  body_.reset();
  answer(context_.handler.on_refusal(head(), refusal), false);
}

/// Queues the one answer of the current request and decides how the connection goes on.
void Http1Connection::answer(Response response, bool is_body_read) {
  const bool can_discard =
      is_body_read || (!parser_.expects_continue() && parser_.head().content_length &&
                       parser_.body_bytes_left() <= discarded_bytes_max);
  const bool closes = !parser_.keeps_alive() || !context_.settings.keep_alives || is_draining_ ||
                      response.close_connection || !can_discard;
  clean_values(response.headers);
  write_http1_response(response,
                       {.closes = closes,
                        .says_keep_alive = parser_.head().version == HttpVersion::http1_0,
                        .has_body = parser_.head().method != "HEAD"},
                       date_.text(context_.host.unix_now()), output_);
  if (closes) {
    state_ = State::finished;
    stash_.clear();
  } else if (state_ == State::handling) {
    begin_next();
  } else {
    state_ = State::discarding;
    discarded_bytes_ = 0;
  }
  context_.host.wake();
}

void Http1Connection::begin_next() {
  state_ = State::head;
  has_begun_ = false;
  idle_since_ = context_.host.now();
  if (is_draining_) state_ = State::finished;
}

void Http1Connection::respond(uint64_t stream, Response&& response) {
  if (stream != request_number_ || state_ != State::handling) return;
  answer(std::move(response), true);
}

void Http1Connection::give_up(uint64_t stream) {
  respond(stream, plain_response(500, "the request was not answered"));
}

std::span<char> Http1Connection::direct_space() {
  if (state_ != State::body) return {};
  const uint64_t left = parser_.body_bytes_left();
  if (left < direct_bytes_min) return {};
  std::span<char> space = body_.space(static_cast<size_t>(left));
  if (space.empty() && !body_.make_space()) space = body_.space(static_cast<size_t>(left));
  return space;
}

void Http1Connection::received_directly(size_t bytes) {
  body_.commit(bytes);
  parser_.skip_body(bytes);
  process({});
}

void Http1Connection::on_input_end() {
  input_ended_ = true;
  if (state_ == State::handling) return;  // a half-closed client still wants its answer
  if (state_ == State::body) return refuse(Refusal::unreadable);
  state_ = State::finished;
}

void Http1Connection::prepare_output() {
  // What is stashed follows only when there is room for its answer.
  if (!stash_.empty() && is_reading() && output_.size() <= output_bytes_max) {
    const std::string stashed = std::exchange(stash_, {});
    process(stashed);
  }
  if (input_ended_ && is_reading() && stash_.empty()) on_input_end();
}

void Http1Connection::drain() {
  is_draining_ = true;
  if (state_ == State::head && !has_begun_) state_ = State::finished;
  context_.host.wake();
}

TimePoint Http1Connection::deadline() const noexcept {
  const ServerSettings& settings = context_.settings;
  if (!is_reading()) return TimePoint::max();
  if (state_ == State::head && request_number_ > 0 && !has_begun_) {
    return deadline_after(idle_since_, settings.idle_timeout);
  }
  const TimePoint whole = deadline_after(request_began_, settings.read_timeout);
  if (state_ != State::head) return whole;
  return std::min(whole, deadline_after(request_began_, settings.header_timeout));
}

void Http1Connection::run_timers() {
  if (context_.host.now() < deadline()) return;
  if (state_ == State::body) return refuse(Refusal::unreadable);
  if (state_ == State::head && has_begun_) {
    answer(plain_response(408, "the request came too slowly"), false);
  }
  state_ = State::finished;
  context_.host.wake();
}

}  // namespace telemill::transport
