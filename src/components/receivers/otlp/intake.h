#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/unique_function.h"
#include "codec/coding.h"
#include "codec/decompressor.h"
#include "otlp/walk.h"
#include "pipeline/component.h"
#include "pipeline/item_counters.h"
#include "pipeline/lifeline.h"
#include "wire/json_decoder.h"

namespace telemill::components::receivers::otlp {

/// Why a request never reached a pipeline. The transports have words of their own for each.
enum class RefusalKind : uint8_t {
  too_large,    // over the limit once decompressed
  bad_coding,   // the compressed form is broken
  undecodable,  // the message is no OTLP
  overloaded,   // the memory budget has no room for it
};
struct IntakeRefusal {
  RefusalKind kind;
  const char* what;
};
/// How a request ended: refused at the door, or as the pipeline says.
using IntakeAnswer = std::variant<pipeline::Outcome, IntakeRefusal>;

/// The way of a request from its body to the pipeline, the same for gRPC and HTTP: decompress,
/// turn JSON into wire bytes, walk, count, hand on. One lane.
class Intake {
 public:
  enum class Format : uint8_t { protobuf, json };

  Intake(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
         std::string_view transport);

  [[nodiscard]] bool serves(telemill::otlp::Signal signal) const noexcept {
    return output(signal) != nullptr;
  }

  struct Request {
    telemill::otlp::Signal signal = telemill::otlp::Signal::traces;
    Format format = Format::protobuf;
    codec::Coding coding = codec::Coding::identity;
    size_t message_bytes_max = 0;
    size_t message_offset = 0;  // where in the body the message begins
    base::Buffer body;
    runtime::Admission admission;
    pipeline::RequestContextPtr context{};
  };
  /// Calls `done` exactly once, now or later.
  void take(Request request, base::UniqueFunction<void(IntakeAnswer)> done);

 private:
  [[nodiscard]] pipeline::Consumer* output(telemill::otlp::Signal signal) const noexcept {
    return outputs_[static_cast<size_t>(signal)];
  }
  /// Everything before the pipeline.
  std::optional<IntakeRefusal> prepare(Request& request, telemill::otlp::Part& part);
  std::optional<IntakeRefusal> decompress(Request& request);
  std::optional<IntakeRefusal> transcode(Request& request);

  const pipeline::ReceiverOutputs outputs_;
  codec::Decompressor decompressor_;
  wire::JsonDecoder json_;
  telemill::otlp::Walker walker_;
  pipeline::ItemCounters accepted_;
  pipeline::ItemCounters refused_;
  pipeline::ItemCounters failed_;  // shown, and zero: what fails is refused, as in the reference
  const pipeline::Lifeline lifeline_;  // of completions that the pipeline holds
};

}  // namespace telemill::components::receivers::otlp
