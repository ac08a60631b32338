#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "load/gen_report.h"
#include "load/histogram.h"
#include "load/id_set.h"
#include "otlp/signal.h"

namespace telemill::load {

/// What a sink has seen of one signal.
struct SignalTally {
  Count accepted;
  Count refused;               // on command
  uint64_t undecodable = 0;    // requests that broke their coding or OTLP
  uint64_t wire_bytes = 0;     // of accepted bodies as they came
  uint64_t message_bytes = 0;  // of them, decoded
  uint64_t foreign = 0;        // items without an id of the generator's
  uint64_t duplicates = 0;
  uint64_t unchecked = 0;  // items beyond what the id set remembers
  uint64_t id_sum = 0;     // of all accepted items, duplicates too, modulo 2^64
  Histogram latency;       // nanoseconds from the intended sending to here
  IdSet ids;

  void merge(const SignalTally& other);
};

/// Of one lane, or merged over all.
struct SinkReport {
  std::array<SignalTally, otlp::signal_count> signals;
  uint64_t resets = 0;
  uint64_t lost_writes = 0;  // blocks of --save or --ids-out that could not be written
  bool is_cheap = false;     // ids were summed, not checked

  [[nodiscard]] const SignalTally& of(otlp::Signal signal) const noexcept {
    return signals[static_cast<size_t>(signal)];
  }
  void merge(const SinkReport& other);
  /// Different items of all signals; of a cheap run, all items.
  [[nodiscard]] uint64_t unique_items() const;
};

/// For people: a few lines per signal that was seen.
std::string describe(const SinkReport& report);
/// One JSON object, schema "telemill.sink/1".
std::string to_json(const SinkReport& report);

}  // namespace telemill::load
