#include "components/shared/page_text/page_text.h"

#include <gtest/gtest.h>

namespace telemill::components::shared {
namespace {

using namespace std::chrono_literals;

TEST(PageText, Durations) {
  EXPECT_EQ(duration_text(0s), "0s");
  EXPECT_EQ(duration_text(-1s), "0s");
  EXPECT_EQ(duration_text(5ns), "5ns");
  EXPECT_EQ(duration_text(1500ns), "1.5\u00b5s");
  EXPECT_EQ(duration_text(350ms), "350ms");
  EXPECT_EQ(duration_text(1ms + 1ns), "1.000001ms");
  EXPECT_EQ(duration_text(62s), "1m2s");
  EXPECT_EQ(duration_text(1h + 3500ms), "1h0m3.5s");
}

TEST(PageText, Times) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(rfc3339(1'700'000'000'120'000'000), "2023-11-14T22:13:20.12Z");
}

TEST(PageText, HtmlIsEscaped) {
  EXPECT_EQ(html_text("<a href='x' title=\"y\">&</a>"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;&lt;/a&gt;");
  EXPECT_EQ(html_text(std::string_view("a\0b\x7f\n\xff\xc3\xa4", 8)), "ab &#65533;\u00e4");
}

}  // namespace
}  // namespace telemill::components::shared
