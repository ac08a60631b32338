#pragma once

#include <utility>

#include "otlp/payload.h"
#include "pipeline/completion.h"
#include "pipeline/request_context.h"

namespace telemill::pipeline {

/// What travels through a pipeline: telemetry and the promise about it. Move it to hand it on. Its
/// bytes are immutable and shared by every copy made in a fan-out.
struct Batch {
  otlp::Payload payload;
  Completion done;
  RequestContextPtr context{};

  [[nodiscard]] otlp::Signal signal() const noexcept { return payload.signal(); }
  [[nodiscard]] size_t item_count() const noexcept { return payload.item_count(); }
};

/// Where batches go. Called on the lane that owns the consumer; takes the batch over whatever
/// happens, and settles its completion sooner or later.
class Consumer {
 public:
  virtual void consume(Batch batch) = 0;

 protected:
  ~Consumer() = default;
};

}  // namespace telemill::pipeline
