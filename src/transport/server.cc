#include "transport/server.h"

#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "transport/server_connection.h"

namespace telemill::transport {
namespace {

/// Per turn; more wait in the kernel's queue while others are served.
constexpr int accepts_per_turn_max = 64;
/// How long to leave the listener alone when there are no descriptors left.
constexpr Duration accept_pause = std::chrono::milliseconds(100);

/// Accepts connections and owns them.
class ListeningServer final : public Server, private runtime::IoHandler {
 public:
  ListeningServer(runtime::Lane& lane, runtime::LaneBudget& budget, runtime::Descriptor listener,
                  const ServerSettings& settings, Handler& handler)
      : shared_{.lane = lane,
                .budget = budget,
                .settings = settings,
                .handler = handler,
                .remove = [this](ServerConnection& connection) { remove(connection); }},
        listener_(std::move(listener)),
        pause_(lane, [this] { watch_listener(); }) {
    watch_listener();
  }
  ~ListeningServer() override {
    drained_ = {};
    ListeningServer::close();
    TELEMILL_CHECK(first_ == nullptr);  // destroyed inside a call to its handler
  }

  void drain(base::UniqueFunction<void()> drained) override {
    close_listener();
    drained_ = std::move(drained);
    for (ServerConnection* connection = first_; connection != nullptr;
         connection = connection->next) {
      connection->drain();
    }
    if (connection_count_ == 0) tell_drained();
  }

  void close() noexcept override {
    close_listener();
    for (ServerConnection* connection = first_; connection != nullptr;) {
      ServerConnection* const next = connection->next;
      if (connection->is_running()) {
        connection->end();
      } else {
        remove(*connection);
      }
      connection = next;
    }
  }

  [[nodiscard]] size_t connection_count() const noexcept override { return connection_count_; }

 private:
  void watch_listener() {
    if (listener_) shared_.lane.watch(listener_.number(), runtime::Io::read, *this);
  }
  void close_listener() noexcept {
    pause_.cancel();
    if (!listener_) return;
    shared_.lane.unwatch(listener_.number());
    listener_.reset();
  }

  void on_io(runtime::Io /*ready*/) override {
    for (int i = 0; i < accepts_per_turn_max; ++i) {
      if (is_full()) return shared_.lane.unwatch(listener_.number());
      runtime::Address peer;
      auto accepted = runtime::accept_from(listener_, peer);
      if (!accepted) {
        // The waiting connection keeps the listener readable: look away for a while, not spin.
        log::warn("server.accept", {{"error", accepted.error().message}});
        shared_.lane.unwatch(listener_.number());
        pause_.schedule(accept_pause);
        return;
      }
      if (!*accepted) return;
      add(std::move(*accepted), peer);
    }
  }

  [[nodiscard]] bool is_full() const noexcept {
    const size_t connections_max = shared_.settings.connections_max;
    return connections_max > 0 && connection_count_ >= connections_max;
  }

  void add(runtime::Descriptor socket, const runtime::Address& peer) {
    auto stream = shared_.settings.tls != nullptr
                      ? shared_.settings.tls->wrap(std::move(socket), std::string())
                      : make_plain_stream(std::move(socket));
    auto connection = std::make_unique<ServerConnection>(shared_, std::move(stream), peer);
    connection->next = first_;
    if (first_ != nullptr) first_->previous = connection.get();
    first_ = connection.release();
    ++connection_count_;
  }

  void remove(ServerConnection& connection) noexcept {
    (connection.previous != nullptr ? connection.previous->next : first_) = connection.next;
    if (connection.next != nullptr) connection.next->previous = connection.previous;
    if (is_full()) watch_listener();
    --connection_count_;
    std::unique_ptr<ServerConnection>(&connection).reset();
    if (connection_count_ == 0) tell_drained();  // may destroy this
  }

  void tell_drained() {
    if (!drained_) return;
    auto drained = std::move(drained_);
    drained_ = {};
    drained();
  }

  ServerShared shared_;
  runtime::Descriptor listener_;
  runtime::Timer pause_;
  ServerConnection* first_ = nullptr;
  size_t connection_count_ = 0;
  base::UniqueFunction<void()> drained_;
};

}  // namespace

std::unique_ptr<Server> Server::create(runtime::Lane& lane, runtime::LaneBudget& budget,
                                       runtime::Descriptor listener, const ServerSettings& settings,
                                       Handler& handler) {
  return std::make_unique<ListeningServer>(lane, budget, std::move(listener), settings, handler);
}

}  // namespace telemill::transport
