#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/endpoint.h"
#include "runtime/lane.h"
#include "runtime/memory_budget.h"
#include "runtime/socket.h"
#include "transport/grpc.h"
#include "transport/server.h"

/// What the server's tests share: a handler that remembers and a server on the test's own lane.
namespace telemill::transport {

/// Answers every request with a line about it; gRPC ones with their own message. Keeps what it was
/// asked. `holds`: keeps the exchanges open instead.
class RecordingHandler final : public Handler {
 public:
  struct Seen {
    std::string method, path, query, authority, body;
    std::vector<Header> headers;
    HttpVersion version;
  };

  HeadVerdict on_head(const RequestHead& head) override {
    ++head_count;
    HeadVerdict verdict;
    verdict.body_bytes_max = body_bytes_max;
    verdict.is_grpc = grpc::is_grpc_content_type(head.header("content-type"));
    if (head.path == "/refused") {
      verdict.answer = std::make_unique<Response>();
      verdict.answer->status = 401;
    }
    return verdict;
  }

  void on_request(const RequestHead& head, Body body, Exchange exchange) override {
    Seen one{.method = std::string(head.method),
             .path = std::string(head.path),
             .query = std::string(head.query),
             .authority = std::string(head.authority),
             .body = std::string(body.bytes.view()),
             .headers = {},
             .version = head.version};
    for (const HeaderView& field : head.headers) {
      one.headers.push_back({std::string(field.name), std::string(field.value)});
    }
    seen.push_back(std::move(one));
    if (head.path == "/dropped") return;
    const bool is_grpc = grpc::is_grpc_content_type(head.header("content-type"));
    Response response = is_grpc ? grpc_echo(std::move(body)) : describe(seen.back());
    if (holds || head.path == "/held") {
      held.emplace_back(std::move(exchange));
      held_answers.push_back(std::move(response));
    } else {
      exchange.respond(std::move(response));
    }
  }

  Response on_refusal(const RequestHead& head, Refusal refusal) override {
    refusals.push_back(refusal);
    if (grpc::is_grpc_content_type(head.header("content-type"))) {
      const grpc::Code code =
          refusal == Refusal::unreadable ? grpc::Code::internal : grpc::Code::resource_exhausted;
      return grpc::make_response({.code = code, .message = "refused", .details = {}}, {});
    }
    Response response;
    response.status = refusal == Refusal::overloaded ? 503 : 400;
    return response;
  }

  /// Answers what is held, oldest first.
  void release_held() {
    for (size_t i = 0; i < held.size(); ++i) held[i].respond(std::move(held_answers[i]));
    held.clear();
    held_answers.clear();
  }

  size_t body_bytes_max = size_t{4} << 20;
  bool holds = false;
  size_t head_count = 0;
  std::vector<Seen> seen;
  std::vector<Refusal> refusals;
  std::vector<Exchange> held;
  std::vector<Response> held_answers;

 private:
  static Response grpc_echo(Body body) {
    base::Slice bytes = std::move(body.bytes).freeze();
    if (bytes.size() < grpc::prefix_bytes) {
      return grpc::make_response({.code = grpc::Code::internal, .message = "short", .details = {}},
                                 {});
    }
    return grpc::make_response(
        {}, base::Rope(bytes.sub(grpc::prefix_bytes, bytes.size() - grpc::prefix_bytes)));
  }
  static Response describe(const Seen& seen) {
    Response response;
    response.content_type = "text/plain";
    response.body.append(base::Slice::copy_of(seen.method + " " + seen.path + " " +
                                              std::to_string(seen.body.size()) + "\n"));
    return response;
  }
};

/// A server on loopback whose lane runs in the test's thread, one turn at a time.
class ServerFixture {
 public:
  explicit ServerFixture(const ServerSettings& settings = {}, size_t budget_bytes = 64 << 20)
      : lane_(std::move(runtime::Lane::create({})).value()),
        process_budget_(budget_bytes),
        budget_(process_budget_) {
    const auto endpoint = runtime::Endpoint::parse("127.0.0.1:0");
    const auto addresses = runtime::resolve(endpoint.value());
    auto listener = runtime::listen_on(addresses.value().front(), true);
    EXPECT_TRUE(listener.has_value()) << listener.error().message;
    address_ = runtime::bound_address(listener.value()).value();
    server_ = Server::create(*lane_, budget_, std::move(listener).value(), settings, handler);
  }

  [[nodiscard]] runtime::Lane& lane() noexcept { return *lane_; }
  [[nodiscard]] Server& server() noexcept { return *server_; }
  [[nodiscard]] const runtime::Address& address() const noexcept { return address_; }
  [[nodiscard]] runtime::LaneBudget& budget() noexcept { return budget_; }
  void destroy_server() noexcept { server_.reset(); }

  /// Runs turns until `is_done`; false after a generous while.
  bool run_until(const std::function<bool()>& is_done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      lane_->run_turn(std::chrono::milliseconds(1));
    }
    return true;
  }

  RecordingHandler handler;

 private:
  std::unique_ptr<runtime::Lane> lane_;
  runtime::MemoryBudget process_budget_;
  runtime::LaneBudget budget_;
  runtime::Address address_;
  std::unique_ptr<Server> server_;
};

}  // namespace telemill::transport
