#pragma once

#include <string_view>

#include "base/buffer.h"
#include "codec/compressor.h"
#include "components/exporters/file/file_config.h"
#include "otlp/payload.h"
#include "otlp/signal.h"
#include "telemill/result.h"

namespace telemill::components::exporters::file {

/// Makes a payload one record of the file: a line of OTLP JSON when `format` is json without
/// compression, else the message behind its length in four bytes, big-endian. Keeps a compressor's
/// state: one thread at a time.
class Encoder {
 public:
  Encoder(Format format, Compression compression) noexcept
      : format_(format), compression_(compression) {}

  /// Fails for good: on what JSON cannot say and beyond `limits::request_bytes_max`.
  Result<base::Buffer> encode(const otlp::Payload& payload);
  /// The same for a request in one piece.
  Result<base::Buffer> encode(otlp::Signal signal, std::string_view request);

 private:
  const Format format_;
  const Compression compression_;
  codec::Compressor compressor_;
};

}  // namespace telemill::components::exporters::file
