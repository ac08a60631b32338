#include "load/generator.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

#include "load/replay.h"
#include "runtime/clock.h"
#include "runtime/socket.h"

namespace telemill::load {
namespace {

constexpr uint32_t lanes_max = 256;  // a lane's number has eight bits
constexpr uint32_t streams_total_max = 100'000;
constexpr int connect_wait_ms = 200;
constexpr int connect_pause_ms = 50;

Result<void, Failure> check(const GenSettings& settings) {
  const auto refuse = [](const char* what) { return fail(ErrorCode::unsupported, what); };
  if (settings.lanes == 0 || settings.lanes > lanes_max) return refuse("threads must be 1 to 256");
  if (settings.streams == 0 || settings.connections == 0 ||
      uint64_t{settings.streams} * settings.connections > streams_total_max) {
    return refuse("connections and streams must be at least 1, and 100000 together at most");
  }
  if (settings.items_per_second < 0) return refuse("the rate must not be negative");
  if (settings.protocol == Protocol::grpc && !codec::grpc_name(settings.coding)) {
    return refuse("gRPC knows none, gzip, snappy and zstd only");
  }
  if (!codec::accepts_level(settings.coding, settings.level)) {
    return refuse("this compression has no such level");
  }
  return {};
}

Result<void, Failure> try_connect(const runtime::Endpoint& endpoint) {
  TELEMILL_ASSIGN(const auto addresses, runtime::resolve(endpoint));
  std::string why = "no address";
  for (const runtime::Address& address : addresses) {
    auto socket = runtime::start_connect(address);
    if (!socket) {
      why = socket.error().message;
      continue;
    }
    pollfd wanted{.fd = socket->number(), .events = POLLOUT, .revents = 0};
    if (::poll(&wanted, 1, connect_wait_ms) <= 0) {
      why = "no answer";
      continue;
    }
    const int error = runtime::connect_error(*socket);
    if (error == 0) return {};
    why = runtime::describe_errno(error);
  }
  return fail(ErrorCode::unavailable,
              fmt::format("cannot connect to {}: {}", endpoint.to_string(), why));
}

}  // namespace

Result<void, Failure> wait_for_endpoint(const runtime::Endpoint& endpoint, Duration patience) {
  const runtime::Clock& clock = runtime::system_clock();
  const TimePoint end = clock.now() + patience;
  while (true) {
    auto connected = try_connect(endpoint);
    if (connected || clock.now() > end) return connected;
    ::poll(nullptr, 0, connect_pause_ms);
  }
}

Result<std::unique_ptr<Generator>, Failure> Generator::create(runtime::Lane& owner,
                                                              GenSettings settings) {
  TELEMILL_TRY(check(settings));
  settings.lanes = std::min(settings.lanes, settings.connections);
  std::unique_ptr<Generator> made(new Generator(owner, std::move(settings)));
  const GenSettings& own = made->settings_;
  TELEMILL_ASSIGN(made->templates_, own.replay_file.empty()
                                        ? make_workload(own.workload, own.seed)
                                        : read_capture(own.replay_file, own.workload.signal,
                                                       own.workload.items_per_request));
  return made;
}

Result<void, Failure> Generator::make_senders() {
  TELEMILL_ASSIGN(threads_,
                  runtime::LaneThreads::create(
                      {.lane_count = settings_.lanes, .is_pinned = false, .seed = settings_.seed}));
  worker_ = std::make_unique<runtime::Worker>();
  for (uint32_t i = 0; i < settings_.lanes; ++i) {
    const auto split = [&](uint64_t total) {
      return total / settings_.lanes + (i < total % settings_.lanes ? 1 : 0);
    };
    SenderShare share;
    share.series = {.run = run_of_seed(settings_.seed), .lane = static_cast<uint8_t>(i)};
    share.connections = static_cast<uint32_t>(split(settings_.connections));
    share.items_per_second = settings_.items_per_second / settings_.lanes;
    if (settings_.requests) share.requests = split(*settings_.requests);
    std::unique_ptr<IdFile> ids;
    if (!settings_.ids_file.empty()) {
      TELEMILL_ASSIGN(ids, IdFile::open(settings_.ids_file, i == 0));
    }
    progress_.push_back(std::make_unique<GenProgress>());
    senders_.push_back(std::make_unique<Sender>(threads_->lane(i), *worker_, settings_, templates_,
                                                share, std::move(ids), *progress_.back(), [this] {
                                                  base::UniqueFunction<void()> task = [this] {
                                                    on_sender_done();
                                                  };
                                                  TELEMILL_CHECK(owner_.post(task));
                                                }));
  }
  return {};
}

Generator::~Generator() {
  if (threads_) {
    threads_->stop();
    threads_->join();
  }
  senders_.clear();  // before their lanes
}

Result<void, Failure> Generator::start(base::UniqueFunction<void()> on_done) {
  TELEMILL_TRY(make_senders());
  on_done_ = std::move(on_done);
  running_ = senders_.size();
  for (size_t i = 0; i < senders_.size(); ++i) {
    base::UniqueFunction<void()> task = [sender = senders_[i].get()] { sender->start(); };
    TELEMILL_CHECK(threads_->lane(i).post(task));
  }
  return threads_->start();
}

void Generator::stop() {
  for (size_t i = 0; i < senders_.size(); ++i) {
    base::UniqueFunction<void()> task = [sender = senders_[i].get()] { sender->stop_sending(); };
    (void)threads_->lane(i).post(task);  // refused only by a lane that has ended
  }
}

void Generator::on_sender_done() {
  if (--running_ > 0) return;
  for (const auto& sender : senders_) {
    report_.merge(sender->report());
    has_lost_ids_ = has_lost_ids_ || sender->has_lost_ids();
  }
  on_done_();
}

GenTotals Generator::progress() const {
  GenTotals totals;
  for (const auto& lane : progress_) {
    totals.sent_items += static_cast<uint64_t>(lane->sent_items.value());
    totals.acknowledged_items += static_cast<uint64_t>(lane->acknowledged_items.value());
    totals.lost_requests += static_cast<uint64_t>(lane->lost_requests.value());
  }
  return totals;
}

}  // namespace telemill::load
