#include "load/template.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "load/workload.h"

namespace telemill::load {
namespace {

using otlp::Signal;

// Hostile captures: whatever the bytes are, looking for holes ends well and stays inside.
TEST(Template, FindingHolesSurvivesBrokenRequests) {
  for (const Signal signal : {Signal::traces, Signal::metrics, Signal::logs}) {
    const auto templates =
        make_workload({.signal = signal, .items_per_request = 8, .distinct_bodies = 1}, 1);
    ASSERT_TRUE(templates.has_value());
    const std::string whole(templates->front().bytes());
    base::Random random(11);
    for (int i = 0; i < 3000; ++i) {
      std::string broken = whole.substr(0, static_cast<size_t>(random.below(whole.size() + 1)));
      for (uint64_t flips = random.below(4); flips > 0 && !broken.empty(); --flips) {
        broken[static_cast<size_t>(random.below(broken.size()))] = static_cast<char>(random.u64());
      }
      const auto holes = find_holes(signal, broken);
      if (!holes) continue;
      for (const Hole& hole : holes->holes) {
        const size_t size = hole.kind == HoleKind::trace_id ? 16 : 8;
        ASSERT_LE(hole.offset + size, broken.size());
      }
    }
  }
}

TEST(Template, RefusesProfilesAndOrdinalsThatAreTooLarge) {
  EXPECT_FALSE(
      find_holes(Signal::profiles, std::string_view("\x0a\x04\x12\x02\x12\x00", 6)).has_value());
  const std::string bytes(16, '\xff');
  const Holes holes{.holes = {{HoleKind::id, 0}}, .item_count = 1};
  EXPECT_FALSE(Template::create(Signal::traces, bytes, holes).has_value());
}

TEST(Template, TimesCountBackFromTheSending) {
  std::string bytes(16, '\0');
  bytes[0] = 5;
  const Holes holes{.holes = {{HoleKind::past_time, 0}, {HoleKind::time, 8}}, .item_count = 1};
  const auto made = Template::create(Signal::traces, bytes, holes);
  ASSERT_TRUE(made.has_value());
  made->fill({.sent_at = 1000}, bytes.data());
  uint64_t start = 0;
  uint64_t end = 0;
  std::memcpy(&start, bytes.data(), 8);
  std::memcpy(&end, bytes.data() + 8, 8);
  EXPECT_EQ(start, 995U);
  EXPECT_EQ(end, 1000U);
}

}  // namespace
}  // namespace telemill::load
