#include "wire/schema.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/profiles.pb.h"
#include "oracle/trace.pb.h"

namespace telemill::wire {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

FieldDescriptor::Type type_of(Kind kind) {
  switch (kind) {
    case Kind::string:
      return FieldDescriptor::TYPE_STRING;
    case Kind::bytes:
    case Kind::id16:
    case Kind::id8:
      return FieldDescriptor::TYPE_BYTES;
    case Kind::boolean:
      return FieldDescriptor::TYPE_BOOL;
    case Kind::int32:
      return FieldDescriptor::TYPE_INT32;
    case Kind::sint32:
      return FieldDescriptor::TYPE_SINT32;
    case Kind::uint32:
      return FieldDescriptor::TYPE_UINT32;
    case Kind::int64:
      return FieldDescriptor::TYPE_INT64;
    case Kind::uint64:
      return FieldDescriptor::TYPE_UINT64;
    case Kind::enumeration:
      return FieldDescriptor::TYPE_ENUM;
    case Kind::fixed32:
      return FieldDescriptor::TYPE_FIXED32;
    case Kind::fixed64:
      return FieldDescriptor::TYPE_FIXED64;
    case Kind::sfixed64:
      return FieldDescriptor::TYPE_SFIXED64;
    case Kind::real:
      return FieldDescriptor::TYPE_DOUBLE;
    case Kind::message:
      return FieldDescriptor::TYPE_MESSAGE;
  }
  return FieldDescriptor::TYPE_GROUP;
}

Presence presence_of(const FieldDescriptor& field) {
  if (field.is_repeated()) return Presence::repeated;
  if (field.real_containing_oneof() != nullptr) return Presence::oneof;
  return field.has_presence() ? Presence::optional : Presence::implicit;
}

/// Compares a table, and the tables below it, with what the oracle knows.
void compare(const Schema& schema, const Descriptor& type, std::set<std::string>& seen) {
  if (!seen.insert(type.full_name()).second) return;
  SCOPED_TRACE(type.full_name());
  ASSERT_EQ(schema.fields.size(), static_cast<size_t>(type.field_count()));
  for (const Field& field : schema.fields) {
    SCOPED_TRACE(field.number);
    const FieldDescriptor* const theirs = type.FindFieldByNumber(static_cast<int>(field.number));
    ASSERT_NE(theirs, nullptr);
    EXPECT_EQ(field.proto_name.view(), theirs->name());
    EXPECT_EQ(field.json_name.view(), theirs->json_name());
    EXPECT_EQ(type_of(field.kind), theirs->type());
    EXPECT_EQ(field.presence, presence_of(*theirs));
    EXPECT_EQ(field.json_key.text.data(), ",\"" + theirs->json_name() + "\":");
    if (field.kind == Kind::message) compare(*field.message, *theirs->message_type(), seen);
    if (field.kind == Kind::enumeration) {
      ASSERT_EQ(field.names->size(), static_cast<size_t>(theirs->enum_type()->value_count()));
      for (const EnumValue& value : *field.names) {
        const auto* const found = theirs->enum_type()->FindValueByNumber(value.number);
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(value.name, found->name());
      }
    }
  }
}

TEST(Schema, AgreesWithTheOracleOnEveryFieldOfEverySignal) {
  std::set<std::string> seen;
  compare(schema::traces_request, *oracle::trace::ExportTraceServiceRequest::descriptor(), seen);
  compare(schema::traces_response, *oracle::trace::ExportTraceServiceResponse::descriptor(), seen);
  compare(schema::metrics_request, *oracle::metrics::ExportMetricsServiceRequest::descriptor(),
          seen);
  compare(schema::metrics_response, *oracle::metrics::ExportMetricsServiceResponse::descriptor(),
          seen);
  compare(schema::logs_request, *oracle::logs::ExportLogsServiceRequest::descriptor(), seen);
  compare(schema::logs_response, *oracle::logs::ExportLogsServiceResponse::descriptor(), seen);
  compare(schema::profiles_request, *oracle::profiles::ExportProfilesServiceRequest::descriptor(),
          seen);
  compare(schema::profiles_response, *oracle::profiles::ExportProfilesServiceResponse::descriptor(),
          seen);
  EXPECT_EQ(seen.size(), 56U);
}

TEST(Schema, FindsRowsByEitherNameWhateverTheGuess) {
  for (size_t row = 0; row < schema::span.fields.size(); ++row) {
    const Field& field = schema::span.fields[row];
    for (const size_t guess : {size_t{0}, row, size_t{99}}) {
      EXPECT_EQ(schema::span.row_of(field.json_name.view(), guess), row);
      EXPECT_EQ(schema::span.row_of(field.proto_name.view(), guess), row);
    }
    EXPECT_EQ(schema::span.row_of(field.number), row);
  }
  for (const std::string_view unknown :
       {"", "n", "Name", "names", "traceid", "startTimeUnixNanos"}) {
    EXPECT_EQ(schema::span.row_of(unknown, 4), Schema::no_row) << unknown;
  }
  for (const uint32_t number : {0U, 17U, 31U, 32U, 1000U}) {
    EXPECT_EQ(schema::span.row_of(number), Schema::no_row);
  }
}

}  // namespace
}  // namespace telemill::wire
