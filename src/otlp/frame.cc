#include "otlp/frame.h"

namespace telemill::otlp {

void append_frame(const Part& part, const ScopeRow& scope, base::Buffer& out) {
  const auto records =
      part.table.records().subspan(scope.record_begin, scope.record_end - scope.record_begin);
  for_each_gap(
      part.bytes.data(), scope.content, records, [](Range record) { return record; },
      [&out](std::string_view gap) { out.append(gap); });
}

void append_frame(const Part& part, const ResourceRow& resource, base::Buffer& out) {
  const auto scopes =
      part.table.scopes().subspan(resource.scope_begin, resource.scope_end - resource.scope_begin);
  for_each_gap(
      part.bytes.data(), resource.content, scopes, [](const ScopeRow& row) { return row.content; },
      [&out](std::string_view gap) { out.append(gap); });
}

}  // namespace telemill::otlp
