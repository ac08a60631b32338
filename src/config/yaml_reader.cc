#include "config/yaml_reader.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "config/merge.h"
#include "config/scalar.h"

namespace telemill::config {
namespace {

constexpr std::string_view tag_prefix = "tag:yaml.org,2002:";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  // some editors begin files with it

/// One libyaml event, given back on destruction.
class Event {
 public:
  Event() noexcept = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&raw_); }

  bool parse(yaml_parser_t& parser) noexcept {
    yaml_event_delete(&raw_);
    raw_ = {};
    return yaml_parser_parse(&parser, &raw_) != 0;
  }
  [[nodiscard]] const yaml_event_t& operator*() const noexcept { return raw_; }
  [[nodiscard]] const yaml_event_t* operator->() const noexcept { return &raw_; }

 private:
  yaml_event_t raw_{};
};

struct Anchor {
  Node node;
  Extent extent;
  bool is_open = true;  // its node is still being read
};

std::string view_or_empty(const yaml_char_t* text) {
  return text == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(text));
}

class Reader {
 public:
  Reader(std::string_view text, uint32_t source, Problems& problems, Budget& budget)
      : text_(text), source_(source), problems_(problems), budget_(budget) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { yaml_parser_delete(&parser_); }

  std::optional<Node> read(Rest rest);

 private:
  bool next();
  bool read_node(Node& out, size_t depth);
  bool read_scalar(Node& out);
  bool read_alias(Node& out, size_t depth);
  bool read_sequence(Node& out, size_t depth);
  bool read_mapping(Node& out, size_t depth);
  bool read_key(Entry& entry, bool& is_merge, size_t depth);
  bool merge_into(Node& mapping, std::vector<Node> merges);
  void refuse_duplicates(const Node& mapping);
  bool keep_anchor(const std::string& name, const Node& node);
  void look_at_rest();

  [[nodiscard]] Mark mark_of(const yaml_mark_t& mark) const noexcept {
    return {.source = source_,
            .line = static_cast<uint32_t>(mark.line + 1),
            .column = static_cast<uint32_t>(mark.column + 1)};
  }
  [[nodiscard]] Mark here() const noexcept { return mark_of(event_->start_mark); }
  bool fail_at(Mark mark, std::string message, std::string hint = {});
  bool fail_parse();

  std::string_view text_;
  uint32_t source_;
  Problems& problems_;
  Budget& budget_;
  yaml_parser_t parser_{};
  Event event_;
  std::map<std::string, Anchor, std::less<>> anchors_;
};

bool Reader::fail_at(Mark mark, std::string message, std::string hint) {
  problems_.add(Problem{.mark = mark,
                        .path = {},
                        .message = std::move(message),
                        .hint = std::move(hint),
                        .severity = Severity::error});
  return false;
}

bool Reader::fail_parse() {
  if (parser_.error == YAML_READER_ERROR) {  // has an offset, but no mark
    const size_t offset = std::min(parser_.problem_offset, text_.size());
    const std::string_view before = text_.substr(0, offset);
    const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is zero
    const Mark mark{.source = source_,
                    .line = static_cast<uint32_t>(std::ranges::count(before, '\n') + 1),
                    .column = static_cast<uint32_t>(offset - line_start + 1)};
    return fail_at(mark, fmt::format("not valid YAML text: {}", parser_.problem));
  }
  std::string message = "not valid YAML";
  if (parser_.problem != nullptr) message += fmt::format(": {}", parser_.problem);
  if (parser_.context != nullptr) message += fmt::format(", {}", parser_.context);
  const bool starts_with_tab = message.find("cannot start any token") != std::string::npos &&
                               parser_.problem_mark.index < text_.size() &&
                               text_[parser_.problem_mark.index] == '\t';
  return fail_at(mark_of(parser_.problem_mark), std::move(message),
                 starts_with_tab ? "indent with spaces, not with tabs" : "");
}

bool Reader::next() { return event_.parse(parser_) || fail_parse(); }

