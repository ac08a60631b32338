"""What the SDK is given to send."""

from opentelemetry import trace as api
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.metrics import Observation
from opentelemetry.sdk import metrics as sdk_metrics
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics.export import AggregationTemporality, InMemoryMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

EVERY_KIND = {
    "text": "with \u00fc and \u2028",
    "empty": "",
    "yes": True,
    "smallest": -2**63,
    "largest": 2**63 - 1,
    "double": 0.1,
    "texts": ["a", "", "b"],
    "booleans": [True, False],
    "integers": [1, -1],
    "doubles": [1.5, -0.25],
}
RESOURCE = Resource({"service.name": "python peer", **EVERY_KIND}, "urn:peer:resource")
SECOND = 1_000_000_000
REMOTE = api.SpanContext(0x5b8efff798038103d269b633813fc60c, 0xeee19b7ec3c1b174, is_remote=True,
                         trace_flags=api.TraceFlags(1),
                         trace_state=api.TraceState([("vendor", "value"), ("other", "1")]))
PARENT = api.set_span_in_context(api.NonRecordingSpan(REMOTE))


def spans() -> list:
    kept = InMemorySpanExporter()
    provider = TracerProvider(resource=RESOURCE,
                              span_limits=SpanLimits(max_events=3, max_span_attributes=12))
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("peer", "1.2.3", "urn:peer:scope", {"of.scope": 1})
    other = provider.get_tracer("other")
    root = tracer.start_span("root", PARENT, api.SpanKind.SERVER, EVERY_KIND,
                             [api.Link(REMOTE, {"why": "because"})],
                             1_700_000_000 * SECOND + 123_456_789)
    inside = api.set_span_in_context(root)
    for kind in (api.SpanKind.INTERNAL, api.SpanKind.CLIENT, api.SpanKind.PRODUCER,
                 api.SpanKind.CONSUMER):
        child = other.start_span(f"child {kind.name}", inside, kind)
        if kind == api.SpanKind.CLIENT:
            child.set_status(api.Status(api.StatusCode.ERROR, "it broke"))
        else:
            child.set_status(api.Status(api.StatusCode.OK))
        child.end()
    for number in range(4):
        root.add_event(f"event {number}", {"n": number}, 1_700_000_000 * SECOND + number)
    root.record_exception(ValueError("as an event"))
    root.set_attributes({"one": 1, "two": 2, "three": 3})
    root.end(1_700_000_001 * SECOND + 1)
    tracer.start_span("").end()
    return list(kept.get_finished_spans())


def collect(temporality: AggregationTemporality):
    instruments = (sdk_metrics.Counter, sdk_metrics.UpDownCounter, sdk_metrics.Histogram,
                   sdk_metrics.ObservableCounter)
    reader = InMemoryMetricReader({instrument: temporality for instrument in instruments})
    provider = sdk_metrics.MeterProvider(
        [reader], RESOURCE,
        views=[View(instrument_name="exponential",
                    aggregation=ExponentialBucketHistogramAggregation())])
    meter = provider.get_meter("meter", "0.9")
    counter = meter.create_counter("counter", "{calls}", "Calls.")
    counter.add(5, EVERY_KIND)
    counter.add(7)
    meter.create_counter("double.counter").add(0.25, {"b": "x"})
    up_down = meter.create_up_down_counter("up.and.down")
    up_down.add(3)
    up_down.add(-7)
    meter.create_gauge("gauge").set(-1.5, {"room": "\u03b1"})
    meter.create_gauge("integer.gauge").set(-12)
    for name in ("histogram", "exponential"):
        histogram = meter.create_histogram(name, "ms")
        for value in (0, 0.001, 3.5, 10, 99, 100000):
            histogram.record(value, {"h": True})
    meter.create_observable_counter("seen.counter", [lambda _: [Observation(11, {"o": 1})]])
    meter.create_observable_gauge("seen", [lambda _: [Observation(1, {"i": 1}),
                                                      Observation(2, {"i": 2})]])
    return reader.get_metrics_data()


def metrics() -> list:
    return [collect(AggregationTemporality.CUMULATIVE), collect(AggregationTemporality.DELTA)]


def logs() -> list:
    kept = InMemoryLogRecordExporter()
    provider = LoggerProvider(RESOURCE)
    provider.add_log_record_processor(SimpleLogRecordProcessor(kept))
    logger = provider.get_logger("logger", "3", "urn:peer:logs")
    logger.emit(LogRecord(timestamp=1_700_000_002 * SECOND + 3, context=PARENT, body="a text",
                          severity_number=SeverityNumber.INFO, severity_text="INFO",
                          attributes=EVERY_KIND))
    logger.emit(LogRecord(body={"deep": {"list": [1, "two", 3.5, [True]], "bytes": b"\0\xff"}},
                          severity_number=SeverityNumber.FATAL4,
                          attributes={"nested": {"a": {"b": "c"}}}))
    logger.emit(LogRecord(body=17, event_name="an.event"))
    logger.emit(LogRecord(body=""))
    logger.emit(LogRecord())
    return list(kept.get_finished_logs())
