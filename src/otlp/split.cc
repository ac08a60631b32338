#include "otlp/split.h"

#include <algorithm>

namespace telemill::otlp {

void Splitter::leave_scope() noexcept {
  ++scope_index_;
  scope_frame_.reset();
}

void Splitter::leave_resource() noexcept {
  ++resource_index_;
  resource_frame_.reset();
}

void Splitter::leave_part() noexcept {
  ++part_index_;
  part_items_taken_ = 0;
  resource_index_ = scope_index_ = record_index_ = points_left_ = 0;
  request_frame_.reset();
  resource_frame_.reset();
  scope_frame_.reset();
}

Payload Splitter::next(size_t items_max) {
  TELEMILL_CHECK(items_max > 0 && !done());
  Payload piece(payload_.signal());
  while (!done() && items_max > 0 && piece.can_append()) {
    const Part& part = payload_.parts()[part_index_];
    const uint32_t left = part.item_count - part_items_taken_;
    const bool stays_whole =
        part_items_taken_ == 0 && (left <= items_max || payload_.signal() == Signal::profiles);
    if (stays_whole) {
      piece.append(part);
      items_max -= std::min<size_t>(items_max, left);
      items_taken_ += left;
      leave_part();
      continue;
    }
    const auto take = static_cast<uint32_t>(std::min<size_t>(items_max, left));
    piece.append(cut(part, take));
    items_max -= take;
    items_taken_ += take;
    part_items_taken_ += take;
    if (part_items_taken_ == part.item_count) leave_part();
  }
  return piece;
}

/// Keeps what a frame borrows from until the plan is written.
std::string_view Splitter::use(const Frame& frame) {
  if (!frame.storage.empty()) used_frames_.push_back(frame.storage);
  return frame.bytes;
}

Part Splitter::cut(const Part& part, uint32_t item_count) {
  used_frames_.clear();
  // Of the metrics cut so far only one may have points left: the last.
  if (points_left_ > 0) std::swap(cutters_.front(), cutters_.back());
  while (cutters_.size() > (points_left_ > 0 ? 1 : 0)) cutters_.pop_back();

  if (!request_frame_) request_frame_ = frame_of(part);
  writer_.request(use(*request_frame_));
  uint32_t wanted = item_count;
  bool is_resource_open = false;
  while (wanted > 0) {
    const ResourceRow& resource = part.table.resources()[resource_index_];
    if (scope_index_ >= resource.scope_end) {
      leave_resource();
      is_resource_open = false;
      continue;
    }
    const ScopeRow& scope = part.table.scopes()[scope_index_];
    if (record_index_ >= scope.record_end) {
      leave_scope();
      continue;
    }
    if (!is_resource_open) {
      if (!resource_frame_) resource_frame_ = frame_of(part, resource);
      writer_.resource(use(*resource_frame_));
      is_resource_open = true;
    }
    if (!scope_frame_) scope_frame_ = frame_of(part, scope);
    writer_.scope(use(*scope_frame_));
    wanted -= plan_scope(scope, part, wanted);
  }
  return writer_.write(item_count);
}

/// Plans records of the running scope worth at most `items_wanted`; returns what they count as.
uint32_t Splitter::plan_scope(const ScopeRow& scope, const Part& part, uint32_t items_wanted) {
  if (payload_.signal() != Signal::metrics) {
    const uint32_t planned = std::min(items_wanted, scope.record_end - record_index_);
    writer_.records(part, record_index_, record_index_ + planned);
    record_index_ += planned;
    return planned;
  }
  uint32_t planned = 0;
  while (planned < items_wanted && record_index_ < scope.record_end) {
    const Range range = part.table.records()[record_index_];
    const std::string_view metric = part.bytes.view().substr(range.offset, range.size);
    planned += plan_metric(metric, items_wanted - planned);
    if (points_left_ == 0) ++record_index_;
  }
  return planned;
}

/// Plans the metric's points, or those left of it, up to `points_wanted`; returns how many.
uint32_t Splitter::plan_metric(std::string_view metric, uint32_t points_wanted) {
  if (points_left_ == 0) {
    const uint32_t points = count_points(metric).value();
    if (points <= points_wanted) {
      writer_.record(metric);
      return points;
    }
    cutters_.emplace_back(metric);
    points_left_ = points;
  }
  const uint32_t taken = std::min(points_left_, points_wanted);
  cutters_.back().take(taken, writer_);
  points_left_ -= taken;
  return taken;
}

}  // namespace telemill::otlp
