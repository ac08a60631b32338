#include "config/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/scalar.h"
#include "config/secret.h"

namespace telemill::config {
namespace {

constexpr size_t indent_spaces = 2;

bool is_plain_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./-:").find(c) != std::string_view::npos;
}

/// Whether `text` needs no quotes: letters, digits and `_./-:` in no combination that YAML reads
/// as anything else, here or in a 1.1 parser.
bool is_plain_text(std::string_view text) noexcept {
  constexpr std::string_view old_words[] = {"y", "n", "yes", "no", "on", "off"};
  const bool is_letter_first =
      !text.empty() && ((text[0] | 0x20) >= 'a' && (text[0] | 0x20) <= 'z') && text.back() != ':';
  if (!is_letter_first || !std::ranges::all_of(text, is_plain_character)) return false;
  std::string folded(text);
  std::ranges::transform(folded, folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  if (std::ranges::find(old_words, folded) != std::end(old_words)) return false;
  Node node;
  node.kind = NodeKind::scalar;
  node.text = text;
  return !is_null_text(text) && std::holds_alternative<std::string_view>(resolve(node));
}

/// The length of the UTF-8 sequence at the start of `text`, or 0 when it is none.
size_t sequence_bytes(std::string_view text) noexcept {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const size_t size = byte(0) < 0x80   ? 1
                      : byte(0) < 0xc2 ? 0
                      : byte(0) < 0xe0 ? 2
                      : byte(0) < 0xf0 ? 3
                      : byte(0) < 0xf5 ? 4
                                       : 0;
  if (size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  if (size == 3 && byte(0) == 0xe0 && byte(1) < 0xa0) return 0;
  if (size == 3 && byte(0) == 0xed && byte(1) > 0x9f) return 0;
  if (size == 4 && byte(0) == 0xf0 && byte(1) < 0x90) return 0;
  if (size == 4 && byte(0) == 0xf4 && byte(1) > 0x8f) return 0;
  return size;
}

std::string scalar_text(const Node& node) {
  return node.style == ScalarStyle::text ? yaml_text(node.text) : node.text;
}

bool is_on_one_line(const Node& node) noexcept {
  return node.items.empty() && node.entries.empty();
}

std::string one_line(const Node& node) {
  switch (node.kind) {
    case NodeKind::null:
      return "null";
    case NodeKind::scalar:
      // Plain text that is a string may need quotes where it stands now: it came from a flow or
      // block place with other rules.
      return std::holds_alternative<std::string_view>(resolve(node)) ? yaml_text(node.text)
                                                                     : scalar_text(node);
    case NodeKind::sequence:
      return "[]";
    case NodeKind::mapping:
      break;
  }
  return "{}";
}

void write_block(const Node& node, size_t indent, std::string& out);

/// The value after `key:` or `-`.
void write_value(const Node& node, size_t indent, std::string& out) {
  if (is_on_one_line(node)) {
    out += fmt::format(" {}\n", one_line(node));
  } else {
    out += '\n';
    write_block(node, indent + indent_spaces, out);
  }
}

void write_block(const Node& node, size_t indent, std::string& out) {
  for (const Node& item : node.items) {
    out.append(indent, ' ');
    out += '-';
    write_value(item, indent, out);
  }
  for (const Entry& entry : node.entries) {
    out.append(indent, ' ');
    constexpr size_t simple_key_bytes_max = 128;  // longer keys need the explicit form
    const std::string key = yaml_text(entry.key);
    if (key.size() > simple_key_bytes_max) {
      out += fmt::format("? {}\n", key);
      out.append(indent, ' ');
    } else {
      out += key;
    }
    out += ':';
    write_value(entry.value, indent, out);
  }
}

void append_json(const Node& node, std::string& out) {
  switch (node.kind) {
    case NodeKind::null:
      out += "null";
      return;
    case NodeKind::sequence:
      out += '[';
      for (size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ", ";
        append_json(node.items[i], out);
      }
      out += ']';
      return;
    case NodeKind::mapping:
      out += '{';
      for (size_t i = 0; i < node.entries.size(); ++i) {
        if (i > 0) out += ", ";
        out += json_text(node.entries[i].key) + ": ";
        append_json(node.entries[i].value, out);
      }
      out += '}';
      return;
    case NodeKind::scalar:
      break;
  }
  const ScalarValue value = resolve(node);
  if (const bool* flag = std::get_if<bool>(&value)) {
    out += *flag ? "true" : "false";
  } else if (const int64_t* integer = std::get_if<int64_t>(&value)) {
    out += fmt::format("{}", *integer);
  } else if (const uint64_t* large = std::get_if<uint64_t>(&value)) {
    out += fmt::format("{}", *large);
  } else if (const double* real = std::get_if<double>(&value); real != nullptr) {
    out += std::isfinite(*real) ? fmt::format("{}", *real) : json_text(node.text);
  } else {
    out += json_text(node.text);
  }
}

/// Headers keep their names, in both forms.
void redact_headers(Node& node) {
  for (Node& item : node.items) {
    for (Entry& entry : item.entries) {
      if (entry.key != "name") redact_all(entry.value);
    }
    if (!item.is_mapping()) redact_all(item);
  }
  for (Entry& entry : node.entries) redact_all(entry.value);
  if (node.is_scalar()) redact_all(node);
}

}  // namespace

std::string yaml_text(std::string_view text) {
  return is_plain_text(text) ? std::string(text) : json_text(text);
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t bytes = sequence_bytes(text.substr(i));
    const char c = text[i];
    if (bytes == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    const std::string_view sequence = text.substr(i, bytes);
    i += bytes;
    // YAML lets the next-line, line-separator, DEL and byte-order marks fold or vanish.
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (bytes == 2 && c == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0) {
      out +=
          fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(sequence[1])));
    } else if (sequence == "\xe2\x80\xa8" || sequence == "\xe2\x80\xa9") {
      out += sequence.back() == '\xa8' ? "\\u2028" : "\\u2029";
    } else if (sequence == "\xef\xbb\xbf") {
      out += "\\ufeff";
    } else if (sequence == "\xef\xbf\xbe" || sequence == "\xef\xbf\xbf") {
      out += sequence.back() == '\xbe' ? "\\ufffe" : "\\uffff";
    } else {
      out += sequence;
    }
  }
  out += '"';
  return out;
}

