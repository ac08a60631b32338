#include "otlp/frame.h"

#include "wire/fields.h"
#include "wire/varint.h"

namespace telemill::otlp {
namespace {

namespace outer = wire::field::outer;

/// Where the next field `nested` of the message begins whose bytes `rest` are; the walk has seen
/// it. Reading forward is the only safe way: backwards from the content, the last byte of whatever
/// stands before the tag may look like a part of it.
size_t nested_begin(std::string_view rest, uint32_t nested) noexcept {
  wire::Cursor in{rest};
  for (;;) {
    const size_t begin = in.offset();
    const wire::Tag tag = wire::read_tag(in).value();
    if (tag.field == nested) return begin;
    TELEMILL_CHECK(wire::skip_value(in, tag).has_value());
  }
}

/// Calls `visit(std::string_view gap)` for every run of bytes of `content` that lies outside its
/// fields `nested`, whose contents are `rows`, in order.
template <class Rows, class ContentOf, class Visit>
void for_each_gap(std::string_view bytes, Range content, uint32_t nested, const Rows& rows,
                  ContentOf content_of, Visit visit) {
  const char nested_tag = static_cast<char>(wire::message_tag(nested));
  uint32_t at = content.offset;
  for (const auto& row : rows) {
    if (bytes[at] != nested_tag) {  // else one follows the other, as nearly always
      const std::string_view rest = bytes.substr(at, content.end() - at);
      const size_t gap_size = nested_begin(rest, nested);
      if (gap_size > 0) visit(rest.substr(0, gap_size));
    }
    at = content_of(row).end();
  }
  if (content.end() > at) visit(bytes.substr(at, content.end() - at));
}

template <class Visit>
void for_each_gap(const Part& part, const ScopeRow& scope, Visit visit) {
  const auto records =
      part.table.records().subspan(scope.record_begin, scope.record_end - scope.record_begin);
  for_each_gap(
      part.bytes.view(), scope.content, outer::scope_items, records,
      [](Range record) { return record; }, visit);
}

template <class Visit>
void for_each_gap(const Part& part, const ResourceRow& resource, Visit visit) {
  const auto scopes =
      part.table.scopes().subspan(resource.scope_begin, resource.scope_end - resource.scope_begin);
  for_each_gap(
      part.bytes.view(), resource.content, outer::resource_scopes, scopes,
      [](const ScopeRow& row) { return row.content; }, visit);
}

/// The whole request, as a row of its own.
struct RequestRow {};

template <class Visit>
void for_each_gap(const Part& part, RequestRow, Visit visit) {
  const Range whole{0, static_cast<uint32_t>(part.bytes.size())};
  for_each_gap(
      part.bytes.view(), whole, outer::request_resources, part.table.resources(),
      [](const ResourceRow& row) { return row.content; }, visit);
}

template <class Row>
Frame make_frame(const Part& part, const Row& row) {
  Frame frame;
  base::Buffer joined;
  for_each_gap(part, row, [&frame, &joined](std::string_view gap) {
    if (frame.bytes.empty()) {
      frame.bytes = gap;
      return;
    }
    if (joined.empty()) joined.append(frame.bytes);
    joined.append(gap);
  });
  if (!joined.empty()) {
    frame.storage = std::move(joined).freeze();
    frame.bytes = frame.storage.view();
  }
  return frame;
}

}  // namespace

Frame frame_of(const Part& part, const ScopeRow& scope) { return make_frame(part, scope); }
Frame frame_of(const Part& part, const ResourceRow& resource) { return make_frame(part, resource); }
Frame frame_of(const Part& part) { return make_frame(part, RequestRow{}); }

void append_frame(const Part& part, const ScopeRow& scope, base::Buffer& out) {
  for_each_gap(part, scope, [&out](std::string_view gap) { out.append(gap); });
}

void append_frame(const Part& part, const ResourceRow& resource, base::Buffer& out) {
  for_each_gap(part, resource, [&out](std::string_view gap) { out.append(gap); });
}

}  // namespace telemill::otlp
