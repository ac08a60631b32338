#include "components/shared/attribute_actions/action_program.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/small_vector.h"
#include "components/shared/any_value/any_value.h"
#include "components/shared/attribute_actions/value_convert.h"
#include "wire/fields.h"
#include "wire/writer.h"

namespace telemill::components::shared {
namespace {

using otlp::AnyValueView;
using otlp::AttributeList;
using otlp::ValueKind;

std::string attribute_field(uint32_t number, std::string_view key, std::string_view value) {
  base::Buffer out;
  wire::Writer writer(out);
  const size_t field = writer.open(number);
  writer.bytes(wire::field::key_value::key, key);
  writer.bytes(wire::field::key_value::value, value);
  writer.close(field);
  return std::string(out.view());
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

/// Several values are joined. Nothing when the context does not say.
std::optional<std::string> from_context(std::string_view name,
                                        const pipeline::RequestContext* context) {
  constexpr std::string_view metadata = "metadata.";
  constexpr std::string_view auth = "auth.";
  // The reference writes an empty address when it knows none.
  if (name == "client.address") return context == nullptr ? "" : context->client_address;
  if (context == nullptr) return std::nullopt;
  std::vector<std::string_view> values;
  if (name.starts_with(auth)) {
    values = pipeline::values_of(context->auth, name.substr(auth.size()));
  } else {
    // A name without a prefix means metadata too.
    if (name.starts_with(metadata)) name.remove_prefix(metadata.size());
    values = pipeline::values_of(context->metadata, lower_case(name));
  }
  if (values.empty()) return std::nullopt;
  std::string joined(values.front());
  for (size_t i = 1; i < values.size(); ++i) joined.append(";").append(values[i]);
  return joined;
}

}  // namespace

ActionProgram::ActionProgram(const std::vector<AttributeAction>& actions) {
  steps_.reserve(actions.size());
  for (const AttributeAction& action : actions) steps_.push_back(make_step(action));
}

ActionProgram::Step ActionProgram::make_step(const AttributeAction& action) {
  Step step;
  step.kind = action_kind(action.action).value();
  step.key = action.key;
  step.from_attribute = action.from_attribute;
  step.from_context = action.from_context;
  if (!action.value.is_null()) set_value(step, any_value(action.value));
  if (!action.pattern.empty()) step.pattern = Regex::compile(action.pattern).value();
  step.converted_type = action.converted_type == "int"      ? ConvertedType::integer
                        : action.converted_type == "double" ? ConvertedType::real
                                                            : ConvertedType::string;
  return step;
}

void ActionProgram::set_value(Step& step, std::string value) {
  step.value = std::move(value);
  step.has_value = true;
  for (uint32_t number = 1; number < step.fields.size(); ++number) {
    step.fields[number] = attribute_field(number, step.key, step.value);
  }
}

void ActionProgram::begin_batch(const pipeline::RequestContext* context) {
  for (Step& step : steps_) {
    if (step.from_context.empty()) continue;
    const auto text = from_context(step.from_context, context);
    step.has_value = text.has_value();
    if (!text) continue;
    std::string value = any_string(*text);
    // Clients come back with the same words.
    if (value != step.value) set_value(step, std::move(value));
  }
}

void ActionProgram::run(AttributeList& list) {
  for (const Step& step : steps_) {
    switch (step.kind) {
      case ActionKind::insert:
      case ActionKind::update:
      case ActionKind::upsert:
        put(step, list);
        break;
      case ActionKind::remove:
        remove(step, list);
        break;
      case ActionKind::hash:
        hash(step, list);
        break;
      case ActionKind::extract:
        extract(step, list);
        break;
      case ActionKind::convert:
        convert(step, list);
        break;
    }
  }
}

void ActionProgram::put(const Step& step, AttributeList& list) const {
  std::string_view value = step.value;
  if (!step.has_value) {
    if (step.from_attribute.empty()) return;
    const size_t source = list.find(step.from_attribute);
    if (source == AttributeList::npos) return;
    value = list[source].value;
  }
  const size_t found = list.find(step.key);
  if (found == AttributeList::npos) {
    if (step.kind == ActionKind::update) return;
    list.add(step.key, value, step.has_value ? step.fields[list.field()] : std::string_view{});
  } else if (step.kind != ActionKind::insert) {
    list.set(found, value);
  }
}

void ActionProgram::remove(const Step& step, AttributeList& list) {
  if (!step.key.empty()) {
    for (size_t i = list.find(step.key); i != AttributeList::npos; i = list.find(step.key, i + 1)) {
      list.remove(i);
    }
  }
  if (!step.pattern) return;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_present() && step.pattern->matches(list[i].key)) list.remove(i);
  }
}

void ActionProgram::hash_one(AttributeList& list, size_t i) {
  const AnyValueView value(list[i].value);
  list.set(i, string_value(hash_.hex_of(value, list.text_of(value)), list.texts()));
}

/// A key that the pattern matches too is hashed twice, as in the reference: whoever compares hashes
/// of two collectors finds them equal.
void ActionProgram::hash(const Step& step, AttributeList& list) {
  if (!step.key.empty()) {
    for (size_t i = list.find(step.key); i != AttributeList::npos; i = list.find(step.key, i + 1)) {
      hash_one(list, i);
    }
  }
  if (!step.pattern) return;
  for (size_t i = 0; i < list.size(); ++i) {
    if (list[i].is_present() && step.pattern->matches(list[i].key)) hash_one(list, i);
  }
}

void ActionProgram::extract(const Step& step, AttributeList& list) {
  const size_t source = list.find(step.key);
  if (source == AttributeList::npos) return;
  const AnyValueView value(list[source].value);
  if (!AttributeList::is_text(value)) return;
  const std::vector<std::string>& names = step.pattern->group_names();
  base::SmallVector<std::string_view, 8> groups;
  for (size_t i = 0; i < names.size(); ++i) groups.emplace_back();
  if (!step.pattern->capture(list.text_of(value), {groups.data(), groups.size()})) return;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string_view text = string_value(groups[i], list.texts());
    const size_t found = list.find(names[i]);
    found == AttributeList::npos ? list.add(names[i], text) : list.set(found, text);
  }
}

void ActionProgram::convert(const Step& step, AttributeList& list) {
  const size_t found = list.find(step.key);
  if (found == AttributeList::npos) return;
  const AnyValueView value(list[found].value);
  const std::string_view text = list.text_of(value);
  std::optional<std::string_view> converted;
  switch (step.converted_type) {
    case ConvertedType::string:
      if (AttributeList::is_text(value)) return;
      converted = to_text(value, text, list.texts());
      break;
    case ConvertedType::integer:
      if (value.kind() == ValueKind::integer) return;
      converted = to_integer(value, text, list.texts());
      break;
    case ConvertedType::real:
      if (value.kind() == ValueKind::real) return;
      converted = to_real(value, text, list.texts());
      break;
  }
  if (converted) return list.set(found, *converted);
  log::debug("Attribute could not be converted", {{"key", step.key}});
}

}  // namespace telemill::components::shared
