#include "load/sink_lane.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "transport/grpc.h"
#include "wire/schema.h"

namespace telemill::load {
namespace {

namespace grpc = transport::grpc;

constexpr std::array<const wire::Schema*, otlp::signal_count> request_schemas{
    &wire::schema::traces_request, &wire::schema::metrics_request, &wire::schema::logs_request,
    &wire::schema::profiles_request};
constexpr int code_invalid_argument = 3;
constexpr int code_internal = 13;

struct Route {
  otlp::Signal signal;
  bool is_grpc;
};

std::optional<Route> route_of(std::string_view path) noexcept {
  for (const otlp::Signal signal : otlp::all_signals) {
    if (path == otlp::names(signal).http_path) return Route{signal, false};
    if (path == otlp::names(signal).grpc_path) return Route{signal, true};
  }
  return std::nullopt;
}

Speech speech_of(const transport::RequestHead& head, bool is_grpc) noexcept {
  if (is_grpc) return Speech::grpc;
  return head.header("content-type").starts_with("application/json") ? Speech::http_json
                                                                     : Speech::http_protobuf;
}

std::unique_ptr<transport::Response> status_only(int status) {
  auto response = std::make_unique<transport::Response>();
  response->status = status;
  return response;
}

}  // namespace

SinkLane::SinkLane(runtime::Lane& lane, runtime::MemoryBudget& budget,
                   const transport::ServerSettings& server_settings, size_t body_bytes_max,
                   std::unique_ptr<Inspector> inspector, const Behaviour& behaviour,
                   SinkProgress& progress)
    : lane_(lane),
      budget_(budget),
      server_settings_(server_settings),
      body_bytes_max_(body_bytes_max),
      inspector_(std::move(inspector)),
      progress_(progress),
      behaviour_(behaviour),
      release_(lane, [this] { release_due(); }),
      reset_(lane, [this] { reset_all(); }) {}

SinkLane::~SinkLane() = default;

/// Keeps a twin of the listener, so that a reset does not close the port.
void SinkLane::listen(runtime::Descriptor listener) {
  runtime::Descriptor twin(::fcntl(listener.number(), F_DUPFD_CLOEXEC, 0));
  servers_.push_back(
      transport::Server::create(lane_, budget_, std::move(listener), server_settings_, *this));
  listeners_.push_back(std::move(twin));
}

void SinkLane::behave(const Behaviour& behaviour) {
  behaviour_ = behaviour;
  behaved_requests_ = 0;
  has_stalled_ = false;
  stalled_until_ = {};
  for (Held& held : held_) held.due = lane_.now();
  release_due();
}

void SinkLane::forget_latencies() {
  for (SignalTally& tally : inspector_->report().signals) tally.latency = {};
}

SinkReport SinkLane::report() {
  inspector_->flush();
  return inspector_->report();
}

transport::HeadVerdict SinkLane::on_head(const transport::RequestHead& head) {
  transport::HeadVerdict verdict;
  const auto route = route_of(head.path);
  if (!route || head.method != "POST") {
    if (grpc::is_grpc_content_type(head.header("content-type"))) {
      verdict.answer = std::make_unique<transport::Response>(
          grpc::make_response({grpc::Code::unimplemented, "no such service", {}}, {}));
    } else {
      verdict.answer = status_only(route ? 405 : 404);
    }
    return verdict;
  }
  verdict.body_bytes_max = body_bytes_max_;
  verdict.is_grpc = route->is_grpc;
  return verdict;
}

void SinkLane::on_request(const transport::RequestHead& head, transport::Body body,
                          transport::Exchange exchange) {
  const auto route = route_of(head.path);
  TELEMILL_CHECK(route.has_value());
  ++behaved_requests_;
  if (behaviour_.reset_every > 0 && behaved_requests_ % behaviour_.reset_every == 0) {
    held_.push_back({TimePoint::max(), std::move(exchange), {}});  // unanswered until it is gone
    reset_.schedule(Duration{});
    return;
  }
  if (behaviour_.stall_for.count() > 0 && !has_stalled_ &&
      behaved_requests_ > behaviour_.stall_after) {
    has_stalled_ = true;
    stalled_until_ = lane_.now() + behaviour_.stall_for;
  }
  const Speech speech = speech_of(head, route->is_grpc);
  answer(std::move(exchange), take(route->signal, speech, head, std::move(body.bytes)));
}

transport::Response SinkLane::on_refusal(const transport::RequestHead& head,
                                         transport::Refusal refusal) {
  const auto route = route_of(head.path);
  const Speech speech = speech_of(head, route && route->is_grpc);
  switch (refusal) {
    case transport::Refusal::too_large:
      return refuse_answer(speech, speech == Speech::grpc ? 8 : 413, "request is too large", {});
    case transport::Refusal::overloaded:
      return refuse_answer(speech, 14, "the sink's memory budget is used up", {});
    case transport::Refusal::unreadable:
      break;
  }
  return refuse_answer(speech, code_invalid_argument, "request cannot be read", {});
}

/// Decodes, then counts or refuses. What cannot be decoded is refused whatever the behaviour.
transport::Response SinkLane::take(otlp::Signal signal, Speech speech,
                                   const transport::RequestHead& head, base::Buffer body) {
  SignalTally& tally = inspector_->tally(signal);
  const size_t wire_bytes = body.size();
  const auto part = decode(signal, speech, head, std::move(body));
  if (!part) {
    ++tally.undecodable;
    const int code = speech == Speech::grpc ? code_internal : code_invalid_argument;
    return refuse_answer(speech, code, part.error().what, {});
  }
  const bool is_refused =
      behaviour_.refuse_code != 0 &&
      (!behaviour_.refuse_requests || behaved_requests_ <= *behaviour_.refuse_requests);
  if (is_refused) {
    tally.refused.add(part->item_count);
    progress_.refused_requests += 1;
    return refuse_answer(speech, behaviour_.refuse_code, "refused on command",
                         behaviour_.retry_after);
  }
  inspector_->accept(signal, *part, wire_bytes, lane_.unix_now());
  progress_.requests += 1;
  progress_.items += part->item_count;
  return accept_answer(speech, behaviour_.partial_success);
}

Result<otlp::Part> SinkLane::decode(otlp::Signal signal, Speech speech,
                                    const transport::RequestHead& head, base::Buffer body) {
  base::Slice bytes = std::move(body).freeze();
  if (speech == Speech::grpc) {
    if (bytes.size() < grpc::prefix_bytes) return fail("the message is missing");
    TELEMILL_ASSIGN(const grpc::Prefix prefix, grpc::read_prefix(bytes.view()));
    if (prefix.size_bytes != bytes.size() - grpc::prefix_bytes) {
      return fail("the body is not one message");
    }
    bytes = bytes.sub(grpc::prefix_bytes, prefix.size_bytes);
    if (prefix.is_compressed) {
      const auto coding = codec::coding_from_grpc(head.header("grpc-encoding"));
      if (!coding) return fail("unknown grpc-encoding", 0, ErrorCode::unsupported);
      TELEMILL_ASSIGN(bytes, decompress(*coding, std::move(bytes)));
    }
    return inspector_->walk(signal, std::move(bytes));
  }
  const auto coding = codec::coding_from_http(head.header("content-encoding"));
  if (!coding) return fail("unknown content-encoding", 0, ErrorCode::unsupported);
  if (*coding != codec::Coding::identity) {
    TELEMILL_ASSIGN(bytes, decompress(codec::coding_of_http_body(*coding, bytes.view()), bytes));
  }
  if (speech == Speech::http_json) {
    TELEMILL_ASSIGN(base::Buffer decoded,
                    json_.decode(*request_schemas[static_cast<size_t>(signal)], bytes.view(),
                                 {.output_bytes_max = body_bytes_max_}));
    bytes = std::move(decoded).freeze();
  }
  return inspector_->walk(signal, std::move(bytes));
}

Result<base::Slice> SinkLane::decompress(codec::Coding coding, base::Slice body) {
  TELEMILL_ASSIGN(base::Buffer plain,
                  decompressor_.decompress(coding, body.view(), body_bytes_max_));
  return std::move(plain).freeze();
}

/// Answers now, or when delay and stall allow it. What is held is bounded by the streams that the
/// servers let clients open.
void SinkLane::answer(transport::Exchange exchange, transport::Response response) {
  const TimePoint due = std::max(lane_.now() + behaviour_.delay, stalled_until_);
  if (due <= lane_.now() && held_.empty()) return exchange.respond(std::move(response));
  held_.push_back({due, std::move(exchange), std::move(response)});
  if (!release_.is_scheduled()) release_.schedule(std::max(due - lane_.now(), Duration{}));
}

void SinkLane::release_due() {
  std::erase_if(held_, [](const Held& held) { return !held.exchange.is_open(); });
  while (!held_.empty() && held_.front().due <= lane_.now()) {
    Held held = std::move(held_.front());
    held_.pop_front();
    held.exchange.respond(std::move(held.response));
  }
  if (!held_.empty() && held_.front().due != TimePoint::max()) {
    release_.schedule(held_.front().due - lane_.now());
  }
}

/// Drops every connection, as a crash would, and serves on.
void SinkLane::reset_all() {
  ++inspector_->report().resets;
  servers_.clear();
  held_.clear();
  std::vector<runtime::Descriptor> listeners = std::move(listeners_);
  listeners_.clear();
  for (runtime::Descriptor& listener : listeners) listen(std::move(listener));
}

}  // namespace telemill::load
