#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace telemill::log {
namespace {

using ::testing::ElementsAre;

constexpr uint64_t second_nanos = 1'000'000'000;

std::mutex lines_mutex;
std::vector<std::string> lines;
uint64_t fake_unix_nanos = 0;

void keep(std::string_view line) {
  const std::lock_guard lock(lines_mutex);
  lines.emplace_back(line);
}
uint64_t read_fake_clock() { return fake_unix_nanos; }

/// Catches lines instead of writing them. Rates are per thread and event name, so each test that
/// meets them logs from a thread of its own.
class LogTest : public ::testing::Test {
 protected:
  LogTest() {
    lines.clear();
    fake_unix_nanos = 1'700'000'000 * second_nanos + 42'000'000;
    settings_.write = keep;
    settings_.unix_nanos = read_fake_clock;
    configure(settings_);
  }
  ~LogTest() override { configure({}); }

  template <class F>
  static void on_fresh_thread(F body) {
    std::thread(body).join();
  }
  Settings settings_;
};

TEST_F(LogTest, WritesTheConsoleForm) {
  on_fresh_thread([] {
    warn("queue.full", {{"queue", "otlp/2"}, {"bytes", uint64_t{7}}, {"share", 0.5}, {"ok", true}});
  });
  EXPECT_THAT(lines, ElementsAre("2023-11-14T22:13:20.042Z\twarn\tqueue.full\t"
                                 "{\"queue\":\"otlp/2\",\"bytes\":7,\"share\":0.5,\"ok\":true}\n"));
}

TEST_F(LogTest, WritesNoFieldsWhereThereAreNone) {
  on_fresh_thread([] { info("started"); });
  EXPECT_THAT(lines, ElementsAre("2023-11-14T22:13:20.042Z\tinfo\tstarted\n"));
}

TEST_F(LogTest, WritesTheJsonForm) {
  settings_.as_json = true;
  configure(settings_);
  on_fresh_thread([] { error("bind.failed", {{"port", 4317}, {"why", std::string("in use")}}); });
  EXPECT_THAT(lines, ElementsAre("{\"ts\":\"2023-11-14T22:13:20.042Z\",\"level\":\"error\","
                                 "\"msg\":\"bind.failed\",\"port\":4317,\"why\":\"in use\"}\n"));
}

TEST_F(LogTest, EscapesWhatWouldBreakALine) {
  settings_.as_json = true;
  configure(settings_);
  on_fresh_thread([] {
    using namespace std::string_view_literals;
    info("e", {{"k", "a\"b\\c\nd\x7f\0e"sv}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(R"("k":"a\"b\\c\u000ad\u007f\u0000e"})"), std::string::npos) << lines[0];
}

TEST_F(LogTest, KeepsUtf8AndReplacesWhatIsNone) {
  struct Case {
    std::string_view text;
    std::string_view written;
  };
  for (const Case& c : {
           Case{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
           Case{"a\x80z", R"(a\ufffdz)"},                            // a lone continuation
           Case{"\xc3", R"(\ufffd)"},                                // cut short
           Case{"\xc3\"", R"(\ufffd\")"},                            // must not swallow the quote
           Case{"\xc0\xaf", R"(\ufffd\ufffd)"},                      // overlong
           Case{"\xe0\x80\xaf", R"(\ufffd\ufffd\ufffd)"},            // overlong
           Case{"\xed\xa0\x80", R"(\ufffd\ufffd\ufffd)"},            // a surrogate
           Case{"\xf4\x90\x80\x80", R"(\ufffd\ufffd\ufffd\ufffd)"},  // beyond Unicode
           Case{"\xff", R"(\ufffd)"},
       }) {
    lines.clear();
    on_fresh_thread([&c] { info("e", {{"k", c.text}}); });
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].find("{\"k\":\"" + std::string(c.written) + "\"}"), std::string::npos)
        << lines[0];
  }
}

TEST_F(LogTest, WritesNumbersThatJsonKnows) {
  on_fresh_thread([] {
    info("e", {{"a", std::numeric_limits<int64_t>::min()},
               {"b", std::numeric_limits<uint64_t>::max()},
               {"c", std::numeric_limits<double>::infinity()}});
  });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find(R"({"a":-9223372036854775808,"b":18446744073709551615,"c":"inf"})"),
            std::string::npos)
      << lines[0];
}

TEST_F(LogTest, LeavesOutWhatLiesBelowItsLevel) {
  settings_.level = Level::warn;
  configure(settings_);
  on_fresh_thread([] {
    debug("a");
    info("b");
    warn("c");
    error("d");
  });
  EXPECT_EQ(lines.size(), 2U);
}

TEST_F(LogTest, LimitsTheRateOfEachEventByItself) {
  settings_.lines_initial = 3;
  settings_.lines_thereafter = 5;
  configure(settings_);
  on_fresh_thread([] {
    for (int i = 1; i <= 20; ++i) info("busy", {{"i", i}});
    info("rare");
  });
  // 1, 2, 3, then every fifth: 8, 13, 18; and the other event has a count of its own.
  ASSERT_EQ(lines.size(), 7U);
  EXPECT_NE(lines[3].find("{\"i\":8}"), std::string::npos) << lines[3];
  EXPECT_NE(lines[5].find("{\"i\":18}"), std::string::npos) << lines[5];
  EXPECT_NE(lines[6].find("rare"), std::string::npos);
}

TEST_F(LogTest, StartsTheCountAnewAfterTenSeconds) {
  settings_.lines_initial = 1;
  settings_.lines_thereafter = 0;
  configure(settings_);
  on_fresh_thread([] {
    for (int i = 0; i < 5; ++i) info("busy");
    fake_unix_nanos += 10 * second_nanos;
    for (int i = 0; i < 5; ++i) info("busy");
  });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[1].find("Log lines dropped by sampling\t{\"event\":\"busy\",\"dropped\":4}"),
            std::string::npos)
      << lines[1];
}

TEST_F(LogTest, HasIntervalsAsLongAsItIsTold) {
  settings_.lines_initial = 1;
  settings_.lines_thereafter = 0;
  settings_.interval_nanos = 2 * second_nanos;
  configure(settings_);
  on_fresh_thread([] {
    for (int i = 0; i < 4; ++i) {
      info("busy");
      fake_unix_nanos += 2 * second_nanos;
    }
  });
  EXPECT_EQ(lines.size(), 4U);
}

TEST_F(LogTest, CountsEachLevelByItselfFromItsFirstLineOn) {
  settings_.lines_initial = 1;
  settings_.lines_thereafter = 0;
  configure(settings_);
  on_fresh_thread([] {
    fake_unix_nanos += 9 * second_nanos;
    info("busy");
    warn("busy");
    fake_unix_nanos += 9 * second_nanos;
    info("busy");
  });
  EXPECT_EQ(lines.size(), 2U);
}

TEST_F(LogTest, SaysWhoSpeaksBeforeALinesOwnFields) {
  configure(settings_);
  on_fresh_thread([] {
    const Logger logger({{"id", "a\n"}, {"kind", "exporter"}});
    logger.info("x", {{"n", 1}});
    logger.warn("y");
    logger.write_unlimited(Level::info, "z");
  });
  ASSERT_EQ(lines.size(), 3U);
  const std::string who = R"({"id":"a\u000a","kind":"exporter")";
  EXPECT_TRUE(lines[0].ends_with("x\t" + who + ",\"n\":1}\n")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("y\t" + who + "}\n")) << lines[1];
  EXPECT_TRUE(lines[2].ends_with("z\t" + who + "}\n")) << lines[2];
}

TEST_F(LogTest, PutsCommonFieldsBeforeALinesOwn) {
  settings_.common_fields = R"("resource":{"service.name":"a"})";
  configure(settings_);
  on_fresh_thread([] {
    info("bare");
    info("own", {{"k", 1}});
  });
  settings_.as_json = true;
  configure(settings_);
  on_fresh_thread([] { info("own", {{"k", 1}}); });
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_TRUE(lines[0].ends_with("\tbare\t{\"resource\":{\"service.name\":\"a\"}}\n")) << lines[0];
  EXPECT_TRUE(lines[1].ends_with("{\"resource\":{\"service.name\":\"a\"},\"k\":1}\n")) << lines[1];
  EXPECT_TRUE(
      lines[2].ends_with("\"msg\":\"own\",\"resource\":{\"service.name\":\"a\"},\"k\":1}\n"))
      << lines[2];
}

TEST_F(LogTest, TellsWhichLineOfCodeSpeaks) {
  settings_.shows_caller = true;
  configure(settings_);
  on_fresh_thread([] { info("here"); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("\tinfo\tbase/log_test.cc:"), std::string::npos) << lines[0];
}

TEST_F(LogTest, ShowsRecordsThatAreWrittenToItsSink) {
  struct Sink : RecordSink {
    void take(const Record& record) override {
      seen.emplace_back(record.event);
      stamp = record.unix_nanos;
    }
    std::vector<std::string> seen;
    uint64_t stamp = 0;
  } sink;
  set_sink(&sink);
  settings_.lines_initial = 1;
  settings_.lines_thereafter = 0;
  configure(settings_);
  on_fresh_thread([] {
    debug("below");
    warn("shown");
    warn("shown");
    write_unlimited(Level::info, "asked for by name", {});
  });
  set_sink(nullptr);
  on_fresh_thread([] { warn("unseen"); });
  EXPECT_THAT(sink.seen, ElementsAre("shown"));
  EXPECT_EQ(sink.stamp, fake_unix_nanos);
}

TEST_F(LogTest, HasNoLimitWhenToldSo) {
  settings_.lines_initial = 0;
  configure(settings_);
  on_fresh_thread([] {
    for (int i = 0; i < 1000; ++i) info("busy");
  });
  EXPECT_EQ(lines.size(), 1000U);
}

TEST_F(LogTest, WritesUnlimitedTextAsOftenAsAskedAndAboveTheLevelOnly) {
  settings_.lines_initial = 1;
  settings_.lines_thereafter = 0;
  configure(settings_);
  on_fresh_thread([] {
    for (int i = 0; i < 100; ++i) write_unlimited(Level::info, "one\ntwo\n", {{"k", 1}});
    write_unlimited(Level::debug, "hidden", {});
  });
  ASSERT_EQ(lines.size(), 100U);
  EXPECT_EQ(lines[99], "2023-11-14T22:13:20.042Z\tinfo\tone\ntwo\n\t{\"k\":1}\n");
}

TEST_F(LogTest, GivesWholeLinesFromManyThreads) {
  settings_.lines_initial = 0;
  configure(settings_);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 200; ++i) info("e", {{"thread", t}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lines.size(), 800U);
  EXPECT_TRUE(std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.ends_with("}\n") && std::count(line.begin(), line.end(), '\n') == 1;
  }));
}

}  // namespace
}  // namespace telemill::log
