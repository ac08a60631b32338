#pragma once

#include <cstdint>
#include <initializer_list>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

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

/// Fields that say who speaks; keys are literals.
using Speaker = std::vector<std::pair<std::string_view, std::string>>;

/// A line before it is a line.
struct Record {
  Level level = Level::info;
  std::string_view event;
  const Speaker* speaker = nullptr;  // null: the collector as a whole
  Fields fields;
  uint64_t unix_nanos = 0;
};

/// Sees every record that is written, besides the lines. Called by any thread, one at a time; must
/// not log.
class RecordSink {
 public:
  virtual void take(const Record& record) = 0;

 protected:
  ~RecordSink() = default;
};

class Output;

/// Where finished lines go and how they look. Set before other threads start.
struct Settings {
  Level level = Level::info;
  bool as_json = false;
  bool shows_caller = false;
  /// Per event name and level, thread and interval: this many lines, then every hundredth. Zero: no
  /// limit. An interval begins with a line; the next interval's first is preceded by a count of
  /// what was dropped.
  uint32_t lines_initial = 10;
  uint32_t lines_thereafter = 100;
  uint64_t interval_nanos = 10'000'000'000;
  /// JSON members that stand before each line's own fields: `"resource":{...},"team":"a"`.
  std::string common_fields{};
  /// Where lines go; outlive these settings. Empty: stderr.
  std::vector<Output*> outputs{};
  /// Receives each line with its newline instead of the outputs, for tests; must be safe to call
  /// from any thread.
  void (*write)(std::string_view line) = nullptr;
  /// Unix time for the line's stamp. Null: the system clock.
  uint64_t (*unix_nanos)() = nullptr;
};
void configure(const Settings& settings);
/// Null, or who else wants to know. The sink before it may go when this returns. Any thread.
void set_sink(RecordSink* sink);

/// Lines that were never written because an event was too frequent or an output took nothing.
[[nodiscard]] uint64_t dropped_lines() noexcept;

using Caller = std::source_location;

void write(Level level, std::string_view event, Fields fields, Caller caller = Caller::current(),
           const Speaker* speaker = nullptr);

/// For output a user asked for by name, such as the `debug` exporter's: no rate limit, no sink, and
/// `event` may be a text of many lines, which the console form prints as it is. The caller escapes
/// what peers chose; telemetry contents are allowed here and nowhere else.
void write_unlimited(Level level, std::string_view text, Fields fields,
                     const Speaker* speaker = nullptr);

/// `text` as a JSON string, whatever bytes it has: what is no UTF-8 is replaced.
[[nodiscard]] std::string to_json(std::string_view text);

inline void debug(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) {
  write(Level::debug, event, fields, caller);
}
inline void info(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) {
  write(Level::info, event, fields, caller);
}
inline void warn(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) {
  write(Level::warn, event, fields, caller);
}
inline void error(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) {
  write(Level::error, event, fields, caller);
}

/// Logs in the name of somebody: who it is stands in each line, before the line's own fields.
class Logger {
 public:
  Logger() = default;
  explicit Logger(Speaker speaker) : speaker_(std::move(speaker)) {}

  void debug(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) const {
    write(Level::debug, event, fields, caller, &speaker_);
  }
  void info(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) const {
    write(Level::info, event, fields, caller, &speaker_);
  }
  void warn(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) const {
    write(Level::warn, event, fields, caller, &speaker_);
  }
  void error(std::string_view event, Fields fields = {}, Caller caller = Caller::current()) const {
    write(Level::error, event, fields, caller, &speaker_);
  }
  /// See the function of that name.
  void write_unlimited(Level level, std::string_view text, Fields fields = {}) const {
    log::write_unlimited(level, text, fields, &speaker_);
  }

 private:
  Speaker speaker_;
};

}  // namespace telemill::log
