#include "integration/connection.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <utility>

namespace telemill::integration {
namespace {

runtime::Descriptor connect_to(uint16_t port, const std::string& host) {
  runtime::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) !=
      0) {
    socket.reset();
  }
  return socket;
}

bool wait_for(int descriptor, int16_t events, std::chrono::milliseconds patience) {
  pollfd waiting{descriptor, events, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) > 0;
}

std::string field(char tag, std::string_view content) {
  std::string bytes(1, tag);
  size_t size = content.size();
  for (; size >= 0x80; size >>= 7) bytes.push_back(static_cast<char>(size | 0x80));
  bytes.push_back(static_cast<char>(size));
  return bytes.append(content);
}

}  // namespace

Connection::Connection(uint16_t port, const std::string& address)
    : socket_(connect_to(port, address)) {}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!socket_ || !wait_for(socket_.number(), POLLOUT, std::chrono::seconds(10))) return false;
    const ssize_t count =
        ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) return false;
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

size_t Connection::push(std::string_view bytes, std::chrono::milliseconds patience) {
  const size_t size = bytes.size();
  while (!bytes.empty() && socket_ && wait_for(socket_.number(), POLLOUT, patience)) {
    const ssize_t count =
        ::send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN) break;
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
  return size - bytes.size();
}

std::string Connection::send_and_listen(std::string_view bytes) {
  while (!bytes.empty() && socket_) {
    if (!wait_for(socket_.number(), POLLIN | POLLOUT, std::chrono::seconds(10))) break;
    if (wait_for(socket_.number(), POLLIN, {})) break;
    const size_t sent = push(bytes.substr(0, 65536), std::chrono::milliseconds(10));
    if (sent == 0 && !wait_for(socket_.number(), POLLIN | POLLOUT, std::chrono::seconds(10))) break;
    bytes.remove_prefix(sent);
  }
  return receive_answer();
}

void Connection::end_output() noexcept { ::shutdown(socket_.number(), SHUT_WR); }

void Connection::reset() noexcept {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  socket_.reset();
}

std::string Connection::receive(std::chrono::milliseconds patience) {
  if (!rest_.empty()) return std::exchange(rest_, {});
  if (has_ended_ || !socket_ || !wait_for(socket_.number(), POLLIN, patience)) return {};
  std::array<char, 65536> piece;
  const ssize_t count = ::recv(socket_.number(), piece.data(), piece.size(), 0);
  if (count <= 0) {
    has_ended_ = true;
    return {};
  }
  return {piece.data(), static_cast<size_t>(count)};
}

std::string Connection::receive_all(std::chrono::milliseconds patience) {
  std::string all;
  for (;;) {
    const std::string piece = receive(patience);
    if (piece.empty()) return all;
    all += piece;
  }
}

std::string Connection::receive_answer() {
  std::string answer;
  for (;;) {
    const std::string piece = receive();
    if (piece.empty()) return {};
    answer += piece;
    const size_t head_end = answer.find("\r\n\r\n");
    if (head_end == std::string::npos) continue;
    constexpr std::string_view key = "content-length: ";
    const size_t at = answer.find(key);
    size_t length = 0;
    if (at < head_end) {
      std::from_chars(answer.data() + at + key.size(), answer.data() + answer.size(), length);
    }
    const size_t total = head_end + 4 + length;
    if (answer.size() < total) continue;
    rest_ = answer.substr(total);
    answer.resize(total);
    return answer;
  }
}

bool is_port_closed(uint16_t port) { return !connect_to(port, "127.0.0.1"); }

std::string http_head(size_t content_length, std::string_view more, std::string_view type) {
  return "POST /v1/traces HTTP/1.1\r\nhost: a\r\ncontent-type: " + std::string(type) + "\r\n" +
         std::string(more) + "content-length: " + std::to_string(content_length) + "\r\n\r\n";
}

std::string http_post(std::string_view body, std::string_view more, std::string_view type) {
  return http_head(body.size(), more, type).append(body);
}

int status_of(std::string_view answer) {
  constexpr std::string_view begin = "HTTP/1.1 ";
  int status = -1;
  if (answer.starts_with(begin)) {
    std::from_chars(answer.data() + begin.size(), answer.data() + answer.size(), status);
  }
  return status;
}

std::string spans(size_t span_count) {
  std::string items;
  for (size_t i = 0; i < span_count; ++i) items += field('\x12', {});
  return field('\x0a', field('\x12', items));
}

}  // namespace telemill::integration
