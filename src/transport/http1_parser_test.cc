#include "transport/http1_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace telemill::transport {
namespace {

using Event = Http1Parser::Event;

/// What came out of a byte stream, in words.
struct Outcome {
  std::vector<std::string> requests;  // "METHOD path?query [name=value ...] body"
  int status = 0;                     // of the fault, if there was one
  std::string rule;
};

std::string describe(const RequestHead& head) {
  std::string text(head.method);
  text.append(" ").append(head.path);
  if (!head.query.empty()) text.append("?").append(head.query);
  for (const HeaderView& field : head.headers) {
    text.append(" ").append(field.name).append("=").append(field.value);
  }
  return text;
}

/// Feeds `input` in pieces of at most `piece_bytes`.
Outcome read_all(std::string_view input, size_t piece_bytes, Http1Parser::Limits limits = {}) {
  Http1Parser parser(limits);
  Outcome outcome;
  std::string head;
  std::string body;
  while (!input.empty()) {
    std::string piece(input.substr(0, piece_bytes));  // its own memory: views must not outlive it
    input.remove_prefix(piece.size());
    std::string_view rest = piece;
    for (;;) {
      const Http1Parser::Step step = parser.step(rest);
      EXPECT_LE(step.consumed, rest.size());
      rest.remove_prefix(step.consumed);
      if (step.event == Event::head) head = describe(parser.head());
      if (step.event == Event::body) body.append(step.data);
      if (step.event == Event::end) {
        EXPECT_EQ(head, describe(parser.head()));  // still readable
        outcome.requests.push_back(head + " " + std::exchange(body, {}));
      }
      if (step.event == Event::fault) {
        outcome.status = parser.fault().status;
        outcome.rule = parser.fault().rule;
        return outcome;
      }
      if (step.event == Event::more && rest.empty()) break;
    }
  }
  return outcome;
}

struct Case {
  const char* input;
  int status;  // zero: well-formed
  std::vector<std::string> requests;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      // refusals
      {"GET / HTTP/1.1\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\nHost: a\n\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400, {}},
      {"GET /\r\n\r\n", 400, {}},
      {"GET  HTTP/1.1\r\n\r\n", 400, {}},
      {"GET / / HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET / HTTP/2.0\r\n\r\n", 505, {}},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, {}},
      {"GET / HTTP/1.2\r\n\r\n", 505, {}},
      {"GET / http/1.1\r\n\r\n", 400, {}},
      {"GET / HTTP/1.10\r\n\r\n", 400, {}},
      {"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      {"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 501, {}},
      {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\n\tfolded\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400, {}},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: \x7f\r\n\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\nx", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
       400,
       {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0",
       400,
       {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", 501, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
       "\r\n",
       400,
       {}},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\r\n", 417, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n;x\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1000000000000000\r\n",
       400,
       {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\n\r\n", 400, {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: \rb\r\n\r\n",
       400,
       {}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA\x01\r\n\r\n",
       400,
       {}},
      {"\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, {}},
      // what we read
      {"GET / HTTP/1.0\r\n\r\n", 0, {"GET / "}},
      {"\r\nGET / HTTP/1.0\r\n\r\n", 0, {"GET / "}},
      {"GET /a?b=c&d HTTP/1.1\r\nHost: h:1\r\nX-Y:  v w\t \r\n\r\n",
       0,
       {"GET /a?b=c&d host=h:1 x-y=v w "}},
      {"GET / HTTP/1.1\r\nHost:\r\nE:\r\n\r\n", 0, {"GET / host= e= "}},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 0, {"OPTIONS * host=a "}},
      {"GET http://b:2/p?q HTTP/1.1\r\nHost: a\r\n\r\n", 0, {"GET /p?q host=a "}},
      {"GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n", 0, {"GET / host=a "}},
      {"GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n", 0, {"GET /?q host=a "}},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
       "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       0,
       {"POST / host=a content-length=5 hello", "GET /2 host=a "}},
      {"POST / HTTP/1.1\r\nHost: a\r\ncontent-length: 0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
       0,
       {"POST / host=a content-length=0 ", "GET /2 "}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
       "5;name=\"v\"\r\nhello\r\n00A \r\n world...!\r\n0\r\nTrailer: x\r\n\r\n"
       "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
       0,
       {"POST / host=a transfer-encoding=Chunked hello world...!", "GET /2 host=a "}},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       0,
       {"POST / host=a transfer-encoding=chunked "}},
  };
  return all;
}

