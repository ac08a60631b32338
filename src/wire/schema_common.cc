#include "wire/schema.h"

/// What all signals share, and google.rpc.Status.
namespace telemill::wire::schema {

// Common. AnyValue and its lists contain each other.
extern const Schema array_value;
extern const Schema key_value_list;

constexpr Field any_value_fields[] = {
    {1, "string_value", Kind::string, Presence::oneof},
    {2, "bool_value", Kind::boolean, Presence::oneof},
    {3, "int_value", Kind::int64, Presence::oneof},
    {4, "double_value", Kind::real, Presence::oneof},
    {5, "array_value", array_value, Presence::oneof},
    {6, "kvlist_value", key_value_list, Presence::oneof},
    {7, "bytes_value", Kind::bytes, Presence::oneof},
    {8, "string_value_strindex", Kind::int32, Presence::oneof},  // inside profiles only
};
constexpr Schema any_value{"AnyValue", any_value_fields};

constexpr Field array_value_fields[] = {{1, "values", any_value, Presence::repeated}};
constexpr Schema array_value{"ArrayValue", array_value_fields};

constexpr Field key_value_fields[] = {
    {1, "key", Kind::string},
    {2, "value", any_value},
    {3, "key_strindex", Kind::int32},  // inside profiles only
};
constexpr Schema key_value{"KeyValue", key_value_fields};

constexpr Field key_value_list_fields[] = {{1, "values", key_value, Presence::repeated}};
constexpr Schema key_value_list{"KeyValueList", key_value_list_fields};

constexpr Field scope_fields[] = {
    {1, "name", Kind::string},
    {2, "version", Kind::string},
    {3, "attributes", key_value, Presence::repeated},
    {4, "dropped_attributes_count", Kind::uint32},
};
constexpr Schema scope{"InstrumentationScope", scope_fields};

constexpr Field entity_ref_fields[] = {
    {1, "schema_url", Kind::string},
    {2, "type", Kind::string},
    {3, "id_keys", Kind::string, Presence::repeated},
    {4, "description_keys", Kind::string, Presence::repeated},
};
constexpr Schema entity_ref{"EntityRef", entity_ref_fields};

constexpr Field resource_fields[] = {
    {1, "attributes", key_value, Presence::repeated},
    {2, "dropped_attributes_count", Kind::uint32},
    {3, "entity_refs", entity_ref, Presence::repeated},
};
constexpr Schema resource{"Resource", resource_fields};

// protobuf's JSON mapping spells out the fields of the types it knows; we carry the bytes instead.
constexpr Field any_fields[] = {{1, "@type", Kind::string}, {2, "value", Kind::bytes}};
constexpr Schema any{"google.protobuf.Any", any_fields};

constexpr Field rpc_status_fields[] = {{1, "code", Kind::int32},
                                       {2, "message", Kind::string},
                                       {3, "details", any, Presence::repeated}};
constexpr Schema rpc_status{"google.rpc.Status", rpc_status_fields};

static_assert(are_well_formed({&any_value, &array_value, &key_value, &key_value_list, &scope,
                               &entity_ref, &resource, &any, &rpc_status}));

}  // namespace telemill::wire::schema
