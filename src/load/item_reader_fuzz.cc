#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "load/item_reader.h"
#include "load/template.h"

namespace telemill::load {

/// Hostile requests: the sink's reader and the replay's search for holes stay inside the bytes,
/// and agree with the walk on how many items there are.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using otlp::Signal;
  if (size == 0) return 0;
  const auto signal = static_cast<Signal>(data[0] % 3);
  const std::string request(reinterpret_cast<const char*>(data) + 1, size - 1);
  otlp::Walker walker;
  const auto part = walker.walk(signal, base::Slice::copy_of(request));
  const auto holes = find_holes(signal, request);
  if (!part) {
    TELEMILL_CHECK(!holes);
    return 0;
  }
  for (const bool wants_time : {false, true}) {
    size_t seen = 0;
    ItemReader(signal, wants_time).read(*part, [&](const ItemMark&) { ++seen; });
    // A metric that states its data twice counts by the last, and is read in full.
    TELEMILL_CHECK(signal == Signal::metrics ? seen >= part->item_count : seen == part->item_count);
  }
  if (!holes) return 0;
  const auto made = Template::create(signal, request, *holes);
  if (!made) return 0;
  std::string filled = request;
  made->fill({.series = {.run = 1, .lane = 0}, .item_base = 1, .trace_base = 1, .sent_at = 1},
             filled.data());
  // Filling changes values only: the structure stays.
  const auto again = walker.walk(signal, base::Slice::copy_of(filled));
  TELEMILL_CHECK(again && again->item_count == part->item_count);
  return 0;
}

}  // namespace telemill::load
