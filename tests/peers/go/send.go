// Sends known traces, metrics and logs with the official Go SDK to one target after the other:
//
//	send {grpc|http HOST:PORT none|gzip}...
//
// Each target gets the same records. Exits with 1 when an export fails.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
)

type target struct {
	protocol, address, compression string
}

// Everything the SDK is given to export.
type records struct {
	spans   []trace.ReadOnlySpan
	metrics []*metricdata.ResourceMetrics
	logs    []log.Record
}

func everything(ctx context.Context) (records, error) {
	var made records
	var err error
	made.spans = makeSpans(ctx)
	for _, temporality := range []metricdata.Temporality{
		metricdata.CumulativeTemporality, metricdata.DeltaTemporality,
	} {
		collected, failure := makeMetrics(ctx, temporality)
		if failure != nil {
			err = failure
		}
		made.metrics = append(made.metrics, collected)
	}
	made.logs = makeLogs(ctx)
	return made, err
}

func send(ctx context.Context, to target, what records) error {
	spans, points, logs, err := exporters(ctx, to)
	if err != nil {
		return err
	}
	if err := spans.ExportSpans(ctx, what.spans); err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	for _, collected := range what.metrics {
		if err := points.Export(ctx, collected); err != nil {
			return fmt.Errorf("metrics: %w", err)
		}
	}
	if err := logs.Export(ctx, what.logs); err != nil {
		return fmt.Errorf("logs: %w", err)
	}
	for _, shutdown := range []func(context.Context) error{
		spans.Shutdown, points.Shutdown, logs.Shutdown,
	} {
		if err := shutdown(ctx); err != nil {
			return err
		}
	}
	return nil
}

func run(arguments []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	what, err := everything(ctx)
	if err != nil {
		return err
	}
	for ; len(arguments) >= 3; arguments = arguments[3:] {
		to := target{arguments[0], arguments[1], arguments[2]}
		if err := send(ctx, to, what); err != nil {
			return fmt.Errorf("%v: %w", to, err)
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
