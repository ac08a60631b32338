#include "official/canonical.h"

#include <string>

#include "opentelemetry/proto/common/v1/common.pb.h"

namespace telemill::official {
namespace {

using opentelemetry::proto::metrics::v1::Metric;
using opentelemetry::proto::metrics::v1::ScopeMetrics;

/// Adds a metric for each of `points`, like `whole` but for its points, which `set` puts there.
void add_each(const Metric& whole, const auto& points, ScopeMetrics& to, auto&& set) {
  for (const auto& point : points) {
    Metric& alone = *to.add_metrics();
    alone = whole;
    *set(alone) = point;
  }
}

/// What `container(metric)` holds, a point at a time.
void split(const Metric& whole, ScopeMetrics& to, auto&& container) {
  Metric source = whole;
  const auto points = container(source)->data_points();
  container(source)->clear_data_points();
  add_each(source, points, to,
           [&container](Metric& alone) { return container(alone)->add_data_points(); });
}

void split_points(const Metric& metric, ScopeMetrics& to) {
  switch (metric.data_case()) {
    case Metric::kGauge:
      return split(metric, to, [](Metric& it) { return it.mutable_gauge(); });
    case Metric::kSum:
      return split(metric, to, [](Metric& it) { return it.mutable_sum(); });
    case Metric::kHistogram:
      return split(metric, to, [](Metric& it) { return it.mutable_histogram(); });
    case Metric::kExponentialHistogram:
      return split(metric, to, [](Metric& it) { return it.mutable_exponential_histogram(); });
    case Metric::kSummary:
      return split(metric, to, [](Metric& it) { return it.mutable_summary(); });
    case Metric::DATA_NOT_SET:
      *to.add_metrics() = metric;
  }
}

}  // namespace

void sort_attributes(google::protobuf::Message& message) {
  using opentelemetry::proto::common::v1::KeyValue;
  const auto& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != field->CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      sort_attributes(*reflection.MutableMessage(&message, field));
    } else if (field->message_type() == KeyValue::descriptor()) {
      const auto key = [&](int i) -> const std::string& {
        return static_cast<const KeyValue&>(reflection.GetRepeatedMessage(message, field, i)).key();
      };
      for (int end = reflection.FieldSize(message, field); end > 1; --end) {
        for (int i = 1; i < end; ++i) {
          if (key(i) < key(i - 1)) reflection.SwapElements(&message, field, i - 1, i);
        }
      }
    } else {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        sort_attributes(*reflection.MutableRepeatedMessage(&message, field, i));
      }
    }
  }
}

std::vector<Traces> canonical(std::vector<Traces> requests) {
  for (Traces& request : requests) {
    for (auto& resource : *request.mutable_resource_spans()) {
      resource.mutable_resource();
      for (auto& scope : *resource.mutable_scope_spans()) {
        scope.mutable_scope();
        for (auto& span : *scope.mutable_spans()) span.mutable_status();
      }
    }
  }
  return requests;
}

std::vector<Metrics> canonical(const std::vector<Metrics>& requests) {
  std::vector<Metrics> made = requests;
  for (Metrics& request : made) {
    for (auto& resource : *request.mutable_resource_metrics()) {
      resource.mutable_resource();
      for (auto& scope : *resource.mutable_scope_metrics()) {
        scope.mutable_scope();
        const auto whole = scope.metrics();
        scope.clear_metrics();
        for (const Metric& metric : whole) split_points(metric, scope);
        for (Metric& metric : *scope.mutable_metrics()) {
          if (!metric.has_exponential_histogram()) continue;
          for (auto& point : *metric.mutable_exponential_histogram()->mutable_data_points()) {
            point.mutable_positive();
            point.mutable_negative();
          }
        }
      }
    }
  }
  return made;
}

std::vector<Logs> canonical(std::vector<Logs> requests) {
  for (Logs& request : requests) {
    for (auto& resource : *request.mutable_resource_logs()) {
      resource.mutable_resource();
      for (auto& scope : *resource.mutable_scope_logs()) {
        scope.mutable_scope();
        for (auto& record : *scope.mutable_log_records()) record.mutable_body();
      }
    }
  }
  return requests;
}

}  // namespace telemill::official
