#pragma once

#include "otlp/splice.h"
#include "pipeline/component.h"
#include "pipeline/processor_items.h"

namespace telemill::components::shared {

/// A processor that edits items where they lie. Parts in which nothing changes go on as the very
/// same bytes; of one that does change, one copy is made, however many edits there are. The copy is
/// paid for from the memory budget; without room the batch is refused for the moment. One lane.
class EditingProcessor : public pipeline::Processor {
 public:
  EditingProcessor(const pipeline::ComponentContext& context, otlp::Signal signal,
                   pipeline::Consumer& next)
      : signal_(signal), next_(next), budget_(context.budget), items_(context, signal) {}

  void consume(pipeline::Batch batch) final;

 protected:
  [[nodiscard]] otlp::Signal signal() const noexcept { return signal_; }

 private:
  /// A batch comes from this client; null when nobody knows.
  virtual void begin_batch(const pipeline::RequestContext* context) = 0;
  /// Collects the edits of one part. What `splice` borrows must live until the next call.
  virtual void edit(const otlp::Part& part, otlp::Splice& splice) = 0;

  const otlp::Signal signal_;
  pipeline::Consumer& next_;
  runtime::LaneBudget& budget_;
  pipeline::ProcessorItems items_;
  otlp::Splice splice_;
};

}  // namespace telemill::components::shared
