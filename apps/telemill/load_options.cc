#include "load_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>

#include "load/behaviour.h"

namespace telemill::app {
namespace {

constexpr Duration terminal_interval = std::chrono::seconds(1);
constexpr Duration plain_interval = std::chrono::seconds(5);

}  // namespace

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::function<void(Duration)> set,
                          const std::string& help) {
  return app
      .add_option_function<std::string>(
          name,
          [set = std::move(set)](const std::string& text) {
            if (const auto parsed = load::parse_duration(text)) set(*parsed);
          },
          help)
      ->check([](const std::string& text) {
        const auto parsed = load::parse_duration(text);
        return parsed ? std::string() : parsed.error().message;
      })
      ->type_name("DURATION");
}

int report_failure(const Failure& failure, ExitCode code) {
  std::fprintf(stderr, "Error: %s\n", failure.message.c_str());
  return code;
}

Result<runtime::Endpoint, Failure> parse_endpoint(const std::string& text) {
  constexpr std::string_view unix_scheme = "unix:";
  if (text.starts_with(unix_scheme)) {
    return runtime::Endpoint::parse(text.substr(unix_scheme.size()),
                                    runtime::Endpoint::Family::unix_socket);
  }
  return runtime::Endpoint::parse(text);
}

std::string short_number(double value) {
  constexpr std::array<std::pair<double, const char*>, 3> units{
      {{1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [size, letter] : units) {
    if (value >= size) return fmt::format("{:.3g}{}", value / size, letter);
  }
  return fmt::format("{:.3g}", value);
}

ProgressLine::ProgressLine(runtime::Lane& lane, bool is_quiet, std::function<std::string()> text)
    : is_terminal_(::isatty(STDERR_FILENO) == 1),
      text_(std::move(text)),
      timer_(lane, [this] { print(); }) {
  if (!is_quiet) timer_.schedule(is_terminal_ ? terminal_interval : plain_interval);
}

ProgressLine::~ProgressLine() {
  if (has_printed_ && is_terminal_) std::fputs("\n", stderr);
}

void ProgressLine::print() {
  // On a terminal the line overwrites itself; the escape clears what was longer before.
  std::fprintf(stderr, is_terminal_ ? "\r%s\x1b[K" : "%s\n", text_().c_str());
  std::fflush(stderr);
  has_printed_ = true;
  timer_.schedule(is_terminal_ ? terminal_interval : plain_interval);
}

}  // namespace telemill::app
