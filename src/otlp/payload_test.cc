#include "otlp/payload.h"

#include <gtest/gtest.h>

#include <string>

#include "otlp/frame.h"
#include "otlp/splice.h"
#include "otlp/split.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::otlp {
namespace {

using std::string_view_literals::operator""sv;
using wire::Writer;

std::string record(int number, size_t size = 20) {
  base::Buffer out;
  Writer writer(out);
  writer.bytes(5, "span-" + std::to_string(number));
  writer.bytes(200, std::string(size, 'u'));  // an unknown field
  return std::string(out.view());
}

/// A request of `resources` x `scopes` x `records` with frames before and after the nested lists.
base::Slice request(int resources, int scopes, int records) {
  base::Buffer out;
  Writer writer(out);
  int number = 0;
  for (int r = 0; r < resources; ++r) {
    const size_t resource = writer.open(1);
    writer.bytes(1, "resource");
    for (int s = 0; s < scopes; ++s) {
      const size_t scope = writer.open(2);
      writer.bytes(1, "scope");
      for (int i = 0; i < records; ++i, ++number) {
        writer.bytes(2, record(number, static_cast<size_t>(number) * 7 % 300));
        if (number % 5 == 0) writer.varint(77, 1);  // an unknown field between records
      }
      writer.bytes(3, "scope schema");
      writer.close(scope);
    }
    writer.bytes(3, "resource schema");
    writer.close(resource);
  }
  return std::move(out).freeze();
}

Part walk(base::Slice bytes, Signal signal = Signal::traces) {
  return Walker().walk(signal, std::move(bytes)).value();
}

std::vector<std::string> names_of(const Part& part) {
  std::vector<std::string> names;
  for (const Range range : part.table.records()) {
    wire::Cursor in{part.bytes.view().substr(range.offset, range.size)};
    (void)wire::read_tag(in).value();
    names.emplace_back(wire::read_bytes(in).value());
  }
  return names;
}

/// What a fresh walk finds must be what the part says of itself.
void expect_consistent(const Part& part, Signal signal = Signal::traces) {
  const Part again = walk(part.bytes, signal);
  EXPECT_EQ(again.item_count, part.item_count);
  ASSERT_EQ(again.table.records().size(), part.table.records().size());
  for (size_t i = 0; i < again.table.records().size(); ++i) {
    EXPECT_EQ(again.table.records()[i].offset, part.table.records()[i].offset);
    EXPECT_EQ(again.table.records()[i].size, part.table.records()[i].size);
  }
  ASSERT_EQ(again.table.scopes().size(), part.table.scopes().size());
  ASSERT_EQ(again.table.resources().size(), part.table.resources().size());
}

TEST(Walk, FindsEveryRecord) {
  const Part part = walk(request(3, 2, 10));
  EXPECT_EQ(part.item_count, 60U);
  EXPECT_EQ(part.table.resources().size(), 3U);
  EXPECT_EQ(part.table.scopes().size(), 6U);
  EXPECT_EQ(names_of(part).back(), "span-59");
}

TEST(Walk, RefusesEveryTruncationThatCutsAField) {
  const base::Slice whole = request(1, 1, 3);
  size_t accepted = 0;
  for (size_t size = 1; size < whole.size(); ++size) {
    const auto part =
        Walker().walk(Signal::traces, base::Slice::copy_of(whole.view().substr(0, size)));
    if (part) ++accepted;
  }
  EXPECT_EQ(accepted, 0U);  // one resource entry holds it all: no prefix is whole
}

TEST(Walk, RefusesKnownFieldsOfTheWrongTypeAtEachLevel) {
  const auto nested = [](int level) {
    base::Buffer out;
    Writer writer(out);
    if (level == 0) writer.varint(1, 5);
    const size_t resource = level > 0 ? writer.open(1) : 0;
    if (level == 1) writer.varint(2, 5);
    const size_t scope = level > 1 ? writer.open(2) : 0;
    if (level == 2) writer.fixed64(2, 5);
    if (level > 1) writer.close(scope);
    if (level > 0) writer.close(resource);
    return std::move(out).freeze();
  };
  for (int level = 0; level < 3; ++level) {
    EXPECT_FALSE(Walker().walk(Signal::traces, nested(level)).has_value()) << level;
  }
}

TEST(Walk, PlacesErrorsInsideDataPoints) {
  base::Buffer out;
  Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  const size_t record = writer.open(2);
  writer.bytes(1, "name");
  const size_t data = writer.open(5);
  writer.varint(1, 5);
  writer.close(data);
  writer.close(record);
  writer.close(scope);
  writer.close(resource);
  const size_t size = out.size();
  const auto part = Walker().walk(Signal::metrics, std::move(out).freeze());
  ASSERT_FALSE(part.has_value());
  EXPECT_EQ(part.error().offset, size - 1);  // behind the tag of the wrong type
}

TEST(Walk, AcceptsNothingAndCountsZero) {
  const Part part = walk(base::Slice{});
  EXPECT_EQ(part.item_count, 0U);
}

TEST(Payload, MergingLinksWithoutCopying) {
  const Part first = walk(request(1, 1, 2));
  Payload payload(Signal::traces, first);
  payload.append(walk(request(2, 1, 3)));
  EXPECT_EQ(payload.item_count(), 8U);
  const base::Rope rope = payload.bytes();
  EXPECT_EQ(rope.slices().front().data(), first.bytes.data());
  EXPECT_EQ(walk(rope.flatten()).item_count, 8U);
}

TEST(Splitter, KeepsEveryRecordInOrderForEverySize) {
  for (size_t size = 1; size < 62; ++size) {
    Payload payload(Signal::traces, walk(request(3, 2, 5)));
    payload.append(walk(request(1, 3, 10)));
    Splitter splitter(std::move(payload));
    std::vector<std::string> names;
    while (!splitter.done()) {
      const Payload piece = splitter.next(size);
      EXPECT_LE(piece.item_count(), size);
      EXPECT_TRUE(piece.item_count() == size || splitter.done());
      for (const Part& part : piece.parts()) {
        expect_consistent(part);
        for (std::string& name : names_of(part)) names.push_back(std::move(name));
      }
    }
    ASSERT_EQ(names.size(), 60U) << size;
    for (int i = 0; i < 60; ++i)
      EXPECT_EQ(names[static_cast<size_t>(i)], "span-" + std::to_string(i % 30));
  }
}

// The last byte before a record's tag may look like the middle of a varint: frames are read
// forward.
TEST(Splitter, KeepsFramesThatEndWithATopBit) {
  base::Buffer out;
  Writer writer(out);
  writer.bytes(900, "\xff");
  const size_t resource = writer.open(1);
  writer.bytes(1, "\u65e5");
  const size_t scope = writer.open(2);
  writer.bytes(1, "caf\u00e9");
  for (int i = 0; i < 5; ++i) writer.bytes(2, "\x81\xff");
  writer.close(scope);
  writer.close(resource);
  const Part whole = walk(std::move(out).freeze());
  Splitter splitter(Payload(Signal::traces, whole));
  while (!splitter.done()) {
    const Payload piece = splitter.next(2);
    const Part& part = piece.parts().front();
    EXPECT_EQ(frame_of(part).bytes, frame_of(whole).bytes);
    EXPECT_EQ(frame_of(part, part.table.resources()[0]).bytes, "\x0a\x03\u65e5");
    EXPECT_EQ(frame_of(part, part.table.scopes()[0]).bytes,
              "\x0a\x05"
              "caf\u00e9");
  }
}

std::string metric(uint32_t data_field, int points) {
  base::Buffer out;
  Writer writer(out);
  writer.bytes(1, "name");
  const size_t data = writer.open(data_field);
  for (int i = 0; i < points; ++i) {
    writer.bytes(1, "p" + std::to_string(i));
    if (i == 1) writer.varint(2, 2);  // temporality between points
  }
  writer.close(data);
  writer.bytes(3, "unit");
  return std::string(out.view());
}

TEST(Splitter, CutsMetricsBetweenPoints) {
  base::Buffer out;
  Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  for (const uint32_t field : {5U, 7U, 9U, 10U, 11U}) writer.bytes(2, metric(field, 7));
  writer.close(scope);
  writer.close(resource);
  const Part whole = walk(std::move(out).freeze(), Signal::metrics);
  EXPECT_EQ(whole.item_count, 35U);
  for (size_t size = 1; size < 36; ++size) {
    Splitter splitter(Payload(Signal::metrics, whole));
    size_t total = 0;
    while (!splitter.done()) {
      const Payload piece = splitter.next(size);
      EXPECT_LE(piece.item_count(), size);
      for (const Part& part : piece.parts()) expect_consistent(part, Signal::metrics);
      total += piece.item_count();
    }
    EXPECT_EQ(total, 35U);
  }
}

TEST(Splice, ReplacesInsertsDeletesAndDrops) {
  const Part part = walk(request(2, 2, 5));
  Splice splice;
  splice.begin(part);
  const auto records = part.table.records();
  splice.replace(3, {records[3].offset + 2, 6}, "SPAN-3");
  splice.replace(3, {records[3].end(), 0}, std::string_view("\x48\x01", 2));
  splice.drop(0);
  for (uint32_t i = 5; i < 10; ++i) splice.drop(i);
  splice.set_resource_frame(1, std::string_view("\x0a\x01y", 3));
  const Part edited = splice.apply(Signal::traces);
  expect_consistent(edited);
  EXPECT_EQ(edited.item_count, 14U);
  EXPECT_EQ(edited.table.scopes().size(), 3U);  // the second lost all its records
  EXPECT_EQ(names_of(edited)[2], "SPAN-3");
  const Range changed = edited.table.records()[2];
  EXPECT_EQ(edited.bytes.view().substr(changed.end() - 2, 2), std::string_view("\x48\x01", 2));
  EXPECT_NE(edited.bytes.view().find(std::string_view("\x0a\x01y", 3)), std::string_view::npos);
}

TEST(Splice, InsertsBeforeWhatIsReplacedAtTheSamePlace) {
  const Part part = walk(request(1, 1, 1));
  const Range record = part.table.records()[0];
  Splice splice;
  splice.begin(part);
  splice.replace(0, {record.offset, 8}, "\x2a\x01z");
  splice.replace(0, {record.offset, 0}, "\x2a\x01y");
  const Part edited = splice.apply(Signal::traces);
  const Range now = edited.table.records()[0];
  EXPECT_EQ(edited.bytes.view().substr(now.offset, 6), "\x2a\x01y\x2a\x01z");
}

TEST(Splice, CountsPointsThatAnEditTookAway) {
  base::Buffer out;
  Writer writer(out);
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  writer.bytes(2, "\x2a\x04\x0a\x00\x0a\x00"sv);  // a gauge of two points
  writer.bytes(2, "\x2a\x02\x0a\x00"sv);
  writer.close(scope);
  writer.close(resource);
  const Part part = walk(std::move(out).freeze(), Signal::metrics);
  ASSERT_EQ(part.item_count, 3U);
  Splice splice;
  splice.begin(part);
  const Range first = part.table.records()[0];
  splice.replace(0, first, "\x2a\x02\x0a\x00"sv);
  const Part edited = splice.apply(Signal::metrics);
  EXPECT_EQ(edited.item_count, 2U);
  expect_consistent(edited, Signal::metrics);
}

TEST(Splice, KeepsTheDictionaryOfProfiles) {
  base::Buffer out;
  Writer writer(out);
  writer.bytes(2, "dictionary");
  const size_t resource = writer.open(1);
  const size_t scope = writer.open(2);
  writer.bytes(2, "\x12\x00\x12\x00"sv);  // two samples
  writer.bytes(2, "\x12\x00"sv);
  writer.close(scope);
  writer.close(resource);
  const Part part = walk(std::move(out).freeze(), Signal::profiles);
  ASSERT_EQ(part.item_count, 3U);
  Splice splice;
  splice.begin(part);
  splice.drop(1);
  const Part edited = splice.apply(Signal::profiles);
  EXPECT_EQ(edited.item_count, 2U);
  EXPECT_EQ(frame_of(edited).bytes,
            "\x12\x0a"
            "dictionary");
  expect_consistent(edited, Signal::profiles);
}

// A frame for each of very many entries, given in any order: linear work, the last word counts.
TEST(Splice, ReplacesEveryFrame) {
  const Part part = walk(request(300, 1, 1));
  Splice splice;
  splice.begin(part);
  for (uint32_t i = 300; i > 0; --i) splice.set_resource_frame(i - 1, "\x0a\x01x");
  for (uint32_t i = 0; i < 300; ++i) splice.set_resource_frame(i, "\x0a\x01y");
  const Part edited = splice.apply(Signal::traces);
  for (const ResourceRow& row : edited.table.resources()) {
    ASSERT_EQ(frame_of(edited, row).bytes, "\x0a\x01y");
  }
}

TEST(Splice, WithoutEditsGivesEqualBytes) {
  const Part part = walk(request(2, 2, 5));
  Splice splice;
  splice.begin(part);
  const Part copy = splice.apply(Signal::traces);
  expect_consistent(copy);
  EXPECT_EQ(copy.bytes.size(), part.bytes.size());
  EXPECT_EQ(names_of(copy), names_of(part));
}

}  // namespace
}  // namespace telemill::otlp
