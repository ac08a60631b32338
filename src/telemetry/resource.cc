#include "telemetry/resource.h"

#include <sys/random.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "config/scalar.h"
#include "telemill/version.h"

namespace telemill::telemetry {
namespace {

using config::Node;

/// Reads one mapping of attributes into a resource.
class Reader {
 public:
  Reader(Resource& resource, config::Problems& problems) noexcept
      : resource_(resource), problems_(problems) {}

  void read(const Node& node) {
    if (node.is_null()) return;
    if (!node.is_mapping()) return add(node, "resource", "expected a mapping of attributes");
    for (const config::Entry& entry : node.entries) {
      const std::string path = config::join_path("resource", entry.key);
      if (entry.key == "attributes") {
        read_attributes(entry.value, path);
      } else if (entry.key == "detection/development") {
        read_detection(entry.value, path);
      } else if (entry.key == "attributes_list") {
        read_list(entry.value, path);
      } else if (entry.key != "schema_url" && entry.key != "detectors") {
        read_value(entry.key, entry.value, path);
      }
    }
  }

 private:
  void add(const Node& node, const std::string& path, std::string message,
           config::Severity severity = config::Severity::error) {
    problems_.add({.mark = node.mark,
                   .path = path,
                   .message = std::move(message),
                   .hint = {},
                   .severity = severity});
  }

  void read_value(const std::string& key, const Node& value, const std::string& path) {
    // A variable that is not set says nothing either.
    const bool is_silent = !value.original_text || value.original_text->empty();
    if (value.is_null() && is_silent) return resource_.remove(key);
    if (value.is_scalar() || value.original_text) {
      return resource_.set(key, value.original_text.value_or(value.text));
    }
    add(value, path, "expected a value, got " + config::describe_value(value));
  }

  /// [{name: ..., value: ...}], or the older mapping.
  void read_attributes(const Node& node, const std::string& path) {
    if (node.is_null()) return;
    if (node.is_mapping()) {
      for (const config::Entry& entry : node.entries) {
        read_value(entry.key, entry.value, config::join_path(path, entry.key));
      }
      return;
    }
    if (!node.is_sequence()) return add(node, path, "expected a list of {name, value}");
    for (const Node& item : node.items) {
      const Node* const name = item.find("name");
      const Node* const value = item.find("value");
      if (name == nullptr || !name->is_scalar() || name->text.empty() || value == nullptr) {
        add(item, path, "an attribute in a list is {name: ..., value: ...}");
      } else {
        read_value(name->text, *value, path);
      }
    }
  }

  /// `a=b,c=d`
  void read_list(const Node& node, const std::string& path) {
    if (node.is_null()) return;
    std::string_view rest = node.text;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
      const size_t equals = part.find('=');
      if (equals == part.npos || equals == 0) return add(node, path, "expected name=value,...");
      if (resource_.get(part.substr(0, equals)).empty()) {
        resource_.set(part.substr(0, equals), part.substr(equals + 1));
      }
    }
  }

  void read_detection(const Node& node, const std::string& path) {
    const Node* const detectors = node.find("detectors");
    if (detectors == nullptr || !detectors->is_sequence()) return;
    for (const Node& detector : detectors->items) {
      for (const config::Entry& entry : detector.entries) detect(entry, path);
    }
  }

  void detect(const config::Entry& detector, const std::string& path) {
    utsname names{};
    if (detector.key == "host" && ::uname(&names) == 0) {
      add_detected("host.name", static_cast<const char*>(names.nodename));
    } else if (detector.key == "env") {
      read_environment();
    } else if (detector.key != "service" && detector.key != "host") {
      add(detector.value, path,
          "the detector " + config::in_quotes(detector.key) +
              " is not supported yet: it finds nothing",
          config::Severity::warning);
    }
  }

  void add_detected(std::string_view key, std::string_view value) {
    if (resource_.get(key).empty()) resource_.set(key, value);
  }

  void read_environment() {
    const char* const list = std::getenv("OTEL_RESOURCE_ATTRIBUTES");
    std::string_view rest = list == nullptr ? "" : list;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), part.size() + 1));
      const size_t equals = part.find('=');
      if (equals != part.npos) add_detected(part.substr(0, equals), part.substr(equals + 1));
    }
  }

  Resource& resource_;
  config::Problems& problems_;
};

}  // namespace

Resource Resource::read(const Node& node, config::Problems& problems) {
  Resource resource;
  resource.set("service.instance.id", random_uuid());
  resource.set("service.name", "telemill");
  resource.set("service.version", telemill::version);
  Reader(resource, problems).read(node);
  return resource;
}

void Resource::set(std::string_view key, std::string_view value) {
  const auto at = std::ranges::lower_bound(
      attributes, key, {}, [](const auto& attribute) { return std::string_view(attribute.first); });
  if (at != attributes.end() && at->first == key) {
    at->second = value;
  } else {
    attributes.emplace(at, key, value);
  }
}

void Resource::remove(std::string_view key) {
  std::erase_if(attributes, [key](const auto& attribute) { return attribute.first == key; });
}

std::string_view Resource::get(std::string_view key) const noexcept {
  for (const auto& [name, value] : attributes) {
    if (name == key) return value;
  }
  return {};
}

std::string random_uuid() {
  std::array<uint8_t, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  bytes[6] = static_cast<uint8_t>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<uint8_t>((bytes[8] & 0x3fU) | 0x80U);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text.push_back('-');
    text.push_back(digits[bytes[i] >> 4U]);
    text.push_back(digits[bytes[i] & 0x0fU]);
  }
  return text;
}

}  // namespace telemill::telemetry
