#include "otlp/part_writer.h"

#include <cstring>

#include "wire/fields.h"
#include "wire/varint.h"

namespace telemill::otlp {
namespace {

namespace outer = wire::field::outer;

constexpr char record_tag = static_cast<char>(wire::message_tag(outer::scope_items));

constexpr size_t field_size(size_t content_size) noexcept {
  return 1 + wire::varint_size(content_size) + content_size;
}
/// Tag and length of a record, as short as can be.
constexpr uint32_t header_size(uint32_t content_size) noexcept {
  return 1 + static_cast<uint32_t>(wire::varint_size(content_size));
}

/// Where group `i` of `groups` ends, among `last` things in all.
template <class Groups>
size_t end_of(const Groups& groups, size_t i, size_t last) noexcept {
  return i + 1 < groups.size() ? groups[i + 1].begin : last;
}

}  // namespace

/// A pen over memory whose size was computed before.
class PartWriter::Pen {
 public:
  Pen(char* at, const char* base) noexcept : at_(at), base_(base) {}

  [[nodiscard]] uint32_t offset() const noexcept { return static_cast<uint32_t>(at_ - base_); }
  Range header(uint32_t field, size_t size) noexcept {
    *at_++ = static_cast<char>(wire::message_tag(field));
    at_ = wire::write_varint(size, at_);
    return {offset(), static_cast<uint32_t>(size)};
  }
  void copy(std::string_view bytes) noexcept {
    if (bytes.empty()) return;
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }

 private:
  char* at_;
  const char* const base_;
};

void PartWriter::resource(std::string_view frame) {
  resources_.push_back({frame, frame.size(), scopes_.size()});
}

void PartWriter::scope(std::string_view frame) {
  scopes_.push_back({frame, frame.size(), entries_.size()});
}

void PartWriter::record(std::string_view content) {
  entries_.push_back({content.size(), pieces_.size()});
  pieces_.push_back(content);
}

void PartWriter::more(std::string_view content) {
  entries_.back().size += content.size();
  pieces_.push_back(content);
}

void PartWriter::add_run(const Part& part, uint32_t begin, uint32_t end) {
  const Range* const rows = part.table.records().data();
  const uint32_t from = rows[begin].offset - header_size(rows[begin].size);
  const std::string_view bytes = part.bytes.view().substr(from, rows[end - 1].end() - from);
  entries_.push_back({bytes.size(), pieces_.size(), rows + begin, end - begin});
  pieces_.push_back(bytes);
}

void PartWriter::records(const Part& part, uint32_t begin, uint32_t end) {
  const auto rows = part.table.records();
  const std::string_view bytes = part.bytes.view();
  while (begin < end) {
    const Range first = rows[begin];
    // A header longer than need be is written anew. Its last bytes never look like a short one.
    if (bytes[first.offset - header_size(first.size)] != record_tag) {
      record(bytes.substr(first.offset, first.size));
      ++begin;
      continue;
    }
    uint32_t run_end = begin + 1;
    while (run_end < end &&
           rows[run_end - 1].end() + header_size(rows[run_end].size) == rows[run_end].offset) {
      ++run_end;
    }
    add_run(part, begin, run_end);
    begin = run_end;
  }
}

/// Works out every entry's size, and returns that of all bytes.
size_t PartWriter::sum_up() noexcept {
  for (size_t s = 0; s < scopes_.size(); ++s) {
    const size_t entry_end = end_of(scopes_, s, entries_.size());
    for (size_t e = scopes_[s].begin; e < entry_end; ++e) {
      const Entry& entry = entries_[e];
      scopes_[s].content_size += entry.run_length > 0 ? entry.size : field_size(entry.size);
    }
  }
  size_t total = request_frame_.size();
  for (size_t r = 0; r < resources_.size(); ++r) {
    const size_t scope_end = end_of(resources_, r, scopes_.size());
    for (size_t s = resources_[r].begin; s < scope_end; ++s) {
      resources_[r].content_size += field_size(scopes_[s].content_size);
    }
    total += field_size(resources_[r].content_size);
  }
  return total;
}

void PartWriter::write_entry(size_t index, Pen& pen) {
  const Entry& entry = entries_[index];
  if (entry.run_length == 0) {
    record_rows_.push_back(pen.header(outer::scope_items, entry.size));
    const size_t piece_end =
        index + 1 < entries_.size() ? entries_[index + 1].piece_begin : pieces_.size();
    for (size_t p = entry.piece_begin; p < piece_end; ++p) pen.copy(pieces_[p]);
    return;
  }
  // All of a run moves by the same distance, modulo 2^32.
  const uint32_t moved =
      pen.offset() + header_size(entry.run_rows[0].size) - entry.run_rows[0].offset;
  pen.copy(pieces_[entry.piece_begin]);
  const size_t first = record_rows_.size();
  record_rows_.resize(first + entry.run_length);
  for (size_t i = 0; i < entry.run_length; ++i) {
    const Range row = entry.run_rows[i];
    record_rows_[first + i] = {row.offset + moved, row.size};
  }
}

void PartWriter::write_scope(size_t index, Pen& pen) {
  const Range content = pen.header(outer::resource_scopes, scopes_[index].content_size);
  pen.copy(scopes_[index].frame);
  const auto record_begin = static_cast<uint32_t>(record_rows_.size());
  const size_t entry_end = end_of(scopes_, index, entries_.size());
  for (size_t e = scopes_[index].begin; e < entry_end; ++e) write_entry(e, pen);
  scope_rows_.push_back({content, record_begin, static_cast<uint32_t>(record_rows_.size())});
}

Part PartWriter::write(uint32_t item_count) {
  const size_t total = sum_up();
  base::Buffer out(total);
  Pen pen(total > 0 ? out.extend(total) : nullptr, out.data());
  resource_rows_.clear();
  scope_rows_.clear();
  record_rows_.clear();
  record_rows_.reserve(entries_.size());
  pen.copy(request_frame_);
  for (size_t r = 0; r < resources_.size(); ++r) {
    const Range content = pen.header(outer::request_resources, resources_[r].content_size);
    pen.copy(resources_[r].frame);
    const auto scope_begin = static_cast<uint32_t>(scope_rows_.size());
    const size_t scope_end = end_of(resources_, r, scopes_.size());
    for (size_t s = resources_[r].begin; s < scope_end; ++s) write_scope(s, pen);
    resource_rows_.push_back({content, scope_begin, static_cast<uint32_t>(scope_rows_.size())});
  }
  request_frame_ = {};
  resources_.clear();
  scopes_.clear();
  entries_.clear();
  pieces_.clear();
  return {.bytes = std::move(out).freeze(),
          .table = ItemTable(resource_rows_, scope_rows_, record_rows_),
          .item_count = item_count};
}

}  // namespace telemill::otlp