std::optional<Node> Reader::read(Rest rest) {
  const size_t errors_before = problems_.error_count();
  Node root;
  root.mark = {.source = source_, .line = 1, .column = 1};
  if (text_.size() > document_bytes_max) {
    fail_at(root.mark, fmt::format("{} bytes of YAML exceed the limit of {}", text_.size(),
                                   document_bytes_max));
    return std::nullopt;
  }
  if (!next() || !next()) return std::nullopt;  // stream start, document start
  if (event_->type == YAML_DOCUMENT_START_EVENT) {
    if (!next() || !read_node(root, 1)) return std::nullopt;
    if (!next()) return std::nullopt;  // document end
    if (rest == Rest::report) look_at_rest();
  }
  if (problems_.error_count() > errors_before) return std::nullopt;
  return root;
}

void Reader::look_at_rest() {
  if (!event_.parse(parser_)) {
    if (parser_.error != YAML_PARSER_ERROR) return static_cast<void>(fail_parse());
    fail_at(mark_of(parser_.problem_mark), "this does not belong to the document above it",
            "is it indented as far as its first line?");
    return;
  }
  if (event_->type == YAML_STREAM_END_EVENT) return;
  problems_.add(Problem{.mark = here(),
                        .path = {},
                        .message = "only the first YAML document is read; what follows is ignored",
                        .hint = "put it into a file of its own and give --config twice",
                        .severity = Severity::warning});
}

bool Reader::read_node(Node& out, size_t depth) {
  out.mark = here();
  if (depth > depth_max) {
    return fail_at(out.mark, fmt::format("nested deeper than {} levels", depth_max));
  }
  if (event_->type == YAML_ALIAS_EVENT) return read_alias(out, depth);
  if (!budget_.take(1, 0)) return fail_at(out.mark, "the configuration has too many values");

  std::string anchor;
  if (event_->type == YAML_SCALAR_EVENT) anchor = view_or_empty(event_->data.scalar.anchor);
  if (event_->type == YAML_SEQUENCE_START_EVENT) {
    anchor = view_or_empty(event_->data.sequence_start.anchor);
  }
  if (event_->type == YAML_MAPPING_START_EVENT) {
    anchor = view_or_empty(event_->data.mapping_start.anchor);
  }
  if (!anchor.empty()) anchors_[anchor] = Anchor{};

  bool done = false;
  if (event_->type == YAML_SCALAR_EVENT) done = read_scalar(out);
  if (event_->type == YAML_SEQUENCE_START_EVENT) done = read_sequence(out, depth);
  if (event_->type == YAML_MAPPING_START_EVENT) done = read_mapping(out, depth);
  return done && (anchor.empty() || keep_anchor(anchor, out));
}

bool Reader::keep_anchor(const std::string& name, const Node& node) {
  const Extent extent = measure(node);
  if (!budget_.take(extent.nodes, extent.bytes)) {
    return fail_at(node.mark, "anchors hold more than the configuration may");
  }
  anchors_[name] = Anchor{.node = node, .extent = extent, .is_open = false};
  return true;
}

bool Reader::read_alias(Node& out, size_t depth) {
  const std::string name = view_or_empty(event_->data.alias.anchor);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) return fail_at(here(), fmt::format("no anchor &{} above", name));
  const Anchor& anchor = found->second;
  if (anchor.is_open) return fail_at(here(), fmt::format("anchor &{} contains itself", name));
  if (depth - 1 + anchor.extent.depth > depth_max) {
    return fail_at(here(), fmt::format("nested deeper than {} levels", depth_max));
  }
  if (!budget_.take(anchor.extent.nodes, anchor.extent.bytes)) {
    return fail_at(here(), "aliases expand to more than the configuration may hold");
  }
  out = anchor.node;
  return true;
}

