#include "components/extensions/health_check/status_page.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "components/shared/http_server/query.h"
#include "components/shared/page_text/page_text.h"

namespace telemill::components::extensions::health_check {
namespace {

using pipeline::ComponentKind;
using pipeline::ComponentStatus;
using pipeline::Status;
using shared::json_string;

/// A part of the collector: a component, or a group of parts that does as its worst one.
struct Part {
  std::string name;
  Status status = Status::ok;
  std::string message;
  UnixNanos changed_at = 0;
  std::vector<Part> parts;
};

int badness(Status status) noexcept {
  switch (status) {
    case Status::ok:
      return 0;
    case Status::recoverable_error:
      return 1;
    case Status::starting:
      return 2;
    case Status::stopped:
      return 3;
    case Status::stopping:
      return 4;
    case Status::permanent_error:
      return 5;
    case Status::fatal_error:
      break;
  }
  return 6;
}

/// Takes over the state of the worst part.
void sum_up(Part& group) {
  for (const Part& part : group.parts) {
    group.changed_at = std::max(group.changed_at, part.changed_at);
    if (badness(part.status) <= badness(group.status)) continue;
    group.status = part.status;
    group.message = part.message;
  }
}

class Renderer {
 public:
  explicit Renderer(const StatusPageInput& input)
      : input_(input), statuses_(input.host.statuses()) {}

  [[nodiscard]] Part whole() const {
    Part whole{.name = "", .parts = {}};
    Part extensions{.name = "extensions", .parts = {}};
    for (const auto& id : input_.host.extensions()) {
      add(extensions, ComponentKind::extension, id);
    }
    sum_up(extensions);
    if (!extensions.parts.empty()) whole.parts.push_back(std::move(extensions));
    for (const auto& pipeline : input_.host.pipelines()) whole.parts.push_back(part_of(pipeline));
    sum_up(whole);
    return whole;
  }

  [[nodiscard]] std::optional<Part> pipeline(std::string_view name) const {
    for (const auto& pipeline : input_.host.pipelines()) {
      if (pipeline.id.text() == name) return part_of(pipeline);
    }
    return std::nullopt;
  }

  [[nodiscard]] bool is_healthy(const Part& part) const {
    if (part.status == Status::permanent_error) return !input_.rules.include_permanent_errors;
    if (part.status == Status::recoverable_error) {
      const auto since = static_cast<int64_t>(input_.now - std::min(input_.now, part.changed_at));
      return !input_.rules.include_recoverable_errors ||
             Duration(since) < input_.rules.recovery_duration;
    }
    return part.status == Status::ok;
  }

  [[nodiscard]] int http_status(const Part& part) const {
    const bool is_passing = part.status == Status::starting || part.status == Status::stopping ||
                            part.status == Status::stopped;
    if (is_passing || !input_.is_ready) return 503;
    return all_healthy(part) ? 200 : 500;
  }

  [[nodiscard]] std::string json(const Part& part, bool is_verbose, bool is_top) const {
    const Status status =
        is_top && !input_.is_ready && part.status == Status::ok ? Status::starting : part.status;
    std::string text = "{";
    if (is_top) {
      text += "\"start_time\":" + json_string(shared::rfc3339(input_.host.started_at())) + ",";
    }
    text.append("\"healthy\":")
        .append(all_healthy(part) && (!is_top || input_.is_ready) ? "true" : "false")
        .append(",\"status\":")
        .append(json_string(pipeline::name_of(status)));
    if (!part.message.empty()) text += ",\"error\":" + json_string(part.message);
    text += ",\"status_time\":" + json_string(shared::rfc3339(part.changed_at));
    if (is_verbose && !part.parts.empty()) {
      text += ",\"components\":{";
      for (const Part& inner : part.parts) {
        if (&inner != &part.parts.front()) text += ',';
        text += json_string(inner.name) + ":" + json(inner, true, false);
      }
      text += '}';
    }
    return text + '}';
  }

 private:
  [[nodiscard]] bool all_healthy(const Part& part) const {
    if (part.parts.empty()) return is_healthy(part);
    return std::ranges::all_of(part.parts, [this](const Part& p) { return all_healthy(p); });
  }

  [[nodiscard]] Part part_of(const pipeline::PipelineDescription& pipeline) const {
    Part part{.name = "pipeline:" + pipeline.id.text(), .parts = {}};
    for (const auto& id : pipeline.receivers) add(part, ComponentKind::receiver, id);
    for (const auto& id : pipeline.processors) add(part, ComponentKind::processor, id);
    for (const auto& id : pipeline.exporters) add(part, ComponentKind::exporter, id);
    sum_up(part);
    return part;
  }

  /// A connector stands among receivers and exporters.
  void add(Part& group, ComponentKind kind, const config::ComponentId& id) const {
    for (const ComponentKind each : {kind, ComponentKind::connector}) {
      const auto found = std::ranges::find_if(statuses_, [&](const ComponentStatus& status) {
        return status.kind == each && status.id == id;
      });
      if (found == statuses_.end()) continue;
      group.parts.push_back({.name = std::string(config::name_of(each)) + ":" + id.text(),
                             .status = found->status,
                             .message = found->message,
                             .changed_at = found->changed_at,
                             .parts = {}});
      return;
    }
  }

  const StatusPageInput& input_;
  const std::vector<ComponentStatus> statuses_;
};

struct Question {
  std::string pipeline;
  bool is_verbose = false;
};

Question question_of(std::string_view query) {
  Question question;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    if (pair.substr(0, equals) == "pipeline") question.pipeline = shared::decode_query_text(value);
    if (pair.substr(0, equals) == "verbose") question.is_verbose = value != "false";
  }
  return question;
}

}  // namespace

StatusPageOutput render_status(const StatusPageInput& input, std::string_view query) {
  const Question question = question_of(query);
  const Renderer renderer(input);
  std::optional<Part> part = renderer.whole();
  if (!question.pipeline.empty()) part = renderer.pipeline(question.pipeline);
  if (!part) return {.http_status = 404, .body = R"({"error":"there is no such pipeline"})"};
  return {.http_status = renderer.http_status(*part),
          .body = renderer.json(*part, question.is_verbose, true)};
}

}  // namespace telemill::components::extensions::health_check
