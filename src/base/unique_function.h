#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace telemill::base {

template <class Signature>
class UniqueFunction;

/// A callable that is moved, never copied, and called by its one owner. Captures of up to 48 bytes
/// live inside it; larger ones are allocated once. C++23's std::move_only_function may replace it.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() noexcept = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, UniqueFunction> &&
             std::is_invocable_r_v<R, F&, Args...>)
  UniqueFunction(F&& function) {  // NOLINT(google-explicit-constructor)
    using Stored = std::decay_t<F>;
    if constexpr (fits<Stored>) {
      std::construct_at(reinterpret_cast<Stored*>(storage_), std::forward<F>(function));
      table_ = &inline_table<Stored>;
    } else {
      *reinterpret_cast<Stored**>(storage_) = new Stored(std::forward<F>(function));  // NOLINT
      table_ = &heap_table<Stored>;
    }
  }
  UniqueFunction(UniqueFunction&& other) noexcept { take(other); }
  UniqueFunction& operator=(UniqueFunction&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~UniqueFunction() { reset(); }

  explicit operator bool() const noexcept { return table_ != nullptr; }
  R operator()(
      Args... args) {  // NOLINT(performance-unnecessary-value-param): the signature decides
    TELEMILL_CHECK(table_ != nullptr);
    return table_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  struct Table {
    R (*call)(std::byte* storage, Args&&... args);
    void (*move)(std::byte* to, std::byte* from) noexcept;
    void (*destroy)(std::byte* storage) noexcept;
  };
  static constexpr size_t inline_bytes = 48;
  template <class F>
  static constexpr bool fits = sizeof(F) <= inline_bytes && alignof(F) <= alignof(void*) &&
                               std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static constexpr Table inline_table = {
      [](std::byte* storage, Args&&... args) -> R {
        return (*reinterpret_cast<F*>(storage))(std::forward<Args>(args)...);
      },
      [](std::byte* to, std::byte* from) noexcept {
        F* const source = reinterpret_cast<F*>(from);
        std::construct_at(reinterpret_cast<F*>(to), std::move(*source));
        std::destroy_at(source);
      },
      [](std::byte* storage) noexcept { std::destroy_at(reinterpret_cast<F*>(storage)); }};
  template <class F>
  static constexpr Table heap_table = {
      [](std::byte* storage, Args&&... args) -> R {
        return (**reinterpret_cast<F**>(storage))(std::forward<Args>(args)...);
      },
      [](std::byte* to, std::byte* from) noexcept {
        *reinterpret_cast<F**>(to) = *reinterpret_cast<F**>(from);
      },
      [](std::byte* storage) noexcept { delete *reinterpret_cast<F**>(storage); }};  // NOLINT

  void take(UniqueFunction& other) noexcept {
    if (other.table_ == nullptr) return;
    other.table_->move(storage_, other.storage_);
    table_ = std::exchange(other.table_, nullptr);
  }
  void reset() noexcept {
    if (table_ != nullptr) std::exchange(table_, nullptr)->destroy(storage_);
  }

  const Table* table_ = nullptr;
  alignas(void*) std::byte storage_[inline_bytes];
};

}  // namespace telemill::base
