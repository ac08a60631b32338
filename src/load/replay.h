#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/template.h"
#include "otlp/signal.h"
#include "telemill/result.h"

namespace telemill::load {

/// Reads captured requests: OTLP protobuf, each behind a 4-byte big-endian length; or OTLP JSON, a
/// request per line, as the `file` exporter writes both. The file may be compressed by zstd or
/// gzip. Requests of more than `items_max` items are cut (zero: never).
///
/// Ids are made anew in every round and keep their relations: spans of one trace stay in one trace,
/// parents stay parents. Times move so that the latest end of a request is its sending. Data points
/// that carry no start time, and items without ids, go unchanged.
Result<std::vector<Template>, Failure> read_capture(const std::string& path, otlp::Signal signal,
                                                    uint32_t items_max);

}  // namespace telemill::load
