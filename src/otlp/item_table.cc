#include "otlp/item_table.h"

namespace telemill::otlp {
namespace {

template <class Row>
std::string_view bytes_of(std::span<const Row> rows) noexcept {
  return {reinterpret_cast<const char*>(rows.data()), rows.size_bytes()};
}

}  // namespace

ItemTable::ItemTable(std::span<const ResourceRow> resources, std::span<const ScopeRow> scopes,
                     std::span<const Range> records)
    : resource_count_(static_cast<uint32_t>(resources.size())),
      scope_count_(static_cast<uint32_t>(scopes.size())),
      record_count_(static_cast<uint32_t>(records.size())) {
  base::Buffer block(resources.size_bytes() + scopes.size_bytes() + records.size_bytes());
  block.append(bytes_of(resources));
  block.append(bytes_of(scopes));
  block.append(bytes_of(records));
  block_ = std::move(block).freeze();
}

}  // namespace telemill::otlp
