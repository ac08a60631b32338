// A loop of recv and send on non-blocking sockets: what any proxy in user space pays at least.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "limits/limits.h"
#include "runtime/endpoint.h"
#include "runtime/socket.h"

namespace telemill::bench {
namespace {

constexpr size_t buffer_bytes = size_t{256} << 10;

/// One end of a relayed connection and what waits to be sent there.
struct End {
  runtime::Descriptor socket;
  End* other = nullptr;
  std::string waiting;  // came from the other end
  bool is_closed = false;
};

class Relay {
 public:
  Relay(runtime::Descriptor listener, runtime::Address target)
      : listener_(std::move(listener)), target_(std::move(target)), events_(::epoll_create1(0)) {
    watch(listener_.number(), nullptr, EPOLLIN);
  }

  /// Until the process is killed.
  void run() {
    std::array<epoll_event, 64> ready;
    for (;;) {
      const int count = ::epoll_wait(events_.number(), ready.data(), ready.size(), -1);
      for (int i = 0; i < count; ++i) {
        auto* const end = static_cast<End*>(ready[static_cast<size_t>(i)].data.ptr);
        if (end == nullptr) {
          accept();
          continue;
        }
        send_waiting(*end);
        receive(*end);
      }
      std::erase_if(ends_, [](const auto& end) { return end->is_closed; });
    }
  }

 private:
  void watch(int number, End* end, uint32_t what) {
    epoll_event event{.events = what, .data = {.ptr = end}};
    ::epoll_ctl(events_.number(), EPOLL_CTL_ADD, number, &event);
  }

  void accept() {
    runtime::Address peer;
    auto accepted = runtime::accept_from(listener_, peer);
    if (!accepted || !*accepted) return;
    auto connecting = runtime::start_connect(target_);
    if (!connecting) return;
    auto client = std::make_unique<End>();
    auto server = std::make_unique<End>();
    client->socket = std::move(*accepted);
    server->socket = std::move(*connecting);
    client->other = server.get();
    server->other = client.get();
    for (End* end : {client.get(), server.get()}) {
      const int on = 1;
      ::setsockopt(end->socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      // Edges: whoever is ready is drained, and a full socket reports when it has room again.
      watch(end->socket.number(), end, EPOLLIN | EPOLLOUT | EPOLLET);
    }
    ends_.push_back(std::move(client));
    ends_.push_back(std::move(server));
  }

  void receive(End& from) {
    End& to = *from.other;
    // While the other side is full nothing more is taken; `send_waiting` takes up again.
    while (!from.is_closed && to.waiting.empty()) {
      const ssize_t got = ::recv(from.socket.number(), scratch_.data(), scratch_.size(), 0);
      if (got == 0 || (got < 0 && errno != EAGAIN)) return close(from);
      if (got < 0) return;
      send(to, {scratch_.data(), static_cast<size_t>(got)});
    }
  }

  void send(End& to, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(to.socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      // Before a connection stands there is ENOTCONN or EAGAIN.
      if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return close(to);
      if (sent < 0) break;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    to.waiting.append(bytes);
  }

  void send_waiting(End& to) {
    if (to.is_closed || to.waiting.empty()) return;
    send(to, std::exchange(to.waiting, {}));
    if (to.waiting.empty()) receive(*to.other);
  }

  static void close(End& end) {
    end.is_closed = end.other->is_closed = true;
    end.socket = {};
    end.other->socket = {};
  }

  runtime::Descriptor listener_;
  runtime::Address target_;
  runtime::Descriptor events_;
  std::string scratch_ = std::string(buffer_bytes, '\0');
  std::vector<std::unique_ptr<End>> ends_;
};

Result<runtime::Address, Failure> address_of(std::string_view text) {
  TELEMILL_ASSIGN(const runtime::Endpoint endpoint, runtime::Endpoint::parse(text));
  TELEMILL_ASSIGN(const std::vector<runtime::Address> all, runtime::resolve(endpoint));
  return all.front();
}

Result<void, Failure> run_relay(std::string_view listen, std::string_view target) {
  TELEMILL_ASSIGN(const runtime::Address here, address_of(listen));
  TELEMILL_ASSIGN(const runtime::Address there, address_of(target));
  TELEMILL_ASSIGN(runtime::Descriptor listener, runtime::listen_on(here, true));
  Relay(std::move(listener), there).run();
  return {};
}

}  // namespace

Failure relay(std::string_view listen, std::string_view target) {
  auto ended = run_relay(listen, target);
  return ended ? Failure{} : ended.error();
}

}  // namespace telemill::bench
