#include "otlp/views.h"

#include <gtest/gtest.h>
#include <oracle/logs.pb.h>
#include <oracle/metrics.pb.h>
#include <oracle/profiles.pb.h>
#include <oracle/trace.pb.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "oracle/generate.h"
#include "otlp/metric_views.h"
#include "otlp/profile_view.h"

namespace telemill::otlp {
namespace {

namespace common = oracle::common;
namespace logs = oracle::logs;
namespace metrics = oracle::metrics;
namespace trace = oracle::trace;

constexpr int rounds = 150;

bool same_bits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

void expect_same(const AttributesView& view, const auto& list);

void expect_same(const AnyValueView& view, const common::AnyValue& value) {
  EXPECT_FALSE(view.is_broken());
  switch (value.value_case()) {
    case common::AnyValue::VALUE_NOT_SET:
      EXPECT_EQ(view.kind(), ValueKind::none);
      return;
    case common::AnyValue::kStringValue:
      EXPECT_EQ(view.kind(), ValueKind::string);
      EXPECT_EQ(view.string(), value.string_value());
      return;
    case common::AnyValue::kBoolValue:
      EXPECT_EQ(view.kind(), ValueKind::boolean);
      EXPECT_EQ(view.boolean(), value.bool_value());
      return;
    case common::AnyValue::kIntValue:
      EXPECT_EQ(view.kind(), ValueKind::integer);
      EXPECT_EQ(view.integer(), value.int_value());
      return;
    case common::AnyValue::kDoubleValue:
      EXPECT_EQ(view.kind(), ValueKind::real);
      EXPECT_TRUE(same_bits(view.real(), value.double_value()));
      return;
    case common::AnyValue::kArrayValue: {
      EXPECT_EQ(view.kind(), ValueKind::array);
      int i = 0;
      for (const AnyValueView element : view.array()) {
        ASSERT_LT(i, value.array_value().values_size());
        expect_same(element, value.array_value().values(i++));
      }
      EXPECT_EQ(i, value.array_value().values_size());
      return;
    }
    case common::AnyValue::kKvlistValue:
      EXPECT_EQ(view.kind(), ValueKind::map);
      expect_same(view.map(), value.kvlist_value().values());
      return;
    case common::AnyValue::kBytesValue:
      EXPECT_EQ(view.kind(), ValueKind::bytes);
      EXPECT_EQ(view.bytes(), value.bytes_value());
      return;
    case common::AnyValue::kStringValueStrindex:
      EXPECT_EQ(view.kind(), ValueKind::string_index);
      EXPECT_EQ(view.string_index(), value.string_value_strindex());
      return;
  }
}

void expect_same(const AttributesView& view, const auto& list) {
  EXPECT_EQ(view.count(), static_cast<size_t>(list.size()));
  EXPECT_EQ(view.empty(), list.empty());
  int i = 0;
  for (const KeyValueView attribute : view) {
    ASSERT_LT(i, list.size());
    const common::KeyValue& expected = list[i++];
    EXPECT_EQ(attribute.key(), expected.key());
    EXPECT_EQ(attribute.key_index(), expected.key_strindex());
    EXPECT_TRUE(attribute.has_key(expected.key()));
    EXPECT_FALSE(attribute.has_key(expected.key() + "x"));
    expect_same(attribute.value(), expected.value());

    int first = 0;
    while (list[first].key() != expected.key()) ++first;
    const auto found = view.find(expected.key());
    ASSERT_TRUE(found.has_value());
    expect_same(found->value(), list[first].value());
  }
  EXPECT_EQ(i, list.size());
  EXPECT_FALSE(view.find("no such key, surely").has_value());
}

void expect_same(const RepeatedView<std::string_view>& view, const auto& list) {
  int i = 0;
  for (const std::string_view text : view) {
    ASSERT_LT(i, list.size());
    EXPECT_EQ(text, list[i++]);
  }
  EXPECT_EQ(i, list.size());
}

void expect_same(const ResourceView& view, const common::Resource& resource) {
  expect_same(view.attributes(), resource.attributes());
  EXPECT_EQ(view.dropped_attributes_count(), resource.dropped_attributes_count());
  int i = 0;
  for (const EntityRefView ref : view.entity_refs()) {
    ASSERT_LT(i, resource.entity_refs_size());
    const common::EntityRef& expected = resource.entity_refs(i++);
    EXPECT_EQ(ref.schema_url(), expected.schema_url());
    EXPECT_EQ(ref.type(), expected.type());
    expect_same(ref.id_keys(), expected.id_keys());
    expect_same(ref.description_keys(), expected.description_keys());
  }
  EXPECT_EQ(i, resource.entity_refs_size());
}

void expect_same(const ScopeView& view, const common::InstrumentationScope& scope) {
  EXPECT_EQ(view.name(), scope.name());
  EXPECT_EQ(view.version(), scope.version());
  expect_same(view.attributes(), scope.attributes());
  EXPECT_EQ(view.dropped_attributes_count(), scope.dropped_attributes_count());
}

void expect_same(const SpanView& view, const trace::Span& span) {
  EXPECT_FALSE(view.is_broken());
  EXPECT_EQ(view.trace_id(), span.trace_id());
  EXPECT_EQ(view.span_id(), span.span_id());
  EXPECT_EQ(view.parent_span_id(), span.parent_span_id());
  EXPECT_EQ(view.trace_state(), span.trace_state());
  EXPECT_EQ(view.name(), span.name());
  EXPECT_EQ(view.kind(), static_cast<int>(span.kind()));
  EXPECT_EQ(view.start_time(), span.start_time_unix_nano());
  EXPECT_EQ(view.end_time(), span.end_time_unix_nano());
  EXPECT_EQ(view.dropped_attributes_count(), span.dropped_attributes_count());
  EXPECT_EQ(view.dropped_events_count(), span.dropped_events_count());
  EXPECT_EQ(view.dropped_links_count(), span.dropped_links_count());
  EXPECT_EQ(view.flags(), span.flags());
  EXPECT_EQ(view.status().message(), span.status().message());
  EXPECT_EQ(view.status().code(), static_cast<int>(span.status().code()));
  expect_same(view.attributes(), span.attributes());
  int i = 0;
  for (const SpanEventView event : view.events()) {
    ASSERT_LT(i, span.events_size());
    const trace::Span::Event& expected = span.events(i++);
    EXPECT_EQ(event.time(), expected.time_unix_nano());
    EXPECT_EQ(event.name(), expected.name());
    EXPECT_EQ(event.dropped_attributes_count(), expected.dropped_attributes_count());
    expect_same(event.attributes(), expected.attributes());
  }
  EXPECT_EQ(i, span.events_size());
  i = 0;
  for (const SpanLinkView link : view.links()) {
    ASSERT_LT(i, span.links_size());
    const trace::Span::Link& expected = span.links(i++);
    EXPECT_EQ(link.trace_id(), expected.trace_id());
    EXPECT_EQ(link.span_id(), expected.span_id());
    EXPECT_EQ(link.trace_state(), expected.trace_state());
    EXPECT_EQ(link.dropped_attributes_count(), expected.dropped_attributes_count());
    EXPECT_EQ(link.flags(), expected.flags());
    expect_same(link.attributes(), expected.attributes());
  }
  EXPECT_EQ(i, span.links_size());
}

void expect_same(const LogView& view, const logs::LogRecord& log) {
  EXPECT_EQ(view.time(), log.time_unix_nano());
  EXPECT_EQ(view.observed_time(), log.observed_time_unix_nano());
  EXPECT_EQ(view.severity_number(), static_cast<int>(log.severity_number()));
  EXPECT_EQ(view.severity_text(), log.severity_text());
  expect_same(view.body(), log.body());
  expect_same(view.attributes(), log.attributes());
  EXPECT_EQ(view.dropped_attributes_count(), log.dropped_attributes_count());
  EXPECT_EQ(view.flags(), log.flags());
  EXPECT_EQ(view.trace_id(), log.trace_id());
  EXPECT_EQ(view.span_id(), log.span_id());
  EXPECT_EQ(view.event_name(), log.event_name());
}

void expect_same(const ProfileView& view, const oracle::profiles::Profile& profile) {
  EXPECT_EQ(view.profile_id(), profile.profile_id());
  EXPECT_EQ(view.time(), profile.time_unix_nano());
  EXPECT_EQ(view.duration_nanos(), profile.duration_nano());
  EXPECT_EQ(view.dropped_attributes_count(), profile.dropped_attributes_count());
  EXPECT_EQ(view.sample_count(), static_cast<size_t>(profile.samples_size()));
}

/// Every field of `Message` through its view, for many random messages. Appending the bytes of a
/// second message overrides scalars and extends lists, for us as for protobuf.
template <class View, class Message>
void expect_same_for_every_seed() {
  for (int seed = 0; seed < rounds; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(static_cast<uint64_t>(seed));
    Message message;
    oracle::generate(message, random, {.with_unknown_fields = seed % 2 == 1});
    const std::string bytes = message.SerializeAsString();
    expect_same(View(bytes), message);
  }
}

TEST(Views, ReadEveryFieldOfASpan) { expect_same_for_every_seed<SpanView, trace::Span>(); }

TEST(Views, ReadEveryFieldOfALogRecord) { expect_same_for_every_seed<LogView, logs::LogRecord>(); }

TEST(Views, ReadEveryFieldOfAResource) {
  expect_same_for_every_seed<ResourceView, common::Resource>();
}

TEST(Views, ReadEveryFieldOfAScope) {
  expect_same_for_every_seed<ScopeView, common::InstrumentationScope>();
}

TEST(Views, ReadTheOutlineOfAProfile) {
  expect_same_for_every_seed<ProfileView, oracle::profiles::Profile>();
}

TEST(Views, ReadTheFramesOfEntries) {
  trace::ResourceSpans resource;
  resource.mutable_resource()->set_dropped_attributes_count(3);
  resource.set_schema_url("r");
  trace::ScopeSpans& scope = *resource.add_scope_spans();
  scope.mutable_scope()->set_name("lib");
  scope.set_schema_url("s");
  const std::string resource_bytes = resource.SerializeAsString();
  const std::string scope_bytes = scope.SerializeAsString();
  EXPECT_EQ(ResourceEntryView(resource_bytes).schema_url(), "r");
  EXPECT_EQ(ResourceEntryView(resource_bytes).resource().dropped_attributes_count(), 3U);
  EXPECT_EQ(ScopeEntryView(scope_bytes).scope().name(), "lib");
  EXPECT_EQ(ScopeEntryView(scope_bytes).schema_url(), "s");
}

TEST(Views, LastOneWinsForScalarsAndListsAppend) {
  for (int seed = 0; seed < rounds; ++seed) {
    SCOPED_TRACE(seed);
    base::Random random(static_cast<uint64_t>(seed));
    trace::Span first;
    trace::Span second;
    oracle::generate(first, random);
    oracle::generate(second, random);
    first.clear_status();  // a message that comes twice merges in protobuf, here the last counts
    trace::Span merged = first;
    merged.MergeFrom(second);
    const std::string bytes = first.SerializeAsString() + second.SerializeAsString();
    expect_same(SpanView(bytes), merged);
  }
}

TEST(Views, AValueIsTheLastMemberOfItsOneof) {
  const std::string bytes =
      "\x0a\x01"
      "a"
      "\x18\x05"
      "\x10\x01";
  const AnyValueView value(bytes);
  EXPECT_EQ(value.kind(), ValueKind::boolean);
  EXPECT_TRUE(value.boolean());
  EXPECT_EQ(value.string(), "");
  EXPECT_EQ(value.integer(), 0);
}

TEST(Views, AKnownFieldOfAnotherWireTypeIsUnknown) {
  const std::string bytes =
      "\x28\x07"
      "\x35"
      "abcd"
      "\x2a\x02"
      "ok";  // name as varint, kind as fixed32
  EXPECT_EQ(SpanView(bytes).name(), "ok");
  EXPECT_EQ(SpanView(bytes).kind(), 0);
  EXPECT_FALSE(SpanView(bytes).is_broken());
}

TEST(Views, AKeyIsFoundInEveryFormOfItsMessage) {
  using namespace std::string_literals;
  for (const std::string& key_value : {
           "\x0a\x01k\x12\x02\x10\x01"s,           // canonical
           "\x12\x02\x10\x01\x0a\x01k"s,           // value first
           "\x0a\x81\x00k\x12\x02\x10\x01"s,       // a length of two bytes
           "\x0a\x01x\x0a\x01k\x12\x02\x10\x01"s,  // two keys: the last counts
           "\x0a\x01k\x12\x00\x12\x02\x10\x01"s,   // two values
           "\x0a\x01k\x12\x02\x10\x01\x78\x05"s,   // an unknown field behind
       }) {
    const std::string list = "\x0a"s + static_cast<char>(key_value.size()) + key_value;
    const auto found = AttributesView(list, 1).find("k");
    ASSERT_TRUE(found.has_value());
    EXPECT_TRUE(found->value().boolean());
    EXPECT_FALSE(AttributesView(list, 1).find("x").has_value());
    EXPECT_FALSE(AttributesView(list, 1).find("").has_value());
    EXPECT_TRUE(KeyValueView().has_key({}));
  }
}

TEST(Views, SayWhenTheyStopEarly) {
  using namespace std::string_literals;
  const std::string good = "\x2a\x02ok"s;
  for (const std::string& tail : {"\x4a\x7f"s, "\x4a"s,
                                  "\x39"
                                  "1234567"s,
                                  "\x07"s, "\x00"s, "\x80"s, "\x9b\x06"s,
                                  "\x85\x01"
                                  "abc"s}) {
    const std::string bytes = good + tail;
    EXPECT_EQ(SpanView(bytes).name(), "ok");
    EXPECT_TRUE(SpanView(bytes).is_broken());
    EXPECT_TRUE(SpanView(bytes).attributes().is_broken());
    EXPECT_TRUE(SpanView(bytes).attributes().empty());
  }
  EXPECT_FALSE(SpanView(good).is_broken());
  const std::string cut_pack = "\x32\x0c"s + std::string(12, '\1');  // one and a half numbers
  const HistogramPointView point(cut_pack);
  size_t count = 0;
  for ([[maybe_unused]] const uint64_t bucket : point.bucket_counts()) ++count;
  EXPECT_EQ(count, 1U);
  EXPECT_TRUE(point.bucket_counts().is_broken());
  EXPECT_FALSE(point.explicit_bounds().is_broken());
}

/// Reads everything that a view nests; only the sanitizers can object.
size_t read_all(const AnyValueView& value, int depth) {
  if (depth == 0) return 0;
  size_t size = value.string().size() + value.bytes().size();
  for (const AnyValueView element : value.array()) size += read_all(element, depth - 1);
  for (const KeyValueView element : value.map()) {
    size += element.key().size() + read_all(element.value(), depth - 1);
  }
  return size;
}

size_t read_all(const SpanView& span) {
  size_t size = span.name().size() + span.status().message().size();
  for (const KeyValueView attribute : span.attributes()) {
    size += attribute.key().size() + read_all(attribute.value(), 10);
  }
  for (const SpanEventView event : span.events()) size += event.attributes().count();
  for (const SpanLinkView link : span.links()) size += link.trace_id().size();
  return size;
}

TEST(Views, SurviveDamage) {
  size_t intact = 0;
  for (int seed = 0; seed < rounds * 4; ++seed) {
    base::Random random(static_cast<uint64_t>(seed));
    trace::Span message;
    oracle::generate(message, random, {.list_max = 2});
    const std::string whole = message.SerializeAsString();
    if (whole.empty()) continue;
    // An allocation of its own, so that a read past the end shows.
    std::vector<char> bytes(whole.begin(), whole.end());
    for (int i = 0; i < 3; ++i) bytes[random.below(bytes.size())] = static_cast<char>(random.u64());
    bytes.resize(bytes.size() - random.below(std::min<size_t>(bytes.size(), 3)));
    bytes.shrink_to_fit();
    const std::string_view damaged(bytes.data(), bytes.size());
    EXPECT_LE(read_all(SpanView(damaged)), damaged.size() * 16);
    const HistogramPointView point(damaged);
    for ([[maybe_unused]] const double bound : point.explicit_bounds()) continue;
    for (const NumberPointView number : MetricDataView(damaged).number_points()) {
      intact += number.is_broken() ? 0 : 1;
    }
    intact += SpanView(damaged).is_broken() ? 0 : 1;
  }
  EXPECT_GT(intact, 0U);
}

}  // namespace
}  // namespace telemill::otlp
