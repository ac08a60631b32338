package main

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	logapi "go.opentelemetry.io/otel/log"
	api "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	traceapi "go.opentelemetry.io/otel/trace"
)

var everyKind = []attribute.KeyValue{
	attribute.String("text", "with \u00fc and \u2028"),
	attribute.String("empty", ""),
	attribute.Bool("yes", true),
	attribute.Int64("smallest", -1<<63),
	attribute.Int64("largest", 1<<63-1),
	attribute.Float64("double", 0.1),
	attribute.StringSlice("texts", []string{"a", "", "b"}),
	attribute.BoolSlice("booleans", []bool{true, false}),
	attribute.Int64Slice("integers", []int64{1, -1}),
	attribute.Float64Slice("doubles", []float64{1.5, -0.25}),
}

func peerResource() *resource.Resource {
	return resource.NewWithAttributes("https://example.org/resource",
		append([]attribute.KeyValue{attribute.String("service.name", "go peer")}, everyKind...)...)
}

func remoteParent() traceapi.SpanContext {
	state, _ := traceapi.ParseTraceState("vendor=value,other=1")
	return traceapi.NewSpanContext(traceapi.SpanContextConfig{
		TraceID:    traceapi.TraceID{0x5b, 0x8e, 0xff, 0xf7, 0x98, 3, 0x81, 3, 0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0xc},
		SpanID:     traceapi.SpanID{0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74},
		TraceFlags: traceapi.FlagsSampled,
		TraceState: state,
		Remote:     true,
	})
}

func makeSpans(ctx context.Context) []trace.ReadOnlySpan {
	kept := tracetest.NewInMemoryExporter()
	limits := trace.NewSpanLimits()
	limits.EventCountLimit = 3
	limits.AttributeCountLimit = 12
	provider := trace.NewTracerProvider(trace.WithSyncer(kept), trace.WithResource(peerResource()),
		trace.WithRawSpanLimits(limits))
	tracer := provider.Tracer("peer", traceapi.WithInstrumentationVersion("1.2.3"),
		traceapi.WithSchemaURL("https://example.org/scope"),
		traceapi.WithInstrumentationAttributes(attribute.Int("of.scope", 1)))
	other := provider.Tracer("other")
	remote := remoteParent()
	inside, root := tracer.Start(traceapi.ContextWithRemoteSpanContext(ctx, remote), "root",
		traceapi.WithSpanKind(traceapi.SpanKindServer), traceapi.WithAttributes(everyKind...),
		traceapi.WithTimestamp(time.Unix(1700000000, 123456789)),
		traceapi.WithLinks(traceapi.Link{SpanContext: remote,
			Attributes: []attribute.KeyValue{attribute.String("why", "because")}}))
	for _, kind := range []traceapi.SpanKind{traceapi.SpanKindInternal, traceapi.SpanKindClient,
		traceapi.SpanKindProducer, traceapi.SpanKindConsumer} {
		_, child := other.Start(inside, "child "+kind.String(), traceapi.WithSpanKind(kind))
		if kind == traceapi.SpanKindClient {
			child.SetStatus(codes.Error, "it broke")
		} else {
			child.SetStatus(codes.Ok, "")
		}
		child.End()
	}
	for range 4 {
		root.AddEvent("event", traceapi.WithAttributes(attribute.Int("n", 1)))
	}
	root.RecordError(errors.New("as an event"))
	root.SetAttributes(attribute.Int("one", 1), attribute.Int("two", 2), attribute.Int("three", 3))
	root.End(traceapi.WithTimestamp(time.Unix(1700000001, 1)))
	_, nameless := tracer.Start(ctx, "")
	nameless.End()
	return kept.GetSpans().Snapshots()
}

