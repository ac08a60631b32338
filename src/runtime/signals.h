#pragma once

#include <memory>

#include "base/unique_function.h"
#include "runtime/lane.h"
#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::runtime {

/// Takes SIGTERM, SIGINT and SIGHUP away from their default actions and ignores SIGPIPE. Call it
/// in `main` before the first thread starts: threads inherit it.
void block_signals() noexcept;

/// Delivers the blocked signals to a lane as ordinary calls, so that a handler may do anything.
/// Lives on that lane and dies there, before it.
class Signals final : private IoHandler {
 public:
  /// `on_signal` gets SIGTERM, SIGINT or SIGHUP; it must not destroy this object.
  static Result<std::unique_ptr<Signals>, Failure> create(
      Lane& lane, base::UniqueFunction<void(int)> on_signal);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  Signals(Lane& lane, Descriptor descriptor, base::UniqueFunction<void(int)> on_signal);
  void on_io(Io ready) override;

  Lane& lane_;
  const Descriptor descriptor_;
  base::UniqueFunction<void(int)> on_signal_;
};

}  // namespace telemill::runtime
