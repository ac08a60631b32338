#pragma once

#include <string>

#include "components/exporters/debug/text.h"
#include "otlp/payload.h"

namespace telemill::components::exporters::debug {

/// All there is, a line per field: `verbosity: detailed`. Of profiles only the frames, without the
/// dictionary and the samples.
[[nodiscard]] std::string detailed_text(const otlp::Payload& payload);

/// `title` and a line per attribute, each behind `indent`; nothing for none.
void add_attributes(Text& text, std::string_view indent, std::string_view title,
                    const otlp::AttributesView& attributes);
/// A Metric message; detailed_metrics.cc.
void add_metric(Text& text, std::string_view metric, size_t index);

}  // namespace telemill::components::exporters::debug
