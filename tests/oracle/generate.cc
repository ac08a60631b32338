#include "oracle/generate.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>

#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace telemill::oracle {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::UnknownFieldSet;

std::string random_bytes(base::Random& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.u64());
  return bytes;
}

std::string random_text(base::Random& random) {
  static constexpr std::string_view pieces[] = {
      "service.name", "GET /cart", "a",           "\"",
      "\\",           "/",         "\n\r\t",      "\x01\x1f",
      "\x7f",         "\u00e9",    "\u2028",      "\u65e5\u672c\u8a9e",
      "\U0001F600",   "</b>&",     "http.method", "0123456789abcdef0123456789abcdef"};
  if (random.chance(0.1)) return {};
  if (random.chance(0.02)) return std::string(random.below(40'000), 'x');
  std::string text;
  for (uint64_t i = random.below(5) + 1; i > 0; --i) {
    text += pieces[random.below(std::size(pieces))];
  }
  if (random.chance(0.05)) text.push_back('\0');
  return text;
}

double random_real(base::Random& random) {
  static constexpr double odd[] = {0.0,
                                   -0.0,
                                   1.0,
                                   -1.5,
                                   0.1,
                                   1e21,
                                   123456789012345680000.0,
                                   std::numeric_limits<double>::max(),
                                   std::numeric_limits<double>::denorm_min(),
                                   std::numeric_limits<double>::infinity(),
                                   -std::numeric_limits<double>::infinity(),
                                   std::numeric_limits<double>::quiet_NaN()};
  if (random.chance(0.5)) return odd[random.below(std::size(odd))];
  return std::ldexp(random.real() - 0.5, static_cast<int>(random.below(200)) - 100);
}

int64_t random_signed(base::Random& random) {
  const auto value = static_cast<int64_t>(random.skewed_u64());
  return random.chance(0.5) ? value : ~value;
}

std::string random_bytes_field(base::Random& random, const FieldDescriptor& field) {
  const std::string_view name = field.name();
  if (!name.ends_with("_id")) return random_bytes(random, random.below(40));
  if (random.chance(0.1)) return {};
  return random_bytes(random, name == "trace_id" || name == "profile_id" ? 16 : 8);
}

int random_enum(base::Random& random, const FieldDescriptor& field) {
  if (random.chance(0.1)) return static_cast<int>(random_signed(random));
  const int count = field.enum_type()->value_count();
  return field.enum_type()
      ->value(static_cast<int>(random.below(static_cast<uint64_t>(count))))
      ->number();
}

/// Sets a singular value or appends to a list.
void add_value(Message& message, const FieldDescriptor& field, base::Random& random) {
  const Reflection& reflection = *message.GetReflection();
  const auto put = [&](auto set, auto add, auto value) {
    (reflection.*(field.is_repeated() ? add : set))(&message, &field, std::move(value));
  };
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32,
                 static_cast<int32_t>(random_signed(random)));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, random_signed(random));
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32,
                 static_cast<uint32_t>(random.skewed_u64()));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, random.skewed_u64());
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, random_real(random));
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, random.chance(0.5));
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, random_enum(random, field));
    case FieldDescriptor::CPPTYPE_STRING:
      return put(&Reflection::SetString, &Reflection::AddString,
                 field.type() == FieldDescriptor::TYPE_BYTES ? random_bytes_field(random, field)
                                                             : random_text(random));
    default:
      return;  // messages are the caller's; OTLP has no floats
  }
}

void add_unknown_fields(UnknownFieldSet& unknown, base::Random& random, int depth) {
  const int number = 100 + static_cast<int>(random.below(1000));
  switch (random.below(depth < 3 ? 5 : 4)) {
    case 0:
      return unknown.AddVarint(number, random.skewed_u64());
    case 1:
      return unknown.AddFixed32(number, static_cast<uint32_t>(random.u64()));
    case 2:
      return unknown.AddFixed64(number, random.u64());
    case 3:
      return unknown.AddLengthDelimited(number, random_bytes(random, random.below(30)));
    default:
      return add_unknown_fields(*unknown.AddGroup(number), random, depth + 1);
  }
}

void fill(Message& message, base::Random& random, const GenerateOptions& options, int depth);

void fill_field(Message& message, const FieldDescriptor& field, base::Random& random,
                const GenerateOptions& options, int depth) {
  const bool is_message = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  if (is_message && depth >= options.depth_max) return;
  const Reflection& reflection = *message.GetReflection();
  const auto list_max = static_cast<uint64_t>(options.list_max) + 1;
  for (uint64_t i = field.is_repeated() ? random.below(list_max) : 1; i > 0; --i) {
    if (!is_message) {
      add_value(message, field, random);
    } else {
      fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field),
           random, options, depth + 1);
    }
  }
}

void fill(Message& message, base::Random& random, const GenerateOptions& options, int depth) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (field.real_containing_oneof() != nullptr) continue;
    if (random.chance(options.fill)) fill_field(message, field, random, options, depth);
  }
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    const google::protobuf::OneofDescriptor& oneof = *type.oneof_decl(i);
    if (!random.chance(0.9)) continue;
    const auto count = static_cast<uint64_t>(oneof.field_count());
    fill_field(message, *oneof.field(static_cast<int>(random.below(count))), random, options,
               depth);
  }
  if (options.with_unknown_fields && random.chance(0.2)) {
    add_unknown_fields(*message.GetReflection()->MutableUnknownFields(&message), random, 0);
  }
}

}  // namespace

void generate(Message& message, base::Random& random, const GenerateOptions& options) {
  message.Clear();
  fill(message, random, options, 0);
}

std::string canonical_bytes(const Message& message) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace telemill::oracle
