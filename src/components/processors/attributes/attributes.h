#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "components/shared/attribute_actions/action_program.h"
#include "components/shared/editing_processor/editing_processor.h"
#include "components/shared/match_properties/item_matcher.h"
#include "config/fields.h"

namespace telemill::components::processors::attributes {

struct AttributesConfig {
  std::optional<shared::MatchProperties> include;
  std::optional<shared::MatchProperties> exclude;
  std::vector<shared::AttributeAction> actions;

  static constexpr auto fields = std::tuple{
      config::field("include", &AttributesConfig::include, "Act upon items that match only."),
      config::field("exclude", &AttributesConfig::exclude,
                    "Leave items that match alone; looked at after include."),
      config::field("actions", &AttributesConfig::actions,
                    "Required: what to do with attributes, in this order."),
  };
  [[nodiscard]] config::Problems check() const;
};

/// Edits the attributes of spans, log records and data points. One instance per lane.
class Attributes final : public shared::EditingProcessor {
 public:
  Attributes(const pipeline::ComponentContext& context, const AttributesConfig& config,
             otlp::Signal signal, pipeline::Consumer& next);

 private:
  void begin_batch(const pipeline::RequestContext* context) override {
    program_.begin_batch(context);
  }
  void edit(const otlp::Part& part, otlp::Splice& splice) override;
  void edit_scope(const otlp::Part& part, const otlp::ScopeRow& scope, otlp::Splice& splice);
  void edit_metric(std::string_view metric, uint32_t offset);
  void edit_points(std::string_view data, uint32_t offset, uint32_t attributes_field);
  template <class Matches>
  void edit_item(std::string_view item, uint32_t offset, uint32_t attributes_field,
                 Matches matches);

  const bool selects_;  // there is an include or exclude
  shared::ItemSelector selector_;
  shared::ActionProgram program_;
  otlp::AttributeList list_;
  std::vector<otlp::TextEdit> edits_;  // of one record
};

const pipeline::Factory& factory();

}  // namespace telemill::components::processors::attributes
