#include <gtest/gtest.h>

#include <string>

#include "components/exporters/debug/detailed.h"
#include "components/exporters/debug/normal.h"
#include "components/exporters/debug/sample_payloads.h"

// The texts, whole: people compare them, so a changed letter must show.
namespace telemill::components::exporters::debug {
namespace {

TEST(DebugDetailed, ShowsAllOfASpan) {
  EXPECT_EQ(detailed_text(payload_of(otlp::Signal::traces, traces())), R"(ResourceSpans #0
Resource SchemaURL: r-url
Resource attributes:
     -> service.name: Str(shop)
ScopeSpans #0
ScopeSpans SchemaURL: s-url
InstrumentationScope lib 1.2
InstrumentationScope attributes:
     -> scope.key: Str(v)
Span #0
    Trace ID       : 0102030405060708090a0b0c0d0e0f10
    Parent ID      : 2122232425262728
    ID             : 1112131415161718
    Name           : GET /\x1b[31m
    Kind           : Server
    TraceState     : ot=th:0
    Start time     : 2020-02-11 20:26:12.000000321 +0000 UTC
    End time       : 2020-02-11 20:26:13.000000789 +0000 UTC
    Status code    : Error
    Status message : broken
    DroppedAttributesCount: 0
    DroppedEventsCount: 1
    DroppedLinksCount: 0
Attributes:
     -> http.method: Str(GET)
Events:
SpanEvent #0
     -> Name: retry
     -> Timestamp: 2020-02-11 20:26:13.000000789 +0000 UTC
     -> DroppedAttributesCount: 2
     -> Attributes::
          -> n: Str(1)
Links:
SpanLink #0
     -> Trace ID: 0102030405060708090a0b0c0d0e0f10
     -> ID: 1112131415161718
     -> TraceState: 
     -> DroppedAttributesCount: 0
Span #1
    Trace ID       : 
    Parent ID      : 
    ID             : 
    Name           : plain
    Kind           : Unspecified
    Start time     : 1970-01-01 00:00:00 +0000 UTC
    End time       : 1970-01-01 00:00:00 +0000 UTC
    Status code    : Unset
    Status message : 
    DroppedAttributesCount: 0
    DroppedEventsCount: 0
    DroppedLinksCount: 0
)");
}

TEST(DebugNormal, ShowsASpanPerLine) {
  EXPECT_EQ(normal_text(payload_of(otlp::Signal::traces, traces())),
            R"(ResourceTraces #0 [r-url] service.name=shop
ScopeTraces #0 lib@1.2 [s-url] scope.key=v
GET /\x1b[31m 0102030405060708090a0b0c0d0e0f10 1112131415161718 http.method=GET
plain  
)");
}

TEST(DebugDetailed, NumbersThePartsOfAPayloadAsOne) {
  otlp::Payload payload = payload_of(otlp::Signal::traces, traces());
  payload.append(payload_of(otlp::Signal::traces, traces()));
  const std::string text = detailed_text(payload);
  EXPECT_NE(text.find("\nResourceSpans #1\n"), std::string::npos);
  EXPECT_EQ(text.find("ScopeSpans #1"), std::string::npos);
}

TEST(DebugDetailed, ShowsAllKindsOfMetrics) {
  EXPECT_EQ(detailed_text(payload_of(otlp::Signal::metrics, metrics())), R"(ResourceMetrics #0
Resource SchemaURL: 
ScopeMetrics #0
ScopeMetrics SchemaURL: 
InstrumentationScope  
Metric #0
Descriptor:
     -> Name: sum-double
     -> Description: 
     -> Unit: 1
     -> DataType: Sum
     -> IsMonotonic: true
     -> AggregationTemporality: Cumulative
     -> Metadata:
          -> m: Str(d)
NumberDataPoints #0
Data point attributes:
     -> label: Str(x)
     -> other: Str(y)
StartTimestamp: 2020-02-11 20:26:12.000000321 +0000 UTC
Timestamp: 2020-02-11 20:26:13.000000789 +0000 UTC
Value: 1.230000
Exemplars:
Exemplar #0
     -> Trace ID: 0102030405060708090a0b0c0d0e0f10
     -> Span ID: 
     -> Timestamp: 1970-01-01 00:00:00 +0000 UTC
     -> Value: 15
     -> FilteredAttributes:
          -> e: Str(f)
NumberDataPoints #1
StartTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 1970-01-01 00:00:00 +0000 UTC
Metric #1
Descriptor:
     -> Name: histogram
     -> Description: 
     -> Unit: 1
     -> DataType: Histogram
     -> AggregationTemporality: Unspecified
HistogramDataPoints #0
StartTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 1970-01-01 00:00:00 +0000 UTC
Count: 4
Sum: 15.000000
Min: 0.500000
Max: 9.000000
ExplicitBounds #0: 1.000000
Buckets #0, Count: 1
Buckets #1, Count: 3
Metric #2
Descriptor:
     -> Name: exponential
     -> Description: 
     -> Unit: 1
     -> DataType: ExponentialHistogram
     -> AggregationTemporality: Delta
ExponentialHistogramDataPoints #0
StartTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 1970-01-01 00:00:00 +0000 UTC
Count: 5
Bucket [-1.414214, -1.000000), Count: 8
Bucket [-1.000000, -0.707107), Count: 7
Bucket [0, 0], Count: 1
Bucket (1.414214, 2.000000], Count: 9
Bucket (2.000000, 2.828427], Count: 10
Metric #3
Descriptor:
     -> Name: summary
     -> Description: 
     -> Unit: 1
     -> DataType: Summary
SummaryDataPoints #0
StartTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 1970-01-01 00:00:00 +0000 UTC
Count: 1
Sum: 15.000000
QuantileValue #0: Quantile 0.010000, Value 15.000000
Metric #4
Descriptor:
     -> Name: empty
     -> Description: 
     -> Unit: 1
     -> DataType: Empty
)");
}

TEST(DebugNormal, ShowsADataPointPerLine) {
  EXPECT_EQ(normal_text(payload_of(otlp::Signal::metrics, metrics())), R"(ResourceMetrics #0
ScopeMetrics #0
sum-double{label=x,other=y} 1.23
sum-double{} 
histogram{} count=4 sum=15 min=0.5 max=9 le1=1 3
exponential{} count=5 le-1=8 le-0.7071067811865476=7 zero=1 le2=9 le2.82842712474619=10
summary{} count=1 sum=15.000000 q0.01=15
)");
}

TEST(DebugDetailed, ShowsAllOfALogRecord) {
  EXPECT_EQ(detailed_text(payload_of(otlp::Signal::logs, logs())), R"(ResourceLog #0
Resource SchemaURL: 
Resource entity refs:
     -> Entity ref #0:
          -> Type: service
          -> ID keys:
               -> service.name
ScopeLogs #0
ScopeLogs SchemaURL: 
InstrumentationScope  
LogRecord #0
ObservedTimestamp: 1970-01-01 00:00:00 +0000 UTC
Timestamp: 2020-02-11 20:26:13.000000789 +0000 UTC
SeverityText: INFO
SeverityNumber: Info(9)
EventName: my.event
Body: Str(two\nlines)
Attributes:
     -> map: Map({"k":"v"})
Trace ID: 0102030405060708090a0b0c0d0e0f10
Span ID: 
Flags: 1
)");
}

TEST(DebugNormal, ShowsALogRecordPerLine) {
  EXPECT_EQ(normal_text(payload_of(otlp::Signal::logs, logs())), R"(ResourceLog #0
ScopeLog #0
two\nlines map={"k":"v"}
)");
}

TEST(DebugDetailed, ShowsTheOutlineOfAProfile) {
  EXPECT_EQ(detailed_text(payload_of(otlp::Signal::profiles, profiles())), R"(ResourceProfiles #0
Resource SchemaURL: 
ScopeProfiles #0
ScopeProfiles SchemaURL: 
InstrumentationScope  
Profile #0
    Profile ID     : 0102030405060708090a0b0c0d0e0f10
    Start time     : 2020-02-11 20:26:12.000000321 +0000 UTC
    Duration       : 5 ns
    Dropped attributes count: 0
    Sample count   : 2
)");
}

TEST(DebugNormal, ShowsAProfilePerLine) {
  EXPECT_EQ(normal_text(payload_of(otlp::Signal::profiles, profiles())),
            "ResourceProfiles #0\nScopeProfiles #0\n0102030405060708090a0b0c0d0e0f10 samples=2\n");
}

}  // namespace
}  // namespace telemill::components::exporters::debug
