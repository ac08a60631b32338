#include "otlp/walk.h"

#include "base/limits.h"
#include "wire/varint.h"

namespace telemill::otlp {

namespace outer = wire::field::outer;
using wire::Cursor;
using wire::Tag;
using wire::WireType;

namespace {

constexpr char record_tag = static_cast<char>(wire::message_tag(outer::scope_items));

/// Checks one field that is not a nested list: where its type is known, it must be the right one.
Result<void> pass_over(Cursor& in, Tag tag, uint32_t known_field_max) noexcept {
  if (tag.field <= known_field_max && tag.type != WireType::length_delimited) {
    return fail("known field of the wrong wire type", in.offset());
  }
  return wire::skip_value(in, tag);
}

/// Counts occurrences of the message field `field`.
Result<uint32_t> count_messages(Cursor in, uint32_t field) noexcept {
  uint32_t count = 0;
  while (!in.at_end()) {
    TELEMILL_ASSIGN(const Tag tag, wire::read_tag(in));
    if (tag.field == field) {
      if (tag.type != WireType::length_delimited) {
        return fail("repeated message of the wrong wire type", in.offset());
      }
      ++count;
    }
    TELEMILL_TRY(wire::skip_value(in, tag));
  }
  return count;
}

}  // namespace

Result<uint32_t> count_points(std::string_view metric) noexcept {
  Cursor in{metric};
  uint32_t count = 0;
  uint32_t member = 0;
  while (!in.at_end()) {
    TELEMILL_ASSIGN(const Tag tag, wire::read_tag(in));
    if (!is_metric_data(tag.field)) {
      TELEMILL_TRY(wire::skip_value(in, tag));
      continue;
    }
    if (tag.type != WireType::length_delimited) {
      return fail("metric data of the wrong wire type", in.offset());
    }
    TELEMILL_ASSIGN(const std::string_view data, wire::read_bytes(in));
    const auto points = count_messages(Cursor{data}, wire::field::metric_data::data_points);
    if (!points) {
      Error error = points.error();
      error.offset += static_cast<uint32_t>(data.data() - metric.data());
      return fail(error);
    }
    // A oneof: repeating the same member merges, another member replaces.
    count = tag.field == member ? count + *points : *points;
    member = tag.field;
  }
  return count;
}

Result<uint32_t> count_samples(std::string_view profile) noexcept {
  return count_messages(Cursor{profile}, wire::field::profiles::profile_samples);
}

/// The three nested loops of one walk. Offsets in errors are relative to the request.
struct Walker::Pass {
  Walker& rows;
  const Signal signal;
  const char* const base;
  uint32_t item_count = 0;

  [[nodiscard]] uint32_t offset_of(const char* at) const noexcept {
    return static_cast<uint32_t>(at - base);
  }
  [[nodiscard]] Range range_of(std::string_view content) const noexcept {
    return {offset_of(content.data()), static_cast<uint32_t>(content.size())};
  }
  [[nodiscard]] Unexpected<Error> moved(Error error, std::string_view inside) const noexcept {
    error.offset += offset_of(inside.data());
    return fail(error);
  }

  Result<void> request(std::string_view bytes) {
    Cursor in{bytes};
    while (!in.at_end()) {
      TELEMILL_ASSIGN(const Tag tag, wire::read_tag(in));
      if (tag.field != outer::request_resources) {
        const bool has_dictionary = signal == Signal::profiles;
        TELEMILL_TRY(
            pass_over(in, tag, has_dictionary ? wire::field::profiles::request_dictionary : 0));
        continue;
      }
      if (tag.type != WireType::length_delimited) {
        return fail("resource entry of the wrong wire type", in.offset());
      }
      TELEMILL_ASSIGN(const std::string_view content, wire::read_bytes(in));
      TELEMILL_TRY(resource(content));
    }
    return {};
  }

  Result<void> resource(std::string_view content) {
    const auto scope_begin = static_cast<uint32_t>(rows.scopes_.size());
    Cursor in{content};
    while (!in.at_end()) {
      const auto entry = scope_entry(in);
      if (!entry) return moved(entry.error(), content);
      if (entry->data() == nullptr) continue;
      TELEMILL_TRY(scope(*entry));
    }
    rows.resources_.push_back(
        {range_of(content), scope_begin, static_cast<uint32_t>(rows.scopes_.size())});
    return {};
  }

  /// The next field of a resource entry: a scope entry's content, or null after any other field.
  static Result<std::string_view> scope_entry(Cursor& in) noexcept {
    TELEMILL_ASSIGN(const Tag tag, wire::read_tag(in));
    if (tag.field != outer::resource_scopes) {
      TELEMILL_TRY(pass_over(in, tag, outer::resource_schema_url));
      return std::string_view{};
    }
    if (tag.type != WireType::length_delimited) {
      return fail("scope entry of the wrong wire type", in.offset());
    }
    return wire::read_bytes(in);
  }

  Result<void> scope(std::string_view content) {
    const size_t record_begin = rows.records_.size();
    Cursor in{content};
    while (!in.at_end()) {
      // The common case: a record whose length takes two bytes at most, checked without calls.
      if (in.left() >= 3 && static_cast<char>(in.peek(0)) == record_tag) [[likely]] {
        const uint32_t first = in.peek(1);
        const uint32_t second = in.peek(2);
        const size_t header = first < 0x80 ? 2 : 3;
        const uint32_t size = first < 0x80 ? first : (first & 0x7f) | second << 7;
        if ((first < 0x80 || second < 0x80) && size <= in.left() - header) [[likely]] {
          in.skip(header);
          rows.records_.push_back({offset_of(in.position()), size});
          in.skip(size);
          continue;
        }
      }
      const auto passed = scope_field(in);
      if (!passed) return moved(passed.error(), content);
    }
    rows.scopes_.push_back({range_of(content), static_cast<uint32_t>(record_begin),
                            static_cast<uint32_t>(rows.records_.size())});
    return count_items(record_begin);
  }

  Result<void> scope_field(Cursor& in) {
    TELEMILL_ASSIGN(const Tag tag, wire::read_tag(in));
    if (tag.field != outer::scope_items) return pass_over(in, tag, outer::scope_schema_url);
    if (tag.type != WireType::length_delimited) {
      return fail("record of the wrong wire type", in.offset());
    }
    TELEMILL_ASSIGN(const std::string_view record, wire::read_bytes(in));
    rows.records_.push_back(range_of(record));
    return {};
  }

  Result<void> count_items(size_t record_begin) {
    if (signal == Signal::traces || signal == Signal::logs) {
      item_count += static_cast<uint32_t>(rows.records_.size() - record_begin);
      return {};
    }
    for (size_t i = record_begin; i < rows.records_.size(); ++i) {
      const std::string_view record(base + rows.records_[i].offset, rows.records_[i].size);
      const auto count = signal == Signal::metrics ? count_points(record) : count_samples(record);
      if (!count) return moved(count.error(), record);
      item_count += *count;
    }
    return {};
  }
};

Result<Part> Walker::walk(Signal signal, base::Slice request) {
  if (request.size() > limits::request_bytes_max) {
    return fail("request exceeds the offset range", 0, ErrorCode::over_limit);
  }
  resources_.clear();
  scopes_.clear();
  records_.clear();
  Pass pass{.rows = *this, .signal = signal, .base = request.data()};
  TELEMILL_TRY(pass.request(request.view()));
  return Part{.bytes = std::move(request),
              .table = ItemTable(resources_, scopes_, records_),
              .item_count = pass.item_count};
}

}  // namespace telemill::otlp
