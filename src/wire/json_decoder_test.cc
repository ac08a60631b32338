#include "wire/json_decoder.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "wire/json_encoder.h"

namespace telemill::wire {
namespace {

/// Decodes and encodes again, so that cases read as JSON on both sides.
std::string normal_form(const Schema& root, std::string_view json) {
  JsonDecoder decoder;
  const auto bytes = decoder.decode(root, json);
  if (!bytes) return std::string("refused: ") + bytes.error().what;
  base::Buffer again;
  const auto encoded = encode_json(root, bytes->view(), again);
  if (!encoded) return std::string("not encoded: ") + encoded.error().what;
  return std::string(again.view());
}

Error refusal(const Schema& root, std::string_view json, const JsonLimits& limits = {}) {
  JsonDecoder decoder;
  const auto bytes = decoder.decode(root, json, limits);
  EXPECT_FALSE(bytes.has_value()) << json;
  return bytes ? Error{"accepted"} : bytes.error();
}

struct Case {
  std::string_view json;
  std::string_view expected;
};

void expect_all(const Schema& root, const std::vector<Case>& cases) {
  for (const Case& each : cases)
    EXPECT_EQ(normal_form(root, each.json), each.expected) << each.json;
}

struct Refusal {
  std::string_view json;
  std::string_view what;
  uint32_t offset;
};

void expect_refused(const Schema& root, const std::vector<Refusal>& cases) {
  for (const Refusal& each : cases) {
    const Error error = refusal(root, each.json);
    EXPECT_EQ(error.what, each.what) << each.json;
    EXPECT_EQ(error.offset, each.offset) << each.json;
    EXPECT_EQ(error.code, ErrorCode::corrupt) << each.json;
  }
}

TEST(JsonDecoder, RefusesWhatIsNoObject) {
  expect_refused(schema::span, {
                                   {"", "JSON text is empty", 0},
                                   {" \n\t\r ", "JSON text is empty", 0},
                                   {"null", "object expected", 0},
                                   {"[]", "object expected", 0},
                                   {"\"x\"", "object expected", 0},
                                   {"12", "object expected", 0},
                                   {"{}{}", "text behind the end of the JSON value", 2},
                                   {"{} x", "text behind the end of the JSON value", 3},
                                   {"{},", "text behind the end of the JSON value", 2},
                                   {"\xef\xbb\xbf{}", "object expected", 0},
                               });
}

TEST(JsonDecoder, RefusesBrokenGrammar) {
  expect_refused(schema::span,
                 {
                     {"{", "key expected", 1},
                     {"{,}", "key expected", 1},
                     {R"({"name":"a",})", "key expected", 12},
                     {R"({"name" "a"})", "colon expected", 8},
                     {R"({"name":"a" "kind":1})", "comma or closing bracket expected", 12},
                     {R"({"name":"a"x})", "comma or closing bracket expected", 11},
                     {R"({"name":})", "string expected", 8},
                     {R"({"name":"a")", "comma or closing bracket expected", 11},
                     {R"({"name":"a)", "JSON string does not end", 10},
                     {R"({name:"a"})", "key expected", 1},
                     {R"({"events":[{},]})", "object expected", 14},
                     {R"({"events":[{} {}]})", "comma or closing bracket expected", 14},
                     {R"({"events":[{}})", "comma or closing bracket expected", 13},
                     {R"({"events":{}})", "array expected", 10},
                     {R"({"status":[]})", "object expected", 10},
                     {R"({"name":1})", "string expected", 8},
                     {R"({"name":nul})", "unknown word", 8},
                     {R"({"name":nullx})", "unknown word", 8},
                     {"{\"name\":\"a\x01\"}", "control character inside a JSON string", 0},
                 });
}

TEST(JsonDecoder, RefusesBadEscapesAndLoneSurrogates) {
  expect_refused(schema::span, {
                                   {R"({"name":"\x"})", "unknown escape", 9},
                                   {R"({"name":"ab\u12g4"})", "\\u needs four hex digits", 13},
                                   {R"({"name":"\u12"})", "\\u needs four hex digits", 11},
                                   {R"({"name":"\ud800"})", "lone high surrogate", 11},
                                   {R"({"name":"\ud800\u0041"})", "lone high surrogate", 11},
                                   {R"({"name":"\ud800\n"})", "lone high surrogate", 11},
                                   {R"({"name":"\udc00"})", "lone low surrogate", 11},
                               });
}

TEST(JsonDecoder, RefusesInvalidUtf8WithItsOffset) {
  expect_refused(schema::span, {
                                   {"{\"name\":\"\xff\"}", "JSON text is not UTF-8", 9},
                                   {"{\"name\":\"a\xc0\xaf\"}", "JSON text is not UTF-8", 10},
                                   {"{\"name\":\"\xed\xa0\x80\"}", "JSON text is not UTF-8", 9},
                               });
}

TEST(JsonDecoder, AcceptsTheEmptyObject) {
  JsonDecoder decoder;
  const auto bytes = decoder.decode(schema::traces_request, " {\n} ");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(bytes->empty());
}

TEST(JsonDecoder, AcceptsCamelAndSnakeCaseKeys) {
  expect_all(schema::span,
             {
                 {R"({"startTimeUnixNano":"5"})", R"({"startTimeUnixNano":"5"})"},
                 {R"({"start_time_unix_nano":"5"})", R"({"startTimeUnixNano":"5"})"},
                 {R"({"dropped_events_count":3})", R"({"droppedEventsCount":3})"},
                 {R"({"na\u006de":"escaped key"})", R"({"name":"escaped key"})"},
                 {R"( { "name" : "spaces" , "kind" : 2 } )", R"({"name":"spaces","kind":2})"},
             });
}

TEST(JsonDecoder, SkipsUnknownKeysWithAnyValue) {
  expect_all(
      schema::span,
      {
          {R"({"x":1,"name":"a"})", R"({"name":"a"})"},
          {R"({"x":{"name":["b",{"y":null}],"z":-1.5e3},"name":"a"})", R"({"name":"a"})"},
          {R"({"x":[],"y":{},"z":true,"u":false,"v":null,"":"","name":"a"})", R"({"name":"a"})"},
          {R"({"Name":"wrong case","start_timeUnixNano":1})", "{}"},
      });
  expect_refused(schema::span, {
                                   {R"({"x":[1,}]})", "value expected", 8},
                                   {R"({"x":01})", "value expected", 5},
                                   {R"({"x":{"y"}})", "colon expected", 9},
                                   {R"({"x":"\q"})", "unknown escape", 6},
                                   {R"({"x":tru})", "true or false expected", 5},
                               });
}

TEST(JsonDecoder, ReadsIdsAsHexOfAnyCase) {
  expect_all(schema::span,
             {
                 {R"({"traceId":"5B8EFFF798038103D269b633813fc60c"})",
                  R"({"traceId":"5b8efff798038103d269b633813fc60c"})"},
                 {R"({"spanId":"EEE19B7EC3C1B174","parent_span_id":"eee19b7ec3c1b173"})",
                  R"({"spanId":"eee19b7ec3c1b174","parentSpanId":"eee19b7ec3c1b173"})"},
                 {R"({"traceId":"","spanId":"","parentSpanId":""})", "{}"},
                 {R"({"spanId":"\u0065ee19b7ec3c1b174"})", R"({"spanId":"eee19b7ec3c1b174"})"},
             });
  expect_refused(
      schema::span,
      {
          {R"({"traceId":"5b8efff798038103"})", "id has a wrong length", 11},
          {R"({"spanId":"5b8efff798038103d269b633813fc60c"})", "id has a wrong length", 10},
          {R"({"spanId":"5b8efff79803810"})", "id has a wrong length", 10},
          {R"({"spanId":"5b8efff79803810g"})", "id is not hexadecimal", 10},
          {R"({"spanId":5})", "string expected", 10},
          {R"({"spanId":"\u0065ee1\u00zz"})", "\\u needs four hex digits", 22},
      });
}

TEST(JsonDecoder, ReadsBytesAsPaddedBase64) {
  expect_all(schema::any_value,
             {
                 {R"({"bytesValue":"aGVsbG8="})", R"({"bytesValue":"aGVsbG8="})"},
                 {R"({"bytesValue":"\/\u002b8="})", R"({"bytesValue":"/+8="})"},
                 {R"({"bytesValue":""})", R"({"bytesValue":""})"},
             });
  for (const std::string_view bad : {"aGVsbG8", "a", "====", "aGVs=G8=", "aGV-bG8=",
                                     "aG=="
                                     " "}) {
    const std::string json = R"({"bytesValue":")" + std::string(bad) + "\"}";
    EXPECT_STREQ(refusal(schema::any_value, json).what, "bytes are not base64 with padding") << bad;
  }
}

TEST(JsonDecoder, ReadsIntegersAsNumbersOrStrings) {
  expect_all(
      schema::any_value,
      {
          {R"({"intValue":"-9223372036854775808"})", R"({"intValue":"-9223372036854775808"})"},
          {R"({"intValue":9223372036854775807})", R"({"intValue":"9223372036854775807"})"},
          {R"({"intValue":-0})", R"({"intValue":"0"})"},
          {R"({"intValue":1e3})", R"({"intValue":"1000"})"},
          {R"({"intValue":"25.0e-1e"})", "refused: integer expected"},
          {R"({"intValue":-2.50e1})", R"({"intValue":"-25"})"},
          {R"({"intValue":9223372036854775808})", "refused: integer is out of range"},
          {R"({"intValue":1.5})", "refused: integer expected"},
          {R"({"intValue":1e400})", "refused: integer expected"},
          {R"({"intValue":""})", "refused: integer expected"},
          {R"({"intValue":" 1"})", "refused: integer expected"},
          {R"({"intValue":"0x10"})", "refused: integer expected"},
          {R"({"intValue":"NaN"})", "refused: integer expected"},
          {R"({"intValue":true})", "refused: number expected"},
          {R"({"intValue":01})", "refused: number expected"},
          {R"({"intValue":1.})", "refused: number expected"},
          {R"({"intValue":[1]})", "refused: number expected"},
      });
}

TEST(JsonDecoder, ChecksTheRangeOfEachWidth) {
  expect_all(schema::span,
             {
                 {R"({"flags":4294967295})", R"({"flags":4294967295})"},
                 {R"({"flags":4294967296})", "refused: integer is out of range"},
                 {R"({"flags":-1})", "refused: integer is out of range"},
                 {R"({"droppedLinksCount":"4294967295"})", R"({"droppedLinksCount":4294967295})"},
                 {R"({"droppedLinksCount":4294967296})", "refused: integer is out of range"},
                 {R"({"startTimeUnixNano":18446744073709551615})",
                  R"({"startTimeUnixNano":"18446744073709551615"})"},
                 {R"({"startTimeUnixNano":18446744073709551616})", "refused: integer expected"},
                 {R"({"startTimeUnixNano":-1})", "refused: integer is out of range"},
                 {R"({"kind":2147483648})", "refused: integer is out of range"},
             });
  const auto scale = [](std::string_view value) {
    return std::string(R"({"exponentialHistogram":{"dataPoints":[{"scale":)") + std::string(value) +
           "}]}}";
  };
  for (const std::string_view value : {"-2147483648", "2147483647", "-1"}) {
    EXPECT_EQ(normal_form(schema::metric, scale(value)), scale(value));
  }
  for (const std::string_view value : {"-2147483649", "2147483648"}) {
    EXPECT_EQ(normal_form(schema::metric, scale(value)), "refused: integer is out of range");
  }
}

TEST(JsonDecoder, ReadsDoublesAsNumbersOrStrings) {
  expect_all(
      schema::any_value,
      {
          {R"({"doubleValue":1.5})", R"({"doubleValue":1.5})"},
          {R"({"doubleValue":"-1.5e-3"})", R"({"doubleValue":-0.0015})"},
          {R"({"doubleValue":"NaN"})", R"({"doubleValue":"NaN"})"},
          {R"({"doubleValue":"Infinity"})", R"({"doubleValue":"Infinity"})"},
          {R"({"doubleValue":"-Infinity"})", R"({"doubleValue":"-Infinity"})"},
          // JavaScript writes whole doubles below 1e21 without an exponent.
          {R"({"doubleValue":123456789012345680000})", R"({"doubleValue":123456789012345683968})"},
          {R"({"doubleValue":-0.0})", R"({"doubleValue":-0.0})"},
          {R"({"doubleValue":1e-400})", R"({"doubleValue":0})"},
          {R"({"doubleValue":1e400})", "refused: number expected"},
          {R"({"doubleValue":-1e400})", "refused: number expected"},
          {R"({"doubleValue":"inf"})", "refused: number expected"},
          {R"({"doubleValue":"nan"})", "refused: number expected"},
          {R"({"doubleValue":NaN})", "refused: number expected"},
          {R"({"doubleValue":.5})", "refused: number expected"},
          {R"({"doubleValue":+1})", "refused: number expected"},
          {R"({"doubleValue":""})", "refused: number expected"},
          {R"({"doubleValue":null})", "{}"},
      });
}

TEST(JsonDecoder, ReadsEnumsAsNumbersOrFullNames) {
  expect_all(schema::span,
             {
                 {R"({"kind":3})", R"({"kind":3})"},
                 {R"({"kind":"SPAN_KIND_CLIENT"})", R"({"kind":3})"},
                 {R"({"kind":77})", R"({"kind":77})"},
                 {R"({"kind":-1})", R"({"kind":-1})"},
                 {R"({"kind":"SPAN_KIND_UNSPECIFIED"})", "{}"},
                 {R"({"kind":"CLIENT"})", "refused: unknown enum name"},
                 {R"({"kind":""})", "refused: unknown enum name"},
                 {R"({"status":{"code":"STATUS_CODE_ERROR"}})", R"({"status":{"code":2}})"},
             });
  expect_all(schema::log_record,
             {{R"({"severityNumber":"SEVERITY_NUMBER_FATAL4"})", R"({"severityNumber":24})"}});
}

TEST(JsonDecoder, TakesNullForAbsent) {
  expect_all(schema::span,
             {
                 {R"({"traceId":null,"name":null,"kind":null,"startTimeUnixNano":null,"flags":null,
                      "attributes":null,"status":null,"events":null})",
                  "{}"},
                 {R"({"attributes":[{"key":null,"value":null}]})", R"({"attributes":[{}]})"},
                 {R"({"attributes":[null]})", R"({"attributes":[{}]})"},
             });
  expect_all(schema::metric,
             {{R"({"histogram":{"dataPoints":[{"bucketCounts":["1",null,2],"sum":null}]}})",
               R"({"histogram":{"dataPoints":[{"bucketCounts":["1","0","2"]}]}})"}});
}

