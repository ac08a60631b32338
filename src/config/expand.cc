#include "config/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "config/scalar.h"
#include "config/yaml_reader.h"

namespace telemill::config {
namespace {

constexpr std::string_view opening = "${";

/// The first placeholder of `text` that may be replaced, innermost first; empty when there is none.
std::string_view find_placeholder(std::string_view text) noexcept {
  while (true) {
    const size_t close = text.find('}');
    if (close == text.npos) return {};
    const size_t open = text.substr(0, close).rfind(opening);
    if (open == text.npos) {
      text.remove_prefix(close + 1);
      continue;
    }
    size_t dollars = 0;
    while (dollars < open && text[open - 1 - dollars] == '$') ++dollars;
    if (dollars % 2 == 1) return {};
    return text.substr(open, close + 1 - open);
  }
}

/// Where a value stands, as a chain on the stack: only problems need it as text.
struct Place {
  const Place* above = nullptr;
  std::string_view key;
  std::optional<size_t> index;

  [[nodiscard]] std::string path() const {
    const std::string outer = above == nullptr ? std::string() : above->path();
    return index ? fmt::format("{}[{}]", outer, *index) : join_path(outer, key);
  }
};

class Expander {
 public:
  Expander(const Sources& sources, SourceNames& names, Problems& problems, Budget& budget) noexcept
      : sources_(sources), names_(names), problems_(problems), budget_(budget) {}

  void expand(Node& node, size_t rounds, size_t depth, const Place& place);

 private:
  void expand_scalar(Node& node, size_t rounds, size_t depth, const Place& place);
  bool expand_original(std::string& text, size_t rounds);
  std::optional<Retrieved> retrieve(std::string_view placeholder, Mark mark, const Place* place);
  Node parse(const Retrieved& retrieved, std::string_view placeholder, Mark mark);
  bool replace_all(std::string& text, std::string_view placeholder, std::string_view value);
  void stop(Mark mark, const Place& place, std::string message);
  void refuse(Mark mark, const Place* place, std::string message, std::string hint = {},
              Severity severity = Severity::error);

