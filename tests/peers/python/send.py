"""Sends known traces, metrics and logs with the official Python SDK to one target after the other:

    send.py {grpc|http HOST:PORT none|gzip}...

Each target gets the same records. Exits with 1 when an export fails.
"""

import sys

import grpc
import records
from opentelemetry.exporter.otlp.proto.grpc import _log_exporter as grpc_logs
from opentelemetry.exporter.otlp.proto.grpc import metric_exporter as grpc_metrics
from opentelemetry.exporter.otlp.proto.grpc import trace_exporter as grpc_spans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http import _log_exporter as http_logs
from opentelemetry.exporter.otlp.proto.http import metric_exporter as http_metrics
from opentelemetry.exporter.otlp.proto.http import trace_exporter as http_spans


def exporters(protocol: str, address: str, compression: str) -> list:
    """For spans, metrics and logs."""
    if protocol == "grpc":
        coding = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip}
        options = {"endpoint": address, "insecure": True, "compression": coding[compression]}
        return [grpc_spans.OTLPSpanExporter(**options),
                grpc_metrics.OTLPMetricExporter(**options),
                grpc_logs.OTLPLogExporter(**options)]
    coding = {"none": Compression.NoCompression, "gzip": Compression.Gzip}
    return [module(endpoint=f"http://{address}/v1/{signal}", compression=coding[compression])
            for module, signal in ((http_spans.OTLPSpanExporter, "traces"),
                                   (http_metrics.OTLPMetricExporter, "metrics"),
                                   (http_logs.OTLPLogExporter, "logs"))]


def main(arguments: list[str]) -> int:
    spans, collected, logs = records.spans(), records.metrics(), records.logs()
    while arguments:
        target, arguments = arguments[:3], arguments[3:]
        to_spans, to_metrics, to_logs = exporters(*target)
        results = [to_spans.export(spans), *map(to_metrics.export, collected), to_logs.export(logs)]
        for exporter in (to_spans, to_metrics, to_logs):
            exporter.shutdown()
        if any(result.name != "SUCCESS" for result in results):
            print(f"{target}: {results}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
