#pragma once

#include <string>

#include "pipeline/host.h"

/// The pages themselves, each from what the host tells.
namespace telemill::components::extensions::zpages {

struct PageInput {
  const pipeline::Host& host;
  UnixNanos now = 0;
  bool has_expvarz = false;
};

[[nodiscard]] std::string render_servicez(const PageInput& input);
/// Pipelines, their components and how these are doing, what queues hold, and present errors.
[[nodiscard]] std::string render_pipelinez(const PageInput& input);
[[nodiscard]] std::string render_extensionz(const PageInput& input);
[[nodiscard]] std::string render_featurez(const PageInput& input);
[[nodiscard]] std::string render_tracez(const PageInput& input);
/// All metrics as one JSON object.
[[nodiscard]] std::string render_expvarz(const PageInput& input);

}  // namespace telemill::components::extensions::zpages