func makeMetrics(ctx context.Context, temporality metricdata.Temporality) (
	*metricdata.ResourceMetrics, error,
) {
	reader := metric.NewManualReader(metric.WithTemporalitySelector(
		func(metric.InstrumentKind) metricdata.Temporality { return temporality }))
	provider := metric.NewMeterProvider(metric.WithReader(reader),
		metric.WithResource(peerResource()),
		metric.WithView(metric.NewView(metric.Instrument{Name: "exponential"},
			metric.Stream{Aggregation: metric.AggregationBase2ExponentialHistogram{
				MaxSize: 160, MaxScale: 20}})))
	meter := provider.Meter("meter", api.WithInstrumentationVersion("0.9"))
	counter, err := meter.Int64Counter("counter", api.WithUnit("{calls}"),
		api.WithDescription("Calls."))
	sum, err2 := meter.Float64Counter("double.counter")
	upDown, err3 := meter.Int64UpDownCounter("up.and.down")
	gauge, err4 := meter.Float64Gauge("gauge")
	whole, err5 := meter.Int64Gauge("integer.gauge")
	plain, err6 := meter.Float64Histogram("histogram", api.WithUnit("ms"))
	exponential, err7 := meter.Float64Histogram("exponential", api.WithUnit("ms"))
	if err := errors.Join(err, err2, err3, err4, err5, err6, err7); err != nil {
		return nil, err
	}
	counter.Add(ctx, 5, api.WithAttributes(everyKind...))
	counter.Add(ctx, 7)
	sum.Add(ctx, 0.25, api.WithAttributes(attribute.String("b", "x")))
	upDown.Add(ctx, 3)
	upDown.Add(ctx, -7)
	gauge.Record(ctx, -1.5, api.WithAttributes(attribute.String("room", "\u03b1")))
	whole.Record(ctx, -12)
	for _, value := range []float64{0, 0.001, 3.5, 10, 99, 100000, -4} {
		plain.Record(ctx, value)
		exponential.Record(ctx, value)
	}
	_, err = meter.Int64ObservableGauge("seen", api.WithInt64Callback(
		func(_ context.Context, to api.Int64Observer) error {
			to.Observe(11)
			return nil
		}))
	if err != nil {
		return nil, err
	}
	var collected metricdata.ResourceMetrics
	return &collected, reader.Collect(ctx, &collected)
}

// Keeps what passes. The SDK uses a record again after its processors had it.
type keeper struct{ kept []log.Record }

func (k *keeper) OnEmit(_ context.Context, record *log.Record) error {
	k.kept = append(k.kept, record.Clone())
	return nil
}
func (k *keeper) Enabled(context.Context, log.EnabledParameters) bool { return true }
func (k *keeper) Shutdown(context.Context) error                      { return nil }
func (k *keeper) ForceFlush(context.Context) error                    { return nil }

func makeLogs(ctx context.Context) []log.Record {
	kept := &keeper{}
	provider := log.NewLoggerProvider(log.WithProcessor(kept), log.WithResource(peerResource()))
	logger := provider.Logger("logger", logapi.WithInstrumentationVersion("3"),
		logapi.WithSchemaURL("https://example.org/logs"))
	traced := traceapi.ContextWithSpanContext(ctx, remoteParent())

	var text logapi.Record
	text.SetTimestamp(time.Unix(1700000002, 3))
	text.SetSeverity(logapi.SeverityInfo)
	text.SetSeverityText("INFO")
	text.SetBody(attribute.StringValue("a text"))
	text.AddAttributes(attribute.String("a", "b"), attribute.Int64("n", -1), attribute.Bool("yes", true),
		attribute.Float64("double", 0.5), attribute.ByteSlice("bytes", []byte{0, 255}))
	logger.Emit(traced, text)

	var deep logapi.Record
	deep.SetSeverity(logapi.SeverityFatal4)
	deep.SetBody(attribute.MapValue(attribute.Map("deep", attribute.Slice("list", attribute.Int64Value(1),
		attribute.StringValue("two"), attribute.SliceValue(attribute.BoolValue(true))))))
	logger.Emit(ctx, deep)

	var event logapi.Record
	event.SetEventName("an.event")
	event.SetBody(attribute.Int64Value(17))
	logger.Emit(ctx, event)
	logger.Emit(ctx, logapi.Record{})
	return kept.kept
}
