#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "commands.h"
#include "runtime/endpoint.h"
#include "runtime/lane.h"
#include "telemill/result.h"
#include "transport/tls.h"

/// What `gen` and `sink` share on the command line and while they run.
namespace telemill::app {

/// Exit codes of all commands.
enum ExitCode : int {
  exit_good = 0,
  exit_bad = 1,          // the thing examined is bad
  exit_usage = 2,        // wrong usage
  exit_unreachable = 3,  // the target, or what it needs, is not there
  exit_nothing = 4,      // nothing seen
};

/// An option that takes "250ms", "3s" or "2m".
CLI::Option* add_duration(CLI::App& app, const std::string& name, std::function<void(Duration)> set,
                          const std::string& help);
inline CLI::Option* add_duration(CLI::App& app, const std::string& name, Duration& value,
                                 const std::string& help) {
  return add_duration(app, name, [&value](Duration given) { value = given; }, help);
}
/// Prints "Error: ..." and returns `code`.
int report_failure(const Failure& failure, ExitCode code);
/// Host and port, or `unix:PATH`.
Result<runtime::Endpoint, Failure> parse_endpoint(const std::string& text);

/// A line about a run in progress, once a second over the last one on a terminal, else every five
/// seconds on a line of its own. To stderr; quiet prints nothing.
class ProgressLine {
 public:
  ProgressLine(runtime::Lane& lane, bool is_quiet, std::function<std::string()> text);
  /// Ends the line on a terminal.
  ~ProgressLine();

 private:
  void print();

  const bool is_terminal_;
  bool has_printed_ = false;
  std::function<std::string()> text_;
  runtime::Timer timer_;
};

/// "12.3k", "4.56M": three significant digits.
std::string short_number(double value);

}  // namespace telemill::app
