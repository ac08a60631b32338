#include "official/sdk_content.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

#include "official/sdk_tee.h"
#include "opentelemetry/common/timestamp.h"
#include "opentelemetry/metrics/async_instruments.h"
#include "opentelemetry/metrics/meter.h"
#include "opentelemetry/metrics/observer_result.h"
#include "opentelemetry/metrics/sync_instruments.h"
#include "opentelemetry/sdk/logs/logger_provider.h"
#include "opentelemetry/sdk/logs/simple_log_record_processor.h"
#include "opentelemetry/sdk/metrics/export/periodic_exporting_metric_reader.h"
#include "opentelemetry/sdk/metrics/meter_provider.h"
#include "opentelemetry/sdk/metrics/view/view_registry.h"
#include "opentelemetry/sdk/resource/resource.h"
#include "opentelemetry/sdk/trace/batch_span_processor.h"
#include "opentelemetry/sdk/trace/batch_span_processor_options.h"
#include "opentelemetry/sdk/trace/tracer_provider.h"
#include "opentelemetry/trace/trace_state.h"

namespace telemill::official {
namespace {

namespace api = opentelemetry;
using api::common::AttributeValue;
using api::common::SystemTimestamp;
using Attribute = std::pair<api::nostd::string_view, AttributeValue>;

constexpr std::array<int64_t, 3> int64s{-1, 0, std::numeric_limits<int64_t>::max()};
constexpr std::array<uint32_t, 2> uint32s{1, 4'000'000'000};
constexpr std::array<double, 2> doubles{-0.5, 1e300};
constexpr std::array<bool, 2> bools{true, false};
constexpr std::array<uint8_t, 4> bytes{0, 1, 0xfe, 0xff};
const std::array<api::nostd::string_view, 3> texts{"a", "", "\xc3\xbc"};

/// Every kind of value that the API has.
const std::vector<Attribute> every_kind{
    {"text", "with \"quotes\", \\ and \x01 controls"},
    {"empty", ""},
    {"unicode", "\xc3\xbc \xf0\x9f\xa6\x80"},
    {"bool", true},
    {"int32", int32_t{-7}},
    {"uint32", uint32_t{4'000'000'000}},
    {"int64", std::numeric_limits<int64_t>::min()},
    {"uint64", uint64_t{1} << 60},
    {"double", 2.5e-300},
    {"int64s", api::nostd::span<const int64_t>(int64s)},
    {"uint32s", api::nostd::span<const uint32_t>(uint32s)},
    {"doubles", api::nostd::span<const double>(doubles)},
    {"bools", api::nostd::span<const bool>(bools)},
    {"texts", api::nostd::span<const api::nostd::string_view>(texts)},
    {"bytes", api::nostd::span<const uint8_t>(bytes)},
};

sdk::resource::Resource resource() {
  return sdk::resource::Resource::Create({{"service.name", "cpp-peer"},
                                          {"service.instance.id", "ein Umlaut: \xc3\xbc"},
                                          {"process.pid", int64_t{4711}},
                                          {"share", 0.25}},
                                         "https://opentelemetry.io/schemas/1.30.0");
}

SystemTimestamp at(int64_t nanos) { return SystemTimestamp(std::chrono::nanoseconds(nanos)); }

api::trace::SpanContext remote_context() {
  constexpr std::array<uint8_t, 16> trace{0x5b, 0x8e, 0xff, 0xf7, 0x98, 0x03, 0x81, 0x03,
                                          0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0x0c};
  constexpr std::array<uint8_t, 8> span{0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74};
  return {api::trace::TraceId(trace), api::trace::SpanId(span),
          api::trace::TraceFlags(api::trace::TraceFlags::kIsSampled), true,
          api::trace::TraceState::FromHeader("vendor=value,other=1")};
}

void make_spans(api::trace::Tracer& tracer, api::trace::Tracer& other) {
  api::trace::StartSpanOptions options;
  options.kind = api::trace::SpanKind::kServer;
  options.parent = remote_context();
  options.start_system_time = at(1'700'000'000'123'456'789);
  const std::vector<Attribute> why{{"why", "because"}};
  const std::vector<std::pair<api::trace::SpanContext, std::vector<Attribute>>> links{
      {remote_context(), why}, {remote_context(), {}}};
  const auto root = tracer.StartSpan("root", every_kind, links, options);
  root->AddEvent("event", at(1'700'000'000'200'000'000), every_kind);
  root->AddEvent("plain event");
  root->SetStatus(api::trace::StatusCode::kError, "it broke");
  for (const auto kind : {api::trace::SpanKind::kInternal, api::trace::SpanKind::kClient,
                          api::trace::SpanKind::kProducer, api::trace::SpanKind::kConsumer}) {
    api::trace::StartSpanOptions inside;
    inside.kind = kind;
    inside.parent = root->GetContext();
    const auto child = other.StartSpan("child", {{"kind", static_cast<int>(kind)}}, inside);
    child->SetStatus(api::trace::StatusCode::kOk);
    child->End();
  }
  root->UpdateName("root, renamed");
  root->End();
  other.StartSpan("")->End();
}

/// Instruments live as long as what they record is collected.
struct Instruments {
  template <class Instrument>
  Instrument& keep(Instrument instrument) {
    const auto kept = std::make_shared<Instrument>(std::move(instrument));
    all.push_back(kept);
    return *kept;
  }
  std::vector<std::shared_ptr<void>> all;
};

template <class Number>
void observe(api::metrics::ObserverResult result, void* value) {
  const auto& observer =
      api::nostd::get<api::nostd::shared_ptr<api::metrics::ObserverResultT<Number>>>(result);
  observer->Observe(*static_cast<const Number*>(value));
  observer->Observe(*static_cast<const Number*>(value), {{"twice", true}});
}

void make_observed(api::metrics::Meter& meter, Instruments& instruments) {
  static int64_t count = 12;
  static int64_t integer = -12;
  static double real = 0.125;
  instruments.keep(meter.CreateInt64ObservableCounter("seen.int"))
      ->AddCallback(observe<int64_t>, &count);
  instruments.keep(meter.CreateDoubleObservableCounter("seen.double"))
      ->AddCallback(observe<double>, &real);
  instruments.keep(meter.CreateInt64ObservableGauge("gauge.int", "A level.", "m"))
      ->AddCallback(observe<int64_t>, &integer);
  instruments.keep(meter.CreateDoubleObservableGauge("gauge.double"))
      ->AddCallback(observe<double>, &real);
  instruments.keep(meter.CreateInt64ObservableUpDownCounter("seen.updown.int"))
      ->AddCallback(observe<int64_t>, &integer);
  instruments.keep(meter.CreateDoubleObservableUpDownCounter("seen.updown.double"))
      ->AddCallback(observe<double>, &real);
}

void make_recorded(api::metrics::Meter& meter, Instruments& instruments) {
  auto& calls = instruments.keep(meter.CreateUInt64Counter("calls", "Calls.", "{calls}"));
  calls->Add(5);
  calls->Add(7, {{"a", "b"}, {"n", 1}});
  instruments.keep(meter.CreateDoubleCounter("cost"))->Add(0.25);
  instruments.keep(meter.CreateInt64UpDownCounter("updown.int"))->Add(-7);
  instruments.keep(meter.CreateDoubleUpDownCounter("updown.double"))->Add(-0.5);
  const auto context = api::context::RuntimeContext::GetCurrent();
  auto& sizes = instruments.keep(meter.CreateUInt64Histogram("sizes", "Sizes.", "By"));
  for (const uint64_t size : {0U, 1U, 10U, 100'000U}) sizes->Record(size, {{"h", true}}, context);
  auto& times = instruments.keep(meter.CreateDoubleHistogram("times", "", "ms"));
  for (const double time : {0.001, 3.5, 9999.0}) times->Record(time, context);
}

}  // namespace

std::vector<Traces> send_spans(std::unique_ptr<sdk::trace::SpanExporter> exporter) {
  std::vector<Traces> noted;
  auto processor = std::make_unique<sdk::trace::BatchSpanProcessor>(
      std::make_unique<SpanTee>(std::move(exporter), noted),
      sdk::trace::BatchSpanProcessorOptions{});
  sdk::trace::TracerProvider provider(std::move(processor), resource());
  make_spans(*provider.GetTracer("peer", "1.2.3", "https://example.org/scope"),
             *provider.GetTracer("other"));
  EXPECT_TRUE(provider.ForceFlush());
  provider.Shutdown();
  return noted;
}

std::vector<Metrics> send_metrics(std::unique_ptr<sdk::metrics::PushMetricExporter> exporter) {
  std::vector<Metrics> noted;
  auto reader = std::make_shared<sdk::metrics::PeriodicExportingMetricReader>(
      std::make_unique<MetricTee>(std::move(exporter), noted),
      sdk::metrics::PeriodicExportingMetricReaderOptions{});
  sdk::metrics::MeterProvider provider(std::make_unique<sdk::metrics::ViewRegistry>(), resource());
  provider.AddMetricReader(std::move(reader));
  Instruments instruments;
  make_recorded(*provider.GetMeter("meter", "0.9", "https://example.org/meter"), instruments);
  make_observed(*provider.GetMeter("observing meter"), instruments);
  EXPECT_TRUE(provider.ForceFlush());
  provider.Shutdown();
  return noted;
}

std::vector<Logs> send_logs(std::unique_ptr<sdk::logs::LogRecordExporter> exporter) {
  std::vector<Logs> noted;
  auto processor = std::make_unique<sdk::logs::SimpleLogRecordProcessor>(
      std::make_unique<LogTee>(std::move(exporter), noted));
  sdk::logs::LoggerProvider provider(std::move(processor), resource());
  const auto logger =
      provider.GetLogger("logger", "library", "3", "https://example.org/logs", {{"scope", "yes"}});
  const auto context = remote_context();
  logger->EmitLogRecord(api::logs::Severity::kInfo, "a text", every_kind,
                        at(1'700'000'002'000'000'003), context.trace_id(), context.span_id(),
                        context.trace_flags());
  logger->EmitLogRecord(api::logs::Severity::kFatal4, AttributeValue(2.5),
                        api::logs::EventId(7, "an.event"));
  logger->EmitLogRecord(api::logs::Severity::kTrace,
                        AttributeValue(api::nostd::span<const uint8_t>(bytes)));
  logger->EmitLogRecord("");
  provider.Shutdown();
  return noted;
}

}  // namespace telemill::official
