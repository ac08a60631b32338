#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/units.h"

/// How the generator numbers what it sends, so that the sink knows each item again wherever it
/// comes from, in whatever order and company.
///
/// Every item has a number: 16 bits of the run (from the seed, never zero), 8 bits of the lane that
/// made it, 36 bits that count up from zero in that lane. Its id is the number, scrambled by a
/// bijection, so that ids look random and still tell their number.
/// - spans and log records: `span_id` is the id. `trace_id` is the scrambled number of the trace,
///   and a check value made of it: what another program sent is told apart.
/// - data points have no ids: `start_time_unix_nano` is the number added to 1985, which all
///   numbers leave before 2022. Values and attributes stay what they are.
/// The time an item ended, was observed or measured is the time it was meant to be sent at.
namespace telemill::load {

/// The bijection (the finaliser of MurmurHash3) and its inverse.
constexpr uint64_t scramble(uint64_t value) noexcept {
  value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
  value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
  return value ^ (value >> 33);
}
constexpr uint64_t unscramble(uint64_t value) noexcept {
  value = (value ^ (value >> 33)) * 0x9cb4b2f8129337db;
  value = (value ^ (value >> 33)) * 0x4f74430c22a54005;
  return value ^ (value >> 33);
}

/// One lane's numbers of one run.
struct Series {
  static constexpr unsigned counter_bits = 36;
  static constexpr unsigned number_bits = 60;
  static constexpr uint64_t counter_mask = (uint64_t{1} << counter_bits) - 1;

  uint16_t run = 1;
  uint8_t lane = 0;

  [[nodiscard]] constexpr uint64_t number(uint64_t counter) const noexcept {
    return first() + (counter & counter_mask);
  }
  [[nodiscard]] constexpr uint64_t first() const noexcept {
    return (uint64_t{run} << 8 | lane) << counter_bits;
  }
};

/// The run that a seed stands for.
constexpr uint16_t run_of_seed(uint64_t seed) noexcept {
  const auto run = static_cast<uint16_t>(scramble(seed + 1));
  return run == 0 ? uint16_t{1} : run;
}

constexpr bool is_number(uint64_t number) noexcept {
  return number >> Series::number_bits == 0 && number >> (Series::counter_bits + 8) != 0;
}

inline constexpr uint64_t trace_salt = 0x7465'6c65'6d69'6c6c;

/// Sixteen bytes of a trace id.
inline void write_trace_id(uint64_t number, char* into) noexcept {
  const uint64_t front = scramble(number ^ trace_salt);
  const uint64_t back = scramble(front ^ trace_salt);
  std::memcpy(into, &front, sizeof front);
  std::memcpy(into + sizeof front, &back, sizeof back);
}
inline void write_id(uint64_t id, char* into) noexcept { std::memcpy(into, &id, sizeof id); }

/// The id in a span_id field; nothing when it is no id of ours.
inline std::optional<uint64_t> read_id(std::string_view trace_id,
                                       std::string_view span_id) noexcept {
  if (trace_id.size() != 16 || span_id.size() != 8) return std::nullopt;
  uint64_t front = 0;
  uint64_t back = 0;
  uint64_t id = 0;
  std::memcpy(&front, trace_id.data(), sizeof front);
  std::memcpy(&back, trace_id.data() + sizeof front, sizeof back);
  std::memcpy(&id, span_id.data(), sizeof id);
  if (back != scramble(front ^ trace_salt)) return std::nullopt;
  return id;
}

/// 1985-01-01T00:00:00Z, where the start times of data points begin.
inline constexpr UnixNanos number_epoch = 473'385'600'000'000'000;

constexpr UnixNanos start_time_of(uint64_t number) noexcept { return number_epoch + number; }
/// The number in a data point's start time; nothing when it cannot be one.
constexpr std::optional<uint64_t> number_in_start_time(UnixNanos start) noexcept {
  if (start < number_epoch || !is_number(start - number_epoch)) return std::nullopt;
  return start - number_epoch;
}

}  // namespace telemill::load
