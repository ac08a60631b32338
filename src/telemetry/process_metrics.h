#pragma once

#include "runtime/metrics.h"

namespace telemill::telemetry {

/// Registers what is true of the process as a whole: time, CPU, memory, and log lines left out.
/// Read when somebody looks.
void observe_process(runtime::MetricScope& metrics);

}  // namespace telemill::telemetry