TEST(Http1Parser, ReadsTheTableInPiecesOfEverySize) {
  for (const Case& one : cases()) {
    const std::string_view input = one.input;
    for (size_t piece = 1; piece <= input.size(); ++piece) {
      const Outcome outcome = read_all(input, piece);
      EXPECT_EQ(outcome.status, one.status) << input << "\n" << outcome.rule;
      if (one.status != 0) continue;
      EXPECT_EQ(outcome.requests, one.requests) << input << piece;
    }
  }
}

TEST(Http1Parser, ReadsRequestsCutAtEveryPoint) {
  for (const Case& one : cases()) {
    const std::string_view input = one.input;
    for (size_t cut = 1; cut < input.size(); ++cut) {
      Http1Parser parser({});
      size_t ends = 0;
      bool is_faulty = false;
      for (std::string_view part : {input.substr(0, cut), input.substr(cut)}) {
        while (!is_faulty) {
          const Http1Parser::Step step = parser.step(part);
          part.remove_prefix(step.consumed);
          ends += step.event == Event::end ? 1 : 0;
          is_faulty = step.event == Event::fault;
          if (step.event == Event::more && part.empty()) break;
        }
      }
      EXPECT_EQ(is_faulty, one.status != 0) << input;
      if (is_faulty) continue;
      EXPECT_EQ(ends, one.requests.size()) << input;
    }
  }
}

TEST(Http1Parser, EndsAtItsLimits) {
  const Http1Parser::Limits limits{.head_bytes_max = 200, .header_count_max = 3};
  const std::string long_target = "GET /" + std::string(300, 'a') + " HTTP/1.1\r\n";
  EXPECT_EQ(read_all(long_target, 10, limits).status, 414);
  const std::string long_header = "GET / HTTP/1.1\r\nA: " + std::string(300, 'a');
  EXPECT_EQ(read_all(long_header, 10, limits).status, 431);
  const std::string many = "GET / HTTP/1.1\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n";
  EXPECT_EQ(read_all(many, 10, limits).status, 431);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(read_all(chunked + "1;" + std::string(300, 'x'), 7, limits).status, 400);
  EXPECT_EQ(read_all(chunked + "0\r\n" + std::string(300, 'x'), 7, limits).status, 431);
  std::string headers = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 10000; ++i) headers += "a: b\r\n";
  EXPECT_EQ(read_all(headers + "\r\n", 4096).status, 431);
}

TEST(Http1Parser, KnowsWhetherTheConnectionLivesOn) {
  struct Wish {
    const char* head;
    bool keeps_alive;
  };
  for (const Wish& wish :
       {Wish{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true}, Wish{"GET / HTTP/1.0\r\n\r\n", false},
        Wish{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
        Wish{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n", false},
        Wish{"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n", true}}) {
    Http1Parser parser({});
    EXPECT_EQ(parser.step(wish.head).event, Event::head) << wish.head;
    EXPECT_EQ(parser.keeps_alive(), wish.keeps_alive) << wish.head;
  }
}

TEST(Http1Parser, LetsBodiesBeReadElsewhere) {
  Http1Parser parser({});
  const std::string_view input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
  Http1Parser::Step step = parser.step(input);
  ASSERT_EQ(step.event, Event::head);
  EXPECT_EQ(parser.body_bytes_left(), 10U);
  step = parser.step(input.substr(step.consumed));
  EXPECT_EQ(step.data, "abc");
  parser.skip_body(7);
  EXPECT_EQ(parser.step({}).event, Event::end);
  EXPECT_TRUE(parser.is_between_requests());
}

TEST(Http1Parser, ExpectsContinueOnlyWhereItIsKnown) {
  Http1Parser parser({});
  EXPECT_EQ(parser
                .step("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n"
                      "\r\n")
                .event,
            Event::head);
  EXPECT_TRUE(parser.expects_continue());
  Http1Parser old({});
  EXPECT_EQ(old.step("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n").event,
            Event::head);
  EXPECT_FALSE(old.expects_continue());
}

}  // namespace
}  // namespace telemill::transport
