#include "load/sink.h"

#include <fmt/format.h>

#include <utility>

namespace telemill::load {
namespace {

constexpr uint32_t lanes_max = 256;
constexpr size_t admin_body_bytes_max = 4_KiB;

transport::Response text_answer(int status, std::string_view text) {
  transport::Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body.append(base::Slice::copy_of(fmt::format("{}\n", text)));
  return response;
}

Result<runtime::Address, Failure> first_address(const runtime::Endpoint& endpoint) {
  TELEMILL_ASSIGN(auto addresses, runtime::resolve(endpoint));
  if (addresses.empty()) {
    return fail(ErrorCode::unavailable, fmt::format("{} has no address", endpoint.to_string()));
  }
  return std::move(addresses.front());
}

}  // namespace

Result<std::unique_ptr<Sink>, Failure> Sink::start(runtime::Lane& owner,
                                                   const SinkSettings& settings) {
  if (settings.lanes == 0 || settings.lanes > lanes_max) {
    return fail(ErrorCode::unsupported, "threads must be 1 to 256");
  }
  std::unique_ptr<Sink> sink(new Sink(owner, settings));
  TELEMILL_TRY(sink->make_lanes());
  for (const runtime::Endpoint& endpoint : settings.endpoints) {
    TELEMILL_TRY(sink->listen(endpoint));
  }
  if (settings.admin) TELEMILL_TRY(sink->listen_admin());
  TELEMILL_TRY(sink->threads_->start());
  return sink;
}

Result<void, Failure> Sink::make_lanes() {
  TELEMILL_ASSIGN(
      threads_, runtime::LaneThreads::create({.lane_count = settings_.lanes, .is_pinned = false}));
  transport::ServerSettings server;
  server.tls = settings_.tls;
  // The window must not be what a generator waits for.
  server.connection_window_bytes = settings_.body_bytes_max;
  for (uint32_t i = 0; i < settings_.lanes; ++i) {
    TELEMILL_ASSIGN(auto inspector, Inspector::create(settings_.inspector, i == 0));
    progress_.push_back(std::make_unique<SinkProgress>());
    lanes_.push_back(std::make_unique<SinkLane>(threads_->lane(i), budget_, server,
                                                settings_.body_bytes_max, std::move(inspector),
                                                settings_.behaviour, *progress_.back()));
  }
  return {};
}

Result<void, Failure> Sink::listen(const runtime::Endpoint& endpoint) {
  TELEMILL_ASSIGN(runtime::Address address, first_address(endpoint));
  for (size_t i = 0; i < lanes_.size(); ++i) {
    TELEMILL_ASSIGN(runtime::Descriptor listener, runtime::listen_on(address, i == 0));
    TELEMILL_ASSIGN(address, runtime::bound_address(listener));
    lanes_[i]->listen(std::move(listener));
  }
  addresses_.push_back(address);
  return {};
}

Result<void, Failure> Sink::listen_admin() {
  TELEMILL_ASSIGN(const runtime::Address address, first_address(*settings_.admin));
  TELEMILL_ASSIGN(runtime::Descriptor listener, runtime::listen_on(address, true));
  TELEMILL_ASSIGN(admin_address_, runtime::bound_address(listener));
  admin_ = transport::Server::create(owner_, admin_budget_, std::move(listener), {}, *this);
  return {};
}

Sink::~Sink() {
  if (threads_) {
    threads_->stop();
    threads_->join();
  }
  lanes_.clear();  // before their event loops
}

void Sink::behave(const Behaviour& behaviour) {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    base::UniqueFunction<void()> task = [lane = lanes_[i].get(),
                                         own = std::make_unique<Behaviour>(behaviour)] {
      lane->behave(*own);
    };
    (void)threads_->lane(i).post(task);  // refused only by a lane that has ended
  }
}

void Sink::forget_latencies() {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    base::UniqueFunction<void()> task = [lane = lanes_[i].get()] { lane->forget_latencies(); };
    (void)threads_->lane(i).post(task);  // refused only by a lane that has ended
  }
}

void Sink::collect(base::UniqueFunction<void(SinkReport)> done) {
  auto collection = std::make_shared<Collection>();
  collection->waiting = lanes_.size();
  collection->done = std::move(done);
  for (size_t i = 0; i < lanes_.size(); ++i) {
    base::UniqueFunction<void()> ask = [this, lane = lanes_[i].get(), collection] {
      auto report = std::make_unique<SinkReport>(lane->report());
      base::UniqueFunction<void()> tell = [collection, own = std::move(report)] {
        collection->sum.merge(*own);
        if (--collection->waiting == 0) collection->done(std::move(collection->sum));
      };
      (void)owner_.post(tell);  // refused only by an owner that has ended
    };
    (void)threads_->lane(i).post(ask);
  }
}

SinkTotals Sink::progress() const {
  SinkTotals totals;
  for (const auto& lane : progress_) {
    totals.accepted.items += static_cast<uint64_t>(lane->items.value());
    totals.accepted.requests += static_cast<uint64_t>(lane->requests.value());
    totals.refused_requests += static_cast<uint64_t>(lane->refused_requests.value());
  }
  return totals;
}

transport::HeadVerdict Sink::on_head(const transport::RequestHead& head) {
  transport::HeadVerdict verdict;
  verdict.body_bytes_max = admin_body_bytes_max;
  const bool is_summary = head.path == "/summary" && head.method == "GET";
  const bool is_behaviour = head.path == "/behaviour" && head.method == "POST";
  const bool is_latencies = head.path == "/forget-latencies" && head.method == "POST";
  if (!is_summary && !is_behaviour && !is_latencies) {
    verdict.answer = std::make_unique<transport::Response>(
        text_answer(404,
                    "GET /summary, POST /behaviour?refuse=CODE[:N]&delay=50ms... or "
                    "POST /forget-latencies"));
  }
  return verdict;
}

void Sink::on_request(const transport::RequestHead& head, transport::Body,
                      transport::Exchange exchange) {
  if (head.path == "/forget-latencies") {
    forget_latencies();
    return exchange.respond(text_answer(200, "ok"));
  }
  if (head.path == "/behaviour") {
    const auto behaviour = parse_behaviour(head.query);
    if (behaviour) behave(*behaviour);
    return exchange.respond(behaviour ? text_answer(200, "ok")
                                      : text_answer(400, behaviour.error().message));
  }
  collect([own = std::make_shared<transport::Exchange>(std::move(exchange))](SinkReport report) {
    transport::Response response;
    response.content_type = "application/json";
    response.body.append(base::Slice::copy_of(to_json(report) + "\n"));
    own->respond(std::move(response));
  });
}

transport::Response Sink::on_refusal(const transport::RequestHead&, transport::Refusal) {
  return text_answer(400, "request cannot be read");
}

}  // namespace telemill::load
