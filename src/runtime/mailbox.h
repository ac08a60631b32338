#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace telemill::runtime {

/// A bounded lock-free queue from any number of threads to one. Each cell carries a sequence
/// number that says whose turn it is (D. Vyukov's bounded queue), so producers meet only on the
/// tail counter. `T` moves without throwing.
template <class T>
class Mailbox {
  static constexpr size_t line_bytes = 64;
  // In the tail counter, so that closing and claiming a cell are one order of events.
  static constexpr size_t closed_bit = ~(~size_t{0} >> 1);

 public:
  /// Room for `capacity` elements, rounded up to a power of two.
  explicit Mailbox(size_t capacity)
      : mask_(std::bit_ceil(capacity < 2 ? size_t{2} : capacity) - 1),
        cells_(std::make_unique<Cell[]>(mask_ + 1)) {
    for (size_t i = 0; i <= mask_; ++i) cells_[i].sequence.store(i, std::memory_order_relaxed);
  }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() {
    T left;
    while (try_pop(left)) {
    }
  }

  /// Any thread. False when full or closed: `value` stays with the caller, who must have an answer
  /// for that.
  [[nodiscard]] bool try_push(T& value) noexcept {
    size_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[tail & mask_];
      const size_t sequence = cell.sequence.load(std::memory_order_acquire);
      const auto distance = static_cast<ptrdiff_t>(sequence - tail);
      if (distance == 0) {
        if (!tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_relaxed)) continue;
        cell.value = std::move(value);
        cell.sequence.store(tail + 1, std::memory_order_release);
        return true;
      }
      if (distance < 0) return false;  // full, or closed: such a tail lies ahead of any sequence
      tail = tail_.load(std::memory_order_relaxed);
    }
  }

  /// The one consumer.
  [[nodiscard]] bool try_pop(T& value) noexcept {
    Cell& cell = cells_[head_ & mask_];
    if (cell.sequence.load(std::memory_order_acquire) != head_ + 1) return false;
    value = std::move(cell.value);
    cell.value = T{};  // what it held must not live on in the queue
    cell.sequence.store(head_ + mask_ + 1, std::memory_order_release);
    ++head_;
    return true;
  }

  /// Any thread: refuses every later push. A push that was accepted before will be popped.
  void close() noexcept { tail_.fetch_or(closed_bit, std::memory_order_relaxed); }
  /// Any thread.
  [[nodiscard]] bool is_closed() const noexcept {
    return (tail_.load(std::memory_order_relaxed) & closed_bit) != 0;
  }
  /// The one consumer: whether all accepted pushes are popped. A push under way counts as accepted
  /// even while `try_pop` cannot see it yet.
  [[nodiscard]] bool is_empty() const noexcept {
    return (tail_.load(std::memory_order_relaxed) & ~closed_bit) == head_;
  }

  [[nodiscard]] size_t capacity() const noexcept { return mask_ + 1; }

 private:
  struct Cell {
    std::atomic<size_t> sequence{0};
    T value{};
  };

  const size_t mask_;
  const std::unique_ptr<Cell[]> cells_;
  alignas(line_bytes) std::atomic<size_t> tail_{0};
  alignas(line_bytes) size_t head_ = 0;
};

}  // namespace telemill::runtime