TEST(JsonDecoder, KeepsDefaultsOfOneofAndOptionalFields) {
  expect_all(schema::any_value, {
                                    {R"({"intValue":"0"})", R"({"intValue":"0"})"},
                                    {R"({"boolValue":false})", R"({"boolValue":false})"},
                                    {R"({"stringValue":""})", R"({"stringValue":""})"},
                                    {R"({"doubleValue":0})", R"({"doubleValue":0})"},
                                    {R"({"arrayValue":{}})", R"({"arrayValue":{}})"},
                                    {R"({"kvlistValue":{}})", R"({"kvlistValue":{}})"},
                                    {R"({"boolValue":"true"})", "refused: true or false expected"},
                                    {R"({"boolValue":1})", "refused: true or false expected"},
                                });
  expect_all(schema::metric,
             {
                 {R"({"gauge":{"dataPoints":[{"asInt":"0"},{"asDouble":0}]}})",
                  R"({"gauge":{"dataPoints":[{"asInt":"0"},{"asDouble":0}]}})"},
                 {R"({"histogram":{"dataPoints":[{"count":"0","sum":0,"min":0,"max":0}]}})",
                  R"({"histogram":{"dataPoints":[{"sum":0,"min":0,"max":0}]}})"},
             });
}

TEST(JsonDecoder, LeavesOutDefaultsThatEqualAbsence) {
  JsonDecoder decoder;
  const auto bytes = decoder.decode(
      schema::span, R"({"traceId":"","name":"","kind":0,"startTimeUnixNano":"0","flags":0,
                        "droppedLinksCount":0,"attributes":[],"events":[]})");
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(bytes->empty());
}

