#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/yaml_reader.h"
#include "pipeline/test_support.h"
#include "runtime/socket.h"
#include "transport/grpc.h"
#include "transport/server.h"

/// What tests of exporters of OTLP share: a real server on loopback that answers as it is told.
namespace telemill::components::shared {

/// Answers requests with what the test has laid out for them, then with the last of it again.
class ScriptedBackEnd final : public transport::Handler {
 public:
  struct Seen {
    std::string path;
    std::string authority;
    std::vector<transport::Header> headers;
    std::string body;

    [[nodiscard]] std::vector<std::string> values_of(std::string_view name) const {
      std::vector<std::string> values;
      for (const transport::Header& header : headers) {
        if (header.name == name) values.push_back(header.value);
      }
      return values;
    }
  };

  transport::HeadVerdict on_head(const transport::RequestHead& head) override {
    transport::HeadVerdict verdict;
    verdict.body_bytes_max = size_t{16} << 20;
    verdict.is_grpc = transport::grpc::is_grpc_content_type(head.header("content-type"));
    return verdict;
  }
  void on_request(const transport::RequestHead& head, transport::Body body,
                  transport::Exchange exchange) override {
    Seen& request = seen.emplace_back();
    request.path = head.path;
    request.authority = head.authority;
    request.body = body.bytes.view();
    for (const transport::HeaderView& header : head.headers) {
      request.headers.push_back({std::string(header.name), std::string(header.value)});
    }
    exchange.respond(answer());
  }
  transport::Response on_refusal(const transport::RequestHead& /*head*/,
                                 transport::Refusal /*refusal*/) override {
    return {.status = 500};
  }

  base::UniqueFunction<transport::Response()> answer = [] {
    return transport::grpc::make_response({}, {});
  };
  std::vector<Seen> seen;
};

/// An exporter made of YAML, in front of a back end on the same lane, in real time.
class ExporterFixture : public testing::Test {
 protected:
  ExporterFixture() : budget_(memory_) {
    const auto addresses = runtime::resolve(runtime::Endpoint::parse("127.0.0.1:0").value());
    auto listener = runtime::listen_on(addresses.value().front(), true);
    EXPECT_TRUE(listener.has_value());
    port_ = std::to_string(runtime::bound_address(*listener).value().port());
    server_ = transport::Server::create(*lane_, budget_, std::move(*listener), {}, back_end_);
  }
  ~ExporterFixture() override { exporter_.reset(); }

  [[nodiscard]] pipeline::ComponentContext context(std::string_view id) {
    return {.id = config::parse_component_id(id).value(),
            .lane = *lane_,
            .budget = budget_,
            .worker = worker_,
            .metrics = metrics_,
            .shared = shared_};
  }
  /// Replaces PORT in `yaml` by the back end's. Outcomes come at once and as they are.
  void create(const pipeline::Factory& factory, const std::string& yaml,
              otlp::Signal signal = otlp::Signal::traces) {
    try_to_create(factory, yaml, signal);
    ASSERT_EQ(start_error, "");
  }
  /// The same, for what may not start.
  void try_to_create(const pipeline::Factory& factory, std::string yaml, otlp::Signal signal) {
    for (size_t at = yaml.find("PORT"); at != std::string::npos; at = yaml.find("PORT")) {
      yaml.replace(at, 4, port_);
    }
    yaml += "\nretry_on_failure: {enabled: false}\nsending_queue: {wait_for_result: true}\n";
    config::Problems problems;
    const auto node = config::read_yaml(yaml, 0, problems);
    settings_ = factory.parse(*node, "exporter", problems);
    ASSERT_TRUE(problems.empty()) << problems.render({});
    pipeline::ComponentContext place = context(factory.info().type);
    place.extensions = extensions;
    place.status = &reports;
    exporter_ = factory.create_exporter(place, *settings_, signal);
    const auto started = exporter_->start();
    start_error = started ? "" : started.error().message;
  }
  /// Runs the lane until the peer's answer has come.
  pipeline::Outcome send(otlp::Payload payload) {
    std::optional<pipeline::Outcome> outcome;
    exporter_->consume({.payload = std::move(payload),
                        .done = pipeline::Completion(
                            [&](pipeline::Outcome settled) { outcome = std::move(settled); })});
    for (int i = 0; i < 20'000 && !outcome; ++i) lane_->run_turn(std::chrono::milliseconds(1));
    EXPECT_TRUE(outcome.has_value()) << "no outcome";
    return outcome.value_or(pipeline::Outcome::permanent("no outcome"));
  }
  pipeline::Outcome send(size_t items = 1) {
    return send(pipeline::make_payload(otlp::Signal::traces, items));
  }
  [[nodiscard]] int64_t metric(std::string_view name) const { return metrics_.total(name); }

  /// The reports of the exporter.
  struct Reports final : pipeline::StatusReporter {
    void report(pipeline::Status state, std::string_view /*message*/) override {
      states.push_back(state);
    }
    std::vector<pipeline::Status> states;
  };

  const pipeline::Extensions* extensions = nullptr;  // that exporters find
  Reports reports;
  std::string start_error;
  std::unique_ptr<runtime::Lane> lane_ = runtime::Lane::create({}).value();
  runtime::MemoryBudget memory_{size_t{64} << 20};
  runtime::LaneBudget budget_;
  runtime::Worker worker_;
  runtime::MetricRegistry metrics_;
  runtime::SharedObjects shared_;
  ScriptedBackEnd back_end_;
  std::string port_;
  std::unique_ptr<transport::Server> server_;
  std::unique_ptr<pipeline::ComponentConfig> settings_;
  std::unique_ptr<pipeline::Exporter> exporter_;
};

}  // namespace telemill::components::shared
