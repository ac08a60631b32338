#pragma once

#include <cstdint>
#include <string_view>

#include "base/units.h"
#include "otlp/field_view.h"
#include "otlp/value_view.h"
#include "wire/fields.h"

/// Lazy views of what payloads carry: resources, scopes, spans, log records. Metrics are in
/// metric_views.h. A view borrows the bytes of its part and lives no longer; every accessor reads
/// the wire anew, so keep what you need twice (lazy_index.h notes all places in one pass).
namespace telemill::otlp {

class EntityRefView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view schema_url() const noexcept {
    return bytes(wire::field::entity_ref::schema_url);
  }
  [[nodiscard]] std::string_view type() const noexcept {
    return bytes(wire::field::entity_ref::type);
  }
  [[nodiscard]] RepeatedView<std::string_view> id_keys() const noexcept {
    return {content(), wire::field::entity_ref::id_keys};
  }
  [[nodiscard]] RepeatedView<std::string_view> description_keys() const noexcept {
    return {content(), wire::field::entity_ref::description_keys};
  }
};

class ResourceView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::resource::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::resource::dropped_attributes_count);
  }
  [[nodiscard]] RepeatedView<EntityRefView> entity_refs() const noexcept {
    return {content(), wire::field::resource::entity_refs};
  }
};

/// An InstrumentationScope.
class ScopeView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view name() const noexcept { return bytes(wire::field::scope::name); }
  [[nodiscard]] std::string_view version() const noexcept {
    return bytes(wire::field::scope::version);
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::scope::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::scope::dropped_attributes_count);
  }
};

/// ResourceSpans, ResourceMetrics, ResourceLogs and ResourceProfiles: the content of a ResourceRow.
class ResourceEntryView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] ResourceView resource() const noexcept {
    return ResourceView(bytes(wire::field::outer::resource));
  }
  [[nodiscard]] std::string_view schema_url() const noexcept {
    return bytes(wire::field::outer::resource_schema_url);
  }
};

/// ScopeSpans and its likes: the content of a ScopeRow.
class ScopeEntryView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] ScopeView scope() const noexcept {
    return ScopeView(bytes(wire::field::outer::scope));
  }
  [[nodiscard]] std::string_view schema_url() const noexcept {
    return bytes(wire::field::outer::scope_schema_url);
  }
};

class SpanEventView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::span_event::time_unix_nano);
  }
  [[nodiscard]] std::string_view name() const noexcept {
    return bytes(wire::field::span_event::name);
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::span_event::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::span_event::dropped_attributes_count);
  }
};

class SpanLinkView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view trace_id() const noexcept {
    return bytes(wire::field::span_link::trace_id);
  }
  [[nodiscard]] std::string_view span_id() const noexcept {
    return bytes(wire::field::span_link::span_id);
  }
  [[nodiscard]] std::string_view trace_state() const noexcept {
    return bytes(wire::field::span_link::trace_state);
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::span_link::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::span_link::dropped_attributes_count);
  }
  [[nodiscard]] uint32_t flags() const noexcept { return fixed32(wire::field::span_link::flags); }
};

class SpanStatusView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] std::string_view message() const noexcept {
    return bytes(wire::field::span_status::message);
  }
  [[nodiscard]] int32_t code() const noexcept { return int32(wire::field::span_status::code); }
};

class SpanView : public MessageView {
 public:
  using MessageView::MessageView;
  // Ids are as they came: any length, empty when absent.
  [[nodiscard]] std::string_view trace_id() const noexcept {
    return bytes(wire::field::span::trace_id);
  }
  [[nodiscard]] std::string_view span_id() const noexcept {
    return bytes(wire::field::span::span_id);
  }
  [[nodiscard]] std::string_view parent_span_id() const noexcept {
    return bytes(wire::field::span::parent_span_id);
  }
  /// No parent, or one of zeros, which some encoders write for none.
  [[nodiscard]] bool is_root() const noexcept {
    return parent_span_id().find_first_not_of('\0') == std::string_view::npos;
  }
  [[nodiscard]] std::string_view trace_state() const noexcept {
    return bytes(wire::field::span::trace_state);
  }
  [[nodiscard]] std::string_view name() const noexcept { return bytes(wire::field::span::name); }
  [[nodiscard]] int32_t kind() const noexcept { return int32(wire::field::span::kind); }
  [[nodiscard]] UnixNanos start_time() const noexcept {
    return fixed64(wire::field::span::start_time_unix_nano);
  }
  [[nodiscard]] UnixNanos end_time() const noexcept {
    return fixed64(wire::field::span::end_time_unix_nano);
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::span::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::span::dropped_attributes_count);
  }
  [[nodiscard]] RepeatedView<SpanEventView> events() const noexcept {
    return {content(), wire::field::span::events};
  }
  [[nodiscard]] uint32_t dropped_events_count() const noexcept {
    return uint32(wire::field::span::dropped_events_count);
  }
  [[nodiscard]] RepeatedView<SpanLinkView> links() const noexcept {
    return {content(), wire::field::span::links};
  }
  [[nodiscard]] uint32_t dropped_links_count() const noexcept {
    return uint32(wire::field::span::dropped_links_count);
  }
  [[nodiscard]] SpanStatusView status() const noexcept {
    return SpanStatusView(bytes(wire::field::span::status));
  }
  [[nodiscard]] uint32_t flags() const noexcept { return fixed32(wire::field::span::flags); }
};

class LogView : public MessageView {
 public:
  using MessageView::MessageView;
  [[nodiscard]] UnixNanos time() const noexcept {
    return fixed64(wire::field::log_record::time_unix_nano);
  }
  [[nodiscard]] UnixNanos observed_time() const noexcept {
    return fixed64(wire::field::log_record::observed_time_unix_nano);
  }
  [[nodiscard]] int32_t severity_number() const noexcept {
    return int32(wire::field::log_record::severity_number);
  }
  [[nodiscard]] std::string_view severity_text() const noexcept {
    return bytes(wire::field::log_record::severity_text);
  }
  [[nodiscard]] AnyValueView body() const noexcept {
    return AnyValueView(bytes(wire::field::log_record::body));
  }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {content(), wire::field::log_record::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return uint32(wire::field::log_record::dropped_attributes_count);
  }
  [[nodiscard]] uint32_t flags() const noexcept { return fixed32(wire::field::log_record::flags); }
  [[nodiscard]] std::string_view trace_id() const noexcept {
    return bytes(wire::field::log_record::trace_id);
  }
  [[nodiscard]] std::string_view span_id() const noexcept {
    return bytes(wire::field::log_record::span_id);
  }
  [[nodiscard]] std::string_view event_name() const noexcept {
    return bytes(wire::field::log_record::event_name);
  }
};

}  // namespace telemill::otlp
