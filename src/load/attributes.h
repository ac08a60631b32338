#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/random.h"
#include "wire/writer.h"

namespace telemill::load {

/// Attributes under construction: collected, put in random order, written as KeyValue fields.
class Attributes {
 public:
  using Value = std::variant<std::string, int64_t, double, bool, std::vector<std::string>>;

  template <class T>
  void add(std::string_view key, T&& value) {
    if constexpr (std::is_convertible_v<T, std::string_view>) {
      entries_.push_back({std::string(key), std::string(std::string_view(value))});
    } else {
      entries_.push_back({std::string(key), Value(std::forward<T>(value))});
    }
  }

  /// Appends them as repeated `field` and forgets them.
  void write(wire::Writer& out, uint32_t field, base::Random& random);

 private:
  struct Entry {
    std::string key;
    Value value;
  };
  std::vector<Entry> entries_;
};

/// Writes `text` as an AnyValue in `field`.
void write_text_value(wire::Writer& out, uint32_t field, std::string_view text);

}  // namespace telemill::load
