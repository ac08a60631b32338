#include "transport/http1_response_parser.h"

#include <gtest/gtest.h>

namespace telemill::transport {
namespace {

constexpr Http1ResponseParser::Limits small_limits{
    .body_bytes_max = 100, .head_bytes_max = 500, .header_count_max = 8};

/// Feeds `text` in pieces of `step` bytes; the parser's last word.
Result<void> feed(Http1ResponseParser& parser, std::string_view text, size_t step) {
  while (!text.empty() && !parser.is_done()) {
    const std::string_view piece = text.substr(0, step);
    const auto taken = parser.feed(piece);
    if (!taken) return fail(taken.error());
    text.remove_prefix(*taken);
  }
  return {};
}

struct GoodAnswer {
  std::string_view text;
  int status;
  std::string_view body;
  bool keeps_alive;
  bool is_head = false;
};

TEST(Http1ResponseParser, ReadsAnswersHoweverTheyAreCut) {
  const GoodAnswer cases[] = {
      {"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc", 200, "abc", true},
      {"HTTP/1.1 200 OK\r\nContent-Length:3\r\ncontent-length:\t3 \r\n\r\nabc", 200, "abc", true},
      {"HTTP/1.1 200\r\nContent-Length: 0\r\nConnection: Foo, Close\r\n\r\n", 200, "", false},
      {"HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx", 200, "x", false},
      {"HTTP/1.0 200 OK\r\ncontent-length: 1\r\nconnection: keep-alive\r\n\r\nx", 200, "x", true},
      {"HTTP/1.1 204 No Content\r\ncontent-length: 9\r\n\r\n", 204, "", true},
      {"HTTP/1.1 304 Not Modified\r\n\r\n", 304, "", true},
      {"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", 200, "", true, true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n"
       "HTTP/1.1 503 Busy\r\ncontent-length: 1\r\n\r\n!",
       503, "!", true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n"
       "3\r\nabc\r\n00a;q=\"1\"\r\n0123456789\r\n0\r\n\r\n",
       200, "abc0123456789", true},
      {"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n\r\n", 200, "", true},
  };
  for (const GoodAnswer& answer : cases) {
    for (const size_t step : {size_t{1}, size_t{2}, size_t{7}, size_t{1000}}) {
      Http1ResponseParser parser(small_limits);
      parser.begin(answer.is_head);
      const std::string text(answer.text);
      ASSERT_TRUE(feed(parser, text, step).has_value()) << answer.text;
      ASSERT_TRUE(parser.is_done()) << answer.text;
      EXPECT_EQ(parser.keeps_alive(), answer.keeps_alive) << answer.text;
      const ClientResponse response = parser.take();
      EXPECT_EQ(response.status, answer.status);
      EXPECT_EQ(response.body.view(), answer.body);
    }
  }
}

TEST(Http1ResponseParser, LeavesWhatFollows) {
  Http1ResponseParser parser(small_limits);
  parser.begin(false);
  const std::string_view first = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\na";
  EXPECT_EQ(parser.feed(std::string(first) + "HTTP/1.1 ...").value(), first.size());
  EXPECT_TRUE(parser.is_done());
}

TEST(Http1ResponseParser, RefusesWhatCouldBeReadInTwoWays) {
  const std::string_view cases[] = {
      "HTTP/2.0 200 OK\r\n",
      "HTTP/1.1  200 OK\r\n",
      "http/1.1 200 OK\r\n",
      "HTTP/1.1 20 OK\r\n",
      "HTTP/1.1 2000 OK\r\n",
      "HTTP/1.1 099 OK\r\n",
      "HTTP/1.1 600 OK\r\n",
      "HTTP/1.1 200 OK\n",
      "HTTP/1.1 200 O\x01K\r\n",
      "\r\n",
      "HTTP/1.1 101 Switching\r\n\r\n",
      "HTTP/1.1 200 OK\r\nx : y\r\n",
      "HTTP/1.1 200 OK\r\n folded\r\n",
      "HTTP/1.1 200 OK\r\n: y\r\n",
      "HTTP/1.1 200 OK\r\nnameless\r\n",
      "HTTP/1.1 200 OK\r\nx: a\rb\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length:\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n",
      "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0x3\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-3\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3 3\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabcd\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\na\r\n",
  };
  for (const std::string_view text : cases) {
    for (const size_t step : {size_t{1}, size_t{1000}}) {
      Http1ResponseParser parser(small_limits);
      parser.begin(false);
      EXPECT_FALSE(feed(parser, text, step).has_value()) << text;
      EXPECT_FALSE(parser.is_done());
      EXPECT_FALSE(parser.feed("x").has_value());  // it stays broken
    }
  }
}

TEST(Http1ResponseParser, StaysWithinItsLimits) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  const std::string chunked = head + "transfer-encoding: chunked\r\n\r\n";
  std::string many_headers = head;
  for (int i = 0; i < 9; ++i) many_headers += "x: y\r\n";
  std::string many_interim;
  for (int i = 0; i < 17; ++i) many_interim += "HTTP/1.1 100 C\r\n\r\n";
  std::string long_extensions = chunked;
  for (int i = 0; i < 60; ++i) long_extensions += "1;abcdefghij\r\nx\r\n";
  const std::string cases[] = {
      head + "content-length: 101\r\n\r\n",
      head + "\r\n" + std::string(101, 'x'),
      chunked + "64\r\n" + std::string(100, 'x') + "\r\n1\r\nx",
      head + "x: " + std::string(500, 'x'),
      std::string(501, 'H'),
      many_headers,
      many_interim,
      long_extensions,
      chunked + "0\r\nx: " + std::string(500, 'x'),
      chunked + std::string(501, '0'),
  };
  for (const std::string& text : cases) {
    for (const size_t step : {size_t{1}, size_t{100'000}}) {
      Http1ResponseParser parser(small_limits);
      parser.begin(false);
      const auto result = feed(parser, text, step);
      ASSERT_FALSE(result.has_value()) << text.substr(0, 100);
    }
  }
  Http1ResponseParser parser(small_limits);
  parser.begin(false);
  std::string tiny_chunks = chunked;  // many small chunks are no offence
  for (int i = 0; i < 100; ++i) tiny_chunks += "1\r\nx\r\n";
  EXPECT_TRUE(feed(parser, tiny_chunks + "0\r\n\r\n", 3).has_value());
  EXPECT_TRUE(parser.is_done());
}

TEST(Http1ResponseParser, EndsWithTheConnectionOnlyWhereItMay) {
  const std::pair<std::string_view, bool> cases[] = {
      {"HTTP/1.1 200 OK\r\n\r\nabc", true},
      {"HTTP/1.1 200 OK\r\n\r\n", true},
      {"HTTP/1.1 200 OK\r\n", false},
      {"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabc", false},
      {"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", false},
      {"", false},
  };
  for (const auto& [text, ends] : cases) {
    Http1ResponseParser parser(small_limits);
    parser.begin(false);
    ASSERT_TRUE(feed(parser, text, 1000).has_value());
    EXPECT_EQ(parser.on_input_end(), ends) << text;
    EXPECT_FALSE(parser.keeps_alive());
  }
}

}  // namespace
}  // namespace telemill::transport
