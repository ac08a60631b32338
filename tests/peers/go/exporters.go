package main

import (
	"context"

	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploggrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlplog/otlploghttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
)

// The three exporters of a protocol.
func exporters(ctx context.Context, to target) (
	spans trace.SpanExporter, points metric.Exporter, logs log.Exporter, err error,
) {
	if to.protocol == "grpc" {
		return grpcExporters(ctx, to)
	}
	return httpExporters(ctx, to)
}

func grpcExporters(ctx context.Context, to target) (
	trace.SpanExporter, metric.Exporter, log.Exporter, error,
) {
	spanOptions := []otlptracegrpc.Option{
		otlptracegrpc.WithEndpoint(to.address), otlptracegrpc.WithInsecure(),
	}
	metricOptions := []otlpmetricgrpc.Option{
		otlpmetricgrpc.WithEndpoint(to.address), otlpmetricgrpc.WithInsecure(),
	}
	logOptions := []otlploggrpc.Option{
		otlploggrpc.WithEndpoint(to.address), otlploggrpc.WithInsecure(),
	}
	if to.compression == "gzip" {
		spanOptions = append(spanOptions, otlptracegrpc.WithCompressor("gzip"))
		metricOptions = append(metricOptions, otlpmetricgrpc.WithCompressor("gzip"))
		logOptions = append(logOptions, otlploggrpc.WithCompressor("gzip"))
	}
	spans, err := otlptracegrpc.New(ctx, spanOptions...)
	if err != nil {
		return nil, nil, nil, err
	}
	points, err := otlpmetricgrpc.New(ctx, metricOptions...)
	if err != nil {
		return nil, nil, nil, err
	}
	logs, err := otlploggrpc.New(ctx, logOptions...)
	return spans, points, logs, err
}

func httpExporters(ctx context.Context, to target) (
	trace.SpanExporter, metric.Exporter, log.Exporter, error,
) {
	spanOptions := []otlptracehttp.Option{
		otlptracehttp.WithEndpoint(to.address), otlptracehttp.WithInsecure(),
	}
	metricOptions := []otlpmetrichttp.Option{
		otlpmetrichttp.WithEndpoint(to.address), otlpmetrichttp.WithInsecure(),
	}
	logOptions := []otlploghttp.Option{
		otlploghttp.WithEndpoint(to.address), otlploghttp.WithInsecure(),
	}
	if to.compression == "gzip" {
		spanOptions = append(spanOptions,
			otlptracehttp.WithCompression(otlptracehttp.GzipCompression))
		metricOptions = append(metricOptions,
			otlpmetrichttp.WithCompression(otlpmetrichttp.GzipCompression))
		logOptions = append(logOptions, otlploghttp.WithCompression(otlploghttp.GzipCompression))
	}
	spans, err := otlptracehttp.New(ctx, spanOptions...)
	if err != nil {
		return nil, nil, nil, err
	}
	points, err := otlpmetrichttp.New(ctx, metricOptions...)
	if err != nil {
		return nil, nil, nil, err
	}
	logs, err := otlploghttp.New(ctx, logOptions...)
	return spans, points, logs, err
}
