#include "config/feature_gates.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/nearest.h"

namespace telemill::config {
namespace {

using enum GateStage;

constexpr FeatureGate known_gates[] = {
    {gates::append_lists, alpha, true,
     "Later configurations add to service::extensions and to the receivers and exporters of "
     "pipelines instead of replacing them."},
    {"connector.spanmetrics.excludeResourceMetrics", alpha, false,
     "The span_metrics connector leaves resource attributes off its metrics."},
    {"connector.spanmetrics.includeCollectorInstanceID", alpha, false,
     "The span_metrics connector adds the dimension collector.instance.id."},
    {"exporter.prometheusremotewritexporter.RetryOn429", alpha, false,
     "The prometheusremotewrite exporter tries again after status 429."},
    {"filelog.allowFileDeletion", beta, false,
     "The file_log receiver knows the key delete_after_read."},
    {"filelog.allowHeaderMetadataParsing", beta, false,
     "The file_log receiver knows the key header."},
    {gates::print_config, alpha, true,
     "The reference prints its configuration only with this gate; telemill print-config does not "
     "ask for it."},
    {"pkg.exporterhelper.queueBatchEnabled", alpha, false,
     "Batches in the sending queue of every exporter."},
    {"processor.filter.defaultErrorModeIgnore", alpha, false,
     "The filter processor's error_mode is ignore unless it is set."},
    {"processor.resourcedetection.propagateerrors", alpha, false,
     "A failing detector of the resource_detection processor stops the start."},
    {"processor.tailsamplingprocessor.disableinvertdecisions", alpha, false,
     "invert_match of the tail_sampling processor gives plain decisions."},
    {"processor.tailsamplingprocessor.metricstatcountspanssampled", alpha, false,
     "The tail_sampling processor counts sampled spans per policy."},
    {"processor.tailsamplingprocessor.recordpolicy", alpha, false,
     "The tail_sampling processor writes the deciding policy into scope attributes."},
    {"processor.tailsamplingprocessor.tailstorageextension", alpha, false,
     "The tail_sampling processor knows the key tail_storage."},
    {"processor.tailsamplingprocessor.usetracestate", alpha, false,
     "The tail_sampling processor reads and writes sampling thresholds in tracestate."},
    {"receiverhelper.newReceiverMetrics", alpha, false,
     "Receivers tell refused from failed items and count requests."},
    {gates::no_pipelines, alpha, true,
     "A configuration may lack receivers, exporters and pipelines."},
    {"service.partialReload", alpha, false,
     "A reload rebuilds only what has changed, where it can."},
    {"service.partialReloadReceivers", beta, false,
     "A partial reload covers receivers; asks for service.partialReload."},
    {gates::profiles, alpha, true, "Pipelines may carry the signal profiles."},
    {"telemetry.newPipelineTelemetry", alpha, false,
     "Counts produced and consumed items of every pipeline component."},
    {"transform.flatten.logs", alpha, false, "The transform processor knows the key flatten_data."},
};
static_assert(std::ranges::is_sorted(known_gates, {}, &FeatureGate::name));

bool is_on_by_default(GateStage stage) noexcept { return stage == beta || stage == stable; }

}  // namespace

std::string_view name_of(GateStage stage) noexcept {
  switch (stage) {
    case alpha:
      return "alpha";
    case beta:
      return "beta";
    case stable:
      return "stable";
    case deprecated:
      return "deprecated";
  }
  return "unknown";
}

std::span<const FeatureGate> feature_gates() noexcept { return known_gates; }

FeatureGates::FeatureGates(std::span<const FeatureGate> table) : table_(table) {
  for (const FeatureGate& gate : table_) is_on_.push_back(is_on_by_default(gate.stage) ? 1 : 0);
}

void FeatureGates::apply(std::string_view list, Problems& problems) {
  if (list.empty()) return;  // as in `--feature-gates=$GATES` where there are none
  std::vector<Switch> switches;
  bool is_good = true;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(',', begin), list.size());
    is_good = read_switch(list.substr(begin, end - begin), switches, problems) && is_good;
    begin = end + 1;
  }
  if (!is_good) return;
  for (const Switch& change : switches) is_on_[change.index] = change.is_on ? 1 : 0;
}

/// Reads one element of a list; false when it is an error.
bool FeatureGates::read_switch(std::string_view word, std::vector<Switch>& switches,
                               Problems& problems) const {
  const auto add = [&problems](Severity severity, std::string message, std::string hint = {}) {
    problems.add(Problem{.mark = {},
                         .path = "--feature-gates",
                         .message = std::move(message),
                         .hint = std::move(hint),
                         .severity = severity});
    return severity != Severity::error;
  };
  const bool is_on = !word.starts_with('-');
  const std::string_view name = word.substr(word.starts_with('-') || word.starts_with('+') ? 1 : 0);
  if (name.empty()) return add(Severity::error, "an element of the list is empty");
  const auto gate = std::ranges::find(table_, name, &FeatureGate::name);
  if (gate == table_.end()) {
    std::vector<std::string_view> names;
    for (const FeatureGate& known : table_) names.push_back(known.name);
    return add(Severity::error, fmt::format("unknown gate {}", in_quotes(name)),
               did_you_mean(name, names));
  }
  if (gate->stage == stable && !is_on) {
    return add(Severity::error, fmt::format("{} is stable and cannot be switched off", name));
  }
  if (gate->stage == deprecated && is_on) {
    return add(Severity::error, fmt::format("{} is deprecated and cannot be switched on", name));
  }
  if (gate->stage == stable) {
    add(Severity::warning, fmt::format("{} is stable and on anyway", name));
  } else if (!gate->has_effect && is_on != is_on_by_default(gate->stage)) {
    add(Severity::warning, fmt::format("{} has no effect in this version of Telemill", name));
  }
  switches.push_back({.index = static_cast<size_t>(gate - table_.begin()), .is_on = is_on});
  return true;
}

bool FeatureGates::is_enabled(std::string_view name) const noexcept {
  const auto gate = std::ranges::find(table_, name, &FeatureGate::name);
  return gate != table_.end() && is_on_[static_cast<size_t>(gate - table_.begin())] != 0;
}

}  // namespace telemill::config
