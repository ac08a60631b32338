#include "wire/schema.h"

/// opentelemetry.proto.trace.v1 and its collector service.
namespace telemill::wire::schema {

namespace {

constexpr EnumValue span_kind_values[] = {
    {0, "SPAN_KIND_UNSPECIFIED"}, {1, "SPAN_KIND_INTERNAL"}, {2, "SPAN_KIND_SERVER"},
    {3, "SPAN_KIND_CLIENT"},      {4, "SPAN_KIND_PRODUCER"}, {5, "SPAN_KIND_CONSUMER"},
};
constexpr EnumTable span_kind = span_kind_values;

constexpr EnumValue status_code_values[] = {
    {0, "STATUS_CODE_UNSET"}, {1, "STATUS_CODE_OK"}, {2, "STATUS_CODE_ERROR"}};
constexpr EnumTable status_code = status_code_values;

}  // namespace

constexpr Field span_event_fields[] = {
    {1, "time_unix_nano", Kind::fixed64},
    {2, "name", Kind::string},
    {3, "attributes", key_value, Presence::repeated},
    {4, "dropped_attributes_count", Kind::uint32},
};
constexpr Schema span_event{"Span.Event", span_event_fields};

constexpr Field span_link_fields[] = {
    {1, "trace_id", Kind::id16},
    {2, "span_id", Kind::id8},
    {3, "trace_state", Kind::string},
    {4, "attributes", key_value, Presence::repeated},
    {5, "dropped_attributes_count", Kind::uint32},
    {6, "flags", Kind::fixed32},
};
constexpr Schema span_link{"Span.Link", span_link_fields};

constexpr Field span_status_fields[] = {{2, "message", Kind::string}, {3, "code", status_code}};
constexpr Schema span_status{"Status", span_status_fields};

constexpr Field span_fields[] = {
    {1, "trace_id", Kind::id16},
    {2, "span_id", Kind::id8},
    {3, "trace_state", Kind::string},
    {4, "parent_span_id", Kind::id8},
    {5, "name", Kind::string},
    {6, "kind", span_kind},
    {7, "start_time_unix_nano", Kind::fixed64},
    {8, "end_time_unix_nano", Kind::fixed64},
    {9, "attributes", key_value, Presence::repeated},
    {10, "dropped_attributes_count", Kind::uint32},
    {11, "events", span_event, Presence::repeated},
    {12, "dropped_events_count", Kind::uint32},
    {13, "links", span_link, Presence::repeated},
    {14, "dropped_links_count", Kind::uint32},
    {15, "status", span_status},
    {16, "flags", Kind::fixed32},
};
constexpr Schema span{"Span", span_fields};

constexpr Field scope_spans_fields[] = {
    {1, "scope", scope}, {2, "spans", span, Presence::repeated}, {3, "schema_url", Kind::string}};
constexpr Schema scope_spans{"ScopeSpans", scope_spans_fields};

constexpr Field resource_spans_fields[] = {{1, "resource", resource},
                                           {2, "scope_spans", scope_spans, Presence::repeated},
                                           {3, "schema_url", Kind::string}};
constexpr Schema resource_spans{"ResourceSpans", resource_spans_fields};

constexpr Field traces_request_fields[] = {
    {1, "resource_spans", resource_spans, Presence::repeated}};
constexpr Schema traces_request{"ExportTraceServiceRequest", traces_request_fields};

constexpr Field traces_partial_fields[] = {{1, "rejected_spans", Kind::int64},
                                           {2, "error_message", Kind::string}};
constexpr Schema traces_partial{"ExportTracePartialSuccess", traces_partial_fields};
constexpr Field traces_response_fields[] = {{1, "partial_success", traces_partial}};
constexpr Schema traces_response{"ExportTraceServiceResponse", traces_response_fields};

static_assert(are_well_formed({&span_event, &span_link, &span_status, &span, &scope_spans,
                               &resource_spans, &traces_request, &traces_partial,
                               &traces_response}));

}  // namespace telemill::wire::schema
