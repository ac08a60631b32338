#include "config/load.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "config/expand.h"
#include "config/limits.h"
#include "config/merge.h"
#include "config/scalar.h"
#include "config/yaml_reader.h"

namespace telemill::config {
namespace {

bool is_drive(std::string_view uri) noexcept {
  const char letter = uri.size() > 1 && uri[1] == ':' ? static_cast<char>(uri[0] | 0x20) : ' ';
  return letter >= 'a' && letter <= 'z';
}

class Loader {
 public:
  Loader(const Sources& sources, const FeatureGates& gates) noexcept
      : sources_(sources), appends_lists_(gates.is_enabled(gates::append_lists)) {}

  void add_uri(const std::string& uri, size_t position);
  void add_set(const std::string& set);
  Loaded finish() {
    expand(loaded_.root, sources_, loaded_.names, loaded_.problems, budget_);
    return std::move(loaded_);
  }
  void refuse(std::string message, std::string hint = {}) {
    loaded_.problems.add("", std::move(message), std::move(hint));
  }

 private:
  void add_text(std::string_view text, std::string name);

  const Sources& sources_;
  const bool appends_lists_;
  Budget budget_;
  Loaded loaded_;
};

void Loader::add_text(std::string_view text, std::string name) {
  const auto source = static_cast<uint32_t>(loaded_.names.size());
  loaded_.names.push_back(std::move(name));
  std::optional<Node> node = read_yaml(text, source, loaded_.problems, budget_);
  if (!node) return;
  if (node->is_null()) {
    // Should nothing follow, then here is where something is missing.
    if (loaded_.root.is_null()) loaded_.root.mark = node->mark;
    return;
  }
  if (!node->is_mapping()) {
    loaded_.problems.add(Problem{.mark = node->mark,
                                 .path = {},
                                 .message = fmt::format("a configuration is a mapping, got {}",
                                                        describe_value(*node, false)),
                                 .hint = {},
                                 .severity = Severity::error});
    return;
  }
  nest_top_keys(*node, loaded_.problems);
  if (appends_lists_) keep_listed(loaded_.root, *node);
  merge(loaded_.root, *std::move(node));
}

void Loader::add_uri(const std::string& uri, size_t position) {
  const bool is_path = uri.find(':') == uri.npos || is_drive(uri);
  const std::string whole = is_path ? "file:" + uri : uri;
  const std::optional<Location> location = parse_location(whole);
  Source* const source = location ? sources_.find(location->scheme) : nullptr;
  if (source == nullptr) {
    return refuse(
        fmt::format("--config {}: the scheme is none of {}", in_quotes(uri), sources_.schemes()));
  }
  auto retrieved = source->retrieve(location->rest);
  if (!retrieved) return refuse(std::move(retrieved.error().message));
  std::string name = whole;  // as problems print it: a path without its scheme, no text in full
  if (location->scheme == "file") name = location->rest;
  if (location->scheme == "yaml") name = fmt::format("--config {} (yaml:)", position + 1);
  add_text(retrieved->text, std::move(name));
}

void Loader::add_set(const std::string& set) {
  const size_t equals = set.find('=');
  if (equals == set.npos) {
    return refuse(fmt::format("--set {} has no \"=\"", in_quotes(set)), "write a.b.c=value");
  }
  std::string key;
  for (const char c : set.substr(0, equals))
    key += c == '.' ? std::string("::") : std::string(1, c);
  const std::string name = fmt::format("--set {}", set.substr(0, equals));
  add_text(fmt::format("{}: {}", key, set.substr(equals + 1)), name);
}

}  // namespace

Loaded load(const LoadRequest& request, const Sources& sources) {
  Loader loader(sources, request.gates);
  if (request.uris.empty()) loader.refuse("no --config is given, and there is no default");
  if (request.uris.size() > config_uris_max) {
    loader.refuse(fmt::format("more than {} times --config", config_uris_max));
    return loader.finish();
  }
  for (size_t i = 0; i < request.uris.size(); ++i) loader.add_uri(request.uris[i], i);
  for (const std::string& set : request.sets) loader.add_set(set);
  return loader.finish();
}

}  // namespace telemill::config
