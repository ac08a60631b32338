#include "pipeline/request_context.h"

namespace telemill::pipeline {

std::vector<std::string_view> values_of(const std::vector<ContextEntry>& entries,
                                        std::string_view name) {
  std::vector<std::string_view> values;
  for (const ContextEntry& entry : entries) {
    if (entry.name == name) values.emplace_back(entry.value);
  }
  return values;
}

}  // namespace telemill::pipeline
