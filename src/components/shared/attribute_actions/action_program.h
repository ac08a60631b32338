#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "components/shared/attribute_actions/attribute_action.h"
#include "components/shared/attribute_actions/value_hash.h"
#include "components/shared/regex/regex.h"
#include "otlp/attribute_list.h"
#include "pipeline/request_context.h"

namespace telemill::components::shared {

/// A list of actions, ready to run over the attributes of items, one action after the other. The
/// meaning of each action is in action_program_test.cc, row by row. One lane.
///
/// Of attributes with equal keys, which OTLP forbids, lookups and updates see the first one, as the
/// reference does; delete and hash act on all of them, for they are asked to leave no trace.
class ActionProgram {
 public:
  /// `actions` have been checked.
  explicit ActionProgram(const std::vector<AttributeAction>& actions);

  /// Starts on a batch: what `from_context` says holds for all of its items.
  void begin_batch(const pipeline::RequestContext* context);
  /// Runs all actions; the list holds what is to be edited. Values borrow from the program.
  void run(otlp::AttributeList& list);

 private:
  enum class ConvertedType : uint8_t { integer, real, string };

  struct Step {
    ActionKind kind = ActionKind::insert;
    std::string key;
    std::string value;  // the content of an AnyValue: constant, or of the batch's context
    bool has_value = false;
    std::string from_attribute;
    std::string from_context;
    std::optional<Regex> pattern;
    ConvertedType converted_type = ConvertedType::string;
    /// The attribute as a whole field, by the number of that field.
    std::array<std::string, 16> fields;
  };

  static Step make_step(const AttributeAction& action);
  static void set_value(Step& step, std::string value);
  void put(const Step& step, otlp::AttributeList& list) const;
  void hash(const Step& step, otlp::AttributeList& list);
  void hash_one(otlp::AttributeList& list, size_t i);
  static void extract(const Step& step, otlp::AttributeList& list);
  static void convert(const Step& step, otlp::AttributeList& list);
  static void remove(const Step& step, otlp::AttributeList& list);

  std::vector<Step> steps_;
  ValueHash hash_;
};

}  // namespace telemill::components::shared
