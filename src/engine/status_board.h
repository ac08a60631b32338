#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/unique_function.h"
#include "pipeline/host.h"
#include "pipeline/status.h"
#include "runtime/lane.h"

namespace telemill::engine {

/// How every component is doing. Lives on the control lane; reports come by mail from the lanes on
/// which instances run. Outlives all instances.
class StatusBoard {
 public:
  /// `on_fatal` is called on the control lane when a component reports a fatal error.
  StatusBoard(runtime::Lane& control, base::UniqueFunction<void()> on_fatal);
  StatusBoard(const StatusBoard&) = delete;
  StatusBoard& operator=(const StatusBoard&) = delete;
  ~StatusBoard();

  /// A place for one instance that runs on `lane`. Before the lanes run; lives as long as the
  /// board.
  [[nodiscard]] pipeline::StatusReporter& add_seat(pipeline::ComponentKind kind,
                                                   const config::ComponentId& id,
                                                   runtime::Lane& lane);

  /// One entry per component, in the order in which they were seated. Control lane.
  [[nodiscard]] std::vector<pipeline::ComponentStatus> statuses() const;

 private:
  class Seat;

  void note(Seat& seat, pipeline::Status status, std::string message);

  runtime::Lane& control_;
  base::UniqueFunction<void()> on_fatal_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace telemill::engine
