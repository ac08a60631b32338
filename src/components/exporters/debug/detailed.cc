#include "components/exporters/debug/detailed.h"

#include <utility>

#include "components/exporters/debug/entries.h"
#include "components/exporters/debug/names.h"
#include "otlp/profile_view.h"

namespace telemill::components::exporters::debug {
namespace {

void add_keys(Text& text, std::string_view title,
              const otlp::RepeatedView<std::string_view>& keys) {
  if (keys.empty()) return;
  text.add("          -> {}:\n", title);
  for (const std::string_view key : keys) text.add_line("               -> ", key);
}

void add_resource(Text& text, const otlp::ResourceEntryView& entry) {
  text.add_line("Resource SchemaURL: ", entry.schema_url());
  const otlp::ResourceView resource = entry.resource();
  add_attributes(text, "", "Resource attributes:", resource.attributes());
  size_t index = 0;
  for (const otlp::EntityRefView ref : resource.entity_refs()) {
    if (index == 0) text.add("Resource entity refs:\n");
    text.add("     -> Entity ref #{}:\n", index++);
    text.add_line("          -> Type: ", ref.type());
    if (!ref.schema_url().empty()) text.add_line("          -> Schema URL: ", ref.schema_url());
    add_keys(text, "ID keys", ref.id_keys());
    add_keys(text, "Description keys", ref.description_keys());
  }
}

void add_scope(Text& text, std::string_view name, const otlp::ScopeEntryView& entry) {
  text.add("{} SchemaURL: ", name);
  text.add_line("", entry.schema_url());
  const otlp::ScopeView scope = entry.scope();
  text.add("InstrumentationScope ");
  text.add_text(scope.name());
  text.add_line(" ", scope.version());
  add_attributes(text, "", "InstrumentationScope attributes:", scope.attributes());
}

void add_events(Text& text, const otlp::SpanView& span) {
  size_t index = 0;
  for (const otlp::SpanEventView event : span.events()) {
    if (index == 0) text.add("Events:\n");
    text.add("SpanEvent #{}\n", index++);
    text.add_line("     -> Name: ", event.name());
    text.add_time("     -> Timestamp: ", event.time());
    text.add("     -> DroppedAttributesCount: {}\n", event.dropped_attributes_count());
    add_attributes(text, "     ", "-> Attributes::", event.attributes());
  }
}

void add_links(Text& text, const otlp::SpanView& span) {
  size_t index = 0;
  for (const otlp::SpanLinkView link : span.links()) {
    if (index == 0) text.add("Links:\n");
    text.add("SpanLink #{}\n", index++);
    text.add_id("     -> Trace ID: ", link.trace_id());
    text.add_id("     -> ID: ", link.span_id());
    text.add_line("     -> TraceState: ", link.trace_state());
    text.add("     -> DroppedAttributesCount: {}\n", link.dropped_attributes_count());
    add_attributes(text, "     ", "-> Attributes::", link.attributes());
  }
}

void add_span(Text& text, const otlp::SpanView& span, size_t index) {
  text.add("Span #{}\n", index);
  text.add_id("    Trace ID       : ", span.trace_id());
  text.add_id("    Parent ID      : ", span.parent_span_id());
  text.add_id("    ID             : ", span.span_id());
  text.add_line("    Name           : ", span.name());
  text.add("    Kind           : {}\n", name_in(span_kind_names, span.kind()));
  if (!span.trace_state().empty()) text.add_line("    TraceState     : ", span.trace_state());
  text.add_time("    Start time     : ", span.start_time());
  text.add_time("    End time       : ", span.end_time());
  const otlp::SpanStatusView status = span.status();
  text.add("    Status code    : {}\n", name_in(status_code_names, status.code()));
  text.add_line("    Status message : ", status.message());
  text.add("    DroppedAttributesCount: {}\n", span.dropped_attributes_count());
  text.add("    DroppedEventsCount: {}\n", span.dropped_events_count());
  text.add("    DroppedLinksCount: {}\n", span.dropped_links_count());
  add_attributes(text, "", "Attributes:", span.attributes());
  add_events(text, span);
  add_links(text, span);
}

void add_log(Text& text, const otlp::LogView& log, size_t index) {
  text.add("LogRecord #{}\n", index);
  text.add_time("ObservedTimestamp: ", log.observed_time());
  text.add_time("Timestamp: ", log.time());
  text.add_line("SeverityText: ", log.severity_text());
  const int32_t severity = log.severity_number();
  text.add("SeverityNumber: {}({})\n", name_in(severity_names, severity), severity);
  if (!log.event_name().empty()) text.add_line("EventName: ", log.event_name());
  text.add("Body: ");
  text.add_typed(log.body());
  text.add("\n");
  add_attributes(text, "", "Attributes:", log.attributes());
  text.add_id("Trace ID: ", log.trace_id());
  text.add_id("Span ID: ", log.span_id());
  text.add("Flags: {}\n", log.flags());
}

void add_profile(Text& text, const otlp::ProfileView& profile, size_t index) {
  text.add("Profile #{}\n", index);
  text.add_id("    Profile ID     : ", profile.profile_id());
  text.add_time("    Start time     : ", profile.time());
  text.add("    Duration       : {} ns\n", profile.duration_nanos());
  text.add("    Dropped attributes count: {}\n", profile.dropped_attributes_count());
  text.add("    Sample count   : {}\n", profile.sample_count());
}

void add_record(Text& text, otlp::Signal signal, std::string_view record, size_t index) {
  switch (signal) {
    case otlp::Signal::traces:
      return add_span(text, otlp::SpanView(record), index);
    case otlp::Signal::metrics:
      return add_metric(text, record, index);
    case otlp::Signal::logs:
      return add_log(text, otlp::LogView(record), index);
    case otlp::Signal::profiles:
      return add_profile(text, otlp::ProfileView(record), index);
  }
}

}  // namespace

void add_attributes(Text& text, std::string_view indent, std::string_view title,
                    const otlp::AttributesView& attributes) {
  if (attributes.empty()) return;
  text.add("{}{}\n", indent, title);
  for (const otlp::KeyValueView attribute : attributes) {
    text.add("{}     -> ", indent);
    text.add_text(attribute.key());
    text.add(": ");
    text.add_typed(attribute.value());
    text.add("\n");
  }
}

std::string detailed_text(const otlp::Payload& payload) {
  Text text;
  const EntryNames& names = entry_names[static_cast<size_t>(payload.signal())];
  visit(
      payload, text,
      [&](const otlp::ResourceEntryView& entry, size_t index) {
        text.add("{} #{}\n", names.resource, index);
        add_resource(text, entry);
      },
      [&](const otlp::ScopeEntryView& entry, size_t index) {
        text.add("{} #{}\n", names.scope, index);
        add_scope(text, names.scope, entry);
      },
      [&](std::string_view record, size_t index) {
        add_record(text, payload.signal(), record, index);
      });
  return std::move(text).take();
}

}  // namespace telemill::components::exporters::debug
