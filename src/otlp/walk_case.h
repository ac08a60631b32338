#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/random.h"
#include "otlp/splice.h"
#include "otlp/split.h"
#include "otlp/walk.h"
#include "wire/writer.h"

/// One hostile request through the whole module, for tests and fuzz targets. What does not hold
/// stops the process.
namespace telemill::otlp {

inline void check_ranges(const Part& part) {
  const auto is_inside = [](Range inner, Range outer) {
    return inner.offset >= outer.offset && inner.end() <= outer.end() &&
           inner.offset <= inner.end();
  };
  const Range whole{0, static_cast<uint32_t>(part.bytes.size())};
  uint32_t scope_next = 0;
  uint32_t record_next = 0;
  for (const ResourceRow& resource : part.table.resources()) {
    TELEMILL_CHECK(is_inside(resource.content, whole));
    TELEMILL_CHECK(resource.scope_begin == scope_next);
    scope_next = resource.scope_end;
    for (uint32_t s = resource.scope_begin; s < resource.scope_end; ++s) {
      const ScopeRow& scope = part.table.scopes()[s];
      TELEMILL_CHECK(is_inside(scope.content, resource.content));
      TELEMILL_CHECK(scope.record_begin == record_next);
      record_next = scope.record_end;
      for (uint32_t i = scope.record_begin; i < scope.record_end; ++i) {
        TELEMILL_CHECK(is_inside(part.table.records()[i], scope.content));
      }
    }
  }
  TELEMILL_CHECK(scope_next == part.table.scopes().size());
  TELEMILL_CHECK(record_next == part.table.records().size());
}

/// What the part says of itself is what a fresh walk finds.
inline void check_consistent(Walker& walker, Signal signal, const Part& part) {
  check_ranges(part);
  const Part again = walker.walk(signal, part.bytes).value();
  const auto is_same = [](auto ours, auto fresh) {
    return ours.size() == fresh.size() &&
           (ours.empty() || std::memcmp(ours.data(), fresh.data(), ours.size_bytes()) == 0);
  };
  TELEMILL_CHECK(again.item_count == part.item_count);
  TELEMILL_CHECK(is_same(part.table.resources(), again.table.resources()));
  TELEMILL_CHECK(is_same(part.table.scopes(), again.table.scopes()));
  TELEMILL_CHECK(is_same(part.table.records(), again.table.records()));
}

inline void split_at_random(Walker& walker, const Part& part, Signal signal, base::Random& random) {
  Splitter splitter(Payload(signal, part));
  size_t items = 0;
  while (!splitter.done()) {
    const size_t bound = random.below(part.item_count < 40 ? 5 : part.item_count / 4) + 1;
    const Payload piece = splitter.next(bound);
    TELEMILL_CHECK(signal == Signal::profiles || piece.item_count() <= bound);
    for (const Part& piece_part : piece.parts()) check_consistent(walker, signal, piece_part);
    items += piece.item_count();
  }
  TELEMILL_CHECK(items == part.item_count);
}

inline Part splice_at_random(const Part& part, Signal signal, base::Random& random) {
  const auto records = part.table.records();
  Splice splice;
  splice.begin(part);
  for (uint32_t i = 0; i < records.size(); ++i) {
    if (random.chance(0.2)) splice.drop(i);
    // Unknown fields at both ends keep even a record well-formed whose inside nobody has checked.
    if (random.chance(0.3)) splice.replace(i, {records[i].offset, 0}, "\xa0\x06\x01");
    if (random.chance(0.1)) splice.replace(i, records[i], "\xa0\x06\x02");
  }
  for (uint32_t i = 0; i < part.table.scopes().size(); ++i) {
    if (random.chance(0.2)) splice.set_scope_frame(i, "\x0a\x01s");
  }
  for (uint32_t i = 0; i < part.table.resources().size(); ++i) {
    if (random.chance(0.2)) splice.set_resource_frame(i, "\x0a\x01r");
  }
  return splice.apply(signal);
}

/// Walks, splits and splices `bytes`. False when the walk refuses them.
inline bool walk_case(Signal signal, std::string_view bytes, uint64_t seed) {
  base::Random random(seed);
  Walker walker;
  const auto part = walker.walk(signal, base::Slice::copy_of(bytes));
  if (!part) {
    TELEMILL_CHECK(part.error().offset <= bytes.size());
    return false;
  }
  TELEMILL_CHECK(part->bytes.size() == bytes.size());
  check_ranges(*part);
  split_at_random(walker, *part, signal, random);
  const Part spliced = splice_at_random(*part, signal, random);
  check_consistent(walker, signal, spliced);
  split_at_random(walker, spliced, signal, random);
  return true;
}

}  // namespace telemill::otlp
