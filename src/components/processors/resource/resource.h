#pragma once

#include <tuple>
#include <vector>

#include "components/shared/attribute_actions/action_program.h"
#include "components/shared/editing_processor/editing_processor.h"
#include "config/fields.h"

namespace telemill::components::processors::resource {

struct ResourceConfig {
  std::vector<shared::AttributeAction> attributes;

  static constexpr auto fields = std::tuple{
      config::field("attributes", &ResourceConfig::attributes,
                    "Required: what to do with resource attributes, in this order."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Edits the attributes of resources, of all signals. One instance per lane.
class Resource final : public shared::EditingProcessor {
 public:
  Resource(const pipeline::ComponentContext& context, const ResourceConfig& config,
           otlp::Signal signal, pipeline::Consumer& next)
      : EditingProcessor(context, signal, next), program_(config.attributes) {}

 private:
  void begin_batch(const pipeline::RequestContext* context) override {
    program_.begin_batch(context);
  }
  void edit(const otlp::Part& part, otlp::Splice& splice) override;
  [[nodiscard]] bool edit_frame(std::string_view frame);
  [[nodiscard]] bool read_frame(std::string_view frame);

  /// A Resource message inside a frame.
  struct Message {
    otlp::Range header;  // its tag and length
    uint32_t size = 0;   // of its content

    [[nodiscard]] uint32_t end() const noexcept { return header.end() + size; }
  };

  shared::ActionProgram program_;
  otlp::AttributeList list_;
  std::vector<Message> messages_;
  std::vector<otlp::TextEdit> attribute_edits_;
  std::vector<otlp::TextEdit> edits_;  // those, and of the lengths around them
};

const pipeline::Factory& factory();

}  // namespace telemill::components::processors::resource
