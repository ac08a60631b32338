#include "transport/connector.h"

#include <utility>

namespace telemill::transport {

/// What the worker finds out, and for whom: it may end after the connector has gone.
struct Connector::Resolution {
  runtime::Endpoint endpoint;
  std::optional<Result<std::vector<runtime::Address>, Failure>> addresses;
  Connector* connector = nullptr;  // touched on the lane only
};

Connector::Connector(runtime::Lane& lane, runtime::Worker& worker, Settings settings, Owner& owner)
    : lane_(lane),
      worker_(worker),
      settings_(std::move(settings)),
      owner_(owner),
      timer_(lane, [this] { on_timer(); }) {}

Connector::~Connector() { stop(); }

void Connector::stop() noexcept {
  if (resolution_ != nullptr) resolution_->connector = nullptr;
  resolution_.reset();
  timer_.cancel();
  drop_socket();
  state_ = State::stopped;
}

void Connector::start() {
  if (state_ != State::idle) return;
  state_ = State::resolving;
  address_count_ = 0;
  last_failure_.clear();
  resolution_ = std::make_shared<Resolution>();
  resolution_->endpoint = settings_.endpoint;
  if (resolution_->endpoint.host.empty()) resolution_->endpoint.host = "localhost";
  resolution_->connector = this;
  base::UniqueFunction<void()> job = [resolution = resolution_] {
    resolution->addresses.emplace(runtime::resolve(resolution->endpoint));
  };
  base::UniqueFunction<void()> done = [resolution = resolution_] {
    if (resolution->connector == nullptr) return;
    resolution->connector->on_resolved(std::move(*resolution->addresses));
  };
  if (!worker_.submit(job, lane_, done)) {
    fail_try({ErrorCode::over_limit, "too many names wait to be resolved"});
  }
}

void Connector::on_resolved(Result<std::vector<runtime::Address>, Failure> addresses) {
  resolution_.reset();
  if (!addresses) {
    fail_try(std::move(addresses).error());
    return;
  }
  addresses_ = *std::move(addresses);
  ++tries_;
  try_next_address();
}

void Connector::try_next_address() {
  // A loop, for sockets may fail at once at every address.
  while (address_count_ < addresses_.size()) {
    const size_t index = (tries_ - 1 + address_count_) % addresses_.size();
    ++address_count_;
    auto socket = runtime::start_connect(addresses_[index]);
    if (!socket) {
      last_failure_ = socket.error().message;
      continue;
    }
    socket_ = *std::move(socket);
    state_ = State::connecting;
    if (settings_.timeout > Duration{}) timer_.schedule(settings_.timeout);
    lane_.watch(socket_.number(), runtime::Io::write, *this);
    return;
  }
  if (last_failure_.empty()) {
    last_failure_ = "no address for " + settings_.endpoint.to_string();
  }
  fail_try({ErrorCode::unavailable, last_failure_});
}

void Connector::on_io(runtime::Io /*ready*/) {
  if (state_ == State::connecting) {
    go_on_connecting();
  } else if (state_ == State::handshaking) {
    shake_hands();
  }
}

void Connector::go_on_connecting() {
  const int error = runtime::connect_error(socket_);
  if (error != 0) {
    fail_address(runtime::describe_errno(error));
    return;
  }
  lane_.unwatch(socket_.number());
  stream_ = settings_.tls == nullptr
                ? make_plain_stream(std::move(socket_))
                : settings_.tls->wrap(std::move(socket_), settings_.endpoint.host);
  state_ = State::handshaking;
  shake_hands();
}

void Connector::shake_hands() {
  switch (stream_->handshake().kind) {
    case IoStatus::Kind::done:
      succeed();
      return;
    case IoStatus::Kind::blocked:
      lane_.watch(stream_->descriptor(), stream_->wanted(), *this);
      return;
    case IoStatus::Kind::closed:
      fail_address("the server closed the connection during the TLS handshake");
      return;
    case IoStatus::Kind::failed:
      fail_address(std::string(stream_->failure()));
      return;
  }
}

void Connector::on_timer() {
  if (state_ != State::waiting) {
    fail_address("timed out");
    return;
  }
  state_ = State::idle;
  if (owner_.wants_connection()) start();
}

void Connector::fail_address(std::string why) {
  drop_socket();
  const size_t index = (tries_ + address_count_ - 2) % addresses_.size();
  last_failure_ = "cannot connect to " + settings_.endpoint.to_string() + " at " +
                  addresses_[index].to_string() + ": " + why;
  try_next_address();
}

void Connector::fail_try(Failure why) {
  wait();
  owner_.on_connect_failed(why);
}

void Connector::on_proved_bad() {
  if (state_ == State::idle) wait();
}

void Connector::wait() {
  resolution_.reset();
  state_ = State::waiting;
  timer_.schedule(backoff_.next(lane_.random()));
}

void Connector::succeed() {
  lane_.unwatch(stream_->descriptor());
  timer_.cancel();
  state_ = State::idle;
  owner_.on_connected(std::move(stream_));
}

void Connector::drop_socket() noexcept {
  timer_.cancel();
  if (socket_) lane_.unwatch(socket_.number());
  socket_.reset();
  if (stream_ != nullptr) lane_.unwatch(stream_->descriptor());
  stream_.reset();
}

}  // namespace telemill::transport
