#include "engine/status_board.h"

#include <gtest/gtest.h>

#include "pipeline/test_support.h"

namespace telemill::engine {
namespace {

using pipeline::ComponentKind;
using pipeline::Status;

struct Board {
  pipeline::TestLane lane;
  int fatal_count = 0;
  StatusBoard board{*lane.lane, [this] { ++fatal_count; }};

  pipeline::StatusReporter& seat(std::string_view id) {
    return board.add_seat(ComponentKind::exporter, config::parse_component_id(id).value(),
                          *lane.lane);
  }
};

TEST(StatusBoard, OfSeveralInstancesTheWorstOneSpeaks) {
  Board board;
  auto& first = board.seat("debug");
  auto& second = board.seat("debug");
  auto& other = board.seat("nop");
  first.report(Status::ok, {});
  second.report(Status::recoverable_error, "refused");
  other.report(Status::ok, {});
  board.lane.turn();
  const auto statuses = board.board.statuses();
  ASSERT_EQ(statuses.size(), 2U);
  EXPECT_EQ(statuses[0].status, Status::recoverable_error);
  EXPECT_EQ(statuses[0].message, "refused");
  EXPECT_EQ(statuses[1].status, Status::ok);
}

TEST(StatusBoard, ARecoverableErrorPasses) {
  Board board;
  auto& seat = board.seat("debug");
  seat.report(Status::recoverable_error, "refused");
  seat.report(Status::ok, {});
  board.lane.turn();
  EXPECT_EQ(board.board.statuses()[0].status, Status::ok);
  EXPECT_EQ(board.board.statuses()[0].message, "");
}

TEST(StatusBoard, APermanentErrorStaysUntilTheStop) {
  Board board;
  auto& seat = board.seat("debug");
  seat.report(Status::permanent_error, "no such file");
  seat.report(Status::ok, {});
  seat.report(Status::recoverable_error, "again");
  board.lane.turn();
  EXPECT_EQ(board.board.statuses()[0].status, Status::permanent_error);
  seat.report(Status::stopping, {});
  seat.report(Status::stopped, {});
  board.lane.turn();
  EXPECT_EQ(board.board.statuses()[0].status, Status::stopped);
}

TEST(StatusBoard, AFatalErrorIsPassedOn) {
  Board board;
  auto& seat = board.seat("debug");
  seat.report(Status::fatal_error, "the disk is gone");
  board.lane.turn();
  EXPECT_EQ(board.fatal_count, 1);
}

TEST(StatusBoard, AReportIsNotLostWhenTheMailboxIsFull) {
  Board board;
  auto& seat = board.seat("debug");
  base::UniqueFunction<void()> nothing = [] {};
  while (board.lane.lane->post(nothing)) nothing = [] {};
  seat.report(Status::recoverable_error, "refused");
  // A turn runs only so many tasks.
  for (int i = 0; i < 200; ++i) board.lane.pass(std::chrono::milliseconds(20));
  EXPECT_EQ(board.board.statuses()[0].status, Status::recoverable_error);
}

}  // namespace
}  // namespace telemill::engine