TEST(JsonDecoder, OfDuplicateKeysTheLastScalarCounts) {
  expect_all(schema::span, {
                               {R"({"name":"a","name":"b"})", R"({"name":"b"})"},
                               {R"({"kind":3,"kind":0})", "{}"},
                               {R"({"name":"a","name":""})", "{}"},
                               {R"({"kind":3,"kind":null})", R"({"kind":3})"},
                               {R"({"startTimeUnixNano":3,"start_time_unix_nano":0})", "{}"},
                               {R"({"spanId":"eee19b7ec3c1b174","spanId":""})", "{}"},
                               {R"({"status":{"code":1,"message":"a"},"status":{"code":2}})",
                                R"({"status":{"message":"a","code":2}})"},
                               {R"({"events":[{"name":"a"}],"name":"n","events":[{"name":"b"}]})",
                                R"({"name":"n","events":[{"name":"a"},{"name":"b"}]})"},
                           });
  expect_all(schema::any_value,
             {{R"({"stringValue":"a","intValue":1})", R"({"intValue":"1"})"},
              {R"({"intValue":1,"stringValue":"a"})", R"({"stringValue":"a"})"}});
}

TEST(JsonDecoder, ReadsEscapes) {
  expect_all(schema::span,
             {
                 {R"({"name":"\"\\\/\b\f\n\r\t"})", R"({"name":"\"\\/\u0008\u000c\n\r\t"})"},
                 {R"({"name":"\u0000\u007f\u00e9\u20ac\ud83d\ude00"})",
                  "{\"name\":\"\\u0000\x7f\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"}"},
                 {R"({"name":"ends in backslash\\","kind":1})",
                  R"({"name":"ends in backslash\\","kind":1})"},
             });
}

