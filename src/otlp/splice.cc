#include "otlp/splice.h"

#include <algorithm>

namespace telemill::otlp {

void Splice::Edits::clear() noexcept {
  list.clear();
  next = 0;
}

void Splice::Edits::add(uint32_t owner, Range old, std::string_view text) {
  list.push_back({owner, old, text, static_cast<uint32_t>(list.size())});
}

void Splice::Edits::sort() {
  const auto is_before = [](const Edit& a, const Edit& b) {
    if (a.owner != b.owner) return a.owner < b.owner;
    if (a.old.offset != b.old.offset) return a.old.offset < b.old.offset;
    // What is inserted comes before what is replaced.
    if ((a.old.size == 0) != (b.old.size == 0)) return a.old.size == 0;
    return a.order < b.order;
  };
  if (!std::ranges::is_sorted(list, is_before)) std::ranges::sort(list, is_before);
}

bool Splice::Edits::has(uint32_t owner) noexcept {
  while (next < list.size() && list[next].owner < owner) ++next;
  return next < list.size() && list[next].owner == owner;
}

const Splice::Edit* Splice::Edits::take(uint32_t owner) noexcept {
  return has(owner) ? &list[next++] : nullptr;
}

void Splice::begin(const Part& part) noexcept {
  part_ = &part;
  record_edits_.clear();
  scope_frames_.clear();
  resource_frames_.clear();
  texts_.clear();
  dropped_.clear();
  joined_frames_.clear();
}

void Splice::replace(uint32_t record_index, Range old, std::string_view replacement) {
  record_edits_.add(record_index, old, texts_.keep(replacement));
}

void Splice::drop(uint32_t record_index) {
  if (dropped_.empty()) dropped_.resize(part_->table.records().size());
  dropped_[record_index] = true;
}

void Splice::set_scope_frame(uint32_t scope_index, std::string_view frame) {
  scope_frames_.add(scope_index, {}, texts_.keep(frame));
}

void Splice::set_resource_frame(uint32_t resource_index, std::string_view frame) {
  resource_frames_.add(resource_index, {}, texts_.keep(frame));
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

std::string_view Splice::use(Frame frame) {
  if (!frame.storage.empty()) joined_frames_.push_back(std::move(frame.storage));
  return frame.bytes;
}

template <class Row>
std::string_view Splice::frame_for(const Row& row, uint32_t index, Edits& replaced) {
  const Edit* last = nullptr;
  while (const Edit* edit = replaced.take(index)) last = edit;
  return last != nullptr ? last->text : use(frame_of(*part_, row));
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
  while (const Edit* edit = record_edits_.take(record_index)) {
    TELEMILL_CHECK(edit->old.offset >= at && edit->old.end() <= range.end());
    if (edit->old.offset > at) add(between(at, edit->old.offset));
    if (!edit->text.empty()) add(edit->text);
    at = edit->old.end();
  }
  if (at < range.end() || !is_open) add(between(at, range.end()));
}

void Splice::plan_scope(uint32_t scope_index) {
  const ScopeRow& scope = part_->table.scopes()[scope_index];
  if (!keeps_any(scope.record_begin, scope.record_end)) return;
  writer_.scope(frame_for(scope, scope_index, scope_frames_));
  uint32_t unchanged = scope.record_begin;  // the first record of those not planned yet
  for (uint32_t i = scope.record_begin; i < scope.record_end; ++i) {
    const bool stays = !is_dropped(i);
    if (stays && !record_edits_.has(i)) continue;
    if (i > unchanged) writer_.records(*part_, unchanged, i);
    if (stays) plan_record(i);
    unchanged = i + 1;
  }
  writer_.records(*part_, unchanged, scope.record_end);
}

/// Edits may add and remove points and samples, so whatever may have changed is counted again.
uint32_t Splice::count_items(Signal signal, const Part& edited) const {
  const auto records = edited.table.records();
  if (signal == Signal::traces || signal == Signal::logs) {
    return static_cast<uint32_t>(records.size());
  }
  if (dropped_.empty() && record_edits_.list.empty()) return part_->item_count;
  uint32_t count = 0;
  for (const Range range : records) {
    const std::string_view record = edited.bytes.view().substr(range.offset, range.size);
    count += (signal == Signal::metrics ? count_points(record) : count_samples(record)).value();
  }
  return count;
}

Part Splice::apply(Signal signal) {
  record_edits_.sort();
  scope_frames_.sort();
  resource_frames_.sort();
  writer_.request(use(frame_of(*part_)));
  const auto resources = part_->table.resources();
  for (uint32_t r = 0; r < resources.size(); ++r) {
    if (!keeps_any(resources[r])) continue;
    writer_.resource(frame_for(resources[r], r, resource_frames_));
    for (uint32_t s = resources[r].scope_begin; s < resources[r].scope_end; ++s) plan_scope(s);
  }
  Part edited = writer_.write(0);
  edited.item_count = count_items(signal, edited);
  return edited;
}

}  // namespace telemill::otlp
