#include "transport/client_session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"

namespace telemill::transport {
namespace {

bool is_name(std::string_view text) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           marks.find(c) != std::string_view::npos;
  });
}

bool is_value(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<uint8_t>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

bool is_target(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<uint8_t>(c) > 0x20 && static_cast<uint8_t>(c) < 0x7f;
  });
}

}  // namespace

void Call::rewind() {
  slice_index = slice_offset = body_sent_bytes = promised_bytes = field_bytes = 0;
  has_final_head = false;
  field_count = interim_count = 0;
  stream = 0;
  response = {};
  body = {};
}

void Call::send_body(size_t bytes, OutputQueue& output) {
  body_sent_bytes += bytes;
  while (bytes > 0) {
    const base::Slice& slice = request.body.slices()[slice_index];
    const size_t count = std::min(bytes, slice.size() - slice_offset);
    output.append(slice.sub(slice_offset, count));
    bytes -= count;
    slice_offset += count;
    if (slice_offset == slice.size()) {
      ++slice_index;
      slice_offset = 0;
    }
  }
}

Call& ClientSession::adopt(std::unique_ptr<Call> call) {
  call->session = this;
  call->slot = calls_.size();
  calls_.push_back(std::move(call));
  return *calls_.back();
}

std::unique_ptr<Call> ClientSession::release(Call& call) {
  TELEMILL_CHECK(call.session == this && calls_[call.slot].get() == &call);
  const size_t slot = call.slot;
  std::unique_ptr<Call> released = std::move(calls_[slot]);
  if (slot + 1 < calls_.size()) {
    calls_[slot] = std::move(calls_.back());
    calls_[slot]->slot = slot;
  }
  calls_.pop_back();
  released->session = nullptr;
  return released;
}

void ClientSession::finish(Call& call, ClientResult result) {
  observer_.on_done(release(call), std::move(result));
}

void ClientSession::abandon(const Failure& why) {
  while (!calls_.empty()) finish(*calls_.back(), fail(why));
}

const char* find_fault(const ClientRequest& request) noexcept {
  if (!is_name(request.method)) return "the request's method is not a word";
  if (!is_target(request.path)) return "the request's path holds spaces or control characters";
  for (const Header& header : request.headers) {
    if (!is_name(header.name)) return "a request header's name is not a word";
    if (!is_value(header.value)) return "a request header's value holds control characters";
  }
  return nullptr;
}

bool is_managed_header(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 8> managed{
      "connection",       "content-length",    "host",    "keep-alive",
      "proxy-connection", "transfer-encoding", "upgrade", "user-agent"};
  return std::find(managed.begin(), managed.end(), name) != managed.end();
}

}  // namespace telemill::transport
