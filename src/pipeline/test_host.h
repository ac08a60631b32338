#pragma once

#include <vector>

#include "pipeline/host.h"

namespace telemill::pipeline {

/// A collector for tests of extensions: whatever a test says it is.
struct TestHost final : Host {
  std::vector<PipelineDescription> pipeline_list;
  std::vector<config::ComponentId> extension_list;
  std::vector<ComponentStatus> status_list;
  runtime::MetricRegistry registry;
  UnixNanos start_time = 1'000'000'000;

  [[nodiscard]] const std::vector<PipelineDescription>& pipelines() const noexcept override {
    return pipeline_list;
  }
  [[nodiscard]] const std::vector<config::ComponentId>& extensions() const noexcept override {
    return extension_list;
  }
  [[nodiscard]] std::vector<ComponentStatus> statuses() const override { return status_list; }
  [[nodiscard]] const runtime::MetricRegistry& metrics() const noexcept override {
    return registry;
  }
  [[nodiscard]] UnixNanos started_at() const noexcept override { return start_time; }
  [[nodiscard]] size_t lane_count() const noexcept override { return 2; }
};

}  // namespace telemill::pipeline