  const Sources& sources_;
  SourceNames& names_;
  Problems& problems_;
  Budget& budget_;
  bool is_stopped_ = false;  // a total is used up: leave everything as it is
};

void Expander::refuse(Mark mark, const Place* place, std::string message, std::string hint,
                      Severity severity) {
  if (place == nullptr) return;  // the original text of a value that has become something else
  problems_.add(Problem{.mark = mark,
                        .path = place->path(),
                        .message = std::move(message),
                        .hint = std::move(hint),
                        .severity = severity});
}

void Expander::stop(Mark mark, const Place& place, std::string message) {
  refuse(mark, &place, std::move(message));
  is_stopped_ = true;
}

void Expander::expand(Node& node, size_t rounds, size_t depth, const Place& place) {
  if (is_stopped_) return;
  if (depth > depth_max) {
    return stop(node.mark, place, fmt::format("expands to more than {} levels", depth_max));
  }
  if (node.is_scalar()) return expand_scalar(node, rounds, depth, place);
  for (size_t i = 0; i < node.items.size(); ++i) {
    expand(node.items[i], rounds, depth + 1, Place{.above = &place, .key = {}, .index = i});
  }
  for (Entry& entry : node.entries) {
    expand(entry.value, rounds, depth + 1,
           Place{.above = &place, .key = entry.key, .index = std::nullopt});
  }
}

void Expander::expand_scalar(Node& node, size_t rounds, size_t depth, const Place& place) {
  while (true) {
    const std::string placeholder(find_placeholder(node.text));
    if (placeholder.empty()) return;
    if (++rounds >= expansion_rounds_max) {
      return refuse(node.mark, &place,
                    fmt::format("still changes after {} expansions; does {} refer to itself?",
                                expansion_rounds_max, in_quotes(placeholder)));
    }
    std::optional<Retrieved> retrieved = retrieve(placeholder, node.mark, &place);
    if (!retrieved) return;
    if (placeholder != node.text) {
      if (!replace_all(node.text, placeholder, retrieved->text)) {
        return stop(node.mark, place, "expands to more text than a configuration may hold");
      }
      node.style = ScalarStyle::text;
      node.is_expanded = true;
      continue;
    }
    if (!budget_.take(0, retrieved->text.size() + 1)) {
      return stop(node.mark, place, "expands to more text than a configuration may hold");
    }
    Node value = parse(*retrieved, placeholder, node.mark);
    node = std::move(value);
    if (node.is_scalar() && node.style == ScalarStyle::text) continue;
    expand(node, rounds, depth, place);
    if (expand_original(retrieved->text, rounds)) node.original_text = std::move(retrieved->text);
    return;
  }
}

/// Expands the text that a string field would take. False when it cannot be one text.
bool Expander::expand_original(std::string& text, size_t rounds) {
  while (!is_stopped_) {
    const std::string placeholder(find_placeholder(text));
    if (placeholder.empty()) return true;
    if (placeholder == text || ++rounds >= expansion_rounds_max) return false;
    const std::optional<Retrieved> retrieved = retrieve(placeholder, {}, nullptr);
    if (!retrieved || !replace_all(text, placeholder, retrieved->text)) return false;
  }
  return false;
}

std::optional<Retrieved> Expander::retrieve(std::string_view placeholder, Mark mark,
                                            const Place* place) {
  const std::string_view inside = placeholder.substr(2, placeholder.size() - 3);
  const bool is_bare = inside.find(':') == inside.npos;
  const std::string uri = is_bare ? fmt::format("env:{}", inside) : std::string(inside);
  const std::optional<Location> location = parse_location(uri);
  Source* const source = location ? sources_.find(location->scheme) : nullptr;
  if (source == nullptr) {
    const size_t colon = uri.find(':');
    const bool is_default = uri.substr(colon).starts_with(":-");
    refuse(mark, place,
           location ? fmt::format("scheme {} in {} is none of {}", in_quotes(location->scheme),
                                  in_quotes(placeholder), sources_.schemes())
                    : fmt::format("{} is no URI", in_quotes(uri)),
           is_default ? fmt::format("a default is written ${{env:{}}}", uri) : "");
    return std::nullopt;
  }
  if (location->rest.find('$') != location->rest.npos) {
    refuse(mark, place, fmt::format("the URI {} contains a '$'", in_quotes(uri)));
    return std::nullopt;
  }
  auto retrieved = source->retrieve(location->rest);
  if (!retrieved) {
    const bool is_number = is_bare && !inside.empty() && inside[0] >= '0' && inside[0] <= '9';
    refuse(mark, place, std::move(retrieved.error().message),
           is_number ? fmt::format("a literal is written $${{{}}}", inside) : "");
    return std::nullopt;
  }
  if (!retrieved->is_set) {
    refuse(mark, place, fmt::format("{} is not set and becomes null", in_quotes(uri)), {},
           Severity::warning);
  }
  return *std::move(retrieved);
}

Node Expander::parse(const Retrieved& retrieved, std::string_view placeholder, Mark mark) {
  const std::optional<Location> location =
      parse_location(placeholder.substr(2, placeholder.size() - 3));
  const Source* const source = location ? sources_.find(location->scheme) : nullptr;
  const bool has_lines = source != nullptr && source->has_lines();
  const auto name = std::string(has_lines ? location->rest : std::string_view());
  const auto known = std::ranges::find(names_, name);
  const auto index = static_cast<uint32_t>(known - names_.begin());

  Problems ignored;  // text that is no YAML is simply text
  std::optional<Node> node = read_yaml(retrieved.text, index, ignored, budget_, Rest::ignore);
  const bool is_text =
      retrieved.is_text || !node ||
      (node->is_scalar() && std::holds_alternative<std::string_view>(resolve(*node)));
  if (is_text) {
    node.emplace();
    node->kind = NodeKind::scalar;
    node->style = ScalarStyle::text;
    node->text = retrieved.text;
    node->mark = mark;
  } else if (!has_lines) {
    move_marks(*node, mark);
  } else if (known == names_.end()) {
    names_.push_back(name);
  }
  mark_expanded(*node);
  return *std::move(node);
}

bool Expander::replace_all(std::string& text, std::string_view placeholder,
                           std::string_view value) {
  std::string result;
  size_t from = 0;
  for (size_t at = text.find(placeholder); at != text.npos; at = text.find(placeholder, from)) {
    result.append(text, from, at - from);
    result += value;
    if (result.size() > budget_.bytes) return false;
    from = at + placeholder.size();
  }
  result.append(text, from);
  text = std::move(result);
  return budget_.take(0, text.size() + 1);
}

/// The last step: `$$` is a literal `$`.
void unescape(std::string& text) {
  size_t written = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    text[written++] = text[i];
    if (text[i] == '$' && i + 1 < text.size() && text[i + 1] == '$') ++i;
  }
  text.resize(written);
}

void unescape(Node& node) {
  if (node.is_scalar()) unescape(node.text);
  if (node.original_text) unescape(*node.original_text);
  for (Node& item : node.items) unescape(item);
  for (Entry& entry : node.entries) unescape(entry.value);
}

}  // namespace

void expand(Node& root, const Sources& sources, SourceNames& names, Problems& problems,
            Budget& budget) {
  Expander(sources, names, problems, budget).expand(root, 0, 1, Place{});
  unescape(root);
}

}  // namespace telemill::config
