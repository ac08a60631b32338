#include "components/processors/attributes/attributes.h"

#include <memory>
#include <string>
#include <utility>

#include "otlp/frame.h"

namespace telemill::components::processors::attributes {
namespace {

using otlp::Signal;
using shared::ItemMatcher;

/// Where a metric's points keep their attributes, by the data member that holds the points.
constexpr uint32_t point_attributes(uint32_t data_member) noexcept {
  namespace metric = wire::field::metric;
  switch (data_member) {
    case metric::histogram:
      return wire::field::histogram_point::attributes;
    case metric::exponential_histogram:
      return wire::field::exponential_histogram_point::attributes;
    case metric::summary:
      return wire::field::summary_point::attributes;
    default:
      return wire::field::number_point::attributes;
  }
}

config::Problems under(std::string_view key, const std::optional<shared::MatchProperties>& match,
                       Signal signal) {
  config::Problems problems;
  if (!match) return problems;
  for (config::Problem problem : match->check_signal(signal)) {
    problem.path = config::join_path(key, problem.path);
    problems.add(std::move(problem));
  }
  return problems;
}

class AttributesFactory final : public pipeline::FactoryFor<AttributesConfig> {
 public:
  AttributesFactory()
      : FactoryFor({.kind = pipeline::ComponentKind::processor,
                    .type = "attributes",
                    .summary = "Edits attributes of spans, log records and data points.",
                    .signals = {Signal::traces, Signal::metrics, Signal::logs}}) {}

  [[nodiscard]] config::Problems check_signal(const pipeline::ComponentConfig& settings,
                                              Signal signal) const override {
    const AttributesConfig& config = as_config(settings);
    config::Problems problems = under("include", config.include, signal);
    problems.append(under("exclude", config.exclude, signal));
    return problems;
  }

  [[nodiscard]] std::unique_ptr<pipeline::Processor> create_processor(
      const pipeline::ComponentContext& context, const pipeline::ComponentConfig& settings,
      Signal signal, pipeline::Consumer& next) const override {
    return std::make_unique<Attributes>(context, as_config(settings), signal, next);
  }
};

}  // namespace

config::Problems AttributesConfig::check() const {
  config::Problems problems;
  if (actions.empty()) problems.add("actions", "at least one action is required");
  return problems;
}

Attributes::Attributes(const pipeline::ComponentContext& context, const AttributesConfig& config,
                       Signal signal, pipeline::Consumer& next)
    : EditingProcessor(context, signal, next),
      selects_(config.include || config.exclude),
      selector_(config.include, config.exclude),
      program_(config.actions) {}

void Attributes::edit(const otlp::Part& part, otlp::Splice& splice) {
  list_.begin_part();
  const auto scopes = part.table.scopes();
  for (const otlp::ResourceRow& resource : part.table.resources()) {
    if (selects_) {
      const otlp::Frame frame = frame_of(part, resource);
      selector_.enter_resource(otlp::ResourceEntryView(frame.bytes).resource());
    }
    for (uint32_t s = resource.scope_begin; s < resource.scope_end; ++s) {
      if (selects_) {
        const otlp::Frame frame = frame_of(part, scopes[s]);
        selector_.enter_scope(otlp::ScopeEntryView(frame.bytes).scope());
        if (selector_.skips_all()) continue;
      }
      edit_scope(part, scopes[s], splice);
    }
  }
}

void Attributes::edit_scope(const otlp::Part& part, const otlp::ScopeRow& scope,
                            otlp::Splice& splice) {
  const auto records = part.table.records();
  for (uint32_t i = scope.record_begin; i < scope.record_end; ++i) {
    const std::string_view record = part.bytes.view().substr(records[i].offset, records[i].size);
    edits_.clear();
    if (signal() == Signal::metrics) {
      edit_metric(record, records[i].offset);
    } else if (signal() == Signal::traces) {
      edit_item(record, records[i].offset, wire::field::span::attributes,
                [&](const ItemMatcher& matcher) {
                  return matcher.matches_span(otlp::SpanView(record), list_);
                });
    } else {
      edit_item(record, records[i].offset, wire::field::log_record::attributes,
                [&](const ItemMatcher& matcher) {
                  return matcher.matches_log(otlp::LogView(record), list_);
                });
    }
    for (const otlp::TextEdit& edit : edits_) splice.replace_borrowed(i, edit.old, edit.text);
  }
}

template <class Matches>
void Attributes::edit_item(std::string_view item, uint32_t offset, uint32_t attributes_field,
                           Matches matches) {
  list_.begin_item();
  if (!list_.read(item, offset, attributes_field)) return;
  if (selects_ && !selector_.selects(matches)) return;
  program_.run(list_);
  if (list_.is_changed()) list_.take_edits(edits_);
}

void Attributes::edit_metric(std::string_view metric, uint32_t offset) {
  if (selects_) {
    selector_.enter_metric(otlp::MetricView(metric));
    if (selector_.skips_all()) return;
  }
  otlp::FieldCursor fields(metric);
  size_t begin = 0;
  for (otlp::FieldView data; fields.next(data); begin = fields.offset()) {
    if (!otlp::is_metric_data(data.number) || !data.is_message(data.number)) continue;
    const auto content = static_cast<uint32_t>(data.bytes.data() - metric.data());
    const size_t first_edit = edits_.size();
    edit_points(data.bytes, offset + content, point_attributes(data.number));
    otlp::resize_message(
        {offset + static_cast<uint32_t>(begin), content - static_cast<uint32_t>(begin)},
        data.number, data.bytes.size(), first_edit, list_.texts(), edits_);
  }
}

void Attributes::edit_points(std::string_view data, uint32_t offset, uint32_t attributes_field) {
  otlp::FieldCursor fields(data);
  size_t begin = 0;
  for (otlp::FieldView point; fields.next(point); begin = fields.offset()) {
    if (!point.is_message(wire::field::metric_data::data_points)) continue;
    const auto content = static_cast<uint32_t>(point.bytes.data() - data.data());
    const size_t first_edit = edits_.size();
    edit_item(point.bytes, offset + content, attributes_field,
              [&](const ItemMatcher& matcher) { return matcher.matches_point(list_); });
    otlp::resize_message(
        {offset + static_cast<uint32_t>(begin), content - static_cast<uint32_t>(begin)},
        point.number, point.bytes.size(), first_edit, list_.texts(), edits_);
  }
}

const pipeline::Factory& factory() {
  static const AttributesFactory instance;
  return instance;
}

}  // namespace telemill::components::processors::attributes
