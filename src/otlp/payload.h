#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/buffer.h"
#include "base/small_vector.h"
#include "otlp/signal.h"
#include "otlp/walk.h"

namespace telemill::otlp {

/// Telemetry of one signal: one or more checked parts, in order of arrival. Repeated fields of
/// concatenated messages append, so the parts of a payload read as one request.
///
/// Profiles are the exception: each request carries its own dictionary, so a payload of profiles
/// has exactly one part.
class Payload {
 public:
  explicit Payload(Signal signal) noexcept : signal_(signal) {}
  Payload(Signal signal, Part part) : signal_(signal) { append(std::move(part)); }

  [[nodiscard]] Signal signal() const noexcept { return signal_; }
  [[nodiscard]] size_t item_count() const noexcept { return item_count_; }
  [[nodiscard]] size_t byte_count() const noexcept { return byte_count_; }
  [[nodiscard]] bool empty() const noexcept { return item_count_ == 0; }
  [[nodiscard]] const base::SmallVector<Part, 1>& parts() const noexcept TELEMILL_LIFETIMEBOUND {
    return parts_;
  }

  /// Whether `append` is allowed: false for a second request of profiles.
  [[nodiscard]] bool can_append() const noexcept {
    return signal_ != Signal::profiles || parts_.empty();
  }
  /// Links `part` behind the others; no byte is copied.
  void append(Part part) {
    TELEMILL_CHECK(can_append());
    item_count_ += part.item_count;
    byte_count_ += part.bytes.size();
    parts_.push_back(std::move(part));
  }
  void append(Payload other) {
    TELEMILL_CHECK(other.signal_ == signal_);
    for (Part& part : other.parts_) append(std::move(part));
  }

  /// The request's bytes, linked.
  [[nodiscard]] base::Rope bytes() const {
    base::Rope rope;
    for (const Part& part : parts_) rope.append(part.bytes);
    return rope;
  }

 private:
  Signal signal_;
  base::SmallVector<Part, 1> parts_;
  size_t item_count_ = 0;
  size_t byte_count_ = 0;
};

}  // namespace telemill::otlp
