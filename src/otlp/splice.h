#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/buffer.h"
#include "otlp/frame.h"
#include "otlp/part_writer.h"
#include "otlp/signal.h"
#include "otlp/walk.h"

namespace telemill::otlp {

/// Edits of one part, collected first and applied by one pass that copies every kept byte once,
/// however many edits there are. Enclosing lengths are rewritten; unknown fields stay.
///
/// Inside a record, bytes are replaced; a nested message (an event, an attribute) is replaced as a
/// whole field, its own length included. The other fields of a scope or resource entry, small and
/// shared by many records, are replaced as a whole: read them with `append_frame`.
/// Reusable: `begin` starts over. One lane.
class Splice {
 public:
  /// Starts on `part`, which must live until `apply`.
  void begin(const Part& part) noexcept;

  /// Puts `replacement` (copied) where `old`, a range of the part's bytes inside the record, was.
  /// An old size of zero inserts, an empty replacement deletes. Edits of one record must not
  /// overlap; insertions at one place keep their order and come before what is replaced there. The
  /// record must stay well-formed.
  void replace(uint32_t record_index, Range old, std::string_view replacement);
  /// The same without the copy: `replacement` lives until `apply` has returned.
  void replace_borrowed(uint32_t record_index, Range old, std::string_view replacement) {
    record_edits_.add(record_index, old, replacement);
  }
  [[nodiscard]] bool has_edits() const noexcept {
    return !record_edits_.list.empty() || !scope_frames_.list.empty() ||
           !resource_frames_.list.empty() || !dropped_.empty();
  }
  /// Leaves the record out. Scope and resource entries that lose their last record go with it.
  void drop(uint32_t record_index);
  /// The last frame given for an entry counts.
  void set_scope_frame(uint32_t scope_index, std::string_view frame);
  void set_resource_frame(uint32_t resource_index, std::string_view frame);

  [[nodiscard]] Part apply(Signal signal);

 private:
  struct Edit {
    uint32_t owner = 0;  // index of the record, scope or resource entry
    Range old;
    std::string_view text;
    uint32_t order = 0;  // among the edits of its kind, as they were given
  };
  /// Edits of one kind, taken in the order of their owners once `sort` has run.
  struct Edits {
    std::vector<Edit> list;
    size_t next = 0;

    void clear() noexcept;
    void add(uint32_t owner, Range old, std::string_view text);
    void sort();
    /// Whether an edit of `owner` comes next; those of earlier owners are passed over.
    bool has(uint32_t owner) noexcept;
    /// That edit, or null.
    const Edit* take(uint32_t owner) noexcept;
  };

  [[nodiscard]] bool is_dropped(uint32_t record_index) const noexcept;
  void plan_record(uint32_t record_index);
  void plan_scope(uint32_t scope_index);
  [[nodiscard]] bool keeps_any(uint32_t record_begin, uint32_t record_end) const noexcept;
  [[nodiscard]] bool keeps_any(const ResourceRow& resource) const noexcept;
  std::string_view use(Frame frame);
  template <class Row>
  std::string_view frame_for(const Row& row, uint32_t index, Edits& replaced);
  [[nodiscard]] uint32_t count_items(Signal signal, const Part& edited) const;

  const Part* part_ = nullptr;
  Edits record_edits_;
  Edits scope_frames_;
  Edits resource_frames_;
  base::Arena texts_;
  std::vector<bool> dropped_;               // empty when nothing is dropped
  std::vector<base::Slice> joined_frames_;  // what the running plan borrows
  PartWriter writer_;
};

}  // namespace telemill::otlp
