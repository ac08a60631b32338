#include "otlp/lazy_index.h"

#include <gtest/gtest.h>
#include <oracle/logs.pb.h>
#include <oracle/trace.pb.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "oracle/generate.h"
#include "otlp/sample_spans.h"
#include "otlp/walk.h"

namespace telemill::otlp {
namespace {

/// The bytes in an allocation of their own, so that a read past the end shows.
std::vector<char> exact(const std::string& bytes) {
  std::vector<char> copy(bytes.begin(), bytes.end());
  copy.shrink_to_fit();
  return copy;
}

/// Fast and plain, both kinds of record, on the same bytes. Returns whether they were intact.
bool expect_twins_agree(const std::string& bytes) {
  const std::vector<char> copy = exact(bytes);
  const std::string_view record(copy.data(), copy.size());
  SpanIndex span;
  SpanIndex plain_span;
  const bool is_span = index_span(record, span);
  EXPECT_EQ(is_span, index_span_plain(record, plain_span));
  EXPECT_EQ(span, plain_span);
  LogIndex log;
  LogIndex plain_log;
  EXPECT_EQ(index_log(record, log), index_log_plain(record, plain_log));
  EXPECT_EQ(log, plain_log);
  EXPECT_EQ(is_span, !SpanView(record).is_broken());
  return is_span;
}

void expect_same(const IndexedSpanView& indexed, const SpanView& view) {
  EXPECT_EQ(indexed.trace_id(), view.trace_id());
  EXPECT_EQ(indexed.span_id(), view.span_id());
  EXPECT_EQ(indexed.parent_span_id(), view.parent_span_id());
  EXPECT_EQ(indexed.trace_state(), view.trace_state());
  EXPECT_EQ(indexed.name(), view.name());
  EXPECT_EQ(indexed.kind(), view.kind());
  EXPECT_EQ(indexed.start_time(), view.start_time());
  EXPECT_EQ(indexed.end_time(), view.end_time());
  EXPECT_EQ(indexed.status().content(), view.status().content());
  EXPECT_EQ(indexed.flags(), view.flags());
  EXPECT_EQ(indexed.dropped_attributes_count(), view.dropped_attributes_count());
  EXPECT_EQ(indexed.dropped_events_count(), view.dropped_events_count());
  EXPECT_EQ(indexed.dropped_links_count(), view.dropped_links_count());
  EXPECT_EQ(indexed.index().attributes.count, view.attributes().count());
  EXPECT_EQ(indexed.index().events.count, view.events().count());
  EXPECT_EQ(indexed.index().links.count, view.links().count());
  const auto same = [](const auto& left, const auto& right) {
    return left.content() == right.content();
  };
  EXPECT_TRUE(std::ranges::equal(indexed.attributes(), view.attributes(), same));
  EXPECT_TRUE(std::ranges::equal(indexed.events(), view.events(), same));
  EXPECT_TRUE(std::ranges::equal(indexed.links(), view.links(), same));
}

void expect_same(const IndexedLogView& indexed, const LogView& view) {
  EXPECT_EQ(indexed.time(), view.time());
  EXPECT_EQ(indexed.observed_time(), view.observed_time());
  EXPECT_EQ(indexed.severity_number(), view.severity_number());
  EXPECT_EQ(indexed.severity_text(), view.severity_text());
  EXPECT_EQ(indexed.body().kind(), view.body().kind());
  EXPECT_EQ(indexed.trace_id(), view.trace_id());
  EXPECT_EQ(indexed.span_id(), view.span_id());
  EXPECT_EQ(indexed.event_name(), view.event_name());
  EXPECT_EQ(indexed.flags(), view.flags());
  EXPECT_EQ(indexed.dropped_attributes_count(), view.dropped_attributes_count());
  EXPECT_EQ(indexed.index().attributes.count, view.attributes().count());
  EXPECT_TRUE(std::ranges::equal(
      indexed.attributes(), view.attributes(),
      [](const auto& left, const auto& right) { return left.content() == right.content(); }));
}

template <class Message>
std::string random_record(base::Random& random, bool with_unknown_fields) {
  Message message;
  oracle::generate(message, random, {.with_unknown_fields = with_unknown_fields});
  std::string bytes = message.SerializeAsString();
  if (random.chance(0.2)) {  // fields in another order, and twice
    Message more;
    oracle::generate(more, random, {.list_max = 1});
    bytes = more.SerializeAsString() + bytes;
  }
  return bytes;
}

TEST(LazyIndex, SaysOfSpansWhatTheViewsSay) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::string bytes = random_record<oracle::trace::Span>(random, seed % 2 == 1);
    SpanIndex index;
    EXPECT_TRUE(index_span(bytes, index));
    expect_same(IndexedSpanView(bytes, index), SpanView(bytes));
  }
}

TEST(LazyIndex, SaysOfLogRecordsWhatTheViewsSay) {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    const std::string bytes = random_record<oracle::logs::LogRecord>(random, seed % 2 == 1);
    LogIndex index;
    EXPECT_TRUE(index_log(bytes, index));
    expect_same(IndexedLogView(bytes, index), LogView(bytes));
  }
}

TEST(LazyIndex, EqualsItsTwinOnRandomAndDamagedRecords) {
  size_t intact = 0;
  size_t broken = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(seed);
    std::string bytes = seed % 2 == 0 ? random_record<oracle::trace::Span>(random, seed % 4 == 0)
                                      : random_record<oracle::logs::LogRecord>(random, false);
    for (uint64_t i = random.below(4); i > 0 && !bytes.empty(); --i) {
      bytes[random.below(bytes.size())] = static_cast<char>(random.u64());
    }
    if (random.chance(0.3)) bytes.resize(random.below(bytes.size() + 1));
    ++(expect_twins_agree(bytes) ? intact : broken);
  }
  EXPECT_GT(intact, 500U);
  EXPECT_GT(broken, 500U);
}

TEST(LazyIndex, EqualsItsTwinOnNoise) {
  // Bytes that the fast paths look for come often.
  static constexpr std::string_view likely =
      "\x0a\x10\x12\x08\x1a\x22\x2a\x30\x39\x41\x4a\x5a\x7a\x85\x01\x09\x32\x52\x80\xff";
  for (uint64_t seed = 0; seed < 20'000; ++seed) {
    base::Random random(seed);
    std::string bytes(random.below(80), '\0');
    for (char& byte : bytes) {
      byte = random.chance(0.7) ? likely[random.below(likely.size())]
                                : static_cast<char>(random.u64());
    }
    expect_twins_agree(bytes);
    ASSERT_FALSE(::testing::Test::HasFailure()) << seed;
  }
}

TEST(LazyIndex, EqualsItsTwinAtEveryPlaceWhereASpanIsCut) {
  const SampleRequest request = SampleSpans(7).request(20);
  const Part part = Walker().walk(Signal::traces, request.bytes).value();
  size_t attributes = 0;
  for (const Range range : part.table.records()) {
    const std::string span(part.bytes.view().substr(range.offset, range.size));
    for (size_t size = 0; size <= span.size(); ++size) expect_twins_agree(span.substr(0, size));
    SpanIndex index;
    EXPECT_TRUE(index_span(span, index));
    attributes += index.attributes.count;
  }
  EXPECT_EQ(attributes, request.attribute_count);
}

TEST(LazyIndex, AnEmptyRecordHasNothing) {
  SpanIndex index{.kind = 5};
  EXPECT_TRUE(index_span({}, index));
  EXPECT_EQ(index, SpanIndex{});
  EXPECT_EQ(IndexedSpanView({}, index).kind(), 0);
}

}  // namespace
}  // namespace telemill::otlp