std::string write_yaml(const Node& node) {
  if (is_on_one_line(node)) return one_line(node) + "\n";
  std::string out;
  write_block(node, 0, out);
  return out;
}

std::string write_json(const Node& node) {
  std::string out;
  append_json(node, out);
  return out;
}

void redact_all(Node& node) {
  for (Node& item : node.items) redact_all(item);
  for (Entry& entry : node.entries) redact_all(entry.value);
  if (!node.is_scalar()) return;
  node.style = ScalarStyle::text;
  node.text = redacted;
  node.original_text.reset();
}

void redact(Node& node, const TypeInfo& type) {
  switch (type.kind) {
    case TypeKind::secret:
      return redact_all(node);
    case TypeKind::headers:
      return redact_headers(node);
    case TypeKind::optional:
      return redact(node, *type.element);
    case TypeKind::list:
      if (node.is_scalar()) return redact(node, *type.element);  // split at commas
      for (Node& item : node.items) redact(item, *type.element);
      return;
    case TypeKind::map:
      for (Entry& entry : node.entries) redact(entry.value, *type.element);
      return;
    case TypeKind::structure:
      for (Entry& entry : node.entries) {
        const FieldInfo* const field = find_field(type, entry.key);
        if (field != nullptr && field->type != nullptr) redact(entry.value, *field->type);
      }
      return;
    default:
      return;
  }
}

}  // namespace telemill::config
