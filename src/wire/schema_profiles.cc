#include "wire/schema.h"

/// opentelemetry.proto.profiles.v1development and its collector service.
namespace telemill::wire::schema {

constexpr Field value_type_fields[] = {{1, "type_strindex", Kind::int32},
                                       {2, "unit_strindex", Kind::int32}};
constexpr Schema value_type{"ValueType", value_type_fields};

constexpr Field sample_fields[] = {
    {1, "stack_index", Kind::int32},
    {2, "attribute_indices", Kind::int32, Presence::repeated},
    {3, "link_index", Kind::int32},
    {4, "values", Kind::int64, Presence::repeated},
    {5, "timestamps_unix_nano", Kind::fixed64, Presence::repeated},
};
constexpr Schema sample{"Sample", sample_fields};

constexpr Field profile_fields[] = {
    {1, "sample_type", value_type},
    {2, "samples", sample, Presence::repeated},
    {3, "time_unix_nano", Kind::fixed64},
    {4, "duration_nano", Kind::uint64},
    {5, "period_type", value_type},
    {6, "period", Kind::int64},
    {7, "profile_id", Kind::id16},
    {8, "dropped_attributes_count", Kind::uint32},
    {9, "original_payload_format", Kind::string},
    {10, "original_payload", Kind::bytes},
    {11, "attribute_indices", Kind::int32, Presence::repeated},
};
constexpr Schema profile{"Profile", profile_fields};

constexpr Field mapping_fields[] = {
    {1, "memory_start", Kind::uint64},
    {2, "memory_limit", Kind::uint64},
    {3, "file_offset", Kind::uint64},
    {4, "filename_strindex", Kind::int32},
    {5, "attribute_indices", Kind::int32, Presence::repeated},
};
constexpr Schema mapping{"Mapping", mapping_fields};

constexpr Field line_fields[] = {
    {1, "function_index", Kind::int32}, {2, "line", Kind::int64}, {3, "column", Kind::int64}};
constexpr Schema line{"Line", line_fields};

constexpr Field location_fields[] = {
    {1, "mapping_index", Kind::int32},
    {2, "address", Kind::uint64},
    {3, "lines", line, Presence::repeated},
    {4, "attribute_indices", Kind::int32, Presence::repeated},
};
constexpr Schema location{"Location", location_fields};

constexpr Field function_fields[] = {
    {1, "name_strindex", Kind::int32},
    {2, "system_name_strindex", Kind::int32},
    {3, "filename_strindex", Kind::int32},
    {4, "start_line", Kind::int64},
};
constexpr Schema function{"Function", function_fields};

constexpr Field link_fields[] = {{1, "trace_id", Kind::id16}, {2, "span_id", Kind::id8}};
constexpr Schema link{"Link", link_fields};

constexpr Field key_value_and_unit_fields[] = {
    {1, "key_strindex", Kind::int32}, {2, "value", any_value}, {3, "unit_strindex", Kind::int32}};
constexpr Schema key_value_and_unit{"KeyValueAndUnit", key_value_and_unit_fields};

constexpr Field stack_fields[] = {{1, "location_indices", Kind::int32, Presence::repeated}};
constexpr Schema stack{"Stack", stack_fields};

constexpr Field dictionary_fields[] = {
    {1, "mapping_table", mapping, Presence::repeated},
    {2, "location_table", location, Presence::repeated},
    {3, "function_table", function, Presence::repeated},
    {4, "link_table", link, Presence::repeated},
    {5, "string_table", Kind::string, Presence::repeated},
    {6, "attribute_table", key_value_and_unit, Presence::repeated},
    {7, "stack_table", stack, Presence::repeated},
};
constexpr Schema dictionary{"ProfilesDictionary", dictionary_fields};

constexpr Field scope_profiles_fields[] = {{1, "scope", scope},
                                           {2, "profiles", profile, Presence::repeated},
                                           {3, "schema_url", Kind::string}};
constexpr Schema scope_profiles{"ScopeProfiles", scope_profiles_fields};

constexpr Field resource_profiles_fields[] = {
    {1, "resource", resource},
    {2, "scope_profiles", scope_profiles, Presence::repeated},
    {3, "schema_url", Kind::string}};
constexpr Schema resource_profiles{"ResourceProfiles", resource_profiles_fields};

constexpr Field profiles_request_fields[] = {
    {1, "resource_profiles", resource_profiles, Presence::repeated}, {2, "dictionary", dictionary}};
constexpr Schema profiles_request{"ExportProfilesServiceRequest", profiles_request_fields};

constexpr Field profiles_partial_fields[] = {{1, "rejected_profiles", Kind::int64},
                                             {2, "error_message", Kind::string}};
constexpr Schema profiles_partial{"ExportProfilesPartialSuccess", profiles_partial_fields};
constexpr Field profiles_response_fields[] = {{1, "partial_success", profiles_partial}};
constexpr Schema profiles_response{"ExportProfilesServiceResponse", profiles_response_fields};

static_assert(are_well_formed({&value_type, &sample, &profile, &mapping, &line, &location,
                               &function, &link, &key_value_and_unit, &stack, &dictionary,
                               &scope_profiles, &resource_profiles, &profiles_request,
                               &profiles_partial, &profiles_response}));

}  // namespace telemill::wire::schema
