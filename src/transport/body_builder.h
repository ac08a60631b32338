#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/buffer.h"
#include "runtime/memory_budget.h"
#include "transport/server.h"

namespace telemill::transport {

/// Assembles a request body in one piece, under a limit and the lane's memory budget. Room is paid
/// for before it is allocated: at once for a declared size that is believable, by doubling beyond.
class BodyBuilder {
 public:
  /// The largest declared size for which room is made before the bytes have come.
  static constexpr size_t trusted_bytes_max = size_t{1} << 20;

  explicit BodyBuilder(runtime::LaneBudget& budget) noexcept : budget_(&budget) {}

  /// Begins a body of at most `bytes_max` bytes.
  void start(size_t bytes_max) noexcept {
    reset();
    bytes_max_ = bytes_max;
  }
  /// The peer has said that the body will have `bytes` in all; room for `trusted` of them is made
  /// now. Returns why the body has to be refused, if it has to.
  [[nodiscard]] std::optional<Refusal> expect(uint64_t bytes, size_t trusted = trusted_bytes_max);
  [[nodiscard]] std::optional<Refusal> append(std::string_view bytes);

  /// Room for direct reading of up to `bytes_max`; empty when there is none left.
  [[nodiscard]] std::span<char> space(size_t bytes_max) noexcept;
  /// So many bytes were put into `space()`.
  void commit(size_t bytes) noexcept;
  /// Makes more room for direct reading, towards the declared size.
  [[nodiscard]] std::optional<Refusal> make_space();

  [[nodiscard]] size_t size() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::string_view view() const noexcept { return bytes_.view(); }
  /// Bytes that are paid for.
  [[nodiscard]] size_t reserved_bytes() const noexcept { return admission_.bytes(); }
  [[nodiscard]] Body take() noexcept { return {std::move(bytes_), std::move(admission_)}; }
  void reset() noexcept {
    bytes_ = base::Buffer();
    admission_.reset();
    declared_bytes_ = 0;
  }

 private:
  std::optional<Refusal> reserve(size_t bytes);

  runtime::LaneBudget* budget_;
  base::Buffer bytes_;
  runtime::Admission admission_;
  size_t bytes_max_ = 0;
  size_t declared_bytes_ = 0;  // zero: not known
};

}  // namespace telemill::transport
