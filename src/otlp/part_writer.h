#pragma once

#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "otlp/walk.h"

namespace telemill::otlp {

/// Writes a new part out of pieces of others: first the plan (groups and records, borrowed), then
/// one pass that writes every byte once, sizes known before. The table comes for free.
/// Reusable; one lane.
class PartWriter {
 public:
  /// Sets the fields of the request other than its resource entries.
  void request(std::string_view frame) noexcept { request_frame_ = frame; }
  /// Starts a resource entry with the given other fields. What is planned borrows from the caller
  /// until `write`.
  void resource(std::string_view frame);
  /// Starts a scope entry in it.
  void scope(std::string_view frame);
  /// Adds the records [begin, end) of `part` as they are. What stands side by side is copied as
  /// one.
  void records(const Part& part, uint32_t begin, uint32_t end);
  /// Adds a record whose content is `content`, or begins with it: see `more`.
  void record(std::string_view content);
  /// Adds bytes to the record added last.
  void more(std::string_view content);

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  /// Writes what was planned and forgets it. `item_count` is what the records count as.
  Part write(uint32_t item_count);

 private:
  struct Group {
    std::string_view frame;
    size_t content_size = 0;
    size_t begin = 0;  // index of its first scope or entry
  };
  /// A record to be written behind a new header, or a run of records that are copied with theirs.
  /// Its bytes are the pieces from `piece_begin` to where the next entry's begin.
  struct Entry {
    size_t size = 0;
    size_t piece_begin = 0;
    const Range* run_rows = nullptr;  // of a run: where its records lay
    uint32_t run_length = 0;          // zero: one record
  };

  void add_run(const Part& part, uint32_t begin, uint32_t end);
  class Pen;
  size_t sum_up() noexcept;
  void write_scope(size_t index, Pen& pen);
  void write_entry(size_t index, Pen& pen);

  std::string_view request_frame_;
  std::vector<Group> resources_;
  std::vector<Group> scopes_;
  std::vector<Entry> entries_;
  std::vector<std::string_view> pieces_;
  std::vector<ResourceRow> resource_rows_;
  std::vector<ScopeRow> scope_rows_;
  std::vector<Range> record_rows_;
};

}  // namespace telemill::otlp
