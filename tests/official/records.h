#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "opentelemetry/proto/collector/logs/v1/logs_service.pb.h"
#include "opentelemetry/proto/collector/metrics/v1/metrics_service.pb.h"
#include "opentelemetry/proto/collector/trace/v1/trace_service.pb.h"

/// Export requests as the official protobuf classes see them, compared as sets of records.
namespace telemill::official {

using Traces = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using Metrics = opentelemetry::proto::collector::metrics::v1::ExportMetricsServiceRequest;
using Logs = opentelemetry::proto::collector::logs::v1::ExportLogsServiceRequest;

/// What the file `path` has, requests behind their lengths in four big-endian bytes (docs/load.md);
/// a failed test when it is not whole.
std::vector<std::string> read_saved(const std::string& path);

/// Parses each; a failed test when the official classes refuse one.
template <class Request>
std::vector<Request> parse_all(const std::vector<std::string>& bodies);

/// How many spans, metrics or log records there are.
template <class Request>
size_t count_records(const std::vector<Request>& requests);

/// A failed test unless both have the same records, each as often and with equal resource, scope
/// and schema URLs, whatever request and place it is in. Shows the first that only one side has.
template <class Request>
void expect_same_records(const std::vector<Request>& sent, const std::vector<Request>& received);

}  // namespace telemill::official
