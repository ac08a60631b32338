// The checked walk, the lazy index, a predicate, an edit.
#include <optional>

#include "base/check.h"
#include "otlp/lazy_index.h"
#include "otlp/splice.h"
#include "otlp/walk.h"
#include "stages/stage.h"
#include "wire/writer.h"

namespace telemill::bench {
namespace {

using otlp::Part;
using otlp::Signal;

void walk(Meter& meter, size_t rounds, size_t spans) {
  const std::vector<base::Slice> requests = house_requests(spans);
  otlp::Walker walker;
  for (size_t round = 0; round <= rounds; ++round) {  // the first one only warms up
    for (const base::Slice& request : requests) {
      if (round > 0) meter.resume();
      const auto part = walker.walk(Signal::traces, request);
      if (round > 0) meter.pause();
      TELEMILL_CHECK(part.has_value() && part->item_count == spans);
      if (round > 0) meter.add(1, spans);
    }
  }
}

std::vector<Part> house_parts(size_t spans) {
  otlp::Walker walker;
  std::vector<Part> parts;
  for (base::Slice& request : house_requests(spans)) {
    parts.push_back(walker.walk(Signal::traces, std::move(request)).value());
  }
  return parts;
}

std::string_view record(const Part& part, otlp::Range range) noexcept {
  return part.bytes.view().substr(range.offset, range.size);
}

void lazy_index(Meter& meter, size_t rounds) {
  const std::vector<Part> parts = house_parts(1000);
  for (size_t round = 0; round < rounds; ++round) {
    for (const Part& part : parts) {
      size_t attributes = 0;
      meter.resume();
      for (const otlp::Range range : part.table.records()) {
        otlp::SpanIndex index;
        otlp::index_span(record(part, range), index);
        attributes += index.attributes.count;
      }
      meter.pause();
      TELEMILL_CHECK(attributes >= 8 * part.item_count);
      meter.add(1, part.item_count);
    }
  }
}

/// Looks up one attribute of spans that are indexed already.
void predicate(Meter& meter, size_t rounds) {
  const std::vector<Part> parts = house_parts(1000);
  for (size_t round = 0; round < rounds; ++round) {
    for (const Part& part : parts) {
      std::vector<otlp::SpanIndex> indices(part.item_count);
      const auto records = part.table.records();
      for (size_t i = 0; i < records.size(); ++i) {
        otlp::index_span(record(part, records[i]), indices[i]);
      }
      size_t found = 0;
      meter.resume();
      for (size_t i = 0; i < records.size(); ++i) {
        const otlp::IndexedSpanView span(record(part, records[i]), indices[i]);
        const auto value = span.attributes().find("http.response.status_code");
        found += value.has_value() ? 1 : 0;
      }
      meter.pause();
      TELEMILL_CHECK(found > 0);
      meter.add(1, part.item_count);
    }
  }
}

/// One more attribute for every span.
void edit(Meter& meter, size_t rounds) {
  const std::vector<Part> parts = house_parts(1000);
  base::Buffer attribute;
  wire::Writer writer(attribute);
  writer.bytes(wire::field::span::attributes,
               "\x0a\x03"
               "env\x12\x06\x0a\x04prod");
  otlp::Splice edits;
  for (size_t round = 0; round <= rounds; ++round) {
    for (const Part& part : parts) {
      if (round > 0) meter.resume();
      edits.begin(part);
      const auto records = part.table.records();
      for (uint32_t i = 0; i < records.size(); ++i) {
        edits.replace(i, {records[i].end(), 0}, attribute.view());
      }
      std::optional<Part> edited = edits.apply(Signal::traces);
      const size_t items = edited->item_count;
      const size_t bytes = edited->bytes.size();
      edited.reset();
      if (round > 0) meter.pause();
      TELEMILL_CHECK(items == part.item_count);
      TELEMILL_CHECK(bytes >= part.bytes.size() + items * attribute.size());
      if (round > 0) meter.add(1, items);
    }
  }
}

}  // namespace

std::vector<Stage> otlp_stages() {
  return {{"walk_1000", [](Meter& meter, size_t rounds) { walk(meter, rounds, 1000); }, 8},
          {"walk_100", [](Meter& meter, size_t rounds) { walk(meter, rounds, 100); }, 40},
          {"lazy_index", &lazy_index, 2},
          {"predicate", &predicate, 2},
          {"edit", &edit, 4}};
}

}  // namespace telemill::bench
