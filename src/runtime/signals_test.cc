#include "runtime/signals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace telemill::runtime {
namespace {

/// Blocks the signals for one test and restores what held before.
class SignalsTest : public ::testing::Test {
 protected:
  SignalsTest() {
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask_before_);
    pipe_action_before_ = ::signal(SIGPIPE, SIG_DFL);
    block_signals();
  }
  ~SignalsTest() override {
    ::signal(SIGPIPE, pipe_action_before_);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  }

 private:
  sigset_t mask_before_{};
  void (*pipe_action_before_)(int) = nullptr;
};

TEST_F(SignalsTest, ArriveOnTheLaneAsCalls) {
  auto lane = Lane::create({}).value();
  std::vector<int> heard;
  auto signals = Signals::create(*lane, [&](int signal) {
                   EXPECT_TRUE(lane->is_current());
                   heard.push_back(signal);
                 }).value();
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) ASSERT_EQ(::raise(signal), 0);
  lane->run_turn(Duration::max());
  EXPECT_THAT(heard, ::testing::UnorderedElementsAre(SIGHUP, SIGINT, SIGTERM));
}

TEST_F(SignalsTest, WakeALaneThatWaits) {
  auto lane = Lane::create({}).value();
  auto signals = Signals::create(*lane, [&](int) { lane->stop(); }).value();
  Timer timer(*lane, [] { ::kill(::getpid(), SIGTERM); });
  timer.schedule(1ms);
  lane->run();
  SUCCEED() << "the lane ended";
}

TEST_F(SignalsTest, ABrokenPipeIsAnError) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Descriptor writing(ends[1]);
  ::close(ends[0]);
  EXPECT_EQ(::write(writing.number(), "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
}

}  // namespace
}  // namespace telemill::runtime
