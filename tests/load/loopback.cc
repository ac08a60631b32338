#include "loopback.h"

#include <cstdlib>
#include <filesystem>

#include "runtime/clock.h"

namespace telemill::load {

void Loopback::SetUp() {
  auto lane = runtime::Lane::create({});
  ASSERT_TRUE(lane.has_value());
  lane_ = std::move(lane).value();
}

void Loopback::start_sink(SinkSettings settings) {
  auto endpoint = runtime::Endpoint::parse("127.0.0.1:0");
  ASSERT_TRUE(endpoint.has_value());
  settings.endpoints = {std::move(endpoint).value()};
  auto sink = Sink::start(*lane_, settings);
  ASSERT_TRUE(sink.has_value()) << sink.error().message;
  sink_ = std::move(sink).value();
}

GenSettings Loopback::to_sink() const {
  GenSettings settings;
  settings.endpoint.host = "127.0.0.1";
  settings.endpoint.port = sink_->addresses().front().port();
  settings.workload.items_per_request = 50;
  settings.connections = 2;
  settings.streams = 4;
  settings.requests = 40;
  settings.seed = 11;
  return settings;
}

std::unique_ptr<Generator> Loopback::start_generator(GenSettings settings, bool& is_done) {
  auto generator = Generator::create(*lane_, std::move(settings));
  if (!generator) {
    ADD_FAILURE() << generator.error().message;
    std::abort();
  }
  EXPECT_TRUE((*generator)->start([&is_done] { is_done = true; }).has_value());
  return std::move(generator).value();
}

GenReport Loopback::generate(GenSettings settings) {
  bool is_done = false;
  const auto generator = start_generator(std::move(settings), is_done);
  turn_until([&] { return is_done; });
  EXPECT_FALSE(generator->has_lost_ids());
  return generator->report();
}

SinkReport Loopback::collect() {
  SinkReport report;
  bool is_done = false;
  sink_->collect([&](SinkReport collected) {
    report = std::move(collected);
    is_done = true;
  });
  turn_until([&] { return is_done; });
  return report;
}

void Loopback::turn_until(const std::function<bool()>& is_done) {
  const TimePoint end = runtime::system_clock().now() + std::chrono::minutes(1);
  while (!is_done()) {
    ASSERT_LT(runtime::system_clock().now(), end) << "nothing came of it in a minute";
    lane_->run_turn(std::chrono::milliseconds(20));
  }
}

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "telemill-load-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) std::abort();
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace telemill::load
