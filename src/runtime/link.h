#pragma once

namespace telemill::runtime {

/// A place in a circular list without memory of its own; each list has a lone link as its head.
/// Entering and leaving are O(1), and leaving needs no knowledge of the list.
struct Link {
  Link() noexcept = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  [[nodiscard]] bool is_alone() const noexcept { return next == this; }
  /// Enters the list of `head` as its last. Must be alone.
  void enter(Link& head) noexcept {
    previous = head.previous;
    next = &head;
    head.previous->next = this;
    head.previous = this;
  }
  void leave() noexcept {
    previous->next = next;
    next->previous = previous;
    next = this;
    previous = this;
  }

  Link* next = this;
  Link* previous = this;
};

}  // namespace telemill::runtime
