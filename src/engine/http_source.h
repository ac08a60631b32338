#pragma once

#include <string_view>

#include "base/units.h"
#include "config/limits.h"
#include "config/sources.h"

namespace telemill::engine {

/// `http://...` or `https://...`: a document fetched by GET, certificates checked by the system's
/// authorities. Blocks on a lane of its own, so it belongs to start-up and reload; a name that the
/// system cannot resolve may take longer than the bounds below. Only status 200 counts: a redirect
/// is an error that says where it leads, because who is asked for a configuration is a decision.
class HttpSource final : public config::Source {
 public:
  enum class Scheme : uint8_t { http, https };
  struct Bounds {
    Duration connect = std::chrono::seconds(5);
    Duration whole = std::chrono::seconds(30);
    size_t bytes = config::document_bytes_max;
  };

  explicit HttpSource(Scheme scheme) noexcept : HttpSource(scheme, Bounds{}) {}
  HttpSource(Scheme scheme, const Bounds& bounds) noexcept : scheme_(scheme), bounds_(bounds) {}

  [[nodiscard]] std::string_view scheme() const noexcept override {
    return scheme_ == Scheme::http ? "http" : "https";
  }
  [[nodiscard]] bool has_lines() const noexcept override { return true; }
  Result<config::Retrieved, Failure> retrieve(std::string_view rest) override;

 private:
  const Scheme scheme_;
  const Bounds bounds_;
};

}  // namespace telemill::engine
