#include <fmt/format.h>

#include <array>
#include <cstring>

#include "load/item_models.h"
#include "load/vocabulary.h"
#include "wire/fields.h"

namespace telemill::load {
namespace {

namespace field = wire::field::log_record;
namespace words = vocabulary;

struct Severity {
  uint64_t number;
  std::string_view text;
};
constexpr std::array<Severity, 8> severities{{{9, "INFO"},
                                              {9, "INFO"},
                                              {9, "INFO"},
                                              {9, "INFO"},
                                              {5, "DEBUG"},
                                              {5, "DEBUG"},
                                              {13, "WARN"},
                                              {17, "ERROR"}}};
/// Bodies of stated size come from this many templates, as services log the same lines again.
constexpr uint64_t body_templates = 512;
constexpr size_t body_bytes_usual = 88;

}  // namespace

void LogModel::write(wire::Writer& out, uint32_t ordinal) {
  const Severity& severity = severities[static_cast<size_t>(random_.below(severities.size()))];
  out.fixed64(field::time_unix_nano, 0);
  out.varint(field::severity_number, severity.number);
  out.bytes(field::severity_text, severity.text);
  if (settings_.log_body_bytes > 0) {
    base::Random line(1 + random_.below(body_templates));
    write_text_value(out, field::body, words::prose(line, settings_.log_body_bytes));
  } else {
    write_text_value(out, field::body, words::prose(random_, body_bytes_usual));
  }
  if (settings_.shape == Shape::attributes) {
    add_plain_attributes(settings_, random_, attributes_);
    attributes_.write(out, field::attributes, random_);
  } else {
    write_semconv(out);
  }
  out.fixed32(field::flags, 1);
  std::array<char, 16> mark{};
  const uint64_t number = ordinal;
  std::memcpy(mark.data(), &number, sizeof number);
  out.bytes(field::trace_id, {mark.data(), 16});
  out.bytes(field::span_id, {mark.data(), 8});
  out.fixed64(field::observed_time_unix_nano, 0);
}

void LogModel::write_semconv(wire::Writer& out) {
  const std::string_view route = words::route(random_);
  attributes_.add("http.request.method", words::http_method(random_));
  attributes_.add("url.path", words::path(random_, route));
  attributes_.add("http.response.status_code", words::http_status(random_));
  attributes_.add("thread.name", fmt::format("worker-{}", random_.below(32)));
  attributes_.add("code.function.name", fmt::format("shop.{}.handle", words::service(random_)));
  attributes_.write(out, field::attributes, random_);
}

}  // namespace telemill::load
