#include "wire/schema.h"

/// opentelemetry.proto.logs.v1 and its collector service.
namespace telemill::wire::schema {

namespace {

constexpr EnumValue severity_number_values[] = {
    {0, "SEVERITY_NUMBER_UNSPECIFIED"}, {1, "SEVERITY_NUMBER_TRACE"},
    {2, "SEVERITY_NUMBER_TRACE2"},      {3, "SEVERITY_NUMBER_TRACE3"},
    {4, "SEVERITY_NUMBER_TRACE4"},      {5, "SEVERITY_NUMBER_DEBUG"},
    {6, "SEVERITY_NUMBER_DEBUG2"},      {7, "SEVERITY_NUMBER_DEBUG3"},
    {8, "SEVERITY_NUMBER_DEBUG4"},      {9, "SEVERITY_NUMBER_INFO"},
    {10, "SEVERITY_NUMBER_INFO2"},      {11, "SEVERITY_NUMBER_INFO3"},
    {12, "SEVERITY_NUMBER_INFO4"},      {13, "SEVERITY_NUMBER_WARN"},
    {14, "SEVERITY_NUMBER_WARN2"},      {15, "SEVERITY_NUMBER_WARN3"},
    {16, "SEVERITY_NUMBER_WARN4"},      {17, "SEVERITY_NUMBER_ERROR"},
    {18, "SEVERITY_NUMBER_ERROR2"},     {19, "SEVERITY_NUMBER_ERROR3"},
    {20, "SEVERITY_NUMBER_ERROR4"},     {21, "SEVERITY_NUMBER_FATAL"},
    {22, "SEVERITY_NUMBER_FATAL2"},     {23, "SEVERITY_NUMBER_FATAL3"},
    {24, "SEVERITY_NUMBER_FATAL4"},
};
constexpr EnumTable severity_number = severity_number_values;

}  // namespace

constexpr Field log_record_fields[] = {
    {1, "time_unix_nano", Kind::fixed64},
    {2, "severity_number", severity_number},
    {3, "severity_text", Kind::string},
    {5, "body", any_value},
    {6, "attributes", key_value, Presence::repeated},
    {7, "dropped_attributes_count", Kind::uint32},
    {8, "flags", Kind::fixed32},
    {9, "trace_id", Kind::id16},
    {10, "span_id", Kind::id8},
    {11, "observed_time_unix_nano", Kind::fixed64},
    {12, "event_name", Kind::string},
};
constexpr Schema log_record{"LogRecord", log_record_fields};

constexpr Field scope_logs_fields[] = {{1, "scope", scope},
                                       {2, "log_records", log_record, Presence::repeated},
                                       {3, "schema_url", Kind::string}};
constexpr Schema scope_logs{"ScopeLogs", scope_logs_fields};

constexpr Field resource_logs_fields[] = {{1, "resource", resource},
                                          {2, "scope_logs", scope_logs, Presence::repeated},
                                          {3, "schema_url", Kind::string}};
constexpr Schema resource_logs{"ResourceLogs", resource_logs_fields};

constexpr Field logs_request_fields[] = {{1, "resource_logs", resource_logs, Presence::repeated}};
constexpr Schema logs_request{"ExportLogsServiceRequest", logs_request_fields};

constexpr Field logs_partial_fields[] = {{1, "rejected_log_records", Kind::int64},
                                         {2, "error_message", Kind::string}};
constexpr Schema logs_partial{"ExportLogsPartialSuccess", logs_partial_fields};
constexpr Field logs_response_fields[] = {{1, "partial_success", logs_partial}};
constexpr Schema logs_response{"ExportLogsServiceResponse", logs_response_fields};

static_assert(are_well_formed({&log_record, &scope_logs, &resource_logs, &logs_request,
                               &logs_partial, &logs_response}));

}  // namespace telemill::wire::schema
