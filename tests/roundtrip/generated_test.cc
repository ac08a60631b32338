#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "assemble.h"
#include "checks.h"
#include "oracle/generate.h"

/// Generated requests against the official library: walk, merge, split, splice and JSON.
namespace telemill::roundtrip {
namespace {

constexpr uint64_t shards = 4;  // of a signal, so that several cores share the work

/// Requests in all: the environment's TELEMILL_GENERATED, or what this build chose (a million
/// where it is optimised, fewer under sanitizers).
uint64_t generated_requests() {
  const char* const wish = std::getenv("TELEMILL_GENERATED");
  return wish != nullptr ? std::strtoull(wish, nullptr, 10) : TELEMILL_GENERATED_DEFAULT;
}

template <class Signal>
class Generated {
 public:
  explicit Generated(uint64_t seed) : random_(seed) {
    for (int i = 0; i < 12; ++i) {
      pool_.resources.push_back(
          make<oracle::common::Resource>(std::string("\x0a\x03\x0a\x01\xff", 5)));
      pool_.scopes.push_back(
          make<oracle::common::InstrumentationScope>(std::string("\x0a\x01\xc3", 3)));
    }
    for (int i = 0; i < 150; ++i) pool_.records.push_back(make_record());
  }

  void run(uint64_t count) {
    for (done_ = 0; done_ < count;) {
      pool_.records[random_.below(pool_.records.size())] = make_record();
      pool_.resources[random_.below(pool_.resources.size())] =
          make<oracle::common::Resource>(std::string("\x0a\x03\x0a\x01\xff", 5));
      for (int i = 0; i < 8 && done_ < count; ++i) {
        SCOPED_TRACE(testing::Message() << "after " << done_ << " requests");
        ASSERT_NO_FATAL_FAILURE(check_one_payload());
      }
    }
    std::printf(
        "[          ] %llu requests, %llu items, %llu of them refused by the oracle for "
        "strings that are not UTF-8\n",
        static_cast<unsigned long long>(done_), static_cast<unsigned long long>(items_),
        static_cast<unsigned long long>(dirty_));
  }
  [[nodiscard]] uint64_t dirty() const noexcept { return dirty_; }

 private:
  template <class Message>
  Pool::Piece make(const std::string& dirt) {
    constexpr int list_max = std::is_same_v<Message, Metrics::Record> ? 6 : 2;
    Message message;
    oracle::generate(
        message, random_,
        {.depth_max = 3, .list_max = list_max, .fill = 0.4, .with_unknown_fields = true});
    Pool::Piece piece{message.SerializeAsString()};
    if (piece.bytes.size() > 3000 && random_.chance(0.9)) piece.bytes.clear();
    if (random_.chance(0.004)) piece = {piece.bytes + dirt, true};
    return piece;
  }
  Pool::Piece make_record() {
    const std::string dirt = {static_cast<char>(Signal::text_field << 3 | 2), 1, '\xff'};
    Pool::Piece piece = make<typename Signal::Record>(dirt);
    // Two messages one behind the other are one with both merged: singular fields twice.
    if (random_.chance(0.2)) piece.bytes += make<typename Signal::Record>({}).bytes;
    return piece;
  }

  /// A few requests, alone and merged.
  void check_one_payload() {
    otlp::Payload payload(Signal::signal);
    typename Signal::Request merged;
    std::string all_bytes;
    size_t all_items = 0;
    bool any_dirty = false;
    for (uint64_t left = random_.below(3) + 1; left > 0; --left, ++done_) {
      const Assembled assembled = assemble(pool_, random_);
      const base::Slice bytes = place(assembled.bytes);
      const auto part = walker_.walk(Signal::signal, bytes);
      ASSERT_TRUE(part.has_value()) << part.error().what << " at " << part.error().offset;
      typename Signal::Request request;
      ASSERT_EQ(parse(bytes.view(), request), !assembled.is_dirty);
      if (!assembled.is_dirty) {
        ASSERT_EQ(part->item_count, count_items<Signal>(request));
        ASSERT_NO_FATAL_FAILURE(check_json<Signal>(bytes.view(), request, decoder_));
        merged.MergeFrom(request);
      }
      dirty_ += assembled.is_dirty ? 1 : 0;
      ASSERT_NO_FATAL_FAILURE(
          check_splice<Signal>(*part, request, assembled.is_dirty, random_, walker_));
      any_dirty = any_dirty || assembled.is_dirty;
      all_bytes += assembled.bytes;
      all_items += part->item_count;
      payload.append(*part);
    }
    items_ += all_items;
    check_merge(payload, merged, all_bytes, all_items, any_dirty);
    check_split<Signal>(payload, any_dirty, random_, walker_);
  }

  void check_merge(const otlp::Payload& payload, const typename Signal::Request& merged,
                   const std::string& all_bytes, size_t all_items, bool is_dirty) {
    const base::Slice bytes = payload.bytes().flatten();
    ASSERT_EQ(bytes.view(), all_bytes);
    ASSERT_EQ(payload.item_count(), all_items);
    ASSERT_EQ(walker_.walk(Signal::signal, bytes).value().item_count, all_items);
    typename Signal::Request read;
    if (is_dirty) return;
    ASSERT_TRUE(parse(bytes.view(), read));
    ASSERT_EQ(read.SerializeAsString(), merged.SerializeAsString());
  }

  /// In a slab, behind other bytes with their top bit set: a request need not begin its slab.
  base::Slice place(std::string_view bytes) {
    base::Buffer buffer;
    const size_t before = random_.below(3);
    buffer.append(std::string(before, '\xff'));
    buffer.append(bytes);
    const base::Slice whole = std::move(buffer).freeze();
    return whole.sub(before, bytes.size());
  }

  base::Random random_;
  Pool pool_;
  otlp::Walker walker_;
  wire::JsonDecoder decoder_;
  uint64_t done_ = 0;
  uint64_t items_ = 0;
  uint64_t dirty_ = 0;
};

class GeneratedRequests : public testing::TestWithParam<uint64_t> {
 protected:
  template <class Signal>
  void check() {
    // The library logs each string that is not UTF-8; we count them.
    google::protobuf::SetLogHandler(nullptr);
    const uint64_t seed = GetParam() + 100 * static_cast<uint64_t>(Signal::signal);
    Generated<Signal> generated(seed);
    const uint64_t count = generated_requests() / (3 * shards) + 1;
    generated.run(count);
    if (count > 10'000) {
      EXPECT_GT(generated.dirty(), 0U);
    }
  }
};

TEST_P(GeneratedRequests, TracesMeanTheSameToTheOracle) { check<Traces>(); }
TEST_P(GeneratedRequests, MetricsMeanTheSameToTheOracle) { check<Metrics>(); }
TEST_P(GeneratedRequests, LogsMeanTheSameToTheOracle) { check<Logs>(); }

INSTANTIATE_TEST_SUITE_P(Shard, GeneratedRequests, testing::Range(uint64_t{0}, shards));

}  // namespace
}  // namespace telemill::roundtrip
