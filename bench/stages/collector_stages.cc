// The whole way in user space: a collector's real lane between two sockets, one thread, one turn at
// a time. Its peers live in the same thread and are not measured.
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/log.h"
#include "components/registry.h"
#include "config/load.h"
#include "config/sources.h"
#include "engine/lane_graph.h"
#include "engine/status_board.h"
#include "runtime/shared_objects.h"
#include "runtime/socket.h"
#include "runtime/worker.h"
#include "stages/peers.h"
#include "stages/stage.h"

namespace telemill::bench {
namespace {

constexpr size_t batch_spans = 8192;  // the batch processor's own default
constexpr size_t read_bytes = 256 * 1024;

/// A peer's end of a connection: moves bytes between a session and a non-blocking socket.
template <class Session>
class Pump {
 public:
  void connect(runtime::Descriptor socket) { socket_ = std::move(socket); }
  [[nodiscard]] bool is_connected() const noexcept { return static_cast<bool>(socket_); }

  void move(Session& session) {
    for (;;) {
      const ssize_t count = ::recv(socket_.number(), scratch_.data(), scratch_.size(), 0);
      if (count <= 0) break;
      session.receive({scratch_.data(), static_cast<size_t>(count)});
    }
    for (;;) {
      if (session.output().empty()) session.prepare_output();
      std::array<iovec, 64> pieces;
      const msghdr message{.msg_iov = pieces.data(), .msg_iovlen = session.output().pieces(pieces)};
      if (message.msg_iovlen == 0) return;
      const ssize_t count = ::sendmsg(socket_.number(), &message, MSG_NOSIGNAL);
      if (count <= 0) return;
      session.output().consume(static_cast<size_t>(count));
    }
  }

 private:
  runtime::Descriptor socket_;
  std::string scratch_ = std::string(read_bytes, '\0');
};

runtime::Address abstract_address(const std::string& name) {
  return runtime::resolve(
             runtime::Endpoint::parse("@" + name, runtime::Endpoint::Family::unix_socket).value())
      .value()
      .front();
}

/// The back end: takes what the collector sends and counts the spans.
class BackEnd {
 public:
  explicit BackEnd(const std::string& name)
      : listener_(runtime::listen_on(abstract_address(name), true).value()) {
    driver_.settings().connection_window_bytes = 64 << 20;
  }

  void step() {
    if (!pump_.is_connected()) {
      runtime::Address peer;
      auto accepted = runtime::accept_from(listener_, peer).value();
      if (!accepted) return;
      pump_.connect(std::move(accepted));
      session_ = std::make_unique<transport::Http2Session>(driver_.context());
    }
    const size_t before = handler_.requests;
    pump_.move(*session_);
    if (handler_.requests == before) return;
    const base::Slice body = std::exchange(handler_.last_body, {}).freeze();
    const auto part = walker_.walk(otlp::Signal::traces, body.sub(5, body.size() - 5));
    TELEMILL_CHECK(part.has_value() && handler_.requests == before + 1);
    spans_ += part->item_count;
  }
  [[nodiscard]] size_t spans() const noexcept { return spans_; }

