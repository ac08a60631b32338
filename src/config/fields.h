#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/units.h"
#include "config/component_id.h"
#include "config/decode.h"
#include "config/describe.h"
#include "config/headers.h"
#include "config/json_schema.h"
#include "config/node.h"
#include "config/print.h"
#include "config/secret.h"
#include "config/type_info.h"

/// The one table of a config struct: keys, help, docs and schema come from `fields`, defaults from
/// its member initialisers, rules between members from `check()`.
///
///     struct RetryConfig {
///       bool enabled = true;
///       Duration initial_interval = 5s;
///       static constexpr auto fields = std::tuple{
///           config::field("enabled", &RetryConfig::enabled, "Try again at all."),
///           config::field("initial_interval", &RetryConfig::initial_interval, "First pause."),
///       };
///       [[nodiscard]] config::Problems check() const;  // optional
///     };
///     const auto retry = config::decode<RetryConfig>(node, "exporters::x", problems);
///
/// Members may be bool, int32_t, int64_t, uint32_t, uint64_t, double, std::string, Duration,
/// Secret, ComponentId, Headers, Node, enums (see EnumName), structs with `fields`, and
/// std::optional, std::vector, std::map<std::string, ...> and OrderedMap of those.
namespace telemill::config {

/// A mapping whose order matters.
template <class T>
using OrderedMap = std::vector<std::pair<std::string, T>>;

/// One spelling of an enumerator. An enum becomes a field type by a function beside it, found by
/// argument-dependent lookup; the first name of a value is the one that is printed:
///
///     constexpr auto config_names(Compression) {
///       return std::array{config::EnumName<Compression>{"gzip", Compression::gzip}, ...};
///     }
///
/// Where `constexpr bool config_ignores_case(Compression)` stands beside it and says so, users may
/// write it in any case.
template <class E>
struct EnumName {
  std::string_view name;
  E value;
};

template <class S, class M>
struct Field {
  std::string_view key;
  M S::* member;
  std::string_view doc;
  static constexpr FieldKind kind = FieldKind::value;
};

template <class S, class M>
struct Inlined {
  M S::* member;
  std::string_view key = {};
  std::string_view doc = {};
  static constexpr FieldKind kind = FieldKind::inlined;
};

template <FieldKind Kind>
struct KnownKey {
  std::string_view key;
  std::string_view doc;
  static constexpr FieldKind kind = Kind;
};

/// A member under its key.
template <class S, class M>
constexpr Field<S, M> field(std::string_view key, M S::* member, std::string_view doc) {
  return {key, member, doc};
}
/// A member whose own fields stand beside the others of this struct.
template <class S, class M>
constexpr Inlined<S, M> inlined(M S::* member) {
  return {member};
}
/// A key of the reference that is read and changes nothing; `why` says why.
constexpr KnownKey<FieldKind::accepted> accepted(std::string_view key, std::string_view why) {
  return {key, why};
}
/// A key of the reference that we do not support yet: using it is an error that says so.
constexpr KnownKey<FieldKind::not_yet> not_yet(std::string_view key, std::string_view what) {
  return {key, what};
}

template <class T>
concept FieldTable = requires { std::tuple_size<std::remove_cvref_t<decltype(T::fields)>>::value; };

template <class T>
concept NamedEnum = std::is_enum_v<T> && requires(T value) { config_names(value); };

namespace detail {

template <class T>
struct Container {
  static constexpr bool is_optional = false, is_list = false, is_map = false;
};
template <class T>
struct Container<std::optional<T>> {
  using Element = T;
  static constexpr bool is_optional = true, is_list = false, is_map = false;
};
template <class T>
struct Container<std::vector<T>> {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no elements to point at");
  using Element = T;
  static constexpr bool is_optional = false, is_list = true, is_map = false;
};
template <class T, class Less>
struct Container<std::map<std::string, T, Less>> {
  using Element = T;
  static constexpr bool is_optional = false, is_list = false, is_map = true;
};
template <class T>
struct Container<OrderedMap<T>> {
  using Element = T;
  static constexpr bool is_optional = false, is_list = false, is_map = true;
};

template <class C>
void* emplace(void* container, std::string_view key) {
  C& target = *static_cast<C*>(container);
  if constexpr (Container<C>::is_optional) {
    if (!target) target.emplace();
    return &*target;
  } else if constexpr (Container<C>::is_list) {
    return &target.emplace_back();
  } else if constexpr (std::is_same_v<C, OrderedMap<typename Container<C>::Element>>) {
    for (auto& [name, value] : target) {
      if (name == key) return &value;
    }
    return &target.emplace_back(std::string(key), typename Container<C>::Element{}).second;
  } else {
    return &target[std::string(key)];
  }
}

template <class C>
void clear(void* container) {
  *static_cast<C*>(container) = C{};
}

template <class C>
void visit(const void* container, const VisitElement& visitor) {
  const C& source = *static_cast<const C*>(container);
  if constexpr (Container<C>::is_optional) {
    if (source) visitor({}, &*source);
  } else if constexpr (Container<C>::is_list) {
    for (const auto& element : source) visitor({}, &element);
  } else {
    for (const auto& [name, value] : source) visitor(name, &value);
  }
}

template <NamedEnum E>
inline constexpr auto enum_table = config_names(E{});

template <NamedEnum E>
inline constexpr auto enum_names = [] {
  std::array<std::string_view, enum_table<E>.size()> names{};
  for (size_t i = 0; i < names.size(); ++i) names[i] = enum_table<E>[i].name;
  return names;
}();

template <NamedEnum E>
void choose(void* value, size_t index) {
  *static_cast<E*>(value) = enum_table<E>[index].value;
}

template <NamedEnum E>
size_t chosen(const void* value) {
  for (size_t i = 0; i < enum_table<E>.size(); ++i) {
    if (enum_table<E>[i].value == *static_cast<const E*>(value)) return i;
  }
  return 0;
}

template <class S, size_t I>
void* member(void* structure) {
  return &(static_cast<S*>(structure)->*std::get<I>(S::fields).member);
}

template <class S>
void check(const void* value, Problems& problems) {
  problems.append(static_cast<const S*>(value)->check());
}

template <class T>
const void* example() {
  static const T value{};
  return &value;
}

template <class T>
constexpr TypeInfo make_type_info();

}  // namespace detail

/// The constant description of a field type or config struct.
template <class T>
inline constexpr TypeInfo type_info = detail::make_type_info<T>();

namespace detail {

template <class S, size_t I>
constexpr FieldInfo make_field_info() {
  constexpr auto& row = std::get<I>(S::fields);
  using Row = std::remove_cvref_t<decltype(row)>;
  FieldInfo info{
      .key = row.key, .doc = row.doc, .kind = Row::kind, .type = nullptr, .member = nullptr};
  if constexpr (Row::kind == FieldKind::value || Row::kind == FieldKind::inlined) {
    using Member = std::remove_cvref_t<decltype(std::declval<S&>().*row.member)>;
    static_assert(Row::kind == FieldKind::value || FieldTable<Member>,
                  "only a struct with fields can be inlined");
    info.type = &type_info<Member>;
    info.member = &member<S, I>;
  }
  return info;
}

template <FieldTable S>
inline constexpr auto field_infos = []<size_t... I>(std::index_sequence<I...>) {
  return std::array<FieldInfo, sizeof...(I)>{make_field_info<S, I>()...};
}(std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(S::fields)>>>());

template <class T>
constexpr TypeKind scalar_kind() {
  if constexpr (std::is_same_v<T, bool>)
    return TypeKind::boolean;
  else if constexpr (std::is_same_v<T, int32_t>)
    return TypeKind::int32;
  else if constexpr (std::is_same_v<T, int64_t>)
    return TypeKind::int64;
  else if constexpr (std::is_same_v<T, uint32_t>)
    return TypeKind::uint32;
  else if constexpr (std::is_same_v<T, uint64_t>)
    return TypeKind::uint64;
  else if constexpr (std::is_same_v<T, double>)
    return TypeKind::real;
  else if constexpr (std::is_same_v<T, std::string>)
    return TypeKind::string;
  else if constexpr (std::is_same_v<T, Duration>)
    return TypeKind::duration;
  else if constexpr (std::is_same_v<T, Secret>)
    return TypeKind::secret;
  else if constexpr (std::is_same_v<T, ComponentId>)
    return TypeKind::component_id;
  else if constexpr (std::is_same_v<T, Headers>)
    return TypeKind::headers;
  else if constexpr (std::is_same_v<T, Node>)
    return TypeKind::node;
  else
    static_assert(!sizeof(T*), "no field type: give the struct `fields` or the enum names");
}

template <class T>
constexpr TypeInfo make_type_info() {
  TypeInfo info{};
  info.example = &example<T>;
  using C = Container<T>;
  if constexpr (C::is_optional || C::is_list || C::is_map) {
    info.kind = C::is_optional ? TypeKind::optional : C::is_list ? TypeKind::list : TypeKind::map;
    info.element = &type_info<typename C::Element>;
    info.emplace = &emplace<T>;
    info.clear = &clear<T>;
    info.visit = &visit<T>;
  } else if constexpr (NamedEnum<T>) {
    info.kind = TypeKind::enumeration;
    info.names = enum_names<T>;
    if constexpr (requires(T value) { config_ignores_case(value); }) {
      info.ignores_case = config_ignores_case(T{});
    }
    info.choose = &choose<T>;
    info.chosen = &chosen<T>;
  } else if constexpr (FieldTable<T>) {
    info.kind = TypeKind::structure;
    info.fields = field_infos<T>;
    if constexpr (requires(const T& value) {
                    { value.check() } -> std::same_as<Problems>;
                  }) {
      info.check = &check<T>;
    }
  } else {
    info.kind = scalar_kind<T>();
  }
  return info;
}

}  // namespace detail

/// Decodes `node` onto `value`, whose present members are the defaults. Adds every problem found,
/// those of `check()` included; on an error `value` is not to be used.
template <FieldTable T>
void decode_onto(T& value, const Node& node, std::string_view path, Problems& problems) {
  decode(type_info<T>, &value, node, path, problems);
}

/// As above, onto a default-constructed `T`.
template <FieldTable T>
[[nodiscard]] T decode(const Node& node, std::string_view path, Problems& problems) {
  T value{};
  decode_onto(value, node, path, problems);
  return value;
}

/// The rows of docs pages and `--help`.
template <FieldTable T>
[[nodiscard]] std::vector<FieldRow> describe() {
  return describe(type_info<T>);
}

template <FieldTable T>
[[nodiscard]] std::string json_schema() {
  return json_schema(type_info<T>);
}

template <FieldTable T>
void redact(Node& node) {
  redact(node, type_info<T>);
}

}  // namespace telemill::config
