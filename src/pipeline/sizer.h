#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "config/fields.h"
#include "otlp/payload.h"

namespace telemill::pipeline {

/// What queues and batches are measured in.
enum class Sizer : uint8_t { requests, items, bytes };
constexpr auto config_names(Sizer) {
  return std::array{config::EnumName<Sizer>{"requests", Sizer::requests},
                    config::EnumName<Sizer>{"items", Sizer::items},
                    config::EnumName<Sizer>{"bytes", Sizer::bytes}};
}

/// A payload is one request, however many it was merged of; bytes are those of its protobuf form.
[[nodiscard]] int64_t size_of(const otlp::Payload& payload, Sizer sizer) noexcept;

/// How large the pieces of a payload may be.
struct PieceSizes {
  Sizer sizer = Sizer::items;  // not requests
  int64_t first_max = 0;       // items only: what is left in the batch that the first one joins
  int64_t max = 0;
};

/// `payload` in pieces, in order. What cannot be cut exceeds the bound: a request of profiles, by
/// bytes also a single item, and a payload whose resources would have to be repeated until it is
/// twice as large.
[[nodiscard]] std::vector<otlp::Payload> cut(otlp::Payload payload, const PieceSizes& sizes);

}  // namespace telemill::pipeline
