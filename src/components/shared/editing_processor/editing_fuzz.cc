// The first byte picks actions and signal, the rest is a request. What comes out has to walk again,
// and to be the same bytes when it comes out unchanged.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "components/registry.h"
#include "config/yaml_reader.h"
#include "pipeline/test_support.h"

namespace telemill {
namespace {

using otlp::Signal;

constexpr std::array<std::string_view, 4> lists = {
    "[{key: a, value: {k: [1]}, action: upsert}, {pattern: '^u', action: delete}]",
    "[{key: a, action: hash}, {key: b, from_attribute: a, action: upsert}]",
    "[{key: a, pattern: '(?P<x>.)(?P<y>.*)', action: extract}, {key: x, converted_type: int, "
    "action: convert}]",
    "[{pattern: '.', action: hash}, {key: a, converted_type: string, action: convert}]"};

const pipeline::ComponentConfig& settings_of(const pipeline::Factory& factory, std::string_view key,
                                             std::string_view list) {
  static std::vector<std::unique_ptr<pipeline::ComponentConfig>> all;
  config::Problems problems;
  const auto node = config::read_yaml(std::string(key) + ": " + std::string(list), 0, problems);
  all.push_back(factory.parse(node.value(), "", problems));
  TELEMILL_CHECK(!problems.has_errors());
  return *all.back();
}

const pipeline::Factory& factory_of(std::string_view type) {
  const auto& all = components::all_factories();
  return **std::ranges::find_if(all, [type](const pipeline::Factory* factory) {
    return factory->info().kind == pipeline::ComponentKind::processor &&
           factory->info().type == type;
  });
}

struct Target {
  Signal signal;
  std::unique_ptr<pipeline::Processor> processor;
};

/// Every list for every signal, in both processors.
struct Targets {
  pipeline::TestLane lane;
  pipeline::FakeConsumer next;
  std::vector<Target> list;

  Targets() {
    const pipeline::Factory& attributes = factory_of("attributes");
    const pipeline::Factory& resource = factory_of("resource");
    for (const std::string_view actions : lists) {
      const auto& items = settings_of(attributes, "actions", actions);
      const auto& resources = settings_of(resource, "attributes", actions);
      for (const Signal signal : otlp::all_signals) {
        list.push_back(
            {signal, resource.create_processor(lane.context("r"), resources, signal, next)});
        if (signal == Signal::profiles) continue;
        list.push_back(
            {signal, attributes.create_processor(lane.context("a"), items, signal, next)});
      }
    }
  }
};

void run(Target& target, pipeline::FakeConsumer& next, std::string_view request) {
  auto part = otlp::Walker().walk(target.signal, base::Slice::copy_of(request));
  if (!part) return;
  target.processor->consume({otlp::Payload(target.signal, *std::move(part)), {}});
  if (next.held.empty()) return;  // no room for the copy
  const otlp::Part& result = next.held.front().payload.parts().front();
  const auto walked = otlp::Walker().walk(target.signal, result.bytes);
  TELEMILL_CHECK(walked.has_value() && walked->item_count == result.item_count);
  next.held.clear();
}

}  // namespace
}  // namespace telemill

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const targets = new telemill::Targets;  // NOLINT: lives as long as the process
  if (size == 0) return 0;
  const std::string_view request(reinterpret_cast<const char*>(data) + 1, size - 1);
  telemill::run(targets->list[data[0] % targets->list.size()], targets->next, request);
  return 0;
}
