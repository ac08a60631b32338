#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/file_follow/follower.h"
#include "otlp/splice.h"
#include "otlp/walk.h"
#include "pipeline/component.h"
#include "wire/json_decoder.h"

namespace telemill::components::receivers::otlp_json_file {

/// A line that was an OTLP JSON document, checked.
struct Document {
  otlp::Signal signal = otlp::Signal::traces;
  otlp::Part part;
};

/// What one look at the files brought.
struct Haul {
  std::vector<Document> documents;
  size_t undecodable_lines = 0;
  std::string first_problem;  // of those: where and why
  bool has_more = false;      // else it is time to poll again
};

/// Lines of followed files to documents. Blocks: worker only, one call at a time.
class DocumentReader final : private shared::LineTaker {
 public:
  /// Documents of other signals than `wanted` are passed over.
  DocumentReader(const shared::FollowConfig& config, bool replays, pipeline::Signals wanted);

  /// Polls if all was read that the last poll found, and reads the next documents: about a
  /// mebibyte of lines, or a larger one alone.
  Haul next(TimePoint now, UnixNanos unix_now);

 private:
  bool take(const shared::FollowedLine& line) override;
  [[nodiscard]] bool is_full() const noexcept override;
  /// The document in `line`, or why there is none; nothing for one without items or unwanted.
  Result<std::optional<Document>> decode(std::string_view line);
  Result<otlp::Part> decode_as(otlp::Signal signal, std::string_view line);
  void note_file(Document& document, const std::string& path);

  const shared::FollowConfig config_;
  const pipeline::Signals wanted_;
  shared::Follower follower_;
  wire::JsonDecoder json_;
  otlp::Walker walker_;
  otlp::Splice splice_;
  Haul haul_;
  size_t haul_bytes_ = 0;
};

/// By the first key of the document; nothing when it does not tell.
[[nodiscard]] std::optional<otlp::Signal> signal_of(std::string_view line) noexcept;

}  // namespace telemill::components::receivers::otlp_json_file
