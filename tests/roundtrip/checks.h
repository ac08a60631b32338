#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "edits.h"
#include "otlp/schema.h"
#include "otlp/splice.h"
#include "otlp/split.h"
#include "signals.h"
#include "wire/json_decoder.h"
#include "wire/json_encoder.h"

/// What must hold between our code and the official library for any request.
namespace telemill::roundtrip {

/// A part's table and count are what a fresh walk finds.
inline void expect_consistent(otlp::Signal signal, otlp::Walker& walker, const otlp::Part& part) {
  const auto again = walker.walk(signal, part.bytes);
  ASSERT_TRUE(again.has_value()) << again.error().what << " at " << again.error().offset;
  ASSERT_EQ(again->item_count, part.item_count);
  const auto same_rows = [](auto ours, auto fresh) {
    return ours.size_bytes() == fresh.size_bytes() &&
           (ours.empty() || std::memcmp(ours.data(), fresh.data(), ours.size_bytes()) == 0);
  };
  ASSERT_TRUE(same_rows(part.table.resources(), again->table.resources()));
  ASSERT_TRUE(same_rows(part.table.scopes(), again->table.scopes()));
  ASSERT_TRUE(same_rows(part.table.records(), again->table.records()));
}

/// Every item behind the fields of all that is around it, in order: two requests with the same list
/// say the same, but for entries without items. Takes the request apart.
template <class Signal>
void flatten(typename Signal::Request request, std::vector<std::string>& out) {
  auto resources = std::move(Signal::resources(request));
  Signal::resources(request).Clear();
  const std::string around_request = request.SerializeAsString();
  for (auto& resource : resources) {
    auto scopes = std::move(Signal::scopes(resource));
    Signal::scopes(resource).Clear();
    const std::string around_resource = around_request + '|' + resource.SerializeAsString();
    for (auto& scope : scopes) {
      auto records = std::move(Signal::records(scope));
      Signal::records(scope).Clear();
      const std::string around = around_resource + '|' + scope.SerializeAsString() + '|';
      for (auto& record : records) {
        if constexpr (std::is_same_v<Signal, Metrics>) {
          Metrics::visit_points(record, [&](auto& points) {
            const auto taken = std::move(points);
            points.Clear();
            const std::string metric = around + record.SerializeAsString() + '|';
            for (const auto& point : taken) out.push_back(metric + point.SerializeAsString());
          });
        } else {
          out.push_back(around + record.SerializeAsString());
        }
      }
    }
  }
}

template <class Message>
bool parse(std::string_view bytes, Message& message) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

/// Cuts `payload` at random bounds: no item is lost, changed or moved.
template <class Signal>
void check_split(const otlp::Payload& payload, bool is_dirty, base::Random& random,
                 otlp::Walker& walker) {
  std::vector<std::string> before;
  for (const otlp::Part& part : payload.parts()) {
    typename Signal::Request request;
    if (!is_dirty && parse(part.bytes.view(), request)) flatten<Signal>(std::move(request), before);
  }
  std::vector<std::string> after;
  size_t items = 0;
  otlp::Splitter splitter{otlp::Payload(payload)};
  while (!splitter.done()) {
    const size_t bound =
        random.chance(0.5) ? random.below(4) + 1 : random.below(payload.item_count() + 2) + 1;
    const otlp::Payload piece = splitter.next(bound);
    ASSERT_LE(piece.item_count(), bound);
    ASSERT_TRUE(piece.item_count() == bound || splitter.done());
    items += piece.item_count();
    ASSERT_EQ(splitter.items_left(), payload.item_count() - items);
    for (const otlp::Part& part : piece.parts()) {
      ASSERT_NO_FATAL_FAILURE(expect_consistent(Signal::signal, walker, part));
      typename Signal::Request request;
      if (is_dirty) continue;
      ASSERT_TRUE(parse(part.bytes.view(), request));
      flatten<Signal>(std::move(request), after);
    }
  }
  ASSERT_EQ(items, payload.item_count());
  ASSERT_EQ(after, before);
}

/// Edits a part at random and the oracle's objects alike.
template <class Signal>
void check_splice(const otlp::Part& part, const typename Signal::Request& request, bool is_dirty,
                  base::Random& random, otlp::Walker& walker) {
  static thread_local otlp::Splice splice;
  const Edits edits = make_edits(part, Signal::text_field, random);
  splice.begin(part);
  apply(edits, splice);
  const otlp::Part edited = splice.apply(Signal::signal);
  ASSERT_NO_FATAL_FAILURE(expect_consistent(Signal::signal, walker, edited));
  if (is_dirty) return;
  typename Signal::Request expected = request;
  ASSERT_TRUE(apply<Signal>(edits, expected));
  typename Signal::Request ours;
  ASSERT_TRUE(parse(edited.bytes.view(), ours));
  ASSERT_EQ(ours.SerializeAsString(), expected.SerializeAsString());
}

/// To JSON and back, known fields stay as they are.
template <class Signal>
void check_json(std::string_view bytes, const typename Signal::Request& request,
                wire::JsonDecoder& decoder) {
  base::Buffer json;
  const auto encoded = wire::encode_json(otlp::request_schema(Signal::signal), bytes, json);
  ASSERT_TRUE(encoded.has_value()) << encoded.error().what;
  const auto decoded = decoder.decode(otlp::request_schema(Signal::signal), json.view());
  ASSERT_TRUE(decoded.has_value()) << decoded.error().what;
  typename Signal::Request back;
  ASSERT_TRUE(parse(decoded->view(), back));
  typename Signal::Request known = request;
  known.DiscardUnknownFields();
  ASSERT_EQ(back.SerializeAsString(), known.SerializeAsString());
}

}  // namespace telemill::roundtrip