/// AnyValue and ArrayValue in turn: each pair of levels is two messages deep.
std::string nested_arrays(int levels) {
  std::string json;
  for (int i = 0; i < levels; ++i) json += R"({"arrayValue":{"values":[)";
  json += "{}";
  for (int i = 0; i < levels; ++i) json += "]}}";
  return json;
}

TEST(JsonDecoder, BoundsTheDepthOfMessages) {
  JsonDecoder decoder;
  EXPECT_TRUE(decoder.decode(schema::any_value, nested_arrays(50)).has_value());
  for (const int levels : {51, 100'000}) {
    const Error error = refusal(schema::any_value, nested_arrays(levels));
    EXPECT_EQ(error.code, ErrorCode::over_limit);
    EXPECT_STREQ(error.what, "messages nest too deeply");
  }
  EXPECT_EQ(refusal(schema::any_value, nested_arrays(2), {.nesting_depth_max = 3}).code,
            ErrorCode::over_limit);
}

TEST(JsonDecoder, BoundsTheDepthOfUnknownValues) {
  const auto unknown = [](size_t depth) {
    return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(normal_form(schema::span, unknown(200)), "{}");
  EXPECT_EQ(refusal(schema::span, unknown(1'000'000)).code, ErrorCode::over_limit);
}

TEST(JsonDecoder, BoundsInputAndOutput) {
  const std::string json = R"({"name":")" + std::string(1000, 'x') + "\"}";
  EXPECT_EQ(refusal(schema::span, json, {.input_bytes_max = 999}).code, ErrorCode::over_limit);
  std::string counts;
  for (int i = 0; i < 1000; ++i) counts += "0,";
  const std::string expanding =
      R"({"histogram":{"dataPoints":[{"bucketCounts":[)" + counts + "0]}]}}";
  EXPECT_EQ(refusal(schema::metric, expanding, {.output_bytes_max = 8000}).code,
            ErrorCode::over_limit);
}

TEST(JsonDecoder, RefusesEveryTruncation) {
  const std::string json =
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"a\u0041",)"
      R"("value":{"intValue":"12"}}]},)"
      R"("scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","kind":2,)"
      R"("status":{"code":"STATUS_CODE_OK"},"x":[true,null,1.5e3]}]}]}]})";
  JsonDecoder decoder;
  ASSERT_TRUE(decoder.decode(schema::traces_request, json).has_value());
  for (size_t size = 0; size < json.size(); ++size) {
    EXPECT_FALSE(decoder.decode(schema::traces_request, json.substr(0, size)).has_value()) << size;
  }
}

