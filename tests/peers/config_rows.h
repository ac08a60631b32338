#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Configurations for both collectors to judge.
namespace telemill::peers {

struct Row {
  const char* name;
  std::optional<std::string> config;  // none: no --config but those of `arguments`
  std::vector<std::string> arguments = {};
  /// Set where Telemill decides otherwise on purpose, and why.
  const char* differs = nullptr;
};

struct Group {
  const char* title;
  std::vector<Row> rows;
};

std::vector<Group> config_groups();

/// What the rows expand, set before a collector starts: NAME, value.
std::vector<std::pair<const char*, std::string>> config_environment();

}  // namespace telemill::peers
