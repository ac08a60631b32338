#include "components/extensions/zpages/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/test_host.h"

namespace telemill::components::extensions::zpages {
namespace {

using pipeline::ComponentKind;
using pipeline::Status;
using testing::HasSubstr;
using testing::Not;

class PagesTest : public testing::Test {
 protected:
  PagesTest() {
    host_.pipeline_list.push_back({.id = {"traces", "a&b"},
                                   .signal = otlp::Signal::traces,
                                   .receivers = {{"otlp", ""}},
                                   .processors = {{"batch", ""}},
                                   .exporters = {{"otlp_grpc", "it's"}}});
    host_.status_list = {
        {.kind = ComponentKind::receiver, .id = {"otlp", ""}, .status = Status::ok},
        {.kind = ComponentKind::connector, .id = {"batch", ""}, .status = Status::ok},
        {.kind = ComponentKind::exporter,
         .id = {"otlp_grpc", "it's"},
         .status = Status::recoverable_error,
         .message = "<script>alert(\"x\")</script>\x01\xff & so on",
         .changed_at = 5'000'000'000}};
  }
  pipeline::TestHost host_;
};

TEST_F(PagesTest, WhatCameFromElsewhereIsEscaped) {
  const std::string page = render_pipelinez({.host = host_});
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page,
              HasSubstr("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#65533; &amp; so"));
  EXPECT_THAT(page, HasSubstr("<h2>traces/a&amp;b</h2>"));
  EXPECT_THAT(page, HasSubstr("otlp_grpc/it&#39;s</td><td>StatusRecoverableError"));
}

TEST_F(PagesTest, QueuesAreNamedByTheirLabels) {
  EXPECT_THAT(render_pipelinez({.host = host_}), HasSubstr("No exporter has told of a queue"));
  runtime::MetricInfo info{.name = "otelcol_exporter_queue_size",
                           .kind = runtime::MetricKind::gauge};
  host_.registry.counter(info, {{"exporter", "otlp_grpc/<x>"}}).set(7);
  info.name = "otelcol_exporter_queue_capacity";
  host_.registry.counter(info, {{"exporter", "otlp_grpc/<x>"}}).set(1000);
  EXPECT_THAT(render_pipelinez({.host = host_}),
              HasSubstr("<tr><td>exporter=otlp_grpc/&lt;x&gt;</td><td>7</td><td>1000</td></tr>"));
}

TEST_F(PagesTest, ServicezTellsUptimeAndLanes) {
  const std::string page = render_servicez({.host = host_, .now = 62'500'000'000});
  EXPECT_THAT(page, HasSubstr("<td>Uptime</td><td>1m1.5s</td>"));
  EXPECT_THAT(page, HasSubstr("<td>Started</td><td>1970-01-01T00:00:01Z</td>"));
  EXPECT_THAT(page, HasSubstr("<td>Lanes</td><td>2</td>"));
}

TEST_F(PagesTest, ExpvarzIsLinkedWhenItIsThere) {
  EXPECT_THAT(render_tracez({.host = host_}), Not(HasSubstr("expvarz")));
  EXPECT_THAT(render_tracez({.host = host_, .has_expvarz = true}), HasSubstr("/debug/expvarz"));
  host_.registry.counter({.name = "a"}, {{"b", "\"c"}}).set(3);
  EXPECT_EQ(render_expvarz({.host = host_}), "{\n\"a{b=\\\"c}\": 3\n}\n");
}

}  // namespace
}  // namespace telemill::components::extensions::zpages
