import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.KeyValue;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the SDK is given to send. */
final class Records {
  private static final Attributes everyKind =
      Attributes.builder()
          .put("text", "with \u00fc and \u2028")
          .put("empty", "")
          .put("yes", true)
          .put("smallest", Long.MIN_VALUE)
          .put("largest", Long.MAX_VALUE)
          .put("double", 0.1)
          .put("texts", "a", "", "b")
          .put("booleans", true, false)
          .put("integers", 1L, -1L)
          .put("doubles", 1.5, -0.25)
          .build();
  private static final Resource resource =
      Resource.create(
          everyKind.toBuilder().put("service.name", "java peer").build(),
          "https://example.org/resource");
  private static final SpanContext remote =
      SpanContext.createFromRemoteParent(
          "5b8efff798038103d269b633813fc60c",
          "eee19b7ec3c1b174",
          TraceFlags.getSampled(),
          TraceState.builder().put("other", "1").put("vendor", "value").build());
  private static final Context parent = Context.root().with(Span.wrap(remote));

  final Collection<SpanData> spans = makeSpans();
  final Collection<MetricData> cumulative = makeMetrics(InMemoryMetricReader.create());
  final Collection<MetricData> delta = makeMetrics(InMemoryMetricReader.createDelta());
  final Collection<LogRecordData> logs = makeLogs();

  private static Collection<SpanData> makeSpans() {
    InMemorySpanExporter kept = InMemorySpanExporter.create();
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(resource)
            .setSpanLimits(
                SpanLimits.builder().setMaxNumberOfEvents(3).setMaxNumberOfAttributes(12).build())
            .addSpanProcessor(SimpleSpanProcessor.create(kept))
            .build();
    Tracer tracer =
        provider
            .tracerBuilder("peer")
            .setInstrumentationVersion("1.2.3")
            .setSchemaUrl("https://example.org/scope")
            .build();
    Tracer other = provider.get("other");
    Span root =
        tracer
            .spanBuilder("root")
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setAllAttributes(everyKind)
            .addLink(remote, Attributes.of(AttributeKey.stringKey("why"), "because"))
            .setStartTimestamp(1_700_000_000_123_456_789L, TimeUnit.NANOSECONDS)
            .startSpan();
    for (SpanKind kind :
        List.of(SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER)) {
      Span child =
          other.spanBuilder("child " + kind).setParent(parent.with(root)).setSpanKind(kind)
              .startSpan();
      if (kind == SpanKind.CLIENT) {
        child.setStatus(StatusCode.ERROR, "it broke");
      } else {
        child.setStatus(StatusCode.OK);
      }
      child.end();
    }
    for (long i = 0; i < 4; ++i) {
      root.addEvent("event " + i, Attributes.of(AttributeKey.longKey("n"), i));
    }
    root.recordException(new IllegalStateException("as an event"));
    root.setAttribute("one", 1).setAttribute("two", 2).setAttribute("three", 3);
    root.end(1_700_000_001_000_000_001L, TimeUnit.NANOSECONDS);
    tracer.spanBuilder("").startSpan().end();
    return kept.getFinishedSpanItems();
  }

  private static Collection<MetricData> makeMetrics(InMemoryMetricReader reader) {
    SdkMeterProvider provider =
        SdkMeterProvider.builder()
            .setResource(resource)
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder().setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .build())
            .build();
    Meter meter = provider.meterBuilder("meter").setInstrumentationVersion("0.9").build();
    var counter = meter.counterBuilder("counter").setUnit("{calls}").setDescription("Calls.").build();
    counter.add(5, everyKind);
    counter.add(7);
    meter.counterBuilder("double.counter").ofDoubles().build()
        .add(0.25, Attributes.of(AttributeKey.stringKey("b"), "x"));
    var upDown = meter.upDownCounterBuilder("up.and.down").build();
    upDown.add(3);
    upDown.add(-7);
    meter.gaugeBuilder("gauge").build()
        .set(-1.5, Attributes.of(AttributeKey.stringKey("room"), "\u03b1"));
    meter.gaugeBuilder("integer.gauge").ofLongs().build().set(-12);
    for (String name : List.of("histogram", "exponential")) {
      DoubleHistogram histogram = meter.histogramBuilder(name).setUnit("ms").build();
      for (double value : new double[] {0, 0.001, 3.5, 10, 99, 100000}) histogram.record(value);
    }
    meter.gaugeBuilder("seen").ofLongs().buildWithCallback(seen -> seen.record(11));
    return reader.collectAllMetrics();
  }

  private static Collection<LogRecordData> makeLogs() {
    InMemoryLogRecordExporter kept = InMemoryLogRecordExporter.create();
    SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .setResource(resource)
            .addLogRecordProcessor(SimpleLogRecordProcessor.create(kept))
            .build();
    Logger logger =
        provider
            .loggerBuilder("logger")
            .setInstrumentationVersion("3")
            .setSchemaUrl("https://example.org/logs")
            .build();
    logger
        .logRecordBuilder()
        .setTimestamp(1_700_000_002_000_000_003L, TimeUnit.NANOSECONDS)
        .setContext(parent)
        .setSeverity(Severity.INFO)
        .setSeverityText("INFO")
        .setBody("a text")
        .setAllAttributes(everyKind)
        .emit();
    logger
        .logRecordBuilder()
        .setSeverity(Severity.FATAL4)
        .setBody(
            Value.of(
                KeyValue.of("list", Value.of(Value.of(1), Value.of("two"), Value.of(true))),
                KeyValue.of("bytes", Value.of(new byte[] {0, -1}))))
        .emit();
    logger.logRecordBuilder().setBody(Value.of(17)).setEventName("an.event").emit();
    logger.logRecordBuilder().emit();
    return kept.getFinishedLogRecordItems();
  }
}
