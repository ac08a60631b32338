#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/buffer.h"
#include "wire/varint.h"

namespace telemill::wire {

/// Appends protobuf fields to a buffer. A nested message is opened with room for a one-byte length;
/// closing it moves the content when the length turns out to need more, so that every length
/// stands in its minimal form.
class Writer {
 public:
  explicit Writer(base::Buffer& out) noexcept : out_(out) {}

  void varint(uint32_t field, uint64_t value) {
    char* const start = out_.extend(2 * varint_bytes_max);
    char* const end =
        write_varint(value, write_varint(encode_tag({field, WireType::varint}), start));
    settle(start, end);
  }
  void fixed64(uint32_t field, uint64_t value) { fixed(field, WireType::fixed64, value); }
  void fixed32(uint32_t field, uint32_t value) { fixed(field, WireType::fixed32, value); }
  void real(uint32_t field, double value) { fixed64(field, std::bit_cast<uint64_t>(value)); }
  void bytes(uint32_t field, std::string_view value) {
    header(field, value.size());
    out_.append(value);
  }
  /// Tag and length of a field whose `size` bytes the caller appends.
  void header(uint32_t field, size_t size) {
    char* const start = out_.extend(2 * varint_bytes_max);
    settle(start, write_varint(size, write_varint(message_tag(field), start)));
  }

  /// Starts a nested message; hand the result to `close` once its fields are written.
  [[nodiscard]] size_t open(uint32_t field) {
    char* const start = out_.extend(2 * varint_bytes_max);
    char* end = write_varint(message_tag(field), start);
    *end++ = 0;  // room for a one-byte length
    settle(start, end);
    return out_.size();
  }
  void close(size_t opened) {
    const size_t size = out_.size() - opened;
    const size_t more = varint_size(size) - 1;
    if (more > 0) {
      out_.extend(more);
      std::memmove(out_.data() + opened + more, out_.data() + opened, size);
    }
    write_varint(size, out_.data() + opened - 1);
  }

  [[nodiscard]] base::Buffer& out() noexcept { return out_; }

 private:
  template <class T>
  void fixed(uint32_t field, WireType type, T value) {
    char* const start = out_.extend(varint_bytes_max + sizeof(T));
    char* const end = write_varint(encode_tag({field, type}), start);
    std::memcpy(end, &value, sizeof(T));
    settle(start, end + sizeof(T));
  }
  /// Gives back what `extend` reserved beyond `end`.
  void settle(const char* start, const char* end) noexcept {
    out_.truncate(static_cast<size_t>(start - out_.data()) + static_cast<size_t>(end - start));
  }

  base::Buffer& out_;
};

}  // namespace telemill::wire
