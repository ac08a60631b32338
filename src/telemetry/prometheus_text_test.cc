#include "telemetry/prometheus_text.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "telemill/version.h"

namespace telemill::telemetry {
namespace {

using runtime::MetricKind;
using runtime::MetricRegistry;

constexpr std::array bounds = {1.0, 2.5};

/// A counter, a gauge, a histogram with a dotted name, and awkward texts.
class Page : public ::testing::Test {
 protected:
  Page() : registry_(runtime::MetricLevel::detailed) {
    registry_.counter({.name = "otelcol_a", .unit = "s", .help = "One\nline \\ \"q\""},
                      {{"exporter", "otlp/\"x\"\n\\"}}) += 3;
    registry_.counter({.name = "otelcol_b", .kind = MetricKind::gauge, .unit = "By"}, {}).set(-1);
    registry_
        .histogram({.name = "http.server.request.duration",
                    .kind = MetricKind::histogram,
                    .unit = "s",
                    .help = "Time"},
                   {{"http.route", "/v1"}}, bounds)
        .record(2);
    resource_.set("service.name", "a");
    resource_.set("team", "b");
    style_.without_scope_info = true;
  }
  [[nodiscard]] std::string page() const {
    return render_page(registry_.collect(), resource_, style_);
  }
  MetricRegistry registry_;
  Resource resource_;
  PageStyle style_;
};

TEST_F(Page, OfTheDefaultReaderHasTheNamesAsTheyWereRegistered) {
  style_.without_units = true;
  style_.without_type_suffix = true;
  EXPECT_EQ(page(),
            "# HELP target_info Target metadata\n"
            "# TYPE target_info gauge\n"
            "target_info{service_name=\"a\",team=\"b\"} 1\n"
            "# HELP http_server_request_duration Time\n"
            "# TYPE http_server_request_duration histogram\n"
            "http_server_request_duration_bucket{http_route=\"/v1\",le=\"1\"} 0\n"
            "http_server_request_duration_bucket{http_route=\"/v1\",le=\"2.5\"} 1\n"
            "http_server_request_duration_bucket{http_route=\"/v1\",le=\"+Inf\"} 1\n"
            "http_server_request_duration_sum{http_route=\"/v1\"} 2\n"
            "http_server_request_duration_count{http_route=\"/v1\"} 1\n"
            "# HELP otelcol_a One\\nline \\\\ \"q\"\n"
            "# TYPE otelcol_a counter\n"
            "otelcol_a{exporter=\"otlp/\\\"x\\\"\\n\\\\\"} 3\n"
            "# HELP otelcol_b \n"
            "# TYPE otelcol_b gauge\n"
            "otelcol_b -1\n");
}

TEST_F(Page, HasUnitsAndTypesInItsNamesUnlessTold) {
  const std::string text = page();
  EXPECT_NE(text.find("# TYPE otelcol_a_seconds_total counter\notelcol_a_seconds_total{"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\notelcol_b_bytes -1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("\nhttp_server_request_duration_seconds_bucket{"), std::string::npos) << text;
}

TEST_F(Page, InOpenMetricsNamesTheFamilyWithoutItsSuffixAndEnds) {
  style_.is_openmetrics = true;
  const std::string text = page();
  EXPECT_NE(text.find("# TYPE target info\ntarget_info{"), std::string::npos) << text;
  EXPECT_NE(text.find("# TYPE otelcol_a_seconds counter\notelcol_a_seconds_total{"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("le=\"1.0\""), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("# EOF\n")) << text;
}

TEST_F(Page, InOpenMetricsHasNoCounterWithoutItsSuffix) {
  style_.is_openmetrics = true;
  style_.without_type_suffix = true;
  const std::string text = page();
  EXPECT_NE(text.find("# TYPE otelcol_a_seconds unknown\notelcol_a_seconds{"), std::string::npos)
      << text;
}

TEST_F(Page, KeepsDotsForThoseWhoTakeThem) {
  style_.keeps_dots = true;
  style_.without_units = true;
  const std::string text = page();
  EXPECT_NE(
      text.find("# TYPE \"http.server.request.duration\" histogram\n"
                "{\"http.server.request.duration_bucket\",\"http.route\"=\"/v1\",le=\"1\"} 0"),
      std::string::npos)
      << text;
}

TEST_F(Page, HasConstantLabelsAndScopesWhenAsked) {
  style_.without_scope_info = false;
  style_.constant_labels = {{"service_name", "a"}};
  EXPECT_NE(page().find("otelcol_b_bytes{service_name=\"a\",otel_scope_name=\"telemill\","
                        "otel_scope_schema_url=\"\",otel_scope_version=\"" +
                        std::string(telemill::version) + "\"} -1\n"),
            std::string::npos)
      << page();
}

TEST_F(Page, WritesBoundsAsTheReferenceDoes) {
  constexpr std::array wide_bounds = {0.00001, 0.0001, 0.005, 100000., 1048576., 16777216.};
  registry_.histogram({.name = "wide", .kind = MetricKind::histogram}, {}, wide_bounds);
  const std::string text = page();
  for (const char* bound :
       {"1e-05", "0.0001", "0.005", "100000", "1.048576e+06", "1.6777216e+07", "+Inf"}) {
    EXPECT_NE(text.find("wide_bucket{le=\"" + std::string(bound) + "\"} 0\n"), std::string::npos)
        << text;
  }
}

TEST(Negotiate, ChoosesByQuality) {
  struct Case {
    std::string_view accept;
    bool without_type_suffix;
    bool is_openmetrics;
    bool keeps_dots;
  };
  constexpr std::string_view prometheus =
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
      "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;"
      "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
  for (const Case& c : {
           Case{"", false, false, false},
           Case{"*/*", false, false, false},
           Case{"text/html", false, false, false},
           Case{"application/openmetrics-text", false, true, false},
           Case{"application/openmetrics-text;version=1.0.0;q=0.2,text/plain", false, false, false},
           Case{"application/openmetrics-text;version=1.0.0,*/*;q=0.1", false, true, false},
           Case{"application/openmetrics-text;version=9.0.0,*/*;q=0.1", false, false, false},
           Case{prometheus, false, true, true},
           Case{prometheus, true, false, true},
           Case{"application/openmetrics-text", true, true, false},
           Case{";;,,q=,;q=x", false, false, false},
       }) {
    const PageForm form = negotiate(c.accept, c.without_type_suffix);
    EXPECT_EQ(form.is_openmetrics, c.is_openmetrics) << c.accept;
    EXPECT_EQ(form.keeps_dots, c.keeps_dots) << c.accept;
  }
}

}  // namespace
}  // namespace telemill::telemetry
