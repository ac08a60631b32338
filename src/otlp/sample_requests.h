#pragma once

#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "otlp/sample_spans.h"

/// What the benches of this module go through: distinct requests of 1000 spans.
namespace telemill::otlp {

inline constexpr size_t sample_spans = 1000;

/// How much memory a bench touches before it sees the same bytes again.
enum class Memory : uint8_t {
  hot,   // 16 requests, used again while they are in cache
  cold,  // more than 64 MB
};

inline std::vector<base::Slice> sample_requests(Memory memory) {
  constexpr size_t distinct = 16;
  std::vector<base::Slice> requests;
  for (uint64_t seed = 0; seed < distinct; ++seed) {
    requests.push_back(SampleSpans(seed).request(sample_spans).bytes);
  }
  if (memory == Memory::hot) return requests;
  while (requests.size() < 15 * distinct) {
    requests.push_back(base::Slice::copy_of(requests[requests.size() % distinct].view()));
  }
  return requests;
}

}  // namespace telemill::otlp
