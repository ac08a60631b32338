#pragma once

#include <cstdint>
#include <span>
#include <type_traits>

#include "base/buffer.h"
#include "telemill/result.h"

namespace telemill::otlp {

/// A message's content inside a part's bytes, without its tag and length.
struct Range {
  uint32_t offset = 0;
  uint32_t size = 0;

  [[nodiscard]] constexpr uint32_t end() const noexcept { return offset + size; }
  friend bool operator==(const Range&, const Range&) = default;
};

/// A resource entry (ResourceSpans, ResourceMetrics, ...) and its scopes, [scope_begin, scope_end).
struct ResourceRow {
  Range content;
  uint32_t scope_begin = 0;
  uint32_t scope_end = 0;
};

/// A scope entry (ScopeSpans, ...) and its records, [record_begin, record_end).
struct ScopeRow {
  Range content;
  uint32_t record_begin = 0;
  uint32_t record_end = 0;
};

/// Where a request's resource entries, scope entries and records lie: what the checked walk found.
/// A record is a span, a metric, a log record or a profile. Immutable, shared by copying.
class ItemTable {
 public:
  ItemTable() noexcept = default;
  /// Copies the rows into one shared block.
  ItemTable(std::span<const ResourceRow> resources, std::span<const ScopeRow> scopes,
            std::span<const Range> records);

  [[nodiscard]] std::span<const ResourceRow> resources() const noexcept TELEMILL_LIFETIMEBOUND {
    return {rows_at<ResourceRow>(0), resource_count_};
  }
  [[nodiscard]] std::span<const ScopeRow> scopes() const noexcept TELEMILL_LIFETIMEBOUND {
    return {rows_at<ScopeRow>(resource_count_ * sizeof(ResourceRow)), scope_count_};
  }
  [[nodiscard]] std::span<const Range> records() const noexcept TELEMILL_LIFETIMEBOUND {
    return {rows_at<Range>(resource_count_ * sizeof(ResourceRow) + scope_count_ * sizeof(ScopeRow)),
            record_count_};
  }

 private:
  template <class Row>
  [[nodiscard]] const Row* rows_at(size_t offset) const noexcept {
    static_assert(std::is_trivially_copyable_v<Row> && alignof(Row) == 4 && sizeof(Row) % 4 == 0);
    return reinterpret_cast<const Row*>(block_.data() + offset);
  }

  base::Slice block_;  // resource rows, then scope rows, then records
  uint32_t resource_count_ = 0;
  uint32_t scope_count_ = 0;
  uint32_t record_count_ = 0;
};

}  // namespace telemill::otlp