bool Reader::read_scalar(Node& out) {
  const auto& scalar = event_->data.scalar;
  out.kind = NodeKind::scalar;
  out.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
  if (!budget_.take(0, out.text.size())) {
    return fail_at(out.mark, "the configuration has too much text");
  }
  const std::string tag = view_or_empty(scalar.tag);
  const bool is_plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
  if (tag.empty() || tag == "!") {
    out.style = is_plain || tag == "!" ? ScalarStyle::plain : ScalarStyle::text;
  } else if (tag.starts_with(tag_prefix)) {
    const std::string_view name = std::string_view(tag).substr(tag_prefix.size());
    if (std::string wrong = apply_tag(out, name); !wrong.empty()) {
      return fail_at(out.mark, std::move(wrong));
    }
  } else {
    out.style = ScalarStyle::text;  // a tag of somebody's own says nothing to us
  }
  if (out.style == ScalarStyle::plain && is_null_text(out.text)) {
    out.kind = NodeKind::null;
    out.text.clear();
  }
  return true;
}

bool Reader::read_sequence(Node& out, size_t depth) {
  out.kind = NodeKind::sequence;
  while (true) {
    if (!next()) return false;
    if (event_->type == YAML_SEQUENCE_END_EVENT) return true;
    Node item;
    if (!read_node(item, depth + 1)) return false;
    out.items.push_back(std::move(item));
  }
}

bool Reader::read_key(Entry& entry, bool& is_merge, size_t depth) {
  entry.key_mark = here();
  const bool is_plain =
      event_->type == YAML_SCALAR_EVENT && event_->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
  Node key;
  if (!read_node(key, depth)) return false;
  if (key.is_null()) return fail_at(entry.key_mark, "a key is missing (null)");
  if (!key.is_scalar()) return fail_at(entry.key_mark, "a key must be a single word or text");
  is_merge = is_plain && key.text == "<<";
  entry.key = std::move(key.text);
  return true;
}

bool Reader::read_mapping(Node& out, size_t depth) {
  out.kind = NodeKind::mapping;
  std::vector<Node> merges;
  Mark first_merge;
  while (true) {
    if (!next()) return false;
    if (event_->type == YAML_MAPPING_END_EVENT) break;
    Entry entry;
    bool is_merge = false;
    if (!read_key(entry, is_merge, depth + 1)) return false;
    if (!next() || !read_node(entry.value, depth + 1)) return false;
    if (!is_merge) {
      out.entries.push_back(std::move(entry));
    } else if (merges.empty()) {
      first_merge = entry.key_mark;
      merges.push_back(std::move(entry.value));
    } else {
      fail_at(entry.key_mark,
              fmt::format("key \"<<\" is given twice, first in line {}", first_merge.line),
              "give it a list: <<: [*a, *b]");
    }
  }
  refuse_duplicates(out);
  return merges.empty() || merge_into(out, std::move(merges));
}

bool Reader::merge_into(Node& mapping, std::vector<Node> merges) {
  if (merges.front().is_sequence()) {
    std::vector<Node> listed = std::move(merges.front().items);
    merges = std::move(listed);
  }
  for (const Node& merged : merges) {
    if (!merged.is_mapping()) {
      return fail_at(merged.mark, "\"<<\" takes a mapping or a list of mappings");
    }
  }
  add_missing(mapping, std::move(merges));
  return true;
}

void Reader::refuse_duplicates(const Node& mapping) {
  std::vector<const Entry*> sorted;
  sorted.reserve(mapping.entries.size());
  for (const Entry& entry : mapping.entries) sorted.push_back(&entry);
  std::ranges::sort(sorted, [](const Entry* a, const Entry* b) {
    return a->key != b->key ? a->key < b->key : a < b;  // of equals the upper one first
  });
  for (size_t i = 1; i < sorted.size(); ++i) {
    const Entry& first = *sorted[i - 1];
    const Entry& second = *sorted[i];
    if (first.key != second.key) continue;
    fail_at(second.key_mark,
            fmt::format("key {} is given twice, first in line {}, column {}", in_quotes(second.key),
                        first.key_mark.line, first.key_mark.column));
  }
}

}  // namespace

std::optional<Node> read_yaml(std::string_view text, uint32_t source, Problems& problems,
                              Budget& budget, Rest rest) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return Reader(text, source, problems, budget).read(rest);
}

std::optional<Node> read_yaml(std::string_view text, uint32_t source, Problems& problems) {
  Budget budget;
  return read_yaml(text, source, problems, budget);
}

}  // namespace telemill::config
