#include "components/receivers/otlp/receiver_fixture.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <utility>

#include "base/log.h"
#include "codec/compressor.h"
#include "components/receivers/otlp/otlp.h"
#include "components/registry.h"
#include "config/yaml_reader.h"
#include "pipeline/extension.h"
#include "transport/client_fixture.h"

namespace telemill::components::receivers::otlp::testing {
namespace {

/// The receiver's log lines since a fixture was made. Tests run on one thread.
std::string& log_text() {
  static std::string text;
  return text;
}

/// What the line about `protocol` names as the endpoint; an empty one when there is none.
runtime::Endpoint logged_endpoint(std::string_view protocol, bool is_unix) {
  const std::string event = "Starting " + std::string(protocol) + " server";
  const size_t line = log_text().find(event);
  if (line == std::string::npos) return {};
  constexpr std::string_view key = "\"endpoint\":\"";
  const size_t begin = log_text().find(key, line) + key.size();
  const std::string text = log_text().substr(begin, log_text().find('"', begin) - begin);
  const auto family =
      is_unix ? runtime::Endpoint::Family::unix_socket : runtime::Endpoint::Family::tcp;
  auto endpoint = runtime::Endpoint::parse(text, family);
  EXPECT_TRUE(endpoint.has_value()) << text;
  return endpoint ? *endpoint : runtime::Endpoint{};
}

config::Node node_of(const std::string& protocols) {
  std::string text = "protocols:\n";
  size_t begin = 0;
  while (begin < protocols.size()) {
    const size_t end = std::min(protocols.find('\n', begin), protocols.size());
    text += "  " + protocols.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
  config::Problems problems;
  auto node = config::read_yaml(text, 0, problems);
  EXPECT_TRUE(node.has_value()) << text;
  return node ? *std::move(node) : config::Node{};
}

}  // namespace

/// Extensions as their factories make them.
class ExtensionsOfTest final : public pipeline::Extensions {
 public:
  ExtensionsOfTest(const std::string& yaml, const pipeline::ComponentContext& context) {
    config::Problems problems;
    const auto root = config::read_yaml(yaml, 0, problems);
    for (const config::Entry& entry : root.value().entries) add(entry, context, problems);
    for (const config::Problem& problem : problems) ADD_FAILURE() << problem.message;
  }
  [[nodiscard]] pipeline::Extension* find(const config::ComponentId& id) const noexcept override {
    const auto found = running_.find(id);
    return found == running_.end() ? nullptr : found->second.second.get();
  }

 private:
  void add(const config::Entry& entry, pipeline::ComponentContext context,
           config::Problems& problems) {
    context.id = config::parse_component_id(entry.key).value();
    for (const pipeline::Factory* factory : components::all_factories()) {
      if (factory->info().type != context.id.type) continue;
      auto& [settings, extension] = running_[context.id];
      settings = factory->parse(entry.value, entry.key, problems);
      extension = factory->create_extension(context, *settings);
      const auto started = extension->start();
      EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
    }
  }

