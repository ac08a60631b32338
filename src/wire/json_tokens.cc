#include "wire/json_tokens.h"

#include <simdjson.h>

#include <bit>

#include "base/units.h"
#include "wire/json_text.h"

namespace telemill::wire {
namespace {

constexpr size_t capacity_min = 16_KiB;
/// Texts up to this size find their scratch memory ready.
constexpr size_t capacity_kept = 4_MiB;

Result<void> explain(simdjson::error_code error, std::string_view json) {
  switch (error) {
    case simdjson::EMPTY:
      return fail("JSON text is empty");
    case simdjson::UTF8_ERROR:
      return fail("JSON text is not UTF-8", utf8_error_offset(json));
    case simdjson::UNCLOSED_STRING:
      return fail("JSON string does not end", json.size());
    case simdjson::UNESCAPED_CHARS:
      return fail("control character inside a JSON string");
    case simdjson::CAPACITY:
    case simdjson::MEMALLOC:
      return fail("JSON text is too large", 0, ErrorCode::over_limit);
    default:
      return fail("JSON text is malformed");
  }
}

}  // namespace

/// The first of simdjson's two stages, behind its interface for parser implementations.
struct JsonTokens::Scanner {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages;
  size_t capacity = 0;
};

JsonTokens::JsonTokens() : scanner_(std::make_unique<Scanner>()) {}
JsonTokens::~JsonTokens() = default;
JsonTokens::JsonTokens(JsonTokens&&) noexcept = default;
JsonTokens& JsonTokens::operator=(JsonTokens&&) noexcept = default;

Result<void> JsonTokens::index(std::string_view json) {
  if (json.empty()) return fail("JSON text is empty");
  if (json.size() > scanner_->capacity) {
    const size_t capacity = std::bit_ceil(std::max(json.size(), capacity_min));
    scanner_->stages.reset();
    scanner_->capacity = 0;
    const simdjson::error_code error =
        simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1,
                                                                                scanner_->stages);
    if (error != simdjson::SUCCESS) return explain(error, json);
    scanner_->capacity = capacity;
  }
  simdjson::internal::dom_parser_implementation& stages = *scanner_->stages;
  const simdjson::error_code error = stages.stage1(reinterpret_cast<const uint8_t*>(json.data()),
                                                   json.size(), simdjson::stage1_mode::regular);
  if (error != simdjson::SUCCESS) return explain(error, json);
  stages.structural_indexes[stages.n_structural_indexes] = static_cast<uint32_t>(json.size());
  return {};
}

const uint32_t* JsonTokens::begin() const noexcept {
  return scanner_->stages->structural_indexes.get();
}
const uint32_t* JsonTokens::end() const noexcept {
  return begin() + scanner_->stages->n_structural_indexes;
}

void JsonTokens::trim() noexcept {
  if (scanner_->capacity <= capacity_kept) return;
  scanner_->stages.reset();
  scanner_->capacity = 0;
}

}  // namespace telemill::wire
