#include "wire/json_encoder.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::wire {
namespace {

std::string encode(const Schema& root, std::string_view bytes, const JsonLimits& limits = {}) {
  base::Buffer json;
  json.append("before");
  const auto done = encode_json(root, bytes, json, limits);
  if (done) return std::string(json.view().substr(6));
  EXPECT_EQ(json.view(), "before");  // as it was
  return std::string("refused: ") + done.error().what;
}

/// The bytes that `write` writes.
template <class Write>
std::string wire_bytes(Write write) {
  base::Buffer out;
  Writer writer(out);
  write(writer);
  return std::string(out.view());
}

TEST(JsonEncoder, LeavesOutDefaults) {
  EXPECT_EQ(encode(schema::span, ""), "{}");
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) {
                     writer.bytes(field::span::trace_id, "");
                     writer.bytes(field::span::name, "");
                     writer.varint(field::span::kind, 0);
                     writer.fixed64(field::span::start_time_unix_nano, 0);
                     writer.fixed32(field::span::flags, 0);
                   })),
            "{}");
}

TEST(JsonEncoder, WritesSetOneofMembersAndEmptyMessages) {
  EXPECT_EQ(encode(schema::any_value, std::string("\x18\0", 2)), R"({"intValue":"0"})");
  EXPECT_EQ(encode(schema::any_value, std::string("\x10\0", 2)), R"({"boolValue":false})");
  EXPECT_EQ(encode(schema::any_value, std::string("\x0a\0", 2)), R"({"stringValue":""})");
  EXPECT_EQ(encode(schema::traces_response, std::string("\x0a\0", 2)), R"({"partialSuccess":{}})");
}

TEST(JsonEncoder, GathersScatteredLists) {
  const std::string bytes = wire_bytes([](Writer& writer) {
    for (const std::string_view name : {"a", "b", "c"}) {
      const size_t event = writer.open(field::span::events);
      writer.bytes(field::span_event::name, name);
      writer.close(event);
      writer.varint(field::span::dropped_events_count, 1);
    }
    writer.bytes(field::span::name, "late");
  });
  EXPECT_EQ(encode(schema::span, bytes),
            R"({"name":"late","events":[{"name":"a"},{"name":"b"},{"name":"c"}],)"
            R"("droppedEventsCount":1})");
}

TEST(JsonEncoder, OfDuplicateScalarsTheLastCounts) {
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) {
                     writer.bytes(field::span::name, "first");
                     writer.varint(field::span::kind, 3);
                     writer.bytes(field::span::name, "last");
                     writer.varint(field::span::kind, 0);
                   })),
            R"({"name":"last"})");
}

TEST(JsonEncoder, MergesDuplicateMessages) {
  const std::string bytes = wire_bytes([](Writer& writer) {
    size_t status = writer.open(field::span::status);
    writer.varint(field::span_status::code, 1);
    writer.bytes(field::span_status::message, "kept");
    writer.close(status);
    writer.bytes(field::span::name, "between");
    status = writer.open(field::span::status);
    writer.varint(field::span_status::code, 2);
    writer.close(status);
  });
  EXPECT_EQ(encode(schema::span, bytes),
            R"({"name":"between","status":{"message":"kept","code":2}})");
}

TEST(JsonEncoder, MergesMessagesOfOneofsOnlyWithinARun) {
  const auto array = [](Writer& writer, std::string_view text) {
    const size_t list = writer.open(field::any_value::array_value);
    const size_t value = writer.open(field::list::values);
    writer.bytes(field::any_value::string_value, text);
    writer.close(value);
    writer.close(list);
  };
  EXPECT_EQ(encode(schema::any_value, wire_bytes([&](Writer& writer) {
                     array(writer, "gone");
                     writer.varint(field::any_value::int_value, 5);
                     array(writer, "a");
                     array(writer, "b");
                   })),
            R"({"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}})");
  EXPECT_EQ(encode(schema::any_value, wire_bytes([&](Writer& writer) {
                     array(writer, "gone");
                     writer.varint(field::any_value::bool_value, 0);
                   })),
            R"({"boolValue":false})");
}

TEST(JsonEncoder, ReadsPackedAndUnpackedListsAlike) {
  const auto metric = [](auto write_counts) {
    return wire_bytes([&](Writer& writer) {
      const size_t histogram = writer.open(field::metric::histogram);
      const size_t point = writer.open(field::metric_data::data_points);
      write_counts(writer);
      writer.close(point);
      writer.close(histogram);
    });
  };
  const std::string expected =
      R"({"histogram":{"dataPoints":[{"bucketCounts":["1","2","3"],"explicitBounds":[0.5]}]}})";
  EXPECT_EQ(encode(schema::metric, metric([](Writer& writer) {
                     for (uint64_t count = 1; count <= 3; ++count) writer.fixed64(6, count);
                     writer.real(7, 0.5);
                   })),
            expected);
  EXPECT_EQ(encode(schema::metric, metric([](Writer& writer) {
                     writer.fixed64(6, 1);
                     const double bound = 0.5;
                     writer.bytes(7, {reinterpret_cast<const char*>(&bound), 8});
                     const uint64_t counts[] = {2, 3};
                     writer.bytes(6, {reinterpret_cast<const char*>(counts), 16});
                   })),
            expected);
  EXPECT_EQ(encode(schema::metric, metric([](Writer& writer) { writer.bytes(6, "1234567"); })),
            "refused: packed list is cut short");
}

