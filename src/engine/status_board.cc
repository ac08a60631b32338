#include "engine/status_board.h"

#include <algorithm>
#include <array>
#include <utility>

namespace telemill::engine {

using pipeline::ComponentStatus;
using pipeline::Status;

namespace {

/// Of several instances the worst one speaks for the component.
int badness(Status status) noexcept {
  switch (status) {
    case Status::ok:
      return 0;
    case Status::starting:
      return 1;
    case Status::stopped:
      return 2;
    case Status::stopping:
      return 3;
    case Status::recoverable_error:
      return 4;
    case Status::permanent_error:
      return 5;
    case Status::fatal_error:
      return 6;
  }
  return 0;
}

}  // namespace

/// One instance: what it said last, as its own lane and as the board know it.
class StatusBoard::Seat final : public pipeline::StatusReporter {
 public:
  Seat(StatusBoard& board, pipeline::ComponentKind kind, config::ComponentId id,
       runtime::Lane& lane)
      : known{.kind = kind, .id = std::move(id)}, board_(board), again_(lane, [this] { send(); }) {}

  void report(Status status, std::string_view message) override {
    // A permanent error stays until the component stops.
    const bool is_stop = status == Status::stopping || status == Status::stopped;
    if (status_ == Status::permanent_error && !is_stop && status != Status::fatal_error) return;
    if (status == status_ && message == message_) return;
    status_ = status;
    message_ = message;
    if (!again_.is_scheduled()) send();
  }

  ComponentStatus known;  // the board's

 private:
  void send() {
    base::UniqueFunction<void()> task = [this, status = status_, message = message_]() mutable {
      board_.note(*this, status, std::move(message));
    };
    if (!board_.control_.post(task)) again_.schedule(std::chrono::milliseconds(10));
  }

  friend class StatusBoard;
  StatusBoard& board_;
  Status status_ = Status::starting;
  std::string message_;
  runtime::Timer again_;  // when the control lane's mailbox was full
};

StatusBoard::StatusBoard(runtime::Lane& control, base::UniqueFunction<void()> on_fatal)
    : control_(control), on_fatal_(std::move(on_fatal)) {}

StatusBoard::~StatusBoard() = default;

pipeline::StatusReporter& StatusBoard::add_seat(pipeline::ComponentKind kind,
                                                const config::ComponentId& id,
                                                runtime::Lane& lane) {
  seats_.push_back(std::make_unique<Seat>(*this, kind, id, lane));
  return *seats_.back();
}

void StatusBoard::note(Seat& seat, Status status, std::string message) {
  ComponentStatus& known = seat.known;
  if (known.status != status) known.changed_at = control_.unix_now();
  known.status = status;
  known.message = std::move(message);
  if (status == Status::fatal_error) {
    pipeline::logger_of(known.kind, known.id)
        .error("component.fatal_error", {{"error", known.message}});
    on_fatal_();
  }
}

std::vector<ComponentStatus> StatusBoard::statuses() const {
  std::vector<ComponentStatus> list;
  for (const auto& seat : seats_) {
    const ComponentStatus& one = seat->known;
    const auto same = std::ranges::find_if(list, [&one](const ComponentStatus& other) {
      return other.kind == one.kind && other.id == one.id;
    });
    if (same == list.end()) {
      list.push_back(one);
    } else if (badness(one.status) > badness(same->status)) {
      *same = one;
    }
  }
  return list;
}

}  // namespace telemill::engine
