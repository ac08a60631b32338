#pragma once

#include <memory>

#include "components/exporters/file/file_config.h"
#include "components/exporters/file/record_file.h"
#include "otlp/payload.h"
#include "telemill/result.h"

namespace telemill::components::exporters::file {

/// Where payloads go: one file, or one per group. Blocks: worker only, but for `start`.
class Destination {
 public:
  virtual ~Destination() = default;
  /// Creates the directory if it shall, and opens what is known by now. Harmless when repeated.
  virtual Result<void, Failure> start() = 0;
  /// Codes: `unavailable` when the same payload may be accepted later. Of a payload of several
  /// groups some may be written then.
  virtual Result<void, Failure> write(const otlp::Payload& payload, Moment moment) = 0;
  virtual Result<void, Failure> flush(TimePoint now) = 0;
  virtual Result<void, Failure> close() = 0;
};

/// As `config` wants it, which outlives the destination.
[[nodiscard]] std::shared_ptr<Destination> make_destination(const FileConfig& config);

}  // namespace telemill::components::exporters::file
