#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "pipeline/component.h"
#include "transport/server.h"

namespace telemill::components::shared {

enum class SocketKind : uint8_t { tcp, tcp4, tcp6, unix_socket };
constexpr auto config_names(SocketKind) {
  return std::array{config::EnumName<SocketKind>{"tcp", SocketKind::tcp},
                    config::EnumName<SocketKind>{"tcp4", SocketKind::tcp4},
                    config::EnumName<SocketKind>{"tcp6", SocketKind::tcp6},
                    config::EnumName<SocketKind>{"unix", SocketKind::unix_socket}};
}
[[nodiscard]] runtime::Endpoint::Family family_of(SocketKind kind) noexcept;

/// The servers of one component on its lane. A port of zero and a unix socket can be held once, so
/// the first lane has them alone.
class Listeners {
 public:
  struct Place {
    const std::string& endpoint;
    SocketKind kind = SocketKind::tcp;
    std::string_view what;  // "gRPC", for the log
  };
  /// One server per address of the endpoint. The handler outlives this.
  Result<void, Failure> open(const pipeline::ComponentContext& context, const Place& place,
                             const transport::ServerSettings& settings,
                             transport::Handler& handler);
  /// Which one port 0 became; 0 where nothing listens on a port.
  [[nodiscard]] uint16_t port() const noexcept { return port_; }
  /// Takes nothing new; `done` when what is running has ended.
  void drain(base::UniqueFunction<void()> done);

 private:
  std::vector<std::unique_ptr<transport::Server>> servers_;
  uint16_t port_ = 0;
};

}  // namespace telemill::components::shared
