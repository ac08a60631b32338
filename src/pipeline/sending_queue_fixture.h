#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/sending_queue.h"
#include "pipeline/test_support.h"

/// A sending queue of spans on a lane that the test turns, before a peer that it plays itself.
namespace telemill::pipeline {

/// A peer that answers when the test says so.
class FakeSender final : public Sender {
 public:
  struct Request {
    size_t items;
    size_t parts;
    base::UniqueFunction<void(Outcome)> done;
  };
  std::deque<Request> requests;
  std::vector<size_t> sent;  // items of every request ever

  void send(const Outgoing& request, base::UniqueFunction<void(Outcome)> done) override {
    const otlp::Payload& payload = request.payload;
    sent.push_back(payload.item_count());
    requests.push_back({payload.item_count(), payload.parts().size(), std::move(done)});
  }
  void answer(Outcome outcome) {
    Request request = std::move(requests.front());
    requests.pop_front();
    request.done(std::move(outcome));
  }
};

class SendingQueueTest : public testing::Test {
 protected:
  /// Each has limits of its own: instances of one name would share them.
  SendingQueue& make(SendingQueueConfig config = {}, RetryConfig retry = {}) {
    const std::string name = "otlp_grpc/" + std::to_string(++made_);
    queue_ =
        std::make_unique<SendingQueue>(lane_.context(name), otlp::Signal::traces,
                                       SendingQueue::Settings{std::move(config), retry}, sender_);
    return *queue_;
  }
  void give(Settled& settled, size_t items = 1) {
    queue_->consume({make_payload(otlp::Signal::traces, items), settled.completion()});
  }
  bool drain_is_done() {
    if (!is_draining_) queue_->drain([this] { ++drains_; });
    is_draining_ = true;
    EXPECT_LE(drains_, 1);
    return drains_ == 1;
  }

  TestLane lane_;
  FakeSender sender_;
  std::unique_ptr<SendingQueue> queue_;
  Settled settled_;
  bool is_draining_ = false;
  int made_ = 0;
  int drains_ = 0;
};

}  // namespace telemill::pipeline
