#include "otlp/part_writer.h"

#include <cstring>

#include "wire/fields.h"
#include "wire/varint.h"

namespace telemill::otlp {
namespace {

constexpr size_t field_size(size_t content_size) noexcept {
  return 1 + wire::varint_size(content_size) + content_size;
}

/// A bounded pen over memory whose size was computed before.
struct Pen {
  char* at;
  const char* const base;

  Range header(uint32_t field, size_t size) noexcept {
    *at++ = static_cast<char>(wire::message_tag(field));
    at = wire::write_varint(size, at);
    return {static_cast<uint32_t>(at - base), static_cast<uint32_t>(size)};
  }
  void copy(std::string_view bytes) noexcept {
    if (bytes.empty()) return;
    std::memcpy(at, bytes.data(), bytes.size());
    at += bytes.size();
  }
};

}  // namespace

void PartWriter::resource(std::string_view frame) {
  resources_.push_back({frame, frame.size(), static_cast<uint32_t>(scopes_.size())});
}

void PartWriter::scope(std::string_view frame) {
  scopes_.push_back({frame, frame.size(), static_cast<uint32_t>(records_.size())});
}

void PartWriter::record(std::string_view content) {
  scopes_.back().content_size += field_size(content.size());
  records_.push_back({content.size(), pieces_.size()});
  pieces_.push_back(content);
}

void PartWriter::more(std::string_view content) {
  Record& record = records_.back();
  scopes_.back().content_size += field_size(record.size + content.size()) - field_size(record.size);
  record.size += content.size();
  pieces_.push_back(content);
}

Part PartWriter::write(uint32_t item_count) {
  namespace outer = wire::field::outer;
  const auto end_of = [](const std::vector<Group>& groups, size_t i, size_t last) {
    return i + 1 < groups.size() ? groups[i + 1].begin : static_cast<uint32_t>(last);
  };
  size_t total = request_frame_.size();
  for (size_t r = 0; r < resources_.size(); ++r) {
    const uint32_t scope_end = end_of(resources_, r, scopes_.size());
    for (uint32_t s = resources_[r].begin; s < scope_end; ++s) {
      resources_[r].content_size += field_size(scopes_[s].content_size);
    }
    total += field_size(resources_[r].content_size);
  }

  base::Buffer out(total);
  Pen pen{.at = out.extend(total), .base = out.data()};
  resource_rows_.clear();
  scope_rows_.clear();
  record_rows_.clear();
  pen.copy(request_frame_);
  for (size_t r = 0; r < resources_.size(); ++r) {
    const uint32_t scope_end = end_of(resources_, r, scopes_.size());
    const Range resource = pen.header(outer::request_resources, resources_[r].content_size);
    pen.copy(resources_[r].frame);
    for (uint32_t s = resources_[r].begin; s < scope_end; ++s) {
      const uint32_t record_end = end_of(scopes_, s, records_.size());
      const Range scope = pen.header(outer::resource_scopes, scopes_[s].content_size);
      pen.copy(scopes_[s].frame);
      for (uint32_t i = scopes_[s].begin; i < record_end; ++i) {
        record_rows_.push_back(pen.header(outer::scope_items, records_[i].size));
        const size_t piece_end =
            i + 1 < records_.size() ? records_[i + 1].piece_begin : pieces_.size();
        for (size_t p = records_[i].piece_begin; p < piece_end; ++p) pen.copy(pieces_[p]);
      }
      scope_rows_.push_back({scope, scopes_[s].begin, record_end});
    }
    resource_rows_.push_back({resource, resources_[r].begin, scope_end});
  }
  request_frame_ = {};
  resources_.clear();
  scopes_.clear();
  records_.clear();
  pieces_.clear();
  return {.bytes = std::move(out).freeze(),
          .table = ItemTable(resource_rows_, scope_rows_, record_rows_),
          .item_count = item_count};
}

}  // namespace telemill::otlp
