#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"

namespace telemill::runtime {

/// What the instances of one component share over all lanes, found by name: the limits that YAML
/// states for the process. Objects live as long as this; what is in here has to be safe for use
/// from any thread. Any thread, at start-up: looking up takes a lock.
class SharedObjects {
 public:
  SharedObjects() = default;
  SharedObjects(const SharedObjects&) = delete;
  SharedObjects& operator=(const SharedObjects&) = delete;

  /// The object called `name`, made of `args` by whoever asks first.
  template <class T, class... Args>
  T& get(std::string_view name, Args&&... args) {
    const std::lock_guard lock(mutex_);
    auto& object = objects_[std::string(name)];
    if (object == nullptr) {
      object = std::make_unique<Holder<T>>(std::forward<Args>(args)...);
    }
    auto* const holder = dynamic_cast<Holder<T>*>(object.get());
    TELEMILL_CHECK(holder != nullptr);  // one name, one type
    return holder->value;
  }

 private:
  struct Object {
    virtual ~Object() = default;
  };
  template <class T>
  struct Holder final : Object {
    template <class... Args>
    explicit Holder(Args&&... args) : value(std::forward<Args>(args)...) {}
    T value;
  };

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Object>, std::less<>> objects_;
};

}  // namespace telemill::runtime
