#include "otlp/splice.h"

#include <algorithm>
#include <tuple>

#include "otlp/frame.h"

namespace telemill::otlp {

void Splice::begin(const Part& part) noexcept {
  part_ = &part;
  record_edits_.clear();
  scope_frames_.clear();
  resource_frames_.clear();
  text_.clear();
  dropped_.clear();
  edit_index_ = 0;
  frames_.clear();
}

Splice::Text Splice::keep(std::string_view text) {
  const Text kept{static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(text.size())};
  text_.append(text);
  return kept;
}

std::string_view Splice::view(Text text) const noexcept {
  return text_.view().substr(text.offset, text.size);
}

void Splice::replace(uint32_t record_index, Range old, std::string_view replacement) {
  record_edits_.push_back({record_index, old, keep(replacement)});
}

void Splice::drop(uint32_t record_index) {
  if (dropped_.empty()) dropped_.resize(part_->table.records().size());
  dropped_[record_index] = true;
}

void Splice::set_scope_frame(uint32_t scope_index, std::string_view frame) {
  scope_frames_.push_back({scope_index, {}, keep(frame)});
}

void Splice::set_resource_frame(uint32_t resource_index, std::string_view frame) {
  resource_frames_.push_back({resource_index, {}, keep(frame)});
}

bool Splice::is_dropped(uint32_t record_index) const noexcept {
  return !dropped_.empty() && dropped_[record_index];
}

/// True when a record is left, or when there was none before: what was empty stays.
bool Splice::keeps_any(uint32_t record_begin, uint32_t record_end) const noexcept {
  if (dropped_.empty() || record_begin == record_end) return true;
  for (uint32_t i = record_begin; i < record_end; ++i) {
    if (!dropped_[i]) return true;
  }
  return false;
}

bool Splice::keeps_any(const ResourceRow& resource) const noexcept {
  if (dropped_.empty() || resource.scope_begin == resource.scope_end) return true;
  const auto scopes = part_->table.scopes();
  for (uint32_t s = resource.scope_begin; s < resource.scope_end; ++s) {
    if (keeps_any(scopes[s].record_begin, scopes[s].record_end)) return true;
  }
  return false;
}

template <class Row>
std::string_view Splice::frame_of(const Row& row, uint32_t index, std::span<const Edit> replaced) {
  // Few frames change in one run, so looking at them all is cheap; the last word counts.
  for (size_t i = replaced.size(); i > 0; --i) {
    if (replaced[i - 1].owner == index) return view(replaced[i - 1].text);
  }
  append_frame(*part_, row, frames_.emplace_back());
  return frames_.back().view();
}

void Splice::plan_record(uint32_t record_index) {
  const Range range = part_->table.records()[record_index];
  const char* const base = part_->bytes.data();
  const auto between = [base](uint32_t from, uint32_t to) {
    return std::string_view(base + from, to - from);
  };
  uint32_t at = range.offset;
  bool is_open = false;
  const auto add = [this, &is_open](std::string_view bytes) {
    is_open ? writer_.more(bytes) : writer_.record(bytes);
    is_open = true;
  };
  for (; edit_index_ < record_edits_.size() && record_edits_[edit_index_].owner == record_index;
       ++edit_index_) {
    const Edit& edit = record_edits_[edit_index_];
    TELEMILL_CHECK(edit.old.offset >= at && edit.old.end() <= range.end());
    if (edit.old.offset > at) add(between(at, edit.old.offset));
    if (edit.text.size > 0) add(view(edit.text));
    at = edit.old.end();
  }
  if (at < range.end() || !is_open) add(between(at, range.end()));
}

void Splice::plan_scope(uint32_t scope_index) {
  const ScopeRow& scope = part_->table.scopes()[scope_index];
  if (!keeps_any(scope.record_begin, scope.record_end)) return;
  writer_.scope(frame_of(scope, scope_index, scope_frames_));
  for (uint32_t i = scope.record_begin; i < scope.record_end; ++i) {
    if (is_dropped(i)) continue;
    while (edit_index_ < record_edits_.size() && record_edits_[edit_index_].owner < i) {
      ++edit_index_;  // edits of records that were dropped afterwards
    }
    plan_record(i);
  }
}

uint32_t Splice::items_kept(Signal signal) const {
  if (dropped_.empty()) return part_->item_count;
  uint32_t count = 0;
  const auto records = part_->table.records();
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (dropped_[i]) continue;
    const std::string_view record = part_->bytes.view().substr(records[i].offset, records[i].size);
    switch (signal) {
      case Signal::traces:
      case Signal::logs:
        ++count;
        break;
      case Signal::metrics:
        count += count_points(record).value();
        break;
      case Signal::profiles:
        count += count_samples(record).value();
        break;
    }
  }
  return count;
}

Part Splice::apply(Signal signal) {
  std::ranges::sort(record_edits_, [](const Edit& a, const Edit& b) {
    return std::tuple(a.owner, a.old.offset, a.old.size, a.text.offset) <
           std::tuple(b.owner, b.old.offset, b.old.size, b.text.offset);
  });
  const auto resources = part_->table.resources();
  for (uint32_t r = 0; r < resources.size(); ++r) {
    if (!keeps_any(resources[r])) continue;
    writer_.resource(frame_of(resources[r], r, resource_frames_));
    for (uint32_t s = resources[r].scope_begin; s < resources[r].scope_end; ++s) plan_scope(s);
  }
  return writer_.write(items_kept(signal));
}

}  // namespace telemill::otlp
