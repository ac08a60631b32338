// The gRPC helpers take any bytes, and what they write they read back.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "transport/base64.h"
#include "transport/grpc.h"

namespace grpc = telemill::transport::grpc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  TELEMILL_CHECK(grpc::decode_message(grpc::encode_message(input)) == input);
  TELEMILL_CHECK(telemill::transport::decode_base64(telemill::transport::encode_base64(input)) ==
                 std::string(input));
  TELEMILL_CHECK(grpc::decode_message(input).size() <= input.size());
  (void)telemill::transport::decode_base64(input);
  (void)grpc::is_grpc_content_type(input);
  if (const auto timeout = grpc::parse_timeout(input)) {
    TELEMILL_CHECK(*timeout >= telemill::Duration{});
    TELEMILL_CHECK(grpc::parse_timeout(grpc::format_timeout(*timeout)).value() >= *timeout);
  }
  if (const auto delay = grpc::retry_delay(input)) {
    TELEMILL_CHECK(*delay >= telemill::Duration{} && *delay <= std::chrono::hours(24 * 367));
    const std::string status = grpc::encode_status(grpc::Code::unavailable, input, delay);
    TELEMILL_CHECK(grpc::retry_delay(status) == delay);
  }

  const size_t cut = size / 2;
  telemill::transport::ClientResponse response;
  response.status = size > 0 ? 100 + data[0] * 2 : 200;
  response.trailers.push_back({"grpc-status", std::string(input.substr(0, size % 3))});
  response.trailers.push_back({"grpc-message", std::string(input.substr(0, cut))});
  response.trailers.push_back({"grpc-status-details-bin", std::string(input.substr(cut))});
  response.body = telemill::base::Slice::of_static(input);
  (void)grpc::read_reply(response);
  response.trailers = {{"grpc-status", "0"}, {"grpc-encoding", "gzip"}};
  const grpc::Reply reply = grpc::read_reply(response);
  TELEMILL_CHECK(reply.status.code != grpc::Code::ok ||
                 reply.message.size() + grpc::prefix_bytes == size);
  return 0;
}
