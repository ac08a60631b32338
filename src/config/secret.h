#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace telemill::config {

/// Stands for every secret that is printed.
inline constexpr std::string_view redacted = "[REDACTED]";

/// A string that does not print itself: tokens, passwords, header values.
class Secret {
 public:
  Secret() noexcept = default;
  explicit Secret(std::string value) noexcept : value_(std::move(value)) {}

  /// The secret itself, for the wire and nothing else. Borrows.
  [[nodiscard]] const std::string& reveal() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const Secret&, const Secret&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Secret&);

 private:
  std::string value_;
};

}  // namespace telemill::config
