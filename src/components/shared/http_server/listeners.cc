#include "components/shared/http_server/listeners.h"

#include <utility>

#include "runtime/socket.h"

namespace telemill::components::shared {

using runtime::Address;
using runtime::Endpoint;

Endpoint::Family family_of(SocketKind kind) noexcept {
  switch (kind) {
    case SocketKind::tcp:
      return Endpoint::Family::tcp;
    case SocketKind::tcp4:
      return Endpoint::Family::tcp4;
    case SocketKind::tcp6:
      return Endpoint::Family::tcp6;
    case SocketKind::unix_socket:
      break;
  }
  return Endpoint::Family::unix_socket;
}

Result<void, Failure> Listeners::open(const pipeline::ComponentContext& context, const Place& place,
                                      const transport::ServerSettings& settings,
                                      transport::Handler& handler) {
  TELEMILL_ASSIGN(const Endpoint parsed, Endpoint::parse(place.endpoint, family_of(place.kind)));
  const bool can_be_shared = place.kind != SocketKind::unix_socket && parsed.port != 0;
  if (!context.is_first_lane && !can_be_shared) return {};
  TELEMILL_ASSIGN(const std::vector<Address> addresses, runtime::resolve(parsed));
  Failure last{ErrorCode::unavailable, "no address to listen on"};
  bool is_listening = false;
  for (const Address& address : addresses) {
    auto socket = runtime::listen_on(address, context.is_first_lane);
    if (!socket) {
      // A host name may have addresses this machine lacks, such as ::1; a taken port is final.
      last = std::move(socket).error();
      if (last.code != ErrorCode::unsupported) return fail(std::move(last));
      continue;
    }
    const auto bound = runtime::bound_address(*socket);
    if (bound) port_ = bound->port();
    if (context.is_first_lane && bound) {
      context.logger.info("Starting " + std::string(place.what) + " server",
                          {{"endpoint", bound->to_string()}});
    }
    servers_.push_back(transport::Server::create(context.lane, context.budget, *std::move(socket),
                                                 settings, handler));
    is_listening = true;
    if (parsed.port == 0) break;  // one free port, not one per address
  }
  if (!is_listening) return fail(std::move(last));
  return {};
}

void Listeners::drain(base::UniqueFunction<void()> done) {
  if (servers_.empty()) return done();
  struct Waiting {
    size_t left;
    base::UniqueFunction<void()> done;
  };
  auto waiting = std::make_shared<Waiting>(servers_.size(), std::move(done));
  for (const auto& server : servers_) {
    server->drain([waiting] {
      if (--waiting->left == 0) waiting->done();
    });
  }
}

}  // namespace telemill::components::shared
