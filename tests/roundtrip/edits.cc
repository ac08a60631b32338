#include "edits.h"

#include <utility>

#include "assemble.h"
#include "wire/varint.h"

namespace telemill::roundtrip {
namespace {

using otlp::Range;

/// Where the fields of a record begin, and where it ends.
std::vector<uint32_t> boundaries_of(const otlp::Part& part, Range record) {
  std::vector<uint32_t> result{record.offset};
  wire::Cursor in{part.bytes.view().substr(record.offset, record.size)};
  while (!in.at_end()) {
    const wire::Tag tag = wire::read_tag(in).value();
    TELEMILL_CHECK(wire::skip_value(in, tag).has_value());
    result.push_back(record.offset + static_cast<uint32_t>(in.offset()));
  }
  return result;
}

std::string random_field(uint32_t text_field, base::Random& random) {
  std::string field;
  switch (random.below(3)) {
    case 0:
      break;
    case 1:
      append_field(text_field, std::string(random.below(200), 'n'), random, field);
      break;
    default:
      append_unknown(random, field);
  }
  return field;
}

/// Adds edits of one record, and returns what becomes of it.
std::string edit_record(const otlp::Part& part, uint32_t index, uint32_t text_field,
                        base::Random& random, std::vector<Edits::Replacement>& out) {
  const Range record = part.table.records()[index];
  const std::string_view bytes = part.bytes.view();
  const std::vector<uint32_t> boundaries = boundaries_of(part, record);
  std::vector<Edits::Replacement> edits;
  std::string result;
  for (size_t i = 0; i < boundaries.size(); ++i) {
    const uint32_t at = boundaries[i];
    for (uint64_t n = random.chance(0.2) ? random.below(3) : 0; n > 0; --n) {
      edits.push_back({index, {at, 0}, random_field(text_field, random)});
      result += edits.back().text;
    }
    if (i + 1 == boundaries.size()) break;
    const Range field{at, boundaries[i + 1] - at};
    if (random.chance(0.15)) {
      edits.push_back({index, field, random_field(text_field, random)});
      result += edits.back().text;
    } else {
      result += bytes.substr(field.offset, field.size);
    }
  }
  // Only insertions at one place depend on the order in which they are given.
  for (size_t i = edits.size(); i > 1; --i) {
    const size_t other = random.below(i);
    if (edits[i - 1].old.size > 0 && edits[other].old.size > 0)
      std::swap(edits[i - 1], edits[other]);
  }
  for (Edits::Replacement& edit : edits) out.push_back(std::move(edit));
  return result;
}

std::string random_frame(base::Random& random) {
  std::string frame;
  if (random.chance(0.5)) append_field(3, "schema", random, frame);
  if (random.chance(0.3)) append_unknown(random, frame);
  return frame;
}

}  // namespace

Edits make_edits(const otlp::Part& part, uint32_t text_field, base::Random& random) {
  Edits edits;
  const auto records = part.table.records();
  const double drop_chance = random.chance(0.3) ? 0.5 : random.chance(0.5) ? 0.0 : 0.1;
  const double edit_chance = random.chance(0.3) ? 0.0 : 0.4;
  // From the last to the first now and then: the order of owners must not matter.
  const bool is_backward = random.chance(0.2);
  edits.dropped.resize(records.size());
  edits.edited_records.resize(records.size());
  for (uint32_t n = 0; n < records.size(); ++n) {
    const uint32_t i = is_backward ? static_cast<uint32_t>(records.size()) - 1 - n : n;
    edits.dropped[i] = random.chance(drop_chance);
    edits.edited_records[i] =
        random.chance(edit_chance)
            ? edit_record(part, i, text_field, random, edits.replacements)
            : std::string(part.bytes.view().substr(records[i].offset, records[i].size));
  }
  const auto add_frames = [&random](size_t count, std::vector<Edits::Frame>& out) {
    while (count > 0 && random.chance(0.3)) {
      out.push_back({static_cast<uint32_t>(random.below(count)), random_frame(random)});
    }
  };
  add_frames(part.table.scopes().size(), edits.scope_frames);
  add_frames(part.table.resources().size(), edits.resource_frames);
  return edits;
}

void apply(const Edits& edits, otlp::Splice& splice) {
  for (const auto& edit : edits.replacements) splice.replace(edit.record, edit.old, edit.text);
  for (uint32_t i = 0; i < edits.dropped.size(); ++i) {
    if (edits.dropped[i]) splice.drop(i);
  }
  for (const auto& frame : edits.scope_frames) splice.set_scope_frame(frame.index, frame.bytes);
  for (const auto& frame : edits.resource_frames) {
    splice.set_resource_frame(frame.index, frame.bytes);
  }
}

}  // namespace telemill::roundtrip
