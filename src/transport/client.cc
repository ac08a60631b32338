#include "transport/client.h"

#include <algorithm>
#include <iterator>
#include <list>
#include <utility>
#include <vector>

#include "transport/client_connection.h"
#include "transport/client_session.h"
#include "transport/connector.h"

namespace telemill::transport {
namespace {

constexpr size_t scratch_bytes = 64_KiB;
/// How often a call is sent again that no server has looked at.
constexpr uint32_t retries_max = 2;

/// What a finished call is told, once no code of ours is on the stack that would mind.
struct Verdict {
  ResponseCallback done;
  ClientResult result;
};

/// The client of one endpoint: calls wait here until a connection has room for them.
class PooledClient final : public Client,
                           ClientSession::Observer,
                           ClientConnection::Owner,
                           Connector::Owner,
                           runtime::TurnEnd {
 public:
  PooledClient(runtime::Lane& lane, runtime::Worker& worker, const ClientSettings& settings)
      : lane_(lane),
        settings_(settings),
        session_settings_(make_session_settings(settings)),
        connection_settings_(make_connection_settings(settings)),
        scratch_(std::make_unique<char[]>(scratch_bytes)),
        connector_(lane, worker, {settings.endpoint, settings.tls, settings.connect_timeout},
                   *this) {
    connector_.start();
  }

  ~PooledClient() override {
    close();
    while (!verdicts_.empty()) deliver();
    if (is_destroyed_ != nullptr) *is_destroyed_ = true;
  }

  void send(ClientRequest request, ResponseCallback done) override {
    auto call = std::make_unique<Call>();
    call->request = std::move(request);
    call->done = std::move(done);
    ++pending_;
    for (Header& header : call->request.headers) lower_case(header.name);
    if (is_closed_) {
      settle(std::move(call), fail(ErrorCode::shutting_down, "the client is closed"));
    } else if (const char* const fault = find_fault(call->request)) {
      settle(std::move(call), fail(ErrorCode::unsupported, fault));
    } else if (is_down_ && connections_.empty()) {
      settle(std::move(call), fail(last_failure_));
    } else {
      limit_time(*call);
      waiting_.push_back(std::move(call));
      dispatch();
    }
  }

  [[nodiscard]] size_t pending() const noexcept override { return pending_; }

  void close() override {
    if (is_closed_) return;
    is_closed_ = true;
    connector_.stop();
    const Failure why{ErrorCode::shutting_down, "the client is closed"};
    for (const auto& connection : connections_) {
      connection->session().abandon(why);
      connection->close();
    }
    connections_.clear();
    fail_waiting(why);
    deliver();
  }

 private:
  static ClientSessionSettings make_session_settings(const ClientSettings& settings) {
    ClientSessionSettings result;
    result.authority = settings.authority;
    if (result.authority.empty()) {
      const bool is_local = settings.endpoint.family == runtime::Endpoint::Family::unix_socket;
      result.authority = is_local ? "localhost" : settings.endpoint.to_string();
    }
    result.user_agent = settings.user_agent;
    result.response_bytes_max = settings.response_bytes_max;
    result.is_secure = settings.tls != nullptr;
    result.keep_alives = settings.keep_alives;
    return result;
  }
  static ClientConnection::Settings make_connection_settings(const ClientSettings& settings) {
    return {.closes_idle = true,
            .confirm_timeout = settings.connect_timeout,
            .idle_timeout = settings.idle_timeout,
            .ping_interval = settings.ping_interval,
            .ping_timeout = settings.ping_timeout,
            .ping_without_streams = settings.ping_without_streams};
  }
  static void lower_case(std::string& name) noexcept {
    for (char& c : name) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
  }

  // Calls on their way.

  void limit_time(Call& call) {
    if (call.request.timeout <= Duration{}) return;
    call.timer.emplace(lane_, [this, &call] { on_timeout(call); });
    call.timer->schedule(call.request.timeout);
  }

  void on_timeout(Call& call) {
    if (call.session == nullptr) {
      const auto at = std::find_if(waiting_.begin(), waiting_.end(),
                                   [&](const auto& other) { return other.get() == &call; });
      std::unique_ptr<Call> owned = std::move(*at);
      waiting_.erase(at);
      settle(std::move(owned), fail(ErrorCode::unavailable,
                                    last_failure_.message.empty()
                                        ? "timed out waiting for a connection"
                                        : "timed out waiting for a connection; the last failure: " +
                                              last_failure_.message));
      return;
    }
    ClientSession& session = *call.session;
    std::unique_ptr<Call> owned = session.cancel(call);
    find_connection(session).wake();
    settle(std::move(owned), fail(ErrorCode::unavailable, "timed out waiting for the response"));
  }

  ClientConnection& find_connection(const ClientSession& session) noexcept {
    return **std::find_if(connections_.begin(), connections_.end(), [&](const auto& connection) {
      return &connection->session() == &session;
    });
  }

  /// The connection with the most room, or null.
  ClientConnection* choose_connection() noexcept {
    ClientConnection* best = nullptr;
    size_t room_max = 0;
    for (const auto& connection : connections_) {
      const size_t room = connection->session().room();
      if (room <= room_max) continue;
      room_max = room;
      best = connection.get();
    }
    return best;
  }

  /// Starts what can start; asks for another connection if calls are left over.
  void dispatch() {
    while (!waiting_.empty()) {
      ClientConnection* const connection = choose_connection();
      if (connection == nullptr) break;
      std::unique_ptr<Call> call = std::move(waiting_.front());
      waiting_.pop_front();
      connection->session().start(std::move(call));
      connection->wake();
    }
    if (wants_connection()) connector_.start();
  }

  void settle(std::unique_ptr<Call> call, ClientResult result) {
    verdicts_.push_back({std::move(call->done), std::move(result)});
    lane_.at_turn_end(*this);
  }

  void fail_waiting(const Failure& why) {
    std::list<std::unique_ptr<Call>> failed;
    failed.swap(waiting_);
    for (auto& call : failed) settle(std::move(call), fail(why));
  }

  void deliver() {
    std::vector<Verdict> verdicts;
    verdicts.swap(verdicts_);
    bool is_destroyed = false;
    bool* const outer = std::exchange(is_destroyed_, &is_destroyed);
    for (Verdict& verdict : verdicts) {
      if (!is_destroyed) --pending_;
      verdict.done(std::move(verdict.result));
    }
    if (outer != nullptr && is_destroyed) *outer = true;
    if (!is_destroyed) is_destroyed_ = outer;
  }

  void on_turn_end() override {
    dispatch();
    deliver();  // may destroy this
  }

  void on_done(std::unique_ptr<Call> call, ClientResult result) override {
    settle(std::move(call), std::move(result));
  }

  void on_unprocessed(std::unique_ptr<Call> call, Failure why) override {
    if (++call->retries > retries_max || is_closed_) {
      settle(std::move(call), fail(std::move(why)));
      return;
    }
    call->rewind();
    waiting_.push_front(std::move(call));
    lane_.at_turn_end(*this);
  }

  // Connections.

  [[nodiscard]] bool wants_connection() const noexcept override {
    if (is_closed_) return false;
    size_t usable = 0;
    for (const auto& connection : connections_) {
      const ClientSession& session = connection->session();
      if (session.phase() != ClientSession::Phase::running) continue;
      if (!session.is_confirmed()) return false;  // soon it may have room for all
      ++usable;
    }
    if (usable == 0 && is_down_) return true;
    return !waiting_.empty() && usable < settings_.connections_max;
  }

  void on_connected(std::unique_ptr<Stream> stream) override {
    const std::string_view protocol = stream->protocol();
    const bool speaks_http2 =
        settings_.protocol == ClientProtocol::http2 ||
        (settings_.protocol == ClientProtocol::by_agreement && protocol == "h2");
    if (stream->is_secure() && speaks_http2 != (protocol == "h2")) {
      connector_.on_proved_bad();
      on_connect_failed({ErrorCode::unsupported,
                         speaks_http2 ? "the server does not agree on HTTP/2 by ALPN"
                                      : "the server insists on HTTP/2, we speak HTTP/1.1 here"});
      return;
    }
    is_down_ = false;
    last_failure_ = {};
    auto session = speaks_http2 ? make_http2_client_session(*this, session_settings_)
                                : make_http1_client_session(*this, session_settings_);
    ClientConnection::Settings settings = connection_settings_;
    settings.closes_idle = !speaks_http2;
    connections_.push_back(std::make_unique<ClientConnection>(
        lane_, std::move(stream), std::move(session), settings,
        std::span(scratch_.get(), scratch_bytes), static_cast<ClientConnection::Owner&>(*this)));
    dispatch();
  }

  void on_connect_failed(const Failure& why) override {
    last_failure_ = why;
    if (!connections_.empty()) return;
    is_down_ = true;
    fail_waiting(why);
  }

  void on_progress(ClientConnection& connection) override {
    if (connection.session().is_confirmed()) connector_.on_proved_good();
    if (!waiting_.empty()) lane_.at_turn_end(*this);
  }

  void on_ended(ClientConnection& connection, const Failure& why) override {
    const bool is_confirmed = connection.session().is_confirmed();
    std::erase_if(connections_, [&](const auto& owned) { return owned.get() == &connection; });
    if (!is_confirmed) {  // it never spoke the protocol: do not knock again at once
      connector_.on_proved_bad();
      on_connect_failed(why);
    }
    lane_.at_turn_end(*this);
  }

  runtime::Lane& lane_;
  const ClientSettings settings_;
  const ClientSessionSettings session_settings_;
  const ClientConnection::Settings connection_settings_;
  const std::unique_ptr<char[]> scratch_;
  Connector connector_;
  std::vector<std::unique_ptr<ClientConnection>> connections_;
  std::list<std::unique_ptr<Call>> waiting_;
  std::vector<Verdict> verdicts_;
  size_t pending_ = 0;
  Failure last_failure_;
  bool is_down_ = false;
  bool is_closed_ = false;
  bool* is_destroyed_ = nullptr;  // while callbacks run: where to leave word
};

}  // namespace

std::unique_ptr<Client> Client::create(runtime::Lane& lane, runtime::Worker& worker,
                                       const ClientSettings& settings) {
  return std::make_unique<PooledClient>(lane, worker, settings);
}

}  // namespace telemill::transport
