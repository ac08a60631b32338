#include "components/processors/resource/resource.h"

#include <gtest/gtest.h>

#include "config/yaml_reader.h"
#include "otlp/views.h"
#include "pipeline/test_support.h"

namespace telemill::components::processors::resource {
namespace {

using otlp::Signal;

std::string run(std::string_view yaml, Signal signal, std::string_view request) {
  config::Problems problems;
  const auto node = config::read_yaml(yaml, 0, problems).value();
  const auto settings = factory().parse(node, "", problems);
  EXPECT_FALSE(problems.has_errors());
  pipeline::TestLane lane;
  pipeline::Settled settled;  // outlives the batches that report to it
  pipeline::FakeConsumer next;
  const auto processor = factory().create_processor(lane.context("r"), *settings, signal, next);
  processor->consume(
      {otlp::Payload(signal, otlp::Walker().walk(signal, base::Slice::copy_of(request)).value()),
       settled.completion()});
  const std::string result(next.held.front().payload.parts().front().bytes.view());
  next.held.clear();
  return result;
}

std::string bytes_of(auto write) {
  base::Buffer out;
  wire::Writer writer(out);
  write(writer);
  return std::string(out.view());
}

void put(wire::Writer& writer, std::string_view key, std::string_view text) {
  writer.bytes(1, bytes_of([&](wire::Writer& attribute) {
                 attribute.bytes(1, key);
                 attribute.bytes(2, bytes_of([&](wire::Writer& value) { value.bytes(1, text); }));
               }));
}

/// An entry with one empty record; `resource` writes what stands before it.
std::string request_of(auto resource) {
  return bytes_of([&](wire::Writer& writer) {
    writer.bytes(1, bytes_of([&](wire::Writer& entry) {
                   resource(entry);
                   entry.bytes(2, std::string_view("\x12\x00", 2));
                   entry.bytes(3, "schema");
                 }));
  });
}

otlp::ResourceView resource_of(const std::string& request) {
  return otlp::RepeatedView<otlp::ResourceEntryView>(request, 1).begin()->resource();
}

TEST(Resource, AnEntryWithoutResourceGetsOneWhenSomethingIsAdded) {
  const std::string request = request_of([](wire::Writer&) {});
  for (const Signal signal : {Signal::traces, Signal::logs, Signal::metrics}) {
    const std::string edited =
        run("attributes: [{key: env, value: prod, action: upsert}]", signal, request);
    const auto found = resource_of(edited).attributes().find("env");
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->value().string(), "prod");
    EXPECT_NE(edited.find("schema"), std::string::npos);
  }
  EXPECT_EQ(run("attributes: [{key: env, action: delete}]", Signal::traces, request), request);
}

// Protobuf appends what two messages of a singular field repeat.
TEST(Resource, TwoResourceMessagesCountAsOne) {
  const std::string request = request_of([](wire::Writer& entry) {
    entry.bytes(1, bytes_of([](wire::Writer& resource) {
                  put(resource, "a", "secret");
                  put(resource, "b", "kept");
                }));
    entry.bytes(1, bytes_of([](wire::Writer& resource) { put(resource, "a", "secret"); }));
  });
  const std::string edited =
      run("attributes: [{key: a, action: delete}, {key: n, value: new, action: insert}]",
          Signal::logs, request);
  EXPECT_EQ(edited.find("secret"), std::string::npos);
  EXPECT_NE(edited.find("kept"), std::string::npos);
  EXPECT_EQ(resource_of(edited).attributes().find("n")->value().string(), "new");
  EXPECT_TRUE(otlp::Walker().walk(Signal::logs, base::Slice::copy_of(edited)).has_value());
}

// Profiles may keep keys and texts in the request's dictionary.
TEST(Resource, FindsAttributesOfProfilesByTheDictionary) {
  const std::string request =
      request_of([](wire::Writer& entry) {
        entry.bytes(1, bytes_of([](wire::Writer& resource) {
                      resource.bytes(1, bytes_of([](wire::Writer& attribute) {
                                       attribute.bytes(2, bytes_of([](wire::Writer& value) {
                                                         value.varint(8, 2);
                                                       }));
                                       attribute.varint(3, 1);
                                     }));
                    }));
      }) +
      bytes_of([](wire::Writer& writer) {
        writer.bytes(2, bytes_of([](wire::Writer& dictionary) {
                       dictionary.bytes(5, "");
                       dictionary.bytes(5, "host");
                       dictionary.bytes(5, "hello");
                     }));
      });
  const std::string edited =
      run("attributes: [{key: host, action: hash}]", Signal::profiles, request);
  EXPECT_NE(edited.find("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
            std::string::npos);
  const std::string gone =
      run("attributes: [{key: host, action: delete}]", Signal::profiles, request);
  EXPECT_TRUE(resource_of(gone).attributes().empty());
}

TEST(Resource, NeedsAnAction) {
  config::Problems problems;
  static_cast<void>(factory().parse(config::read_yaml("{}", 0, problems).value(), "", problems));
  ASSERT_TRUE(problems.has_errors());
  EXPECT_EQ(problems[0].path, "attributes");
}

}  // namespace
}  // namespace telemill::components::processors::resource
