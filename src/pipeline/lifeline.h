#pragma once

#include <memory>

namespace telemill::pipeline {

/// Tells callbacks that outlive their owner that it is gone: a component that is stopped by force
/// dies while others still hold its batches. The owner has a lifeline as a member, each callback a
/// watch of it.
class Lifeline {
 public:
  class Watch {
   public:
    [[nodiscard]] bool is_alive() const noexcept { return !token_.expired(); }

   private:
    friend class Lifeline;
    explicit Watch(const std::shared_ptr<const char>& token) noexcept : token_(token) {}
    std::weak_ptr<const char> token_;
  };

  Lifeline() = default;
  Lifeline(const Lifeline&) = delete;
  Lifeline& operator=(const Lifeline&) = delete;

  [[nodiscard]] Watch watch() const noexcept { return Watch(token_); }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

}  // namespace telemill::pipeline