 private:
  runtime::Descriptor listener_;
  AcceptingHandler handler_;
  transport::SessionDriver driver_{handler_, 256 << 20};
  Pump<transport::Http2Session> pump_;
  std::unique_ptr<transport::Http2Session> session_;
  otlp::Walker walker_;
  size_t spans_ = 0;
};

engine::Plan make_plan(const std::string& receiver, const std::string& back_end) {
  const std::string yaml = "yaml:{receivers: {otlp: {protocols: {grpc: {endpoint: '@" + receiver +
                           "', transport: unix}}}}, processors: {batch: {timeout: 1h}}, "
                           "exporters: {otlp_grpc: {endpoint: 'unix:@" +
                           back_end +
                           "', compression: none, tls: {insecure: true}}}, service: {pipelines: "
                           "{traces: {receivers: [otlp], processors: [batch], exporters: "
                           "[otlp_grpc]}}}}";
  config::YamlSource source;
  config::Sources sources;
  sources.add(source);
  config::Loaded loaded = config::load({.uris = {yaml}, .sets = {}}, sources);
  engine::Plan plan = engine::make_plan(loaded.root, components::all_factories(), loaded.problems);
  TELEMILL_CHECK(!loaded.problems.has_errors());
  return plan;
}

/// A collector of one lane, its client and its back end.
class Relay {
 public:
  explicit Relay(const std::string& name)
      : back_end_(name + "-out"),
        plan_(make_plan(name + "-in", name + "-out")),
        lane_(runtime::Lane::create({}).value()),
        graph_(plan_,
               {.lane = *lane_,
                .budget = budget_,
                .worker = worker_,
                .metrics = metrics_,
                .shared = shared_,
                .statuses = statuses_},
               nullptr) {
    TELEMILL_CHECK(graph_.start().has_value());
    pump_.connect(runtime::start_connect(abstract_address(name + "-in")).value());
    client_ = transport::make_http2_client_session(calls_, settings_);
    for (int turn = 0; client_->room() == 0; ++turn) {
      TELEMILL_CHECK(turn < 10'000);
      step(nullptr);
    }
  }
  ~Relay() {
    // The answers to the last batch are still on their way.
    for (int turn = 0; turn < 8; ++turn) step(nullptr);
  }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Sends `count` requests, `in_flight` at a time, and takes turns until all are answered and all
  /// full batches have arrived.
  void run(const std::vector<base::Slice>& requests, size_t count, size_t in_flight,
           size_t spans_due, Meter* meter) {
    const size_t wanted = calls_.good + count;
    size_t sent = 0;
    for (int turn = 0; calls_.good < wanted || back_end_.spans() < spans_due; ++turn) {
      TELEMILL_CHECK(turn < 1'000'000);
      while (sent < count && client_->call_count() < in_flight) {
        client_->start(make_export_call(requests[sent++ % requests.size()]));
      }
      step(meter);
    }
  }

 private:
  void step(Meter* meter) {
    pump_.move(*client_);
    if (meter != nullptr) meter->resume();
    lane_->run_turn(Duration::zero());
    if (meter != nullptr) meter->pause();
    back_end_.step();
  }

  BackEnd back_end_;
  const engine::Plan plan_;
  runtime::MemoryBudget process_{1 << 30};
  runtime::LaneBudget budget_{process_};
  runtime::MetricRegistry metrics_;
  const std::unique_ptr<runtime::Lane> lane_;
  runtime::Worker worker_;
  runtime::SharedObjects shared_;
  engine::StatusBoard statuses_{*lane_, [] {}};
  engine::LaneGraph graph_;
  CallCounter calls_;
  const transport::ClientSessionSettings settings_ = peer_settings();
  std::unique_ptr<transport::ClientSession> client_;
  Pump<transport::ClientSession> pump_;
};

/// Requests until the batch processor sends, again and again: every round ends as it began.
template <size_t spans, size_t in_flight>
void collector(Meter& meter, size_t rounds) {
  log::configure({.level = log::Level::error});
  Relay relay("telemill-stages-" + std::to_string(::getpid()) + "-" + std::to_string(spans) + "-" +
              std::to_string(in_flight));
  const std::vector<base::Slice> requests = house_requests(spans);
  const size_t count = (batch_spans + spans - 1) / spans;
  for (size_t round = 0; round <= rounds; ++round) {  // the first one only warms up
    relay.run(requests, count, in_flight, (round + 1) * count * spans,
              round == 0 ? nullptr : &meter);
  }
  meter.add(rounds * count, rounds * count * spans);
}

}  // namespace

std::vector<Stage> collector_stages() {
  return {
      {"collector_1000x8", &collector<1000, 8>, 16}, {"collector_512x8", &collector<512, 8>, 12},
      {"collector_100x8", &collector<100, 8>, 6},    {"collector_10x8", &collector<10, 8>, 2},
      {"collector_512x1", &collector<512, 1>, 12},   {"collector_100x1", &collector<100, 1>, 6},
      {"collector_10x1", &collector<10, 1>, 2}};
}

}  // namespace telemill::bench