TEST(JsonEncoder, DropsUnknownFieldsAndWrongWireTypes) {
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) {
                     writer.varint(field::span::name, 7);
                     writer.bytes(field::span::kind, "packed?");
                     writer.fixed32(field::span::start_time_unix_nano, 1);
                     writer.bytes(1000, "unknown");
                     writer.varint(17, 1);
                     writer.bytes(field::span::name, "kept");
                   })),
            R"({"name":"kept"})");
}

TEST(JsonEncoder, WritesIdsInHexAndRefusesOtherLengths) {
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) {
                     writer.bytes(field::span::trace_id,
                                  "\xff\x01"
                                  "23456789abcde\x0f");
                     writer.bytes(field::span::span_id, std::string(8, '\0'));
                   })),
            R"({"traceId":"ff01323334353637383961626364650f","spanId":"0000000000000000"})");
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) { writer.bytes(1, "short"); })),
            "refused: id has a wrong length");
}

TEST(JsonEncoder, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(encode(schema::span, wire_bytes([](Writer& writer) {
                     writer.bytes(field::span::name, "a\xff\xc3(\xe2\x82\"\xed\xa0\x80z");
                   })),
            "{\"name\":\"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\\\""
            "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"}");
}

TEST(JsonEncoder, WritesDoublesShortestAndNamesTheOdd) {
  const auto real = [](double value) {
    return encode(schema::any_value, wire_bytes([value](Writer& writer) {
                    writer.real(field::any_value::double_value, value);
                  }));
  };
  EXPECT_EQ(real(0.1), R"({"doubleValue":0.1})");
  EXPECT_EQ(real(1e21), R"({"doubleValue":1e+21})");
  EXPECT_EQ(real(-0.0), R"({"doubleValue":-0.0})");
  EXPECT_EQ(real(std::numeric_limits<double>::quiet_NaN()), R"({"doubleValue":"NaN"})");
  EXPECT_EQ(real(-std::numeric_limits<double>::infinity()), R"({"doubleValue":"-Infinity"})");
}

TEST(JsonEncoder, RefusesCutMessagesWithTheirOffset) {
  const std::string bytes = wire_bytes([](Writer& writer) {
    writer.bytes(field::span::name, "name");
    const size_t status = writer.open(field::span::status);
    writer.bytes(field::span_status::message, "text");
    writer.close(status);
  });
  for (const size_t size : {bytes.size() - 1, bytes.size() - 7, size_t{5}, size_t{1}}) {
    base::Buffer json;
    EXPECT_FALSE(encode_json(schema::span, bytes.substr(0, size), json).has_value()) << size;
  }
  base::Buffer json;
  const auto done = encode_json(schema::span, bytes.substr(0, 6) + "\x7a\x02\x12\x7f", json);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().offset, 10U);
  EXPECT_EQ(encode(schema::span, std::string("\0\0", 2)), "refused: field number zero");
}

TEST(JsonEncoder, BoundsDepthAndSize) {
  std::string bytes;
  for (int depth = 0; depth < 100; ++depth) {
    const std::string inner = bytes;
    bytes = wire_bytes([&](Writer& writer) { writer.bytes(depth % 2 == 0 ? 5 : 1, inner); });
  }
  EXPECT_TRUE(encode(schema::any_value, wire_bytes([&](Writer& w) { w.bytes(5, bytes); }))
                  .starts_with("refused: messages nest too deeply"));
  // An AnyValue below a hundred others is the last that may be.
  bytes.clear();
  for (int level = 0; level < 50; ++level) {
    const std::string inner = bytes;
    bytes = wire_bytes([&](Writer& writer) {
      const size_t list = writer.open(field::any_value::array_value);
      writer.bytes(field::list::values, inner);
      writer.close(list);
    });
  }
  EXPECT_TRUE(encode(schema::any_value, bytes).starts_with(R"({"arrayValue":{"values":[{)"));
  EXPECT_EQ(encode(schema::any_value, bytes, {.nesting_depth_max = 99}),
            "refused: messages nest too deeply");
  EXPECT_EQ(encode(schema::any_value, bytes, {.output_bytes_max = 100}),
            "refused: JSON text grows too large");
  EXPECT_EQ(encode(schema::any_value, bytes, {.input_bytes_max = 10}),
            "refused: message is too large");
}

// Each level comes twice, so a reader that redid a level's work would take 2^50 steps.
TEST(JsonEncoder, TakesScatteredNestingInItsStride) {
  std::string bytes;
  for (int level = 0; level < 45; ++level) {
    const std::string inner = bytes;
    bytes = wire_bytes([&](Writer& writer) {
      writer.varint(field::any_value::int_value, 1);
      for (int i = 0; i < 2; ++i) {
        const size_t list = writer.open(field::any_value::array_value);
        if (i == 0) writer.bytes(field::list::values, inner);
        writer.close(list);
      }
    });
  }
  EXPECT_TRUE(encode(schema::any_value, bytes).starts_with(R"({"arrayValue":{"values":[{)"));
}

}  // namespace
}  // namespace telemill::wire
