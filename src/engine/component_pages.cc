#include <fmt/format.h>

#include <string>

#include "config/component_aliases.h"
#include "config/describe.h"
#include "engine/catalog.h"

namespace telemill::engine {
namespace {

using pipeline::Factory;

constexpr std::string_view made_by =
    "<!-- Made by `telemill components --docs`: see docs/components/README.md. -->\n";

std::string signals_text(const Factory& factory) {
  if (factory.info().kind == config::ComponentKind::extension) return "None; an extension.";
  std::string text;
  for (const otlp::Signal from : otlp::all_signals) {
    if (!factory.info().signals.has(from)) continue;
    if (!text.empty()) text += ", ";
    text += otlp::names(from).name;
    if (factory.info().kind != config::ComponentKind::connector) continue;
    std::string to_text;
    for (const otlp::Signal to : otlp::all_signals) {
      if (!factory.outputs_of(from).has(to)) continue;
      to_text += (to_text.empty() ? "" : " and ") + std::string(otlp::names(to).name);
    }
    text += " to " + to_text;
  }
  return text + ".";
}

/// The README without its title, its underlined or `##` headings one level down.
std::string body_of(std::string_view readme) {
  if (readme.starts_with("# ")) readme.remove_prefix(std::min(readme.find('\n'), readme.size()));
  const size_t begin = readme.find_first_not_of('\n');
  std::string text;
  bool is_code = false;
  for (size_t at = std::min(begin, readme.size()); at < readme.size();) {
    const size_t end = std::min(readme.find('\n', at), readme.size());
    const std::string_view line = readme.substr(at, end - at);
    if (line.starts_with("```")) is_code = !is_code;
    if (!is_code && line.starts_with("##")) text += '#';
    text.append(line) += '\n';
    at = end + 1;
  }
  return text;
}

}  // namespace

std::string component_page(const Factory& factory, std::string_view readme) {
  const Factory::Info& info = factory.info();
  std::string text = fmt::format("{}# {} {}\n\n{}\n\nSignals: {}\n", made_by, info.type,
                                 config::name_of(info.kind), info.summary, signals_text(factory));
  for (const config::ComponentAlias& alias : config::component_aliases()) {
    if (alias.kind != info.kind || alias.type != info.type) continue;
    text +=
        fmt::format("\n`{}` is its old name; it still works, with a warning.\n", alias.old_type);
  }
  const auto rows = config::describe(factory.type_info());
  text += "\n## Keys\n\n";
  text += rows.empty() ? "None.\n" : config::markdown_table(rows);
  const std::string body = body_of(readme);
  if (!body.empty()) text += "\n## How it works\n\n" + body;
  return text;
}

std::string component_index(const Factories& factories) {
  std::string text =
      "# Components\n\n"
      "A page per component of this build. They are made from the tables that the program itself\n"
      "reads, and from the README.md in each component's folder; do not edit them. To make them\n"
      "anew, in the root of the repository:\n\n"
      "```sh\nbuild/debug/telemill components --docs docs/components --readmes src/components\n"
      "```\n";
  for (const ComponentSection& section : component_sections) {
    std::string rows;
    for (const Factory* const factory : factories) {
      const Factory::Info& info = factory->info();
      if (info.kind != section.kind) continue;
      rows += fmt::format("- [{0}]({1}/{0}.md): {2}\n", info.type, section.name, info.summary);
    }
    if (!rows.empty()) text += fmt::format("\n## {}\n\n{}", section.name, rows);
  }
  return text;
}

}  // namespace telemill::engine
