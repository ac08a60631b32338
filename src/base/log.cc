#include "base/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <functional>
#include <iterator>
#include <unordered_map>

namespace telemill::log {
namespace {

Settings settings;

constexpr std::string_view names[] = {"debug", "info", "warn", "error"};

uint64_t unix_nanos() {
  if (settings.unix_nanos != nullptr) return settings.unix_nanos();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count());
}

/// How often one thread wrote one event in the running interval.
struct Rate {
  uint64_t interval = 0;
  uint32_t count = 0;
};

bool is_within_rate(std::string_view event, uint64_t now_nanos) {
  constexpr uint64_t interval_nanos = 10'000'000'000;
  if (settings.lines_initial == 0) return true;
  thread_local std::unordered_map<size_t, Rate> rates;  // event names are a small fixed set
  Rate& rate = rates[std::hash<std::string_view>{}(event)];
  const uint64_t interval = now_nanos / interval_nanos;
  if (rate.interval != interval) rate = {interval, 0};
  const uint32_t count = ++rate.count;
  return count <= settings.lines_initial ||
         (settings.lines_thereafter > 0 &&
          (count - settings.lines_initial) % settings.lines_thereafter == 0);
}

/// Bytes of the well-formed UTF-8 sequence at the start of `text`; zero when there is none.
size_t sequence_bytes(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool is_overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool is_surrogate = first == 0xed && byte(1) > 0x9f;
  const bool is_beyond_unicode = first == 0xf4 && byte(1) > 0x8f;
  return is_overlong || is_surrogate || is_beyond_unicode ? 0 : size;
}

/// As a JSON string: peers choose some of our fields, and no byte of theirs may break the line.
void append_quoted(fmt::memory_buffer& line, std::string_view text) {
  line.push_back('"');
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const size_t size = sequence_bytes(text);
    if (size == 0) {
      line.append(std::string_view("\\ufffd"));
    } else if (byte == '"' || byte == '\\') {
      line.push_back('\\');
      line.push_back(text.front());
    } else if (byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
    } else {
      line.append(text.substr(0, size));
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  line.push_back('"');
}

void append_value(fmt::memory_buffer& line, const Field::Value& value) {
  std::visit(
      [&line](const auto& v) {
        using Value = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          append_quoted(line, v);
        } else if constexpr (std::is_same_v<Value, double>) {
          const char* const quote = std::isfinite(v) ? "" : "\"";  // JSON has no infinity
          fmt::format_to(std::back_inserter(line), "{0}{1}{0}", quote, v);
        } else {
          fmt::format_to(std::back_inserter(line), "{}", v);
        }
      },
      value);
}

void append_stamp(fmt::memory_buffer& line, uint64_t now_nanos) {
  const std::chrono::sys_time<std::chrono::seconds> seconds{
      std::chrono::seconds(now_nanos / 1'000'000'000)};
  fmt::format_to(std::back_inserter(line), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", seconds,
                 now_nanos / 1'000'000 % 1000);
}

void append_console(fmt::memory_buffer& line, Level level, std::string_view event, Fields fields) {
  fmt::format_to(std::back_inserter(line), "\t{}\t{}", names[static_cast<size_t>(level)], event);
  if (fields.size() == 0) return;
  line.push_back('\t');
  char separator = '{';
  for (const Field& field : fields) {
    line.push_back(separator);
    append_quoted(line, field.key);
    line.push_back(':');
    append_value(line, field.value);
    separator = ',';
  }
  line.push_back('}');
}

void append_json(fmt::memory_buffer& line, Level level, std::string_view event, Fields fields) {
  fmt::format_to(std::back_inserter(line), R"(","level":"{}","msg":)",
                 names[static_cast<size_t>(level)]);
  append_quoted(line, event);
  for (const Field& field : fields) {
    line.push_back(',');
    append_quoted(line, field.key);
    line.push_back(':');
    append_value(line, field.value);
  }
  line.push_back('}');
}

/// Long lines may need several turns, when stderr is a pipe that is nearly full.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nowhere left to complain
    text.remove_prefix(static_cast<size_t>(written));
  }
}

void write_line(Level level, std::string_view event, Fields fields, uint64_t now_nanos) {
  fmt::memory_buffer line;
  if (settings.as_json) {
    line.append(std::string_view(R"({"ts":")"));
    append_stamp(line, now_nanos);
    append_json(line, level, event, fields);
  } else {
    append_stamp(line, now_nanos);
    append_console(line, level, event, fields);
  }
  line.push_back('\n');
  const std::string_view text(line.data(), line.size());
  if (settings.write != nullptr) {
    settings.write(text);
  } else {
    write_to_stderr(text);
  }
}

}  // namespace

void configure(const Settings& changed) { settings = changed; }

void write(Level level, std::string_view event, Fields fields) {
  if (level < settings.level) return;
  const uint64_t now_nanos = unix_nanos();
  if (is_within_rate(event, now_nanos)) write_line(level, event, fields, now_nanos);
}

void write_unlimited(Level level, std::string_view text, Fields fields) {
  if (level >= settings.level) write_line(level, text, fields, unix_nanos());
}

}  // namespace telemill::log
