#include "load/behaviour.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

namespace telemill::load {
namespace {

constexpr int grpc_code_max = 16;
constexpr int http_status_min = 400;
constexpr int http_status_max = 599;
constexpr double duration_hours_max = 24.0 * 365;

Unexpected<Failure> refuse(std::string message) {
  return fail(ErrorCode::unsupported, std::move(message));
}

template <class T>
std::optional<T> read_number(std::string_view text) noexcept {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<void, Failure> set_count(std::string_view text, uint64_t& count) {
  const auto value = read_number<uint64_t>(text);
  if (!value) return refuse(fmt::format("\"{}\" is no number", text));
  count = *value;
  return {};
}

Result<void, Failure> set_duration(std::string_view text, Duration& duration) {
  TELEMILL_ASSIGN(duration, parse_duration(text));
  return {};
}

Result<void, Failure> set(std::string_view name, std::string_view value, Behaviour& behaviour) {
  if (name == "refuse") return parse_refuse(value, behaviour);
  if (name == "delay") return set_duration(value, behaviour.delay);
  if (name == "stall_for") return set_duration(value, behaviour.stall_for);
  if (name == "stall_after") return set_count(value, behaviour.stall_after);
  if (name == "reset_every") return set_count(value, behaviour.reset_every);
  if (name == "partial_success") return set_count(value, behaviour.partial_success);
  if (name == "retry_after") {
    TELEMILL_ASSIGN(behaviour.retry_after, parse_duration(value));
    return {};
  }
  return refuse(fmt::format("unknown behaviour \"{}\"", name));
}

}  // namespace

Result<Duration, Failure> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double nanos;
  };
  static constexpr std::array<Unit, 6> units{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto value = read_number<double>(text.substr(0, digits));
  for (const Unit& unit : units) {
    if (!value || unit.name != text.substr(digits)) continue;
    if (*value * unit.nanos > duration_hours_max * 3600e9) break;
    return Duration(static_cast<int64_t>(*value * unit.nanos));
  }
  return refuse(fmt::format("\"{}\" is no duration such as 250ms, 3s or 2m", text));
}

Result<void, Failure> parse_refuse(std::string_view text, Behaviour& behaviour) {
  const size_t colon = text.find(':');
  const auto code = read_number<int>(text.substr(0, colon));
  const bool is_known = code && ((*code >= 1 && *code <= grpc_code_max) ||
                                 (*code >= http_status_min && *code <= http_status_max));
  if (!is_known) {
    return refuse(fmt::format("\"{}\" is no gRPC code (1 to 16) or HTTP error (400 to 599)", text));
  }
  if (colon != std::string_view::npos) {
    const auto count = read_number<uint64_t>(text.substr(colon + 1));
    if (!count) return refuse(fmt::format("\"{}\" names no number of requests", text));
    behaviour.refuse_requests = *count;
  }
  behaviour.refuse_code = *code;
  return {};
}

Result<Behaviour, Failure> parse_behaviour(std::string_view query) {
  Behaviour behaviour;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return refuse(fmt::format("\"{}\" is not NAME=VALUE", pair));
    }
    TELEMILL_TRY(set(pair.substr(0, equals), pair.substr(equals + 1), behaviour));
  }
  return behaviour;
}

}  // namespace telemill::load
