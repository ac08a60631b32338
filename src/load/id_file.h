#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/buffer.h"
#include "runtime/socket.h"
#include "telemill/result.h"

namespace telemill::load {

/// What became of the items whose ids follow.
enum class IdStatus : uint8_t {
  acknowledged = 1,  // the server said yes; in the sink's file: received
  refused = 2,       // the server said no
  unknown = 3,       // no answer came
};

/// A file of item ids, for comparing what was sent, acknowledged and delivered as sets. Blocks of
/// 64-bit little-endian numbers: first status << 56 | count, then that many ids. Any number of
/// lanes may append, each through its own object. Writes block; runs that write ids are about
/// correctness, not speed.
class IdFile {
 public:
  /// `truncate`: the file starts empty.
  static Result<std::unique_ptr<IdFile>, Failure> open(const std::string& path, bool truncate);
  IdFile(const IdFile&) = delete;
  IdFile& operator=(const IdFile&) = delete;
  /// Flushes.
  ~IdFile() { flush(); }

  void add(IdStatus status, uint64_t id) {
    if (count_ == 0 || status != status_ || count_ == block_ids_max) begin_block(status);
    bytes_.append({reinterpret_cast<const char*>(&id), sizeof id});
    ++count_;
  }
  void flush() noexcept;
  /// True once a write has failed: the file is not complete.
  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

 private:
  static constexpr uint32_t block_ids_max = 4096;

  explicit IdFile(runtime::Descriptor file) : file_(std::move(file)) {}
  void begin_block(IdStatus status);

  const runtime::Descriptor file_;
  base::Buffer bytes_;
  IdStatus status_ = IdStatus::unknown;
  uint32_t count_ = 0;
  bool has_failed_ = false;
};

}  // namespace telemill::load
