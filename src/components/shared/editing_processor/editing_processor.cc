#include "components/shared/editing_processor/editing_processor.h"

#include <utility>

namespace telemill::components::shared {

void EditingProcessor::consume(pipeline::Batch batch) {
  items_.add_incoming(batch.item_count());
  begin_batch(batch.context.get());
  otlp::Payload edited(signal_);
  bool is_edited = false;
  for (const otlp::Part& part : batch.payload.parts()) {
    splice_.begin(part);
    edit(part, splice_);
    if (!splice_.has_edits()) {
      edited.append(part);
      continue;
    }
    otlp::Part copy = splice_.apply(signal_);
    runtime::Admission admission;
    if (!budget_.try_admit(copy.bytes.size(), admission)) {
      items_.add_outgoing(0);
      return batch.done.settle(pipeline::Outcome::retryable("memory budget is exhausted"));
    }
    if (!copy.bytes.empty()) admission.pay_for(copy.bytes);
    edited.append(std::move(copy));
    is_edited = true;
  }
  if (is_edited) batch.payload = std::move(edited);
  items_.add_outgoing(batch.item_count());
  next_.consume(std::move(batch));
}

}  // namespace telemill::components::shared
