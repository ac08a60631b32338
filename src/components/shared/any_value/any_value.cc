#include "components/shared/any_value/any_value.h"

#include <variant>

#include "config/scalar.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::components::shared {
namespace {

namespace field = wire::field::any_value;

void append_scalar(const config::Node& node, wire::Writer& writer) {
  const config::ScalarValue value = config::resolve(node);
  if (const auto* flag = std::get_if<bool>(&value)) {
    writer.varint(field::bool_value, *flag ? 1 : 0);
  } else if (const auto* whole = std::get_if<int64_t>(&value)) {
    writer.varint(field::int_value, static_cast<uint64_t>(*whole));
  } else if (const auto* large = std::get_if<uint64_t>(&value)) {
    writer.varint(field::int_value, *large);
  } else if (const auto* number = std::get_if<double>(&value)) {
    writer.real(field::double_value, *number);
  } else {
    writer.bytes(field::string_value, std::get<std::string_view>(value));
  }
}

void append_value(const config::Node& node, wire::Writer& writer) {
  if (node.is_scalar()) return append_scalar(node, writer);
  if (node.is_sequence()) {
    const size_t list = writer.open(field::array_value);
    for (const config::Node& item : node.items) {
      const size_t element = writer.open(wire::field::list::values);
      append_value(item, writer);
      writer.close(element);
    }
    writer.close(list);
  } else if (node.is_mapping()) {
    const size_t map = writer.open(field::kvlist_value);
    for (const config::Entry& entry : node.entries) {
      const size_t pair = writer.open(wire::field::list::values);
      writer.bytes(wire::field::key_value::key, entry.key);
      const size_t value = writer.open(wire::field::key_value::value);
      append_value(entry.value, writer);
      writer.close(value);
      writer.close(pair);
    }
    writer.close(map);
  }
}

}  // namespace

void append_any_value(const config::Node& node, base::Buffer& out) {
  wire::Writer writer(out);
  append_value(node, writer);
}

std::string any_value(const config::Node& node) {
  base::Buffer out;
  append_any_value(node, out);
  return std::string(out.view());
}

std::string any_string(std::string_view text) {
  base::Buffer out;
  wire::Writer(out).bytes(field::string_value, text);
  return std::string(out.view());
}

}  // namespace telemill::components::shared
