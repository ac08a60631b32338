#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "pipeline/component.h"

namespace telemill::components::exporters::debug {

enum class Verbosity : uint8_t { basic, normal, detailed };
constexpr auto config_names(Verbosity) {
  return std::array{config::EnumName<Verbosity>{"basic", Verbosity::basic},
                    config::EnumName<Verbosity>{"normal", Verbosity::normal},
                    config::EnumName<Verbosity>{"detailed", Verbosity::detailed}};
}
constexpr bool config_ignores_case(Verbosity) { return true; }

struct DebugConfig {
  Verbosity verbosity = Verbosity::basic;
  uint32_t sampling_initial = 2;
  uint32_t sampling_thereafter = 1;
  bool use_internal_logger = true;
  std::optional<std::vector<std::string>> output_paths;  // none: stdout

  static constexpr auto fields = std::tuple{
      config::field("verbosity", &DebugConfig::verbosity,
                    "A line per payload, a line per item, or all there is."),
      config::field("sampling_initial", &DebugConfig::sampling_initial,
                    "Summary lines per second and signal that are always written."),
      config::field("sampling_thereafter", &DebugConfig::sampling_thereafter,
                    "Of those beyond, every which one is written; 1: all, 0: none."),
      config::field("use_internal_logger", &DebugConfig::use_internal_logger,
                    "Write to the log; otherwise to output_paths."),
      config::field(
          "output_paths", &DebugConfig::output_paths,
          "Files to append to, stdout (the default) or stderr; without the internal logger."),
      config::accepted("sending_queue", "what waits for the console is bounded without it"),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Shows what passes, for people. One instance per signal, on the first lane; texts are made and
/// written on the worker.
const pipeline::Factory& factory();

}  // namespace telemill::components::exporters::debug
