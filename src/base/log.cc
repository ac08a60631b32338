#include "base/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <iterator>
#include <mutex>
#include <unordered_map>

#include "base/log_output.h"

namespace telemill::log {
namespace {

/// The sink is called under the mutex, so that it may go once it is unset.
struct State {
  Settings settings;
  std::mutex sink_mutex;
  std::atomic<RecordSink*> sink{nullptr};
  std::atomic<uint64_t> sampled_out{0};
};

State& state() {
  static State instance;
  return instance;
}

constexpr std::string_view names[] = {"debug", "info", "warn", "error"};

uint64_t unix_nanos() {
  if (const auto clock = state().settings.unix_nanos) return clock();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::system_clock::now().time_since_epoch())
                                   .count());
}

/// How often one thread wrote one event in the running interval.
struct Rate {
  uint64_t ends_at = 0;  // the interval; Unix nanoseconds
  uint32_t count = 0;
  uint32_t dropped = 0;
};

/// What the limit says about one line.
struct Verdict {
  bool is_written = true;
  uint32_t dropped_before = 0;  // in the interval that has ended
};

Verdict limit_rate(Level level, std::string_view event, uint64_t now_nanos) {
  const Settings& settings = state().settings;
  if (settings.lines_initial == 0) return {};
  thread_local std::unordered_map<size_t, Rate> rates;  // event names are a small fixed set
  Rate& rate = rates[std::hash<std::string_view>{}(event) + static_cast<size_t>(level)];
  Verdict verdict;
  const bool has_gone_back = now_nanos + settings.interval_nanos < rate.ends_at;  // the clock
  if (now_nanos >= rate.ends_at || has_gone_back) {
    verdict.dropped_before = rate.dropped;
    rate = {.ends_at = now_nanos + settings.interval_nanos};
  }
  const uint32_t count = ++rate.count;
  verdict.is_written = count <= settings.lines_initial ||
                       (settings.lines_thereafter > 0 &&
                        (count - settings.lines_initial) % settings.lines_thereafter == 0);
  if (!verdict.is_written) {
    ++rate.dropped;
    state().sampled_out.fetch_add(1, std::memory_order_relaxed);
  }
  return verdict;
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

/// `components/otlp.cc:12`: the path from our source folder on.
void append_caller(fmt::memory_buffer& line, const Caller& caller) {
  std::string_view file = caller.file_name();
  if (const size_t source = file.rfind("/src/"); source != file.npos) {
    file.remove_prefix(source + 5);
  } else if (const size_t slash = file.rfind('/'); slash != file.npos) {
    file.remove_prefix(slash + 1);
  }
  fmt::format_to(std::back_inserter(line), "{}:{}", file, caller.line());
}

/// Common fields first, then the speaker's, then the line's own, each with a comma before it but
/// the first.
void append_fields(fmt::memory_buffer& line, const Record& record, bool is_first) {
  const auto append = [&line, &is_first](std::string_view key, const Field::Value& value) {
    if (!std::exchange(is_first, false)) line.push_back(',');
    append_quoted(line, key);
    line.push_back(':');
    append_value(line, value);
  };
  if (const std::string& common = state().settings.common_fields; !common.empty()) {
    if (!std::exchange(is_first, false)) line.push_back(',');
    line.append(common);
  }
  if (record.speaker != nullptr) {
    for (const auto& [key, value] : *record.speaker) append(key, std::string_view(value));
  }
  for (const Field& field : record.fields) append(field.key, field.value);
}

void append_console(fmt::memory_buffer& line, const Record& record, const Caller* caller) {
  append_stamp(line, record.unix_nanos);
  fmt::format_to(std::back_inserter(line), "\t{}\t", names[static_cast<size_t>(record.level)]);
  if (caller != nullptr) {
    append_caller(line, *caller);
    line.push_back('\t');
  }
  line.append(record.event);
  const bool has_speaker = record.speaker != nullptr && !record.speaker->empty();
  if (record.fields.size() == 0 && !has_speaker && state().settings.common_fields.empty()) return;
  line.append(std::string_view("\t{"));
  append_fields(line, record, true);
  line.push_back('}');
}

void append_json(fmt::memory_buffer& line, const Record& record, const Caller* caller) {
  line.append(std::string_view(R"({"ts":")"));
  append_stamp(line, record.unix_nanos);
  fmt::format_to(std::back_inserter(line), R"(","level":"{}",)",
                 names[static_cast<size_t>(record.level)]);
  if (caller != nullptr) {
    line.append(std::string_view(R"("caller":")"));
    append_caller(line, *caller);
    line.append(std::string_view(R"(",)"));
  }
  line.append(std::string_view(R"("msg":)"));
  append_quoted(line, record.event);
  append_fields(line, record, false);
  line.push_back('}');
}

void write_line(const Record& record, const Caller* caller) {
  const Settings& settings = state().settings;
  fmt::memory_buffer line;
  if (!settings.shows_caller) caller = nullptr;
  if (settings.as_json) {
    append_json(line, record, caller);
  } else {
    append_console(line, record, caller);
  }
  line.push_back('\n');
  const std::string_view text(line.data(), line.size());
  if (settings.write != nullptr) return settings.write(text);
  if (settings.outputs.empty()) return Output::standard_error().write(text);
  for (Output* output : settings.outputs) output->write(text);
}

}  // namespace

void configure(const Settings& changed) { state().settings = changed; }

void set_sink(RecordSink* sink) {
  const std::lock_guard lock(state().sink_mutex);
  state().sink = sink;
}

uint64_t dropped_lines() noexcept {
  return state().sampled_out.load(std::memory_order_relaxed) + Output::dropped_lines();
}

void write(Level level, std::string_view event, Fields fields, Caller caller,
           const Speaker* speaker) {
  const Settings& settings = state().settings;
  if (level < settings.level) return;
  const Record record{.level = level,
                      .event = event,
                      .speaker = speaker,
                      .fields = fields,
                      .unix_nanos = unix_nanos()};
  const Verdict verdict = limit_rate(level, event, record.unix_nanos);
  if (verdict.dropped_before > 0) {
    write_line({.level = Level::warn,
                .event = "Log lines dropped by sampling",
                .fields = {{"event", event}, {"dropped", verdict.dropped_before}},
                .unix_nanos = record.unix_nanos},
               &caller);
  }
  if (!verdict.is_written) return;
  write_line(record, &caller);
  if (state().sink == nullptr) return;
  const std::lock_guard lock(state().sink_mutex);
  if (RecordSink* const sink = state().sink) sink->take(record);
}

void write_unlimited(Level level, std::string_view text, Fields fields, const Speaker* speaker) {
  if (level < state().settings.level) return;
  write_line({.level = level,
              .event = text,
              .speaker = speaker,
              .fields = fields,
              .unix_nanos = unix_nanos()},
             nullptr);
}

std::string to_json(std::string_view text) {
  fmt::memory_buffer line;
  append_quoted(line, text);
  return fmt::to_string(line);
}

}  // namespace telemill::log
