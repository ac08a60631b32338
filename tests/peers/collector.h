#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "integration/collector_process.h"

namespace telemill::peers {

/// A collector at work, Telemill or the reference: what both understand and log alike.
class Collector {
 public:
  /// Waits until it is ready; a failed test when it never is.
  Collector(const std::string& program, std::string_view config,
            const std::vector<std::string>& arguments = {});

  /// The port that a receiver says it listens on, by its id and "gRPC" or "HTTP"; a failed test
  /// and zero when there is none.
  [[nodiscard]] uint16_t port(std::string_view receiver, std::string_view protocol) const;
  [[nodiscard]] integration::ChildProgram& child() noexcept { return child_; }
  /// Asks it to drain and waits; a failed test unless it exits with zero.
  integration::Ended stop();

 private:
  integration::Folder folder_;
  integration::ChildProgram child_;
};

}  // namespace telemill::peers
