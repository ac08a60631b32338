#include "integration/neighbour.h"

#include <chrono>

#include "integration/connection.h"
#include "integration/grpc_session.h"

namespace telemill::integration {
namespace {
constexpr auto pause_between = std::chrono::milliseconds(2);
}

Neighbour::Neighbour(uint16_t http_port, uint16_t grpc_port)
    : http_port_(http_port),
      grpc_port_(grpc_port),
      http_thread_([this] { run_http(); }),
      grpc_thread_([this] { run_grpc(); }) {}

void Neighbour::run_http() {
  Connection connection(http_port_);
  const std::string request = http_post(spans(10));
  while (!is_stopping_) {
    const bool is_good = connection.send(request) && status_of(connection.receive_answer()) == 200;
    ++(is_good ? successes_ : failures_);
    if (!is_good) connection = Connection(http_port_);
    std::this_thread::sleep_for(pause_between);
  }
}

void Neighbour::run_grpc() {
  auto session = std::make_unique<GrpcSession>(grpc_port_);
  while (!is_stopping_) {
    const bool is_good = session->call(transport::grpc_frame(spans(10))) == 0;
    ++(is_good ? successes_ : failures_);
    if (!is_good) session = std::make_unique<GrpcSession>(grpc_port_);
    std::this_thread::sleep_for(pause_between);
  }
}

bool Neighbour::wait_for_successes(int64_t count) const {
  const int64_t wanted = successes_ + count;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (successes_ < wanted) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause_between);
  }
  return true;
}

void Neighbour::stop() {
  is_stopping_ = true;
  if (http_thread_.joinable()) http_thread_.join();
  if (grpc_thread_.joinable()) grpc_thread_.join();
}

}  // namespace telemill::integration
