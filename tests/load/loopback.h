#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "load/generator.h"
#include "load/sink.h"
#include "runtime/lane.h"

namespace telemill::load {

/// A sink and generators over the loopback interface, all steered from the test's own lane.
class Loopback : public testing::Test {
 protected:
  void SetUp() override;

  /// Starts the sink on a free port.
  void start_sink(SinkSettings settings = {});
  /// Settings that send to the sink: 40 requests of 50 items over two connections.
  [[nodiscard]] GenSettings to_sink() const;
  /// Runs a generator to its end.
  GenReport generate(GenSettings settings);
  /// Starts one and returns at once.
  std::unique_ptr<Generator> start_generator(GenSettings settings, bool& is_done);
  SinkReport collect();
  /// Takes turns until `is_done()`; fails the test after a minute.
  void turn_until(const std::function<bool()>& is_done);
  [[nodiscard]] runtime::Lane& lane() noexcept { return *lane_; }
  [[nodiscard]] Sink& sink() noexcept { return *sink_; }

 private:
  std::unique_ptr<runtime::Lane> lane_;
  std::unique_ptr<Sink> sink_;
};

/// A new folder that is removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace telemill::load
