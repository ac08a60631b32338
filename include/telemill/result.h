#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

/// Result and its two kinds of error. Shaped like std::expected, so that C++23 can make it an
/// alias.
namespace telemill {

enum class ErrorCode : uint8_t {
  corrupt,        // the bytes break their format
  unsupported,    // well-formed, but nothing we can work with
  over_limit,     // larger, deeper or more than a stated limit
  unavailable,    // a peer, file or resource is not there now
  shutting_down,  // we are stopping
};

/// Why an operation on data failed. Sixteen bytes and no allocation, so the hot path may return it.
struct [[nodiscard]] Error {
  const char* what;     // a string literal: the rule that was broken
  uint32_t offset = 0;  // byte position in the input, for codecs
  ErrorCode code = ErrorCode::corrupt;
};
static_assert(sizeof(Error) <= 16 && std::is_trivially_copyable_v<Error>);

/// Why start-up, a file, TLS or the network failed: a sentence for a person.
struct [[nodiscard]] Failure {
  ErrorCode code = ErrorCode::unavailable;
  std::string message;
};

/// Wraps an error on its way into a Result.
template <class E>
struct [[nodiscard]] Unexpected {
  E error;
};

constexpr Unexpected<Error> fail(const char* what, size_t offset = 0,
                                 ErrorCode code = ErrorCode::corrupt) noexcept {
  return {Error{what, static_cast<uint32_t>(offset), code}};
}
constexpr Unexpected<Error> fail(Error error) noexcept { return {error}; }
inline Unexpected<Failure> fail(Failure failure) noexcept { return {std::move(failure)}; }
inline Unexpected<Failure> fail(ErrorCode code, std::string message) noexcept {
  return {Failure{code, std::move(message)}};
}

/// A value or the reason why there is none.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value) noexcept : has_value_(true) {  // NOLINT(google-explicit-constructor)
    std::construct_at(&value_, std::move(value));
  }
  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Unexpected<E> unexpected) noexcept : has_value_(false) {
    std::construct_at(&error_, std::move(unexpected.error));
  }
  Result(Result&& other) noexcept : has_value_(other.has_value_) {
    if (has_value_) {
      std::construct_at(&value_, std::move(other.value_));
    } else {
      std::construct_at(&error_, std::move(other.error_));
    }
  }
  Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      std::destroy_at(this);
      std::construct_at(this, std::move(other));
    }
    return *this;
  }
  ~Result()
    requires(std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>)
  = default;
  ~Result() {
    if (has_value_) {
      std::destroy_at(&value_);
    } else {
      std::destroy_at(&error_);
    }
  }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }

  [[nodiscard]] T& value() & noexcept { return value_; }
  [[nodiscard]] const T& value() const& noexcept { return value_; }
  [[nodiscard]] T&& value() && noexcept { return std::move(value_); }
  [[nodiscard]] T& operator*() & noexcept { return value_; }
  [[nodiscard]] const T& operator*() const& noexcept { return value_; }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
  [[nodiscard]] T* operator->() noexcept { return &value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }

  [[nodiscard]] E& error() & noexcept { return error_; }
  [[nodiscard]] const E& error() const& noexcept { return error_; }
  [[nodiscard]] E&& error() && noexcept { return std::move(error_); }

 private:
  union {
    T value_;  // NOLINT(readability-identifier-naming): private, as the union is
    E error_;  // NOLINT(readability-identifier-naming)
  };
  bool has_value_;
};

/// Success without a value, or the reason why not.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() noexcept : error_{}, has_value_(true) {}
  Result(Unexpected<E> unexpected) noexcept  // NOLINT(google-explicit-constructor)
      : error_(std::move(unexpected.error)), has_value_(false) {}

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }
  [[nodiscard]] E& error() & noexcept { return error_; }
  [[nodiscard]] const E& error() const& noexcept { return error_; }
  [[nodiscard]] E&& error() && noexcept { return std::move(error_); }

 private:
  E error_;
  bool has_value_;
};

}  // namespace telemill

#define TELEMILL_CONCAT_EXPANDED(a, b) a##b
#define TELEMILL_CONCAT(a, b) TELEMILL_CONCAT_EXPANDED(a, b)

/// Returns the error of `...` to the caller, or goes on.
#define TELEMILL_TRY(...)                                                    \
  do {                                                                       \
    if (auto telemill_result = (__VA_ARGS__); !telemill_result) [[unlikely]] \
      return ::telemill::fail(std::move(telemill_result).error());           \
  } while (false)

/// Declares `declaration` with the value of `...`, or returns its error to the caller.
#define TELEMILL_ASSIGN(declaration, ...)                                                    \
  auto TELEMILL_CONCAT(telemill_result_, __LINE__) = (__VA_ARGS__);                          \
  if (!TELEMILL_CONCAT(telemill_result_, __LINE__)) [[unlikely]]                             \
    return ::telemill::fail(std::move(TELEMILL_CONCAT(telemill_result_, __LINE__)).error()); \
  declaration = *std::move(TELEMILL_CONCAT(telemill_result_, __LINE__))
