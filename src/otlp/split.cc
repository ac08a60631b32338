#include "otlp/split.h"

#include <algorithm>

#include "otlp/frame.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::otlp {
namespace {

namespace metric_field = wire::field::metric;
namespace data_field = wire::field::metric_data;
using wire::Cursor;
using wire::Tag;

constexpr bool is_data(Tag tag) noexcept {
  switch (tag.field) {
    case metric_field::gauge:
    case metric_field::sum:
    case metric_field::histogram:
    case metric_field::exponential_histogram:
    case metric_field::summary:
      return true;
    default:
      return false;
  }
}

/// Calls `visit(tag, field bytes, content)` for each field of a message the walk has checked.
template <class Visit>
void for_each_field(std::string_view message, Visit visit) {
  Cursor in{message};
  while (!in.at_end()) {
    const char* const begin = in.position();
    const Tag tag = wire::read_tag(in).value();
    std::string_view content;
    if (tag.type == wire::WireType::length_delimited) {
      content = wire::read_bytes(in).value();
    } else {
      TELEMILL_CHECK(wire::skip_value(in, tag).has_value());
    }
    visit(tag, std::string_view(begin, static_cast<size_t>(in.position() - begin)), content);
  }
}

/// Which member of the data oneof counts: the last one that was set.
uint32_t data_member(std::string_view metric) {
  uint32_t member = 0;
  for_each_field(metric, [&member](Tag tag, std::string_view, std::string_view) {
    if (is_data(tag)) member = tag.field;
  });
  return member;
}

}  // namespace

base::Buffer cut_metric(std::string_view metric, uint32_t begin, uint32_t end) {
  const uint32_t member = data_member(metric);
  base::Buffer data;
  uint32_t index = 0;
  uint32_t last_seen = 0;
  base::Buffer out(metric.size());
  for_each_field(metric, [&](Tag tag, std::string_view field, std::string_view content) {
    if (!is_data(tag)) {
      out.append(field);
      return;
    }
    // Another member in between throws away what the oneof held before.
    if (tag.field != last_seen) index = 0;
    if (tag.field != last_seen) data.clear();
    last_seen = tag.field;
    if (tag.field != member) return;
    for_each_field(content, [&](Tag inner, std::string_view inner_field, std::string_view) {
      const bool is_point = inner.field == data_field::data_points;
      if (!is_point || (index >= begin && index < end)) data.append(inner_field);
      if (is_point) ++index;
    });
  });
  wire::Writer(out).bytes(member, data.view());
  return out;
}

void Splitter::advance_part() noexcept {
  ++part_index_;
  part_items_taken_ = 0;
  resource_index_ = scope_index_ = record_index_ = points_taken_ = 0;
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
      advance_part();
      continue;
    }
    const auto take = static_cast<uint32_t>(std::min<size_t>(items_max, left));
    piece.append(cut(part, take));
    items_max -= take;
    items_taken_ += take;
    part_items_taken_ += take;
    if (part_items_taken_ == part.item_count) advance_part();
  }
  return piece;
}

Part Splitter::cut(const Part& part, uint32_t item_count) {
  frames_.clear();
  cut_metrics_.clear();
  uint32_t wanted = item_count;
  bool is_resource_open = false;
  while (wanted > 0) {
    const ResourceRow& resource = part.table.resources()[resource_index_];
    if (scope_index_ >= resource.scope_end) {
      ++resource_index_;
      is_resource_open = false;
      continue;
    }
    const ScopeRow& scope = part.table.scopes()[scope_index_];
    if (record_index_ >= scope.record_end) {
      ++scope_index_;
      continue;
    }
    if (!is_resource_open) {
      append_frame(part, resource, frames_.emplace_back());
      writer_.resource(frames_.back().view());
      is_resource_open = true;
    }
    append_frame(part, scope, frames_.emplace_back());
    writer_.scope(frames_.back().view());
    wanted -= plan_scope(part, wanted);
  }
  return writer_.write(item_count);
}

/// Plans records of the running scope worth at most `items_wanted`; returns what they count as.
uint32_t Splitter::plan_scope(const Part& part, uint32_t items_wanted) {
  const ScopeRow& scope = part.table.scopes()[scope_index_];
  uint32_t planned = 0;
  while (planned < items_wanted && record_index_ < scope.record_end) {
    const Range range = part.table.records()[record_index_];
    const std::string_view record = part.bytes.view().substr(range.offset, range.size);
    if (payload_.signal() != Signal::metrics) {
      writer_.record(record);
      ++planned;
      ++record_index_;
      continue;
    }
    const uint32_t point_count = count_points(record).value();
    const uint32_t take = std::min(point_count - points_taken_, items_wanted - planned);
    if (take == point_count) {
      writer_.record(record);
    } else {
      cut_metrics_.emplace_back(cut_metric(record, points_taken_, points_taken_ + take));
      writer_.record(cut_metrics_.back().view());
    }
    planned += take;
    points_taken_ += take;
    if (points_taken_ == point_count) {
      ++record_index_;
      points_taken_ = 0;
    }
  }
  return planned;
}

}  // namespace telemill::otlp
