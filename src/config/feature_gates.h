#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"

/// The reference's switches for behaviour that is on its way in or out. People have them in their
/// start scripts, so we know their names even where there is nothing to switch.
namespace telemill::config {

enum class GateStage : uint8_t {
  alpha,       // off, may be switched on
  beta,        // on, may be switched off
  stable,      // always on
  deprecated,  // always off
};

/// "alpha", "beta", ...
[[nodiscard]] std::string_view name_of(GateStage stage) noexcept;

struct FeatureGate {
  std::string_view name;
  GateStage stage = GateStage::alpha;
  /// Whether switching it changes anything in this build.
  bool has_effect = false;
  std::string_view summary;
};

/// Every gate that a command line may name, sorted by name.
[[nodiscard]] std::span<const FeatureGate> feature_gates() noexcept;

/// Which gates are on: a value to hand to whoever asks. Borrows its table.
class FeatureGates {
 public:
  FeatureGates() : FeatureGates(feature_gates()) {}
  explicit FeatureGates(std::span<const FeatureGate> table);

  /// Applies one `--feature-gates` value: `a,-b,+c`. All of it or, when it has an error, nothing;
  /// what has no effect is a warning. A later word about a gate wins over an earlier one.
  void apply(std::string_view list, Problems& problems);

  /// False for names that are in no table.
  [[nodiscard]] bool is_enabled(std::string_view name) const noexcept;

 private:
  struct Switch {
    size_t index;
    bool is_on;
  };
  bool read_switch(std::string_view word, std::vector<Switch>& switches, Problems& problems) const;

  std::span<const FeatureGate> table_;
  std::vector<uint8_t> is_on_;  // by index of the table
};

/// The gates that this code asks for.
namespace gates {
inline constexpr std::string_view append_lists = "confmap.enableMergeAppendOption";
inline constexpr std::string_view print_config = "otelcol.printInitialConfig";
inline constexpr std::string_view no_pipelines = "service.AllowNoPipelines";
inline constexpr std::string_view profiles = "service.profilesSupport";
}  // namespace gates

}  // namespace telemill::config
