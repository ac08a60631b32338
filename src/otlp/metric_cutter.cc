#include "otlp/metric_cutter.h"

#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::otlp {
namespace {

using wire::Cursor;
using wire::Tag;

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

}  // namespace

MetricCutter::MetricCutter(std::string_view metric) : points_(metric.size()) {
  for_each_field(metric, [this](Tag tag, std::string_view field, std::string_view content) {
    if (!is_metric_data(tag.field)) return others_.append(field);
    if (tag.field != member_) {  // another member throws away what the oneof held before
      data_others_.clear();
      points_.clear();
      member_ = tag.field;
    }
    read_data(content);
  });
}

void MetricCutter::read_data(std::string_view data) {
  for_each_field(data, [this](Tag tag, std::string_view field, std::string_view) {
    const bool is_point = tag.field == wire::field::metric_data::data_points;
    (is_point ? points_ : data_others_).append(field);
  });
}

void MetricCutter::take(uint32_t point_count, PartWriter& writer) {
  Cursor in{points_.view().substr(points_at_)};
  for (uint32_t i = 0; i < point_count; ++i) {
    const Tag tag = wire::read_tag(in).value();
    TELEMILL_CHECK(wire::skip_value(in, tag).has_value());
  }
  const std::string_view points = points_.view().substr(points_at_, in.offset());
  points_at_ += points.size();
  header_.clear();
  wire::Writer(header_).header(member_, data_others_.size() + points.size());
  writer.record(others_.view());
  writer.more(header_.view());
  writer.more(data_others_.view());
  writer.more(points);
}

}  // namespace telemill::otlp
