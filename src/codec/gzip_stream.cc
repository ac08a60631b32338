#include "codec/gzip_stream.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>

namespace telemill::codec {

GzipStream::GzipStream() : state_(std::make_unique<inflate_state>()) {}
GzipStream::GzipStream(GzipStream&&) noexcept = default;
GzipStream& GzipStream::operator=(GzipStream&&) noexcept = default;
GzipStream::~GzipStream() = default;

void GzipStream::begin_member() {
  isal_inflate_init(state_.get());
  state_->crc_flag = ISAL_GZIP;
  is_between_members_ = false;
}

Result<GzipStream::Step> GzipStream::inflate(std::string_view input, char* out, size_t room) {
  constexpr size_t call_bytes_max = std::numeric_limits<uint32_t>::max();
  Step step;
  while (step.produced < room) {
    if (is_between_members_) {
      if (step.consumed == input.size()) break;
      begin_member();
    }
    const size_t input_size = std::min(input.size() - step.consumed, call_bytes_max);
    const size_t output_size = std::min(room - step.produced, call_bytes_max);
    // The library reads through a pointer to mutable bytes and changes none.
    state_->next_in = reinterpret_cast<uint8_t*>(const_cast<char*>(input.data() + step.consumed));
    state_->avail_in = static_cast<uint32_t>(input_size);
    state_->next_out = reinterpret_cast<uint8_t*>(out + step.produced);
    state_->avail_out = static_cast<uint32_t>(output_size);
    if (isal_inflate(state_.get()) < 0) return fail("gzip data are broken");
    const size_t consumed = input_size - state_->avail_in;
    const size_t produced = output_size - state_->avail_out;
    step.consumed += consumed;
    step.produced += produced;
    is_between_members_ = state_->block_state == ISAL_BLOCK_FINISH;
    if (consumed == 0 && produced == 0 && !is_between_members_) break;
  }
  return step;
}

}  // namespace telemill::codec
