#include "load/attributes.h"

#include "wire/fields.h"

namespace telemill::load {
namespace {

namespace any = wire::field::any_value;

struct ValueWriter {
  wire::Writer& out;

  void operator()(const std::string& text) { out.bytes(any::string_value, text); }
  void operator()(int64_t number) { out.varint(any::int_value, static_cast<uint64_t>(number)); }
  void operator()(double number) { out.real(any::double_value, number); }
  void operator()(bool truth) { out.varint(any::bool_value, truth ? 1 : 0); }
  void operator()(const std::vector<std::string>& texts) {
    const size_t array = out.open(any::array_value);
    for (const std::string& text : texts) write_text_value(out, wire::field::list::values, text);
    out.close(array);
  }
};

}  // namespace

void write_text_value(wire::Writer& out, uint32_t field, std::string_view text) {
  const size_t value = out.open(field);
  out.bytes(any::string_value, text);
  out.close(value);
}

void Attributes::write(wire::Writer& out, uint32_t field, base::Random& random) {
  for (size_t i = entries_.size(); i > 1; --i) {
    std::swap(entries_[i - 1], entries_[static_cast<size_t>(random.below(i))]);
  }
  for (const Entry& entry : entries_) {
    const size_t pair = out.open(field);
    out.bytes(wire::field::key_value::key, entry.key);
    const size_t value = out.open(wire::field::key_value::value);
    std::visit(ValueWriter{out}, entry.value);
    out.close(value);
    out.close(pair);
  }
  entries_.clear();
}

}  // namespace telemill::load
