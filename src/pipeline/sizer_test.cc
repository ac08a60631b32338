#include "pipeline/sizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_support.h"

namespace telemill::pipeline {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Le;

constexpr auto signal = otlp::Signal::traces;

std::vector<size_t> items_of(const std::vector<otlp::Payload>& pieces) {
  std::vector<size_t> items;
  for (const otlp::Payload& piece : pieces) items.push_back(piece.item_count());
  return items;
}
std::vector<size_t> bytes_of(const std::vector<otlp::Payload>& pieces) {
  std::vector<size_t> bytes;
  for (const otlp::Payload& piece : pieces) bytes.push_back(piece.byte_count());
  return bytes;
}
size_t sum(const std::vector<size_t>& numbers) {
  size_t total = 0;
  for (const size_t number : numbers) total += number;
  return total;
}

TEST(Sizer, MeasuresRequestsItemsAndBytes) {
  otlp::Payload payload = make_payload(signal, 3);
  payload.append(make_payload(signal, 4));
  EXPECT_EQ(size_of(payload, Sizer::requests), 1);
  EXPECT_EQ(size_of(payload, Sizer::items), 7);
  EXPECT_EQ(size_of(payload, Sizer::bytes), static_cast<int64_t>(payload.byte_count()));
}

TEST(Sizer, CutsByItemsWithAFirstPieceThatFillsUp) {
  EXPECT_THAT(
      items_of(cut(make_payload(signal, 10), {.sizer = Sizer::items, .first_max = 3, .max = 4})),
      ElementsAre(3, 4, 3));
  EXPECT_THAT(items_of(cut(make_payload(signal, 10), {.sizer = Sizer::items, .max = 4})),
              ElementsAre(4, 4, 2));
}

TEST(Sizer, PiecesByBytesKeepTheBoundAndAllItems) {
  const std::string filler(500, 'x');
  for (const size_t items : {2U, 7U, 100U, 333U}) {
    for (const int64_t max : {600, 700, 5000, 60'000}) {
      const auto pieces =
          cut(make_payload(signal, items, filler), {.sizer = Sizer::bytes, .max = max});
      EXPECT_THAT(bytes_of(pieces), Each(Le(static_cast<size_t>(max))));
      EXPECT_EQ(sum(items_of(pieces)), items);
    }
  }
}

TEST(Sizer, UnevenItemsAreCutUntilTheyFit) {
  otlp::Payload payload = make_payload(signal, 1, std::string(10'000, 'l'));
  payload.append(make_payload(signal, 100, "small"));
  const auto pieces = cut(payload, {.sizer = Sizer::bytes, .max = 2000});
  EXPECT_EQ(sum(items_of(pieces)), 101U);
  size_t over = 0;
  for (const size_t bytes : bytes_of(pieces)) over += bytes > 2000 ? 1U : 0U;
  EXPECT_EQ(over, 1U) << "a single item cannot be cut";
}

TEST(Sizer, NeverCutsARequestOfProfiles) {
  for (const Sizer sizer : {Sizer::items, Sizer::bytes}) {
    EXPECT_EQ(cut(make_payload(otlp::Signal::profiles, 20), {.sizer = sizer, .max = 3}).size(), 1U);
  }
}

// A client that puts a megabyte before small spans cannot make us repeat it a thousand times.
TEST(Sizer, ALargeResourceIsNotMultiplied) {
  base::Buffer out;
  wire::Writer writer(out);
  const size_t resource_spans = writer.open(1);
  const size_t resource = writer.open(1);
  writer.bytes(200, std::string(1'000'000, 'r'));
  writer.close(resource);
  const size_t scope = writer.open(2);
  for (size_t i = 0; i < 1000; ++i) {
    const size_t record = writer.open(2);
    writer.bytes(200, "small");
    writer.close(record);
  }
  writer.close(scope);
  writer.close(resource_spans);
  const otlp::Payload payload(signal, otlp::Walker().walk(signal, std::move(out).freeze()).value());
  const auto pieces = cut(payload, {.sizer = Sizer::bytes, .max = 10'000});
  EXPECT_LE(sum(bytes_of(pieces)), 2 * payload.byte_count());
  EXPECT_EQ(sum(items_of(pieces)), 1000U);
}

}  // namespace
}  // namespace telemill::pipeline
