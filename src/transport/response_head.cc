#include "transport/response_head.h"

#include <fmt/format.h>

#include <charconv>
#include <ctime>
#include <iterator>

namespace telemill::transport {

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

std::string_view HttpDate::text(UnixNanos now) noexcept {
  constexpr uint64_t nanos_per_second = 1'000'000'000;
  constexpr size_t text_bytes = 29;
  const uint64_t second = now / nanos_per_second;
  if (second != second_) {
    second_ = second;
    const auto time = static_cast<time_t>(second);
    tm parts{};
    gmtime_r(&time, &parts);
    constexpr std::string_view days = "SunMonTueWedThuFriSat";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    fmt::format_to_n(text_.data(), text_.size(), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     days.substr(static_cast<size_t>(parts.tm_wday) * 3, 3), parts.tm_mday,
                     months.substr(static_cast<size_t>(parts.tm_mon) * 3, 3), parts.tm_year + 1900,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
  }
  return {text_.data(), text_bytes};
}

void clean_values(Headers& headers) noexcept {
  for (Header& header : headers) {
    for (char& c : header.value) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7f) c = ' ';
    }
  }
}

Response plain_response(int status, std::string_view text) {
  Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  base::Buffer body;
  body.append(text);
  body.push_back('\n');
  response.body.append(std::move(body).freeze());
  return response;
}

void write_http1_response(const Response& response, Http1AnswerForm form, std::string_view date,
                          OutputQueue& output) {
  fmt::basic_memory_buffer<char, 512> head;
  const auto into = std::back_inserter(head);
  fmt::format_to(into, "HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  const auto add = [&head](std::string_view name, std::string_view value) {
    head.append(name);
    head.append(std::string_view(": "));
    head.append(value);
    head.append(std::string_view("\r\n"));
  };
  if (!response.content_type.empty()) add("content-type", response.content_type);
  for (const Header& header : response.headers) add(header.name, header.value);
  const bool may_have_body =
      response.status >= 200 && response.status != 204 && response.status != 304;
  if (may_have_body) fmt::format_to(into, "content-length: {}\r\n", response.body.size());
  add("date", date);
  if (form.closes) {
    add("connection", "close");
  } else if (form.says_keep_alive) {
    add("connection", "keep-alive");
  }
  head.append(std::string_view("\r\n"));
  output.append_copy({head.data(), head.size()});
  if (!may_have_body || !form.has_body) return;
  for (const base::Slice& slice : response.body.slices()) output.append(slice);
}

}  // namespace telemill::transport
