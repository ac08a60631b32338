// Random requests through the processors, compared with a plain implementation on the classes of
// the official protobuf library.
#include <google/protobuf/repeated_field.h>
#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <algorithm>
#include <functional>

#include "base/random.h"
#include "components/registry.h"
#include "config/yaml_reader.h"
#include "oracle/generate.h"
#include "oracle/logs.pb.h"
#include "oracle/metrics.pb.h"
#include "oracle/trace.pb.h"
#include "pipeline/test_support.h"

namespace telemill::components::shared {
namespace {

using oracle::common::AnyValue;
using oracle::common::KeyValue;
using otlp::Signal;
using Attributes = google::protobuf::RepeatedPtrField<KeyValue>;
using Apply = std::function<void(Attributes&)>;

KeyValue* find(Attributes& attributes, const std::string& key) {
  for (KeyValue& attribute : attributes) {
    if (attribute.key() == key) return &attribute;
  }
  return nullptr;
}

void put(Attributes& attributes, const std::string& key, const AnyValue& value, bool may_add,
         bool may_change) {
  KeyValue* const found = find(attributes, key);
  if (found == nullptr && may_add) {
    KeyValue& added = *attributes.Add();
    added.set_key(key);
    *added.mutable_value() = value;
  } else if (found != nullptr && may_change &&
             found->value().SerializeAsString() != value.SerializeAsString()) {
    *found->mutable_value() = value;
  }
}

AnyValue text(const std::string& value) {
  AnyValue result;
  result.set_string_value(value);
  return result;
}

template <class Matches>
void remove_if(Attributes& attributes, Matches matches) {
  Attributes kept;
  for (const KeyValue& attribute : attributes) {
    if (!matches(attribute)) *kept.Add() = attribute;
  }
  attributes.Swap(&kept);
}

void hash(AnyValue& value) {
  std::string bytes;
  if (value.has_string_value()) bytes = value.string_value();
  if (value.has_bool_value()) bytes.push_back(value.bool_value() ? '\1' : '\0');
  const auto append = [&bytes](const auto& number) {
    bytes.assign(reinterpret_cast<const char*>(&number), sizeof(number));
  };
  if (value.has_int_value()) append(value.int_value());
  if (value.has_double_value()) append(value.double_value());
  std::string hex;
  if (!bytes.empty()) {
    unsigned char sum[32];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sum);
    for (const unsigned char byte : sum) {
      hex += "0123456789abcdef"[byte >> 4];
      hex += "0123456789abcdef"[byte & 15];
    }
  }
  value = text(hex);
}

struct Program {
  const char* actions;
  Apply apply;
};

std::vector<Program> programs() {
  return {
      {"[{key: a, value: v, action: insert}]",
       [](Attributes& list) { put(list, "a", text("v"), true, false); }},
      {"[{key: a, value: v, action: update}]",
       [](Attributes& list) { put(list, "a", text("v"), false, true); }},
      {"[{key: a, value: v, action: upsert}, {key: service.name, value: w, action: upsert}]",
       [](Attributes& list) {
         put(list, "a", text("v"), true, true);
         put(list, "service.name", text("w"), true, true);
       }},
      {"[{key: b, from_attribute: a, action: upsert}, {key: a, action: delete}]",
       [](Attributes& list) {
         if (KeyValue* const from = find(list, "a")) {
           put(list, "b", AnyValue(from->value()), true, true);
         }
         remove_if(list, [](const KeyValue& each) { return each.key() == "a"; });
       }},
      {"[{pattern: '^[ab]$', action: delete}, {key: a, value: v, action: insert}]",
       [](Attributes& list) {
         remove_if(list,
                   [](const KeyValue& each) { return each.key() == "a" || each.key() == "b"; });
         put(list, "a", text("v"), true, false);
       }},
      {"[{key: a, action: hash}]",
       [](Attributes& list) {
         for (KeyValue& each : list) {
           if (each.key() == "a") hash(*each.mutable_value());
         }
       }},
      {"[{key: nowhere, action: delete}]", [](Attributes&) {}},
  };
}

/// Gives attributes keys that the programs know, some of them twice.
void rename(Attributes& attributes, base::Random& random) {
  static const std::vector<std::string> keys = {"a", "b", "service.name", "other"};
  for (KeyValue& attribute : attributes) {
    if (random.chance(0.8)) attribute.set_key(keys[random.below(keys.size())]);
  }
}

template <class Request>
struct Shape;
template <>
struct Shape<oracle::trace::ExportTraceServiceRequest> {
  static constexpr Signal signal = Signal::traces;
  static auto& resources(auto& request) { return *request.mutable_resource_spans(); }
  static auto& scopes(auto& resource) { return *resource.mutable_scope_spans(); }
  static void for_each_item(auto& scope, const Apply& apply) {
    for (auto& span : *scope.mutable_spans()) apply(*span.mutable_attributes());
  }
};
template <>
struct Shape<oracle::logs::ExportLogsServiceRequest> {
  static constexpr Signal signal = Signal::logs;
  static auto& resources(auto& request) { return *request.mutable_resource_logs(); }
  static auto& scopes(auto& resource) { return *resource.mutable_scope_logs(); }
  static void for_each_item(auto& scope, const Apply& apply) {
    for (auto& log : *scope.mutable_log_records()) apply(*log.mutable_attributes());
  }
};
template <>
struct Shape<oracle::metrics::ExportMetricsServiceRequest> {
  static constexpr Signal signal = Signal::metrics;
  static auto& resources(auto& request) { return *request.mutable_resource_metrics(); }
  static auto& scopes(auto& resource) { return *resource.mutable_scope_metrics(); }
  static void for_each_item(auto& scope, const Apply& apply) {
    const auto points = [&apply](auto& data) {
      for (auto& point : *data.mutable_data_points()) apply(*point.mutable_attributes());
    };
    for (auto& metric : *scope.mutable_metrics()) {
      if (metric.has_gauge()) points(*metric.mutable_gauge());
      if (metric.has_sum()) points(*metric.mutable_sum());
      if (metric.has_histogram()) points(*metric.mutable_histogram());
      if (metric.has_exponential_histogram()) points(*metric.mutable_exponential_histogram());
      if (metric.has_summary()) points(*metric.mutable_summary());
    }
  }
};

template <class Request>
void for_each_list(Request& request, bool of_resources, const Apply& apply) {
  using S = Shape<Request>;
  for (auto& resource : S::resources(request)) {
    if (of_resources) {
      apply(*resource.mutable_resource()->mutable_attributes());
      continue;
    }
    for (auto& scope : S::scopes(resource)) S::for_each_item(scope, apply);
  }
}

const pipeline::Factory& factory_of(std::string_view type) {
  const auto& all = all_factories();
  return **std::ranges::find_if(all, [type](const pipeline::Factory* factory) {
    return factory->info().kind == pipeline::ComponentKind::processor &&
           factory->info().type == type;
  });
}

template <class Request>
class ProcessorOracle : public testing::Test {
 protected:
  void compare(const pipeline::Factory& factory, std::string_view key, bool of_resources) {
    constexpr Signal signal = Shape<Request>::signal;
    for (uint64_t seed = 0; seed < 300; ++seed) {
      base::Random random(seed);
      Request request;
      oracle::generate(request, random, {.with_unknown_fields = random.chance(0.5)});
      for_each_list(request, of_resources,
                    [&random](Attributes& attributes) { rename(attributes, random); });
      const auto all = programs();
      const Program& program = all[random.below(all.size())];
      SCOPED_TRACE("seed " + std::to_string(seed) + ": " + program.actions);
      const std::string bytes = request.SerializeAsString();
      otlp::Part part = otlp::Walker().walk(signal, base::Slice::copy_of(bytes)).value();
      if (part.item_count == 0) continue;

      config::Problems problems;
      const auto node =
          config::read_yaml(std::string(key) + ": " + program.actions, 0, problems).value();
      const auto settings = factory.parse(node, "", problems);
      ASSERT_FALSE(problems.has_errors());
      pipeline::FakeConsumer next;
      const auto processor = factory.create_processor(lane_.context("x"), *settings, signal, next);
      pipeline::Settled settled;
      processor->consume({otlp::Payload(signal, part), settled.completion()});
      ASSERT_EQ(next.held.size(), 1U);
      const otlp::Part& result = next.held.front().payload.parts().front();
      EXPECT_EQ(result.item_count, part.item_count);

      for_each_list(request, of_resources, program.apply);
      Request edited;
      ASSERT_TRUE(
          edited.ParseFromArray(result.bytes.data(), static_cast<int>(result.bytes.size())));
      ASSERT_EQ(oracle::canonical_bytes(edited), oracle::canonical_bytes(request));
      // The table fits the bytes.
      const auto walked = otlp::Walker().walk(signal, result.bytes).value();
      EXPECT_TRUE(std::ranges::equal(walked.table.records(), result.table.records()));
      if (oracle::canonical_bytes(request) == bytes && of_resources == false) {
        EXPECT_EQ(result.bytes.data(), part.bytes.data()) << "nothing changed: the same bytes";
      }
      next.settle_first(pipeline::Outcome::ok());
    }
  }

  pipeline::TestLane lane_;
};

using Requests =
    testing::Types<oracle::trace::ExportTraceServiceRequest, oracle::logs::ExportLogsServiceRequest,
                   oracle::metrics::ExportMetricsServiceRequest>;
TYPED_TEST_SUITE(ProcessorOracle, Requests);

TYPED_TEST(ProcessorOracle, AttributesEqualsAPlainImplementation) {
  this->compare(factory_of("attributes"), "actions", false);
}

TYPED_TEST(ProcessorOracle, ResourceEqualsAPlainImplementation) {
  this->compare(factory_of("resource"), "attributes", true);
}

}  // namespace
}  // namespace telemill::components::shared
