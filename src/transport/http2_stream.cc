#include "transport/http2_stream.h"

#include <algorithm>
#include <charconv>

namespace telemill::transport {

void HeaderStore::clear() noexcept {
  text_.clear();
  fields_.clear();
  views_.clear();
  is_over_limit_ = false;
}

bool HeaderStore::add(std::string_view name, std::string_view value, size_t bytes_max,
                      size_t count_max) {
  constexpr size_t entry_bytes = 32;  // what RFC 9113 6.5.2 counts per field
  const size_t bytes =
      text_.size() + name.size() + value.size() + entry_bytes * (fields_.size() + 1);
  if (bytes > bytes_max || fields_.size() == count_max) is_over_limit_ = true;
  if (is_over_limit_) return false;
  text_.append(name).append(value);
  fields_.push_back({static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size())});
  return true;
}

RequestHead HeaderStore::head() {
  RequestHead head;
  head.version = HttpVersion::http2;
  views_.clear();
  const std::string_view text = text_;
  size_t offset = 0;
  for (const Field& field : fields_) {
    const std::string_view name = text.substr(offset, field.name_size);
    const std::string_view value = text.substr(offset + field.name_size, field.value_size);
    offset += field.name_size + field.value_size;
    if (!name.starts_with(':')) {
      views_.push_back({name, value});
      if (name == "content-length") {  // nghttp2 has checked its form and that it comes once
        uint64_t length = 0;
        std::from_chars(value.data(), value.data() + value.size(), length);
        head.content_length = length;
      } else if (name == "host" && head.authority.empty()) {
        head.authority = value;
      }
    } else if (name == ":method") {
      head.method = value;
    } else if (name == ":path") {
      const size_t question = std::min(value.find('?'), value.size());
      head.path = value.substr(0, question);
      if (question < value.size()) head.query = value.substr(question + 1);
    } else if (name == ":authority") {
      head.authority = value;
    }
  }
  head.headers = views_;
  return head;
}

void Http2Stream::reset() noexcept {
  state = State::head;
  is_grpc = has_prefix = false;
  is_remote_open = true;
  store.clear();
  head = {};
  body.reset();
  bytes_unconsumed = bytes_handed_over = bytes_promised = bytes_unread = 0;
  response = {};
  cursor = {};
}

Http2Streams::~Http2Streams() {
  for (Http2Stream* list : {oldest_, idle_}) {
    while (list != nullptr) {
      const std::unique_ptr<Http2Stream> owner(list);
      list = list->next;
    }
  }
}

Http2Stream& Http2Streams::open(int32_t id) {
  Http2Stream* stream = idle_;
  if (stream != nullptr) {
    idle_ = stream->next;
    --idle_count_;
  } else {
    stream = std::make_unique<Http2Stream>(budget_).release();
  }
  stream->id = id;
  stream->next = nullptr;
  stream->previous = newest_;
  (newest_ != nullptr ? newest_->next : oldest_) = stream;
  newest_ = stream;
  ++count_;
  return *stream;
}

void Http2Streams::close(Http2Stream& stream) noexcept {
  (stream.previous != nullptr ? stream.previous->next : oldest_) = stream.next;
  (stream.next != nullptr ? stream.next->previous : newest_) = stream.previous;
  --count_;
  std::unique_ptr<Http2Stream> owner(&stream);
  if (idle_count_ == idle_max) return;
  stream.reset();
  stream.next = idle_;
  idle_ = owner.release();
  ++idle_count_;
}

}  // namespace telemill::transport
