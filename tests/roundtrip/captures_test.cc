#include "oracle/captures.h"

#include <gtest/gtest.h>

#include "checks.h"

/// Requests that real programs sent, against the official library.
namespace telemill::roundtrip {
namespace {

template <class Signal>
void check_capture(std::string_view name) {
  const oracle::Capture capture = oracle::read_capture(name);
  if (capture.requests.empty()) GTEST_SKIP() << capture.missing;
  otlp::Walker walker;
  wire::JsonDecoder decoder;
  base::Random random(7);
  otlp::Payload payload(Signal::signal);
  typename Signal::Request merged;
  size_t total_bytes = 0;
  size_t items = 0;
  for (const std::string& bytes : capture.requests) {
    const auto part = walker.walk(Signal::signal, base::Slice::copy_of(bytes));
    ASSERT_TRUE(part.has_value()) << part.error().what;
    typename Signal::Request request;
    ASSERT_TRUE(parse(bytes, request));
    ASSERT_EQ(part->item_count, count_items<Signal>(request));
    ASSERT_NO_FATAL_FAILURE(check_json<Signal>(bytes, request, decoder));
    ASSERT_NO_FATAL_FAILURE(check_splice<Signal>(*part, request, false, random, walker));
    items += part->item_count;
    payload.append(*part);
    merged.MergeFrom(request);
    total_bytes += bytes.size();
    if (payload.parts().size() < 5 && &bytes != &capture.requests.back()) continue;
    typename Signal::Request read;
    ASSERT_TRUE(parse(payload.bytes().flatten().view(), read));
    ASSERT_EQ(read.SerializeAsString(), merged.SerializeAsString());
    ASSERT_NO_FATAL_FAILURE(check_split<Signal>(payload, false, random, walker));
    payload = otlp::Payload(Signal::signal);
    merged.Clear();
  }
  EXPECT_GT(items, 1000U);
  EXPECT_GT(total_bytes, 1'000'000U);
}

TEST(CapturedRequests, ShopTracesMeanTheSameToTheOracle) {
  check_capture<Traces>("hipstershop-oteltraces");
}
TEST(CapturedRequests, ShopMetricsMeanTheSameToTheOracle) {
  check_capture<Metrics>("hipstershop-otelmetrics");
}
TEST(CapturedRequests, HostMetricsMeanTheSameToTheOracle) {
  check_capture<Metrics>("hostandcollector-otelmetrics");
}

}  // namespace
}  // namespace telemill::roundtrip
