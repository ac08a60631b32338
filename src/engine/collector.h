#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/units.h"
#include "engine/plan.h"
#include "runtime/metrics.h"
#include "telemill/result.h"

namespace telemill::engine {

/// Items over the life of a collector.
struct Summary {
  int64_t received = 0;   // accepted by pipelines
  int64_t delivered = 0;  // accepted by peers; a fan-out counts for each of them
  int64_t refused = 0;    // answered with an error to whoever sent them
  int64_t lost = 0;       // acknowledged, but given up

  [[nodiscard]] std::string to_string() const;
};

/// A plan at work: lanes on threads of their own, each with its instances. Created, run and
/// destroyed by one thread, the process's main one.
class Collector {
 public:
  struct Settings {
    size_t lane_count = 0;          // zero: one per available CPU
    bool pin_lanes = false;         // each lane to a CPU of its own
    size_t admitted_bytes_max = 0;  // of requests held; zero: a quarter of the available memory
    Duration drain_deadline = std::chrono::seconds(25);
  };

  /// Opens listeners and starts lanes. Fails, with everything closed again, when a component
  /// cannot start.
  static Result<std::unique_ptr<Collector>, Failure> start(Plan plan, const Settings& settings);
  virtual ~Collector() = default;

  /// Works until SIGTERM or SIGINT, then drains: takes nothing new, sends what it holds, ends at
  /// the deadline at the latest. SIGHUP calls `on_reload` and changes nothing by itself.
  virtual Summary run(base::UniqueFunction<void()> on_reload) = 0;
};

}  // namespace telemill::engine
