#pragma once

#include <cstddef>

#include "base/small_vector.h"
#include "base/unique_function.h"
#include "pipeline/batch.h"

namespace telemill::pipeline {

/// One request to a peer: the payload of one batch or of several, and who waits for its outcome.
struct Outgoing {
  /// Whose parts stand in the payload, in its order.
  struct Share {
    size_t part_count;
    Completion done;
  };

  explicit Outgoing(otlp::Signal signal) noexcept : payload(signal) {}
  explicit Outgoing(Batch batch)
      : payload(std::move(batch.payload)), context(std::move(batch.context)) {
    shares.push_back({payload.parts().size(), std::move(batch.done)});
  }

  /// Leaves `context` to the caller.
  void append(Batch batch) {
    shares.push_back({batch.payload.parts().size(), std::move(batch.done)});
    payload.append(std::move(batch.payload));
  }
  void settle(const Outcome& outcome) {
    for (Share& share : shares) share.done.settle(outcome);
  }

  otlp::Payload payload;
  RequestContextPtr context;  // what is true of all clients in it; may be null
  base::SmallVector<Share, 1> shares;
};

/// Sends one request to a peer. The exporter's own part; retrying, queueing and counting are not.
class Sender {
 public:
  /// Calls `done` exactly once, never inside `send`. `request` lives until then.
  virtual void send(const Outgoing& request, base::UniqueFunction<void(Outcome)> done) = 0;

 protected:
  ~Sender() = default;
};

}  // namespace telemill::pipeline
