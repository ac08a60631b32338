#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/units.h"
#include "load/gen_settings.h"
#include "load/histogram.h"

namespace telemill::load {

/// Requests and the items in them.
struct Count {
  uint64_t requests = 0;
  uint64_t items = 0;

  void add(uint64_t items_more) noexcept {
    ++requests;
    items += items_more;
  }
  void merge(const Count& other) noexcept {
    requests += other.requests;
    items += other.items;
  }
};

/// What a run of the generator came to; of one lane, or merged over all. A request that was sent
/// again counts once: sent = acknowledged + refused + failed.
struct GenReport {
  Count sent;
  Count acknowledged;
  std::map<int, Count> refused;  // by gRPC code (below 100) or HTTP status
  Count failed;                  // no answer: connection lost, timeout, stopped
  std::string last_failure;
  std::string last_refusal;
  uint64_t retries = 0;
  uint64_t rejected_items = 0;   // of acknowledged requests, by partial success
  uint64_t unsent_items = 0;     // due by the rate, never sent for want of a free stream
  uint64_t anonymous_items = 0;  // sent without an id of ours (captures only)
  uint64_t bytes = 0;            // of message bodies as sent, each once
  uint64_t id_sum = 0;           // of acknowledged items, modulo 2^64
  Histogram latency;             // nanoseconds from the intended time to the acknowledgement
  Duration cpu{};                // user and system, of the lanes
  Duration busiest_cpu{};        // of the lane that used most
  Duration wall{};               // the longest lane, first sending to last answer

  void merge(const GenReport& other);
  [[nodiscard]] bool is_all_acknowledged() const noexcept {
    return sent.requests == acknowledged.requests && unsent_items == 0 && rejected_items == 0;
  }
};

/// For people: a few aligned lines.
std::string describe(const GenReport& report, const GenSettings& settings);
/// One JSON object, schema "telemill.gen/1".
std::string to_json(const GenReport& report, const GenSettings& settings);
/// What about the run makes its figures doubtful, a sentence each, separated by newlines; empty
/// when nothing does.
std::string doubts(const GenReport& report, const GenSettings& settings);

}  // namespace telemill::load
