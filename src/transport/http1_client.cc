#include <charconv>
#include <utility>

#include "base/check.h"
#include "transport/client_session.h"
#include "transport/http1_response_parser.h"

namespace telemill::transport {
namespace {

/// HTTP/1.1 towards a server, RFC 9112: one exchange at a time.
class Http1ClientSession final : public ClientSession {
 public:
  Http1ClientSession(Observer& observer, const ClientSessionSettings& settings)
      : ClientSession(observer),
        settings_(settings),
        parser_({.body_bytes_max = settings.response_bytes_max}) {}

  void start(std::unique_ptr<Call> owned) override {
    TELEMILL_CHECK(call_count() == 0);
    Call& call = adopt(std::move(owned));
    parser_.begin(call.request.method == "HEAD");
    write_head(call.request);
    call.send_body(call.request.body.size(), output_);
    request_bytes_ = output_.size();
  }

  /// HTTP/1 cannot take a request back: the connection goes with it.
  std::unique_ptr<Call> cancel(Call& call) override {
    is_ended_ = true;
    return release(call);
  }

  [[nodiscard]] size_t room() const noexcept override {
    return !is_ended_ && call_count() == 0 ? 1 : 0;
  }

  void receive(std::string_view bytes) override {
    if (call_count() == 0) {
      end("the server sent bytes that answer no request");
      return;
    }
    const auto taken = parser_.feed(bytes);
    if (!taken) {
      is_ended_ = true;
      failure_ = taken.error().what;
      finish(first_call(),
             fail(taken.error().code == ErrorCode::over_limit ? ErrorCode::over_limit
                                                              : ErrorCode::unavailable,
                  failure_));
      return;
    }
    if (!parser_.is_done()) return;
    complete();
    if (*taken < bytes.size()) end("the server sent bytes that answer no request");
  }

  void on_input_end() override {
    is_ended_ = true;
    failure_ = "the server closed the connection";
    if (call_count() == 0) return;
    if (parser_.on_input_end()) complete();
  }

  void prepare_output() override {}

  [[nodiscard]] Phase phase() const noexcept override {
    return is_ended_ ? Phase::ended : Phase::running;
  }
  /// A connection that works is all that HTTP/1 shows before the first response.
  [[nodiscard]] bool is_confirmed() const noexcept override { return true; }

  void abandon(const Failure& why) override {
    is_ended_ = true;
    if (call_count() == 0) return;
    // A kept connection may have been closed by the server before the request left. Once a byte of
    // it has, the server may have acted on it: then whoever asked decides whether to ask again.
    Call& call = first_call();
    if (output_.size() == request_bytes_ && why.code == ErrorCode::unavailable) {
      observer_.on_unprocessed(release(call), why);
      return;
    }
    ClientSession::abandon(why);
  }

 private:
  void complete() {
    // A response before the end of the request leaves the rest of it without a meaning.
    if (!parser_.keeps_alive() || !settings_.keep_alives || !output_.empty()) is_ended_ = true;
    finish(first_call(), parser_.take());
  }

  void end(const char* why) {
    is_ended_ = true;
    failure_ = why;
  }

  void write_head(const ClientRequest& request) {
    std::string head;
    head.reserve(512);
    head.append(request.method).append(" ").append(request.path).append(" HTTP/1.1\r\n");
    const auto add = [&head](std::string_view name, std::string_view value) {
      head.append(name).append(": ").append(value).append("\r\n");
    };
    std::string_view host = settings_.authority;
    std::string_view user_agent = settings_.user_agent;
    for (const Header& header : request.headers) {
      if (header.name == "host") host = header.value;
      if (header.name == "user-agent") user_agent = header.value;
    }
    add("host", host);
    if (!user_agent.empty()) add("user-agent", user_agent);
    if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
      add("content-length", std::to_string(request.body.size()));
    }
    if (!settings_.keep_alives) add("connection", "close");
    for (const Header& header : request.headers) {
      if (!is_managed_header(header.name)) add(header.name, header.value);
    }
    head.append("\r\n");
    output_.append_copy(head);
  }

  const ClientSessionSettings& settings_;
  Http1ResponseParser parser_;
  size_t request_bytes_ = 0;  // of the exchange under way, head and body
  bool is_ended_ = false;
};

}  // namespace

std::unique_ptr<ClientSession> make_http1_client_session(ClientSession::Observer& observer,
                                                         const ClientSessionSettings& settings) {
  return std::make_unique<Http1ClientSession>(observer, settings);
}

}  // namespace telemill::transport
