#include "telemetry/process_metrics.h"

#include <malloc.h>

#include <chrono>

#include "base/log.h"
#include "base/slab.h"
#include "runtime/process.h"

namespace telemill::telemetry {
namespace {

using runtime::MetricKind;

double seconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::duration<double>>(duration).count();
}

void observe(runtime::MetricScope& metrics, std::string_view name, MetricKind kind,
             std::string_view unit, std::string_view help, base::UniqueFunction<double()> read) {
  metrics.observe({.name = std::string(name),
                   .kind = kind,
                   .unit = std::string(unit),
                   .help = std::string(help)},
                  {}, std::move(read));
}

}  // namespace

void observe_process(runtime::MetricScope& metrics) {
  observe(metrics, "otelcol_process_uptime", MetricKind::counter, "s", "Uptime of the process",
          [] { return seconds(runtime::process_stats().uptime); });
  observe(metrics, "otelcol_process_cpu_seconds", MetricKind::counter, "s",
          "Total CPU user and system time in seconds",
          [] { return seconds(runtime::process_stats().cpu_time); });
  observe(metrics, "otelcol_process_memory_rss", MetricKind::gauge, "By",
          "Total physical memory (resident set size)",
          [] { return static_cast<double>(runtime::process_stats().resident_bytes); });
  observe(metrics, "otelcol_process_runtime_heap_alloc_bytes", MetricKind::gauge, "By",
          "Bytes that are allocated now", [] {
            const auto info = ::mallinfo2();
            return static_cast<double>(info.uordblks + info.hblkhd);
          });
  observe(metrics, "otelcol_process_runtime_total_sys_memory_bytes", MetricKind::gauge, "By",
          "Bytes that the allocator holds of the system's memory", [] {
            const auto info = ::mallinfo2();
            return static_cast<double>(info.arena + info.hblkhd);
          });
  observe(metrics, "otelcol_process_runtime_total_alloc_bytes", MetricKind::counter, "By",
          "Bytes that buffers took from the allocator since the process began",
          [] { return static_cast<double>(base::slab_allocated_bytes()); });
  observe(metrics, "telemill_log_dropped_lines", MetricKind::counter, "{lines}",
          "Log lines left out by sampling or for want of room in an output",
          [] { return static_cast<double>(log::dropped_lines()); });
}

}  // namespace telemill::telemetry
