import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.logs.OtlpGrpcLogRecordExporter;
import io.opentelemetry.exporter.otlp.metrics.OtlpGrpcMetricExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.concurrent.TimeUnit;

/**
 * Sends known traces, metrics and logs with the official Java SDK to one target after the other:
 * {@code send {grpc|http HOST:PORT none|gzip}...}. Each target gets the same records. Exits with 1
 * when an export fails.
 */
public final class Send {
  private final SpanExporter spans;
  private final MetricExporter metrics;
  private final LogRecordExporter logs;

  private Send(String protocol, String address, String compression) {
    String url = "http://" + address;
    if (protocol.equals("grpc")) {
      spans =
          OtlpGrpcSpanExporter.builder().setEndpoint(url).setCompression(compression).build();
      metrics =
          OtlpGrpcMetricExporter.builder().setEndpoint(url).setCompression(compression).build();
      logs =
          OtlpGrpcLogRecordExporter.builder().setEndpoint(url).setCompression(compression).build();
    } else {
      spans =
          OtlpHttpSpanExporter.builder()
              .setEndpoint(url + "/v1/traces")
              .setCompression(compression)
              .build();
      metrics =
          OtlpHttpMetricExporter.builder()
              .setEndpoint(url + "/v1/metrics")
              .setCompression(compression)
              .build();
      logs =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(url + "/v1/logs")
              .setCompression(compression)
              .build();
    }
  }

  private static void expectSuccess(String what, CompletableResultCode result) {
    if (!result.join(20, TimeUnit.SECONDS).isSuccess()) {
      System.err.println(what + ": the export failed: " + result.getFailureThrowable());
      System.exit(1);
    }
  }

  private void send(Records records) {
    expectSuccess("traces", spans.export(records.spans));
    expectSuccess("metrics", metrics.export(records.cumulative));
    expectSuccess("metrics", metrics.export(records.delta));
    expectSuccess("logs", logs.export(records.logs));
    expectSuccess(
        "shutdown",
        CompletableResultCode.ofAll(
            java.util.List.of(spans.shutdown(), metrics.shutdown(), logs.shutdown())));
  }

  public static void main(String[] arguments) {
    Records records = new Records();
    for (int i = 0; i + 2 < arguments.length; i += 3) {
      new Send(arguments[i], arguments[i + 1], arguments[i + 2]).send(records);
    }
    System.exit(0);
  }
}