  std::map<config::ComponentId, std::pair<std::unique_ptr<pipeline::ComponentConfig>,
                                          std::unique_ptr<pipeline::Extension>>>
      running_;
};

void ScriptedPipeline::consume(pipeline::Batch batch) {
  seen.push_back({batch.signal(), std::string(batch.payload.bytes().flatten().view()),
                  batch.item_count(), batch.context});
  if (holds) {
    held.push_back(std::move(batch.done));
  } else {
    batch.done.settle(outcome);
  }
}

void ScriptedPipeline::release() {
  for (pipeline::Completion& completion : held) completion.settle(outcome);
  held.clear();
}

ReceiverFixture::ReceiverFixture(const std::string& protocols,
                                 std::initializer_list<Signal> signals, size_t budget_bytes,
                                 const std::string& extensions)
    : lane_(std::move(runtime::Lane::create({})).value()),
      process_budget_(budget_bytes),
      budget_(process_budget_),
      worker_(std::make_unique<runtime::Worker>()) {
  log_text().clear();
  log::configure({.lines_initial = 0, .write = [](std::string_view line) { log_text() += line; }});
  config::Problems problems;
  config_ = factory().parse(node_of(protocols), "receivers::otlp", problems);
  for (const config::Problem& problem : problems) ADD_FAILURE() << problem.message;
  pipeline::ReceiverOutputs outputs{};
  for (const Signal signal : signals) outputs[static_cast<size_t>(signal)] = &pipeline;
  pipeline::ComponentContext context{.id = {.type = "otlp", .name = {}},
                                     .lane = *lane_,
                                     .budget = budget_,
                                     .worker = *worker_,
                                     .metrics = metrics_,
                                     .shared = shared_};
  if (!extensions.empty()) extensions_ = std::make_unique<ExtensionsOfTest>(extensions, context);
  context.extensions = extensions_.get();
  receiver_ = factory().create_receiver(context, *config_, outputs);
  const auto started = receiver_->start();
  EXPECT_TRUE(started.has_value()) << (started ? "" : started.error().message);
  const bool is_unix = protocols.find("transport: unix") != std::string::npos;
  http_ = logged_endpoint("HTTP", is_unix);
  grpc_ = logged_endpoint("gRPC", is_unix);
}

ReceiverFixture::~ReceiverFixture() {
  pipeline.held.clear();
  receiver_.reset();
  extensions_.reset();
  lane_->run_turn({});
  log::configure({});
}

bool ReceiverFixture::run_until(const std::function<bool()>& is_done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    lane_->run_turn(std::chrono::milliseconds(1));
    if (on_idle) on_idle();
  }
  return true;
}

transport::ClientSettings ReceiverFixture::http_settings() const {
  transport::ClientSettings settings;
  settings.endpoint = http_;
  settings.authority = "receiver.test";
  settings.protocol = transport::ClientProtocol::http1;
  return settings;
}

transport::ClientSettings ReceiverFixture::grpc_settings() const {
  transport::ClientSettings settings = http_settings();
  settings.endpoint = grpc_;
  settings.protocol = transport::ClientProtocol::http2;
  return settings;
}

transport::ClientResponse ReceiverFixture::exchange(const transport::ClientSettings& settings,
                                                    transport::ClientRequest request) {
  const auto client = transport::Client::create(*lane_, *worker_, settings);
  transport::testing::Outcome outcome;
  client->send(std::move(request), outcome.callback());
  EXPECT_TRUE(run_until([&] { return outcome.is_done(); })) << "no answer";
  client->close();
  run_until([&] { return outcome.is_done(); });
  if (outcome.is_good()) return outcome.response();
  ADD_FAILURE() << (outcome.is_done() ? outcome.failure().message : "no answer");
  return {};
}

bool ReceiverFixture::is_refused(const transport::ClientSettings& settings) {
  const auto client = transport::Client::create(*lane_, *worker_, settings);
  transport::testing::Outcome outcome;
  transport::ClientRequest request;
  request.path = "/v1/traces";
  request.timeout = std::chrono::seconds(2);
  client->send(std::move(request), outcome.callback());
  run_until([&] { return outcome.is_done(); });
  return outcome.is_done() && !outcome.is_good();
}

transport::ClientResponse ReceiverFixture::send(const Post& post,
                                                const transport::ClientSettings& settings) {
  transport::ClientRequest request;
  request.method = post.method;
  request.path = post.path;
  if (!post.content_type.empty()) request.headers.push_back({"content-type", post.content_type});
  for (const transport::Header& header : post.headers) request.headers.push_back(header);
  request.body.append(base::Slice::copy_of(post.body));
  return exchange(settings, std::move(request));
}

transport::ClientResponse ReceiverFixture::send(const Post& post) {
  return send(post, http_settings());
}

transport::ClientResponse ReceiverFixture::call_raw(const Call& call,
                                                    const transport::ClientSettings& settings) {
  return send({.path = call.path,
               .body = call.frame,
               .content_type = call.content_type,
               .headers = call.headers},
              settings);
}

transport::grpc::Reply ReceiverFixture::call(const Call& asked) {
  return transport::grpc::read_reply(call_raw(asked, grpc_settings()));
}

std::string ReceiverFixture::raw(const runtime::Endpoint& to, std::string_view bytes, bool ends) {
  const auto addresses = runtime::resolve(to);
  EXPECT_TRUE(addresses.has_value());
  const runtime::Address& address = addresses->front();
  const runtime::Descriptor socket(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address.storage), address.size),
      0);
  std::string answer;
  bool is_shut = false;
  const bool is_over = run_until([&] {
    pollfd waiting{socket.number(), POLLIN, 0};
    if (!bytes.empty()) waiting.events |= POLLOUT;
    ::poll(&waiting, 1, 0);
    if ((waiting.revents & POLLOUT) != 0) {
      const ssize_t sent =
          ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
      if (sent < 0 && errno != EAGAIN) bytes = {};
    }
    if (bytes.empty() && ends && !std::exchange(is_shut, true)) {
      ::shutdown(socket.number(), SHUT_WR);
    }
    if ((waiting.revents & (POLLIN | POLLHUP)) == 0) return false;
    std::array<char, 65536> piece;
    const ssize_t count = ::recv(socket.number(), piece.data(), piece.size(), MSG_DONTWAIT);
    if (count > 0) answer.append(piece.data(), static_cast<size_t>(count));
    return count == 0 || (count < 0 && errno != EAGAIN);
  });
  EXPECT_TRUE(is_over) << "the receiver keeps the connection open after " << answer;
  return answer;
}

std::string field(int number, std::string_view content) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  size_t size = content.size();
  for (; size >= 0x80; size >>= 7) bytes.push_back(static_cast<char>(size | 0x80));
  bytes.push_back(static_cast<char>(size));
  return bytes.append(content);
}

std::string request_of(Signal signal, size_t item_count) {
  std::string items;
  for (size_t i = 0; i < item_count; ++i) {
    if (signal == Signal::metrics) {
      items += field(2, field(5, field(1, "")));  // a gauge with one point
    } else if (signal == Signal::profiles) {
      items += field(2, field(2, ""));  // a profile with one sample
    } else {
      items += field(2, "");
    }
  }
  return field(1, field(2, items));
}

std::string framed(std::string_view message, bool is_compressed) {
  std::string frame(transport::grpc::prefix_bytes, '\0');
  transport::grpc::write_prefix(
      {.is_compressed = is_compressed, .size_bytes = static_cast<uint32_t>(message.size())},
      frame.data());
  return frame.append(message);
}

std::string coded(codec::Coding coding, std::string_view message) {
  static codec::Compressor compressor;
  const auto bytes = compressor.compress(coding, base::Rope(base::Slice::copy_of(message)));
  EXPECT_TRUE(bytes.has_value());
  return std::string(bytes->view());
}

}  // namespace telemill::components::receivers::otlp::testing
