#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "official/records.h"
#include "opentelemetry/exporters/otlp/otlp_log_recordable.h"
#include "opentelemetry/exporters/otlp/otlp_metric_utils.h"
#include "opentelemetry/exporters/otlp/otlp_recordable.h"
#include "opentelemetry/exporters/otlp/otlp_recordable_utils.h"
#include "opentelemetry/sdk/logs/exporter.h"
#include "opentelemetry/sdk/metrics/push_metric_exporter.h"
#include "opentelemetry/sdk/trace/exporter.h"

/// Exporters that note what passes on its way to a real one.
namespace telemill::official {

namespace otlp = opentelemetry::exporter::otlp;
namespace sdk = opentelemetry::sdk;
using std::chrono::microseconds;

/// Spans and log records alike: `Recordable` is the SDK's OTLP form of `Base`.
template <class Exporter, class Base, class Recordable, class Request>
class Tee final : public Exporter {
 public:
  Tee(std::unique_ptr<Exporter> real, std::vector<Request>& noted)
      : real_(std::move(real)), noted_(noted) {}

  std::unique_ptr<Base> MakeRecordable() noexcept override { return real_->MakeRecordable(); }

  sdk::common::ExportResult Export(
      const opentelemetry::nostd::span<std::unique_ptr<Base>>& records) noexcept override {
    // The SDK's own conversion takes its records away, so it gets copies.
    std::vector<std::unique_ptr<Base>> copies;
    for (const auto& record : records) {
      copies.push_back(std::make_unique<Recordable>(static_cast<const Recordable&>(*record)));
    }
    otlp::OtlpRecordableUtils::PopulateRequest({copies.data(), copies.size()},
                                               &noted_.emplace_back());
    const sdk::common::ExportResult result = real_->Export(records);
    EXPECT_EQ(result, sdk::common::ExportResult::kSuccess);
    return result;
  }
  bool ForceFlush(microseconds timeout) noexcept override { return real_->ForceFlush(timeout); }
  bool Shutdown(microseconds timeout) noexcept override { return real_->Shutdown(timeout); }

 private:
  const std::unique_ptr<Exporter> real_;
  std::vector<Request>& noted_;
};

using SpanTee = Tee<sdk::trace::SpanExporter, sdk::trace::Recordable, otlp::OtlpRecordable, Traces>;
using LogTee =
    Tee<sdk::logs::LogRecordExporter, sdk::logs::Recordable, otlp::OtlpLogRecordable, Logs>;

class MetricTee final : public sdk::metrics::PushMetricExporter {
 public:
  MetricTee(std::unique_ptr<PushMetricExporter> real, std::vector<Metrics>& noted)
      : real_(std::move(real)), noted_(noted) {}

  sdk::common::ExportResult Export(const sdk::metrics::ResourceMetrics& data) noexcept override {
    otlp::OtlpMetricUtils::PopulateRequest(data, &noted_.emplace_back());
    const sdk::common::ExportResult result = real_->Export(data);
    EXPECT_EQ(result, sdk::common::ExportResult::kSuccess);
    return result;
  }
  sdk::metrics::AggregationTemporality GetAggregationTemporality(
      sdk::metrics::InstrumentType type) const noexcept override {
    return real_->GetAggregationTemporality(type);
  }
  bool ForceFlush(microseconds timeout) noexcept override { return real_->ForceFlush(timeout); }
  bool Shutdown(microseconds timeout) noexcept override { return real_->Shutdown(timeout); }

 private:
  const std::unique_ptr<PushMetricExporter> real_;
  std::vector<Metrics>& noted_;
};

}  // namespace telemill::official
