#include "runtime/signals.h"

#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace telemill::runtime {
namespace {

sigset_t delivered_signals() noexcept {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGTERM);
  ::sigaddset(&set, SIGINT);
  ::sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() noexcept {
  const sigset_t set = delivered_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a peer that goes away is an error of a write
}

Result<std::unique_ptr<Signals>, Failure> Signals::create(
    Lane& lane, base::UniqueFunction<void(int)> on_signal) {
  const sigset_t set = delivered_signals();
  Descriptor descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!descriptor) {
    return fail(ErrorCode::unavailable, "cannot watch for signals: " + describe_errno(errno));
  }
  return std::unique_ptr<Signals>(new Signals(lane, std::move(descriptor), std::move(on_signal)));
}

Signals::Signals(Lane& lane, Descriptor descriptor, base::UniqueFunction<void(int)> on_signal)
    : lane_(lane), descriptor_(std::move(descriptor)), on_signal_(std::move(on_signal)) {
  lane_.watch(descriptor_.number(), Io::read, *this);
}

Signals::~Signals() { lane_.unwatch(descriptor_.number()); }

void Signals::on_io(Io) {
  signalfd_siginfo info{};
  while (::read(descriptor_.number(), &info, sizeof info) == sizeof info) {
    on_signal_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace telemill::runtime