// The text ends where its page ends and nothing may be read behind it.
TEST(JsonDecoder, NeedsNoPadding) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  void* const pages =
      mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(pages, MAP_FAILED);
  char* const end = static_cast<char*>(pages) + page;
  ASSERT_EQ(mprotect(end, page, PROT_NONE), 0);
  JsonDecoder decoder;
  for (size_t spaces = 0; spaces < 200; ++spaces) {
    const std::string json = std::string(spaces, ' ') + R"({"name":"a","kind":12})";
    char* const start = end - json.size();
    std::memcpy(start, json.data(), json.size());
    EXPECT_TRUE(decoder.decode(schema::span, {start, json.size()}).has_value());
    EXPECT_FALSE(decoder.decode(schema::span, {start, json.size() - 1}).has_value());
  }
  munmap(pages, 2 * page);
}

TEST(JsonDecoder, ServesSmallTextsAfterLargeOnes) {
  JsonDecoder decoder;
  const std::string large = R"({"name":")" + std::string(6 << 20, 'x') + "\"}";
  for (int i = 0; i < 3; ++i) {
    EXPECT_GT(decoder.decode(schema::span, large)->size(), size_t{6} << 20);
    EXPECT_EQ(decoder.decode(schema::span, R"({"name":"a"})")->size(), 3U);
    EXPECT_FALSE(decoder.decode(schema::span, R"({"name":"a)").has_value());
  }
}

TEST(JsonDecoder, ReadsAnswersAndErrorBodies) {
  expect_all(schema::traces_response,
             {{R"({"partialSuccess":{}})", R"({"partialSuccess":{}})"},
              {R"({"partialSuccess":{"rejectedSpans":"7","errorMessage":"full"}})",
               R"({"partialSuccess":{"rejectedSpans":"7","errorMessage":"full"}})"}});
  expect_all(schema::rpc_status,
             {{R"({"code":3,"message":"bad","details":[]})", R"({"code":3,"message":"bad"})"},
              {R"({"code":14,"details":[{"@type":"x/y","value":"aGk="}]})",
               R"({"code":14,"details":[{"@type":"x/y","value":"aGk="}]})"}});
}

}  // namespace
}  // namespace telemill::wire
