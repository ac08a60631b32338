#pragma once

#include <memory>
#include <string>

#include "base/buffer.h"
#include "load/id_file.h"
#include "load/save_files.h"
#include "load/sink_report.h"
#include "otlp/walk.h"

namespace telemill::load {

/// What a sink does with the requests it accepts.
struct InspectorSettings {
  bool is_cheap = false;  // count and sum ids; no duplicates, gaps, latency but of first items
  std::string ids_file;   // empty: none
  std::string save_folder;
};

/// Counts requests and checks the ids in them. One per lane.
class Inspector {
 public:
  /// `is_first`: this lane starts the files afresh.
  static Result<std::unique_ptr<Inspector>, Failure> create(const InspectorSettings& settings,
                                                            bool is_first);

  /// Checks a decoded request's structure. Changes nothing.
  Result<otlp::Part> walk(otlp::Signal signal, base::Slice request) {
    return walker_.walk(signal, std::move(request));
  }
  void accept(otlp::Signal signal, const otlp::Part& part, size_t wire_bytes, UnixNanos now);
  [[nodiscard]] SignalTally& tally(otlp::Signal signal) noexcept {
    return report_.signals[static_cast<size_t>(signal)];
  }
  [[nodiscard]] SinkReport& report() noexcept { return report_; }
  /// Writes out what files still lack and notes what failed.
  void flush();

 private:
  explicit Inspector(const InspectorSettings& settings) : settings_(settings) {}
  void check(otlp::Signal signal, const otlp::Part& part, UnixNanos now);
  void sum(otlp::Signal signal, const otlp::Part& part);

  const InspectorSettings settings_;
  otlp::Walker walker_;
  SinkReport report_;
  std::unique_ptr<IdFile> ids_;
  std::unique_ptr<SaveFiles> saved_;
};

}  // namespace telemill::load
