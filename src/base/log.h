#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

/// Structured log lines: a fixed event name and fields apart from it, never telemetry contents or
/// secrets. Any thread may log; each thread limits the rate of each event name by itself, except in
/// `write_unlimited`.
namespace telemill::log {

enum class Level : uint8_t { debug, info, warn, error };

/// One field. Borrows its text until the call returns.
struct Field {
  using Value = std::variant<std::string_view, int64_t, uint64_t, double, bool>;

  Field(std::string_view key_, const char* text) : key(key_), value(std::string_view(text)) {}
  Field(std::string_view key_, std::string_view text) : key(key_), value(text) {}
  Field(std::string_view key_, const std::string& text)
      : key(key_), value(std::string_view(text)) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Field(std::string_view key_, T number) : key(key_), value(widen(number)) {}

  std::string_view key;
  Value value;

 private:
  template <class T>
  static Value widen(T number) {
    if constexpr (std::is_same_v<T, bool>) {
      return number;
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(number);
    } else if constexpr (std::is_signed_v<T>) {
      return static_cast<int64_t>(number);
    } else {
      return static_cast<uint64_t>(number);
    }
  }
};
using Fields = std::initializer_list<Field>;

/// Where finished lines go and how they look. Set once, before other threads start.
struct Settings {
  Level level = Level::info;
  bool as_json = false;
  /// Per event name, thread and ten seconds: this many lines, then every hundredth. Zero: no limit.
  uint32_t lines_initial = 10;
  uint32_t lines_thereafter = 100;
  /// Receives each line with its newline; must be safe to call from any thread. Null: stderr.
  void (*write)(std::string_view line) = nullptr;
  /// Unix time for the line's stamp. Null: the system clock.
  uint64_t (*unix_nanos)() = nullptr;
};
void configure(const Settings& settings);

void write(Level level, std::string_view event, Fields fields);

/// For output a user asked for by name, such as the `debug` exporter's: no rate limit, and `event`
/// may be a text of many lines, which the console form prints as it is. The caller escapes what
/// peers chose; telemetry contents are allowed here and nowhere else.
void write_unlimited(Level level, std::string_view text, Fields fields);

inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace telemill::log
