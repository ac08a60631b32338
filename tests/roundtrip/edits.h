#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "otlp/splice.h"
#include "otlp/walk.h"

/// Random edits of a part, to be made by our code and on the oracle's objects alike.
namespace telemill::roundtrip {

struct Edits {
  struct Replacement {
    uint32_t record = 0;
    otlp::Range old;
    std::string text;
  };
  struct Frame {
    uint32_t index = 0;
    std::string bytes;
  };
  std::vector<Replacement> replacements;    // in the order they are given
  std::vector<std::string> edited_records;  // each record's bytes afterwards
  std::vector<bool> dropped;                // by record
  std::vector<Frame> scope_frames;
  std::vector<Frame> resource_frames;
};

/// `text_field` is the number of a record's string field.
Edits make_edits(const otlp::Part& part, uint32_t text_field, base::Random& random);

void apply(const Edits& edits, otlp::Splice& splice);

/// False when the oracle refuses an edited record.
template <class Signal>
bool apply(const Edits& edits, typename Signal::Request& request) {
  uint32_t record_index = 0;
  uint32_t scope_index = 0;
  uint32_t resource_index = 0;
  const auto frame_for = [](const std::vector<Edits::Frame>& frames, uint32_t index) {
    const std::string* last = nullptr;
    for (const Edits::Frame& frame : frames) {
      if (frame.index == index) last = &frame.bytes;
    }
    return last;
  };
  typename Signal::Request kept_request = request;
  Signal::resources(kept_request).Clear();
  for (auto& resource : Signal::resources(request)) {
    typename Signal::Resource kept_resource = resource;
    Signal::scopes(kept_resource).Clear();
    if (const std::string* frame = frame_for(edits.resource_frames, resource_index++)) {
      if (!kept_resource.ParseFromString(*frame)) return false;
    }
    bool keeps_resource = Signal::scopes(resource).empty();
    for (auto& scope : Signal::scopes(resource)) {
      typename Signal::Scope kept_scope = scope;
      Signal::records(kept_scope).Clear();
      if (const std::string* frame = frame_for(edits.scope_frames, scope_index++)) {
        if (!kept_scope.ParseFromString(*frame)) return false;
      }
      bool keeps_scope = Signal::records(scope).empty();
      for (int i = 0; i < Signal::records(scope).size(); ++i, ++record_index) {
        if (edits.dropped[record_index]) continue;
        keeps_scope = true;
        if (!Signal::records(kept_scope)
                 .Add()
                 ->ParseFromString(edits.edited_records[record_index])) {
          return false;
        }
      }
      if (!keeps_scope) continue;
      keeps_resource = true;
      *Signal::scopes(kept_resource).Add() = std::move(kept_scope);
    }
    if (keeps_resource) *Signal::resources(kept_request).Add() = std::move(kept_resource);
  }
  request = std::move(kept_request);
  return true;
}

}  // namespace telemill::roundtrip
