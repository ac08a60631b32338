// SIGTERM while clients hold connections open: nobody delays the end beyond what is fair, and what
// was accepted is delivered.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "integration/collector_process.h"
#include "integration/connection.h"
#include "integration/grpc_session.h"

namespace telemill::integration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

enum class Port : uint8_t { http, grpc };

/// A client that leaves its connection in some state.
struct Held {
  const char* name;
  Port port;
  std::string bytes;
  seconds patience;  // how long it may delay the end
};

std::string http2_begin() {
  return std::string(transport::http2_client_preface) + transport::raw_frame(4, 0, 0, {});
}

std::string half_call() {
  transport::Http2TestClient client;
  client.request(traces_method, "half", {{"content-type", "application/grpc"}}, false);
  return client.take_output();
}

std::vector<Held> held_connections() {
  return {
      {"silent_on_http", Port::http, "", seconds(1)},
      {"silent_on_grpc", Port::grpc, "", seconds(1)},
      {"two_letters", Port::http, "PR", seconds(1)},
      {"idle_http1", Port::http, http_post(spans(1)), seconds(2)},
      {"half_a_head", Port::http, http_post(spans(1)).substr(0, 20), seconds(6)},
      {"half_a_body", Port::http, http_head(100) + "half", seconds(6)},
      {"idle_http2", Port::grpc, http2_begin(), seconds(3)},
      {"half_a_call", Port::grpc, half_call(), seconds(6)},
  };
}

void PrintTo(const Held& held, std::ostream* out) { *out << held.name; }

class ShutdownClients : public ::testing::TestWithParam<Held> {};

TEST_P(ShutdownClients, MayDelayTheEndOnlyALittle) {
  CollectorProcess collector(plain_config, {"--lanes", "2"});
  const Held& held = GetParam();
  Connection connection(held.port == Port::http ? collector.http_port() : collector.grpc_port());
  ASSERT_TRUE(connection.send(held.bytes));
  Connection other(collector.http_port());
  ASSERT_TRUE(other.send(http_post(spans(7), "connection: close\r\n")));
  ASSERT_EQ(status_of(other.receive_answer()), 200);
  std::this_thread::sleep_for(milliseconds(50));

  const auto begun = std::chrono::steady_clock::now();
  const Counts counts = collector.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, held.patience + seconds(2)) << "it was slow";
  EXPECT_EQ(counts.delivered, counts.received);
  EXPECT_GE(counts.received, 7);
  EXPECT_EQ(collector.child().log().find("deadline exceeded"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(States, ShutdownClients, ::testing::ValuesIn(held_connections()),
                         [](const auto& held) { return std::string(held.param.name); });

TEST(Shutdown, WhoFinishesInTimeHearsTheAnswer) {
  CollectorProcess collector(plain_config);
  const std::string request = http_post(spans(3));
  Connection slow(collector.http_port());
  ASSERT_TRUE(slow.send(request.substr(0, request.size() - 1)));
  std::this_thread::sleep_for(milliseconds(50));
  collector.child().send_signal(SIGTERM);
  ASSERT_TRUE(collector.child().wait_for_log("Starting shutdown"));
  std::this_thread::sleep_for(milliseconds(500));
  ASSERT_TRUE(slow.send(request.substr(request.size() - 1)));
  const std::string answer = slow.receive_answer();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_NE(answer.find("connection: close"), std::string::npos);
  EXPECT_EQ(collector.stop().received, 3);
}

TEST(Shutdown, TakesNoNewConnections) {
  CollectorProcess collector(plain_config);
  Connection half(collector.http_port());
  ASSERT_TRUE(half.send(http_head(10)));
  std::this_thread::sleep_for(milliseconds(50));
  collector.child().send_signal(SIGTERM);
  ASSERT_TRUE(collector.child().wait_for_log("Starting shutdown"));
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_TRUE(is_port_closed(collector.http_port()));
  EXPECT_TRUE(is_port_closed(collector.grpc_port()));
  collector.stop();
}

}  // namespace
}  // namespace telemill::integration
