#include "runtime/mailbox.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace telemill::runtime {
namespace {

TEST(Mailbox, RefusesWhenFullAndLeavesTheValueWithItsOwner) {
  Mailbox<std::unique_ptr<int>> mailbox(4);
  ASSERT_EQ(mailbox.capacity(), 4U);
  for (int i = 0; i < 4; ++i) {
    auto value = std::make_unique<int>(i);
    ASSERT_TRUE(mailbox.try_push(value));
    EXPECT_EQ(value, nullptr);
  }
  auto refused = std::make_unique<int>(99);
  EXPECT_FALSE(mailbox.try_push(refused));
  ASSERT_NE(refused, nullptr);
  std::unique_ptr<int> first;
  ASSERT_TRUE(mailbox.try_pop(first));
  EXPECT_EQ(*first, 0);
  EXPECT_TRUE(mailbox.try_push(refused)) << "one place is free again";
}

TEST(Mailbox, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(Mailbox<int>(0).capacity(), 2U);
  EXPECT_EQ(Mailbox<int>(3).capacity(), 4U);
  EXPECT_EQ(Mailbox<int>(4096).capacity(), 4096U);
}

TEST(Mailbox, KeepsItsOrderOverManyRounds) {
  Mailbox<int> mailbox(2);
  int out = 0;
  EXPECT_FALSE(mailbox.try_pop(out));
  for (int i = 0; i < 1000; ++i) {
    int in = i;
    ASSERT_TRUE(mailbox.try_push(in));
    EXPECT_FALSE(mailbox.is_empty());
    ASSERT_TRUE(mailbox.try_pop(out));
    EXPECT_EQ(out, i);
    EXPECT_TRUE(mailbox.is_empty());
  }
}

TEST(Mailbox, KeepsNothingAliveThatWasPopped) {
  Mailbox<std::shared_ptr<int>> mailbox(2);
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = value;
  ASSERT_TRUE(mailbox.try_push(value));
  std::shared_ptr<int> popped;
  ASSERT_TRUE(mailbox.try_pop(popped));
  popped.reset();
  EXPECT_TRUE(watched.expired());
}

TEST(Mailbox, DestroysWhatNobodyPopped) {
  auto value = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = value;
  {
    Mailbox<std::shared_ptr<int>> mailbox(8);
    ASSERT_TRUE(mailbox.try_push(value));
  }
  EXPECT_TRUE(watched.expired());
}

TEST(Mailbox, RefusesWhenClosedButHandsOutWhatItTook) {
  Mailbox<int> mailbox(4);
  int value = 7;
  ASSERT_TRUE(mailbox.try_push(value));
  mailbox.close();
  mailbox.close();
  EXPECT_TRUE(mailbox.is_closed());
  EXPECT_FALSE(mailbox.try_push(value));
  EXPECT_FALSE(mailbox.is_empty());
  int out = 0;
  ASSERT_TRUE(mailbox.try_pop(out));
  EXPECT_EQ(out, 7);
  EXPECT_TRUE(mailbox.is_empty());
}

struct Message {
  uint32_t producer = 0;
  uint32_t number = 0;
};

/// Checks that the messages of each producer arrive in order and without gaps.
class OrderCheck {
 public:
  explicit OrderCheck(size_t producers) : next_(producers, 0) {}
  void take(const Message& message) {
    EXPECT_EQ(message.number, next_[message.producer]);
    next_[message.producer] = message.number + 1;
  }
  [[nodiscard]] uint32_t count_of(size_t producer) const { return next_[producer]; }

 private:
  std::vector<uint32_t> next_;
};

// Property: nothing is lost, doubled or overtaken within a producer, however full it gets.
TEST(Mailbox, ConservesValuesAndOrderOfFourProducers) {
  constexpr uint32_t producers = 4;
  constexpr uint32_t messages = 20'000;
  Mailbox<Message> mailbox(64);
  std::atomic<uint64_t> refusals{0};
  std::vector<std::thread> threads;
  for (uint32_t producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      for (uint32_t number = 0; number < messages; ++number) {
        Message message{producer, number};
        while (!mailbox.try_push(message)) {
          ++refusals;
          std::this_thread::yield();
        }
      }
    });
  }
  OrderCheck check(producers);
  for (uint32_t taken = 0; taken < producers * messages;) {
    Message message;
    if (mailbox.try_pop(message)) {
      check.take(message);
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  for (std::thread& thread : threads) thread.join();
  for (uint32_t producer = 0; producer < producers; ++producer) {
    EXPECT_EQ(check.count_of(producer), messages);
  }
  EXPECT_TRUE(mailbox.is_empty());
  EXPECT_GT(refusals.load(), 0U) << "it was never full: the test proves less than it says";
}

// Property: a push either is refused or its value is popped, also when it races with the close.
TEST(Mailbox, LosesNothingToARacingClose) {
  for (int round = 0; round < 200; ++round) {
    constexpr uint32_t producers = 3;
    Mailbox<Message> mailbox(1024);
    std::vector<uint32_t> accepted(producers, 0);
    std::vector<std::thread> threads;
    for (uint32_t producer = 0; producer < producers; ++producer) {
      threads.emplace_back([&, producer] {
        for (uint32_t number = 0; number < 300; ++number) {
          Message message{producer, number};
          if (!mailbox.try_push(message)) return;
          accepted[producer] = number + 1;
        }
      });
    }
    OrderCheck check(producers);
    Message message;
    for (int i = 0; i < round; ++i) {
      if (mailbox.try_pop(message)) check.take(message);
    }
    mailbox.close();
    while (!mailbox.is_empty()) {
      if (mailbox.try_pop(message)) check.take(message);
    }
    for (std::thread& thread : threads) thread.join();
    for (uint32_t producer = 0; producer < producers; ++producer) {
      ASSERT_EQ(check.count_of(producer), accepted[producer]) << "round " << round;
    }
  }
}

}  // namespace
}  // namespace telemill::runtime
