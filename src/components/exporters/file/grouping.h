#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "otlp/payload.h"

namespace telemill::components::exporters::file {

/// The resources of a payload that carry the same attribute value, as a request of their own.
struct Group {
  std::string segment;
  base::Buffer request;
};

/// Groups by a resource attribute of type string, in the order in which values first come.
/// Resources without it are left out.
[[nodiscard]] std::vector<Group> group_by(const otlp::Payload& payload, std::string_view attribute);

/// Puts `segment`, which a client chose, between `prefix` and `suffix`. Whatever it is, the path
/// lies below the prefix. Fails when there is no file name: a segment with a zero byte or too long.
[[nodiscard]] Result<std::string> group_path(std::string_view prefix, std::string_view segment,
                                             std::string_view suffix);

}  // namespace telemill::components::exporters::file
