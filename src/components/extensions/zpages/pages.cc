#include "components/extensions/zpages/pages.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "components/extensions/zpages/html_page.h"
#include "components/shared/page_text/page_text.h"
#include "telemill/version.h"

namespace telemill::components::extensions::zpages {
namespace {

using pipeline::ComponentKind;
using pipeline::ComponentStatus;
using pipeline::Status;

std::string_view mark_of(Status status) noexcept {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::permanent_error:
    case Status::fatal_error:
      return "bad";
    default:
      return "warn";
  }
}

const ComponentStatus* find(const std::vector<ComponentStatus>& statuses, ComponentKind kind,
                            const config::ComponentId& id) {
  // A connector stands among receivers and exporters.
  for (const ComponentKind each : {kind, ComponentKind::connector}) {
    for (const ComponentStatus& status : statuses) {
      if (status.kind == each && status.id == id) return &status;
    }
  }
  return nullptr;
}

void add_component(HtmlPage& page, const std::vector<ComponentStatus>& statuses, ComponentKind kind,
                   const config::ComponentId& id) {
  const ComponentStatus* const known = find(statuses, kind, id);
  const Status status = known == nullptr ? Status::starting : known->status;
  page.row({std::string(config::name_of(known == nullptr ? kind : known->kind)), id.text(),
            std::string(pipeline::name_of(status))},
           mark_of(status));
}

std::string number_text(const runtime::MetricValue& value) {
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  const auto& histogram = std::get<runtime::HistogramValue>(value);
  return fmt::format("{} values, sum {}", histogram.count(), histogram.sum);
}

std::string label_text(const runtime::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text.append(text.empty() ? "" : ", ").append(name).append("=").append(value);
  }
  return text;
}

void add_queues(HtmlPage& page, const PageInput& input) {
  struct Queue {
    std::string labels, size, capacity;
  };
  std::vector<Queue> queues;
  for (const runtime::MetricSample& sample : input.host.metrics().collect()) {
    const bool is_size = sample.info->name == "otelcol_exporter_queue_size";
    if (!is_size && sample.info->name != "otelcol_exporter_queue_capacity") continue;
    const std::string labels = label_text(sample.labels);
    auto queue = std::ranges::find(queues, labels, &Queue::labels);
    if (queue == queues.end()) queue = queues.insert(queues.end(), {labels, "", ""});
    (is_size ? queue->size : queue->capacity) = number_text(sample.value);
  }
  page.heading("Queues");
  if (queues.empty()) return page.paragraph("No exporter has told of a queue.");
  page.begin_table({"Queue", "Held", "Capacity"});
  for (const Queue& queue : queues) page.row({queue.labels, queue.size, queue.capacity});
  page.end_table();
}

void add_errors(HtmlPage& page, const std::vector<ComponentStatus>& statuses) {
  page.heading("Errors");
  const auto has_error = [](const ComponentStatus& status) { return !status.message.empty(); };
  if (std::ranges::none_of(statuses, has_error)) return page.paragraph("None at present.");
  page.begin_table({"Component", "Since", "What", "Status"});
  for (const ComponentStatus& status : statuses) {
    if (!has_error(status)) continue;
    page.row({std::string(config::name_of(status.kind)) + " " + status.id.text(),
              shared::rfc3339(status.changed_at), status.message,
              std::string(pipeline::name_of(status.status))},
             mark_of(status.status));
  }
  page.end_table();
}

std::string json_value(const runtime::MetricValue& value) {
  const auto number = [](double real) {
    return std::isfinite(real) ? fmt::format("{}", real) : std::string("null");
  };
  if (const auto* whole = std::get_if<int64_t>(&value)) return std::to_string(*whole);
  if (const auto* real = std::get_if<double>(&value)) return number(*real);
  const auto& histogram = std::get<runtime::HistogramValue>(value);
  return fmt::format("{{\"count\":{},\"sum\":{}}}", histogram.count(), number(histogram.sum));
}

}  // namespace

std::string render_servicez(const PageInput& input) {
  HtmlPage page("Service", input.has_expvarz);
  const UnixNanos started = input.host.started_at();
  const Duration uptime(static_cast<int64_t>(input.now - std::min(input.now, started)));
  page.begin_table({"Property", "Value"});
  page.row({"Program", "telemill " + std::string(version)});
  page.row({"Compiler", __VERSION__});
  page.row({"Process", std::to_string(::getpid())});
  page.row({"Started", shared::rfc3339(started)});
  page.row({"Uptime", shared::duration_text(uptime)});
  page.row({"Lanes", std::to_string(input.host.lane_count())});
  page.row({"Pipelines", std::to_string(input.host.pipelines().size())});
  page.row({"Extensions", std::to_string(input.host.extensions().size())});
  page.end_table();
  return std::move(page).finish();
}

std::string render_pipelinez(const PageInput& input) {
  HtmlPage page("Pipelines", input.has_expvarz);
  const auto statuses = input.host.statuses();
  for (const pipeline::PipelineDescription& pipeline : input.host.pipelines()) {
    page.heading(pipeline.id.text());
    page.begin_table({"Kind", "Component", "Status"});
    for (const auto& id : pipeline.receivers) {
      add_component(page, statuses, ComponentKind::receiver, id);
    }
    for (const auto& id : pipeline.processors) {
      add_component(page, statuses, ComponentKind::processor, id);
    }
    for (const auto& id : pipeline.exporters) {
      add_component(page, statuses, ComponentKind::exporter, id);
    }
    page.end_table();
  }
  add_queues(page, input);
  add_errors(page, statuses);
  return std::move(page).finish();
}

std::string render_extensionz(const PageInput& input) {
  HtmlPage page("Extensions", input.has_expvarz);
  const auto statuses = input.host.statuses();
  page.begin_table({"Kind", "Extension", "Status"});
  for (const auto& id : input.host.extensions()) {
    add_component(page, statuses, ComponentKind::extension, id);
  }
  page.end_table();
  return std::move(page).finish();
}

std::string render_featurez(const PageInput& input) {
  HtmlPage page("Feature gates", input.has_expvarz);
  page.paragraph("This collector has no feature gates: --feature-gates changes nothing.");
  return std::move(page).finish();
}

std::string render_tracez(const PageInput& input) {
  HtmlPage page("Traces", input.has_expvarz);
  page.paragraph(
      "This collector records no spans about itself, so there is nothing to sample here. What it "
      "counts is on the metrics page, what ails it on pipelinez.");
  return std::move(page).finish();
}

std::string render_expvarz(const PageInput& input) {
  std::string text = "{";
  for (const runtime::MetricSample& sample : input.host.metrics().collect()) {
    std::string name = sample.info->name;
    if (!sample.labels.empty()) name.append("{").append(label_text(sample.labels)).append("}");
    text.append(text.size() == 1 ? "\n" : ",\n")
        .append(shared::json_string(name))
        .append(": ")
        .append(json_value(sample.value));
  }
  return text + "\n}\n";
}

}  // namespace telemill::components::extensions::zpages
