#include "components/receivers/otlp/intake.h"

#include <utility>

#include "otlp/schema.h"

namespace telemill::components::receivers::otlp {
namespace {

std::vector<runtime::Label> labels_of(const pipeline::ComponentContext& context,
                                      std::string_view transport) {
  return {{"receiver", context.id.text()}, {"transport", std::string(transport)}};
}

}  // namespace

Intake::Intake(const pipeline::ComponentContext& context, const pipeline::ReceiverOutputs& outputs,
               std::string_view transport)
    : outputs_(outputs),
      accepted_(context.metrics, "otelcol_receiver_accepted_", "Items that the pipeline took over.",
                labels_of(context, transport)),
      refused_(context.metrics, "otelcol_receiver_refused_",
               "Items that the pipeline answered with an error.", labels_of(context, transport)),
      failed_(context.metrics, "otelcol_receiver_failed_",
              "Items lost to errors inside the receiver.", labels_of(context, transport)) {}

std::optional<IntakeRefusal> Intake::decompress(Request& request) {
  const std::string_view coded = request.body.view().substr(request.message_offset);
  auto plain = decompressor_.decompress(request.coding, coded, request.message_bytes_max);
  if (!plain) {
    const bool is_large = plain.error().code == ErrorCode::over_limit;
    return IntakeRefusal{is_large ? RefusalKind::too_large : RefusalKind::bad_coding,
                         plain.error().what};
  }
  request.body = *std::move(plain);
  request.message_offset = 0;
  return std::nullopt;
}

std::optional<IntakeRefusal> Intake::transcode(Request& request) {
  const std::string_view json = request.body.view().substr(request.message_offset);
  auto bytes = json_.decode(telemill::otlp::request_schema(request.signal), json);
  if (!bytes) return IntakeRefusal{RefusalKind::undecodable, bytes.error().what};
  request.body = *std::move(bytes);
  request.message_offset = 0;
  return std::nullopt;
}

std::optional<IntakeRefusal> Intake::prepare(Request& request, telemill::otlp::Part& part) {
  if (request.coding != codec::Coding::identity) {
    if (auto refusal = decompress(request)) return refusal;
  }
  if (request.body.size() - request.message_offset > request.message_bytes_max) {
    return IntakeRefusal{RefusalKind::too_large, "message exceeds the limit"};
  }
  if (request.format == Format::json) {
    if (auto refusal = transcode(request)) return refusal;
  }
  if (!request.admission.resize(request.body.size())) {
    return IntakeRefusal{RefusalKind::overloaded, "memory budget is exhausted"};
  }
  request.admission.pay_for(request.body);
  const base::Slice whole = std::move(request.body).freeze();
  const size_t message_bytes = whole.size() - request.message_offset;
  auto walked = walker_.walk(request.signal, whole.sub(request.message_offset, message_bytes));
  if (!walked) return IntakeRefusal{RefusalKind::undecodable, walked.error().what};
  part = *std::move(walked);
  return std::nullopt;
}

void Intake::take(Request request, base::UniqueFunction<void(IntakeAnswer)> done) {
  telemill::otlp::Part part;
  if (const auto refusal = prepare(request, part)) return done(*refusal);
  const size_t items = part.item_count;
  if (items == 0) return done(pipeline::Outcome::ok());
  pipeline::Completion completion([this, watch = lifeline_.watch(), signal = request.signal, items,
                                   done = std::move(done)](pipeline::Outcome outcome) mutable {
    if (!watch.is_alive()) return;  // neither does the connection
    (outcome.is_ok() ? accepted_ : refused_).add(signal, items);
    done(std::move(outcome));
  });
  output(request.signal)
      ->consume({.payload = telemill::otlp::Payload(request.signal, std::move(part)),
                 .done = std::move(completion),
                 .context = std::move(request.context)});
}

}  // namespace telemill::components::receivers::otlp
