#pragma once

#include <string>

#include "otlp/payload.h"

namespace telemill::components::exporters::debug {

/// About one line per resource, scope and item: `verbosity: normal`.
[[nodiscard]] std::string normal_text(const otlp::Payload& payload);

}  // namespace telemill::components::exporters::debug
