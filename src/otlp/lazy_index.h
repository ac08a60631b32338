#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "otlp/item_table.h"
#include "otlp/value_view.h"
#include "otlp/views.h"

/// One pass over a span or log record that notes where its fields lie, so that whoever reads or
/// edits several of them scans once. Offsets count from the start of the record's content. What is
/// nested (attributes, events, the body) is not looked into.
///
/// Where the bytes are broken the pass ends: the index holds what came before, as the views do.
/// Each function has a plain twin, which is its specification.
namespace telemill::otlp {

/// Where a repeated field lies: from the tag of the first to the end of the last. Other fields may
/// stand between them.
struct ListRange {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t count = 0;

  friend bool operator==(const ListRange&, const ListRange&) = default;
};

/// Singular fields that are absent have offset zero, where no value can lie. Of those that come
/// twice the last one is noted.
struct SpanIndex {
  Range trace_id;
  Range span_id;
  Range parent_span_id;
  Range trace_state;
  Range name;
  Range status;
  ListRange attributes;
  ListRange events;
  ListRange links;
  // Where the value starts: a varint ...
  uint32_t kind = 0;
  uint32_t dropped_attributes_count = 0;
  uint32_t dropped_events_count = 0;
  uint32_t dropped_links_count = 0;
  // ... or a fixed-width number.
  uint32_t start_time = 0;
  uint32_t end_time = 0;
  uint32_t flags = 0;

  friend bool operator==(const SpanIndex&, const SpanIndex&) = default;
};

struct LogIndex {
  Range severity_text;
  Range body;
  Range trace_id;
  Range span_id;
  Range event_name;
  ListRange attributes;
  // Where the value starts: a varint ...
  uint32_t severity_number = 0;
  uint32_t dropped_attributes_count = 0;
  // ... or a fixed-width number.
  uint32_t time = 0;
  uint32_t observed_time = 0;
  uint32_t flags = 0;

  friend bool operator==(const LogIndex&, const LogIndex&) = default;
};

/// Fills `index` from a record of at most 4 GiB; false when it ended at a broken field.
bool index_span(std::string_view span, SpanIndex& index) noexcept;
bool index_log(std::string_view log, LogIndex& index) noexcept;

/// The twins: no fast paths.
bool index_span_plain(std::string_view span, SpanIndex& index) noexcept;
bool index_log_plain(std::string_view log, LogIndex& index) noexcept;

/// A record and its index: the accessors of SpanView and LogView without their scans.
class IndexedRecordView {
 protected:
  explicit IndexedRecordView(std::string_view content) noexcept : content_(content) {}

  [[nodiscard]] std::string_view bytes(Range range) const noexcept {
    return content_.substr(range.offset, range.size);
  }
  [[nodiscard]] uint64_t varint(uint32_t offset) const noexcept;
  template <class T>
  [[nodiscard]] T fixed(uint32_t offset) const noexcept {
    T value{};
    if (offset != 0) std::memcpy(&value, content_.data() + offset, sizeof(T));
    return value;
  }
  [[nodiscard]] std::string_view list(const ListRange& range) const noexcept {
    return content_.substr(range.begin, range.end - range.begin);
  }

 private:
  std::string_view content_;
};

class IndexedSpanView : public IndexedRecordView {
 public:
  /// `index` is the one of `span`.
  IndexedSpanView(std::string_view span, const SpanIndex& index) noexcept
      : IndexedRecordView(span), index_(index) {}

  [[nodiscard]] const SpanIndex& index() const noexcept { return index_; }
  [[nodiscard]] std::string_view trace_id() const noexcept { return bytes(index_.trace_id); }
  [[nodiscard]] std::string_view span_id() const noexcept { return bytes(index_.span_id); }
  [[nodiscard]] std::string_view parent_span_id() const noexcept {
    return bytes(index_.parent_span_id);
  }
  [[nodiscard]] std::string_view trace_state() const noexcept { return bytes(index_.trace_state); }
  [[nodiscard]] std::string_view name() const noexcept { return bytes(index_.name); }
  [[nodiscard]] int32_t kind() const noexcept { return static_cast<int32_t>(varint(index_.kind)); }
  [[nodiscard]] UnixNanos start_time() const noexcept { return fixed<uint64_t>(index_.start_time); }
  [[nodiscard]] UnixNanos end_time() const noexcept { return fixed<uint64_t>(index_.end_time); }
  [[nodiscard]] SpanStatusView status() const noexcept {
    return SpanStatusView(bytes(index_.status));
  }
  [[nodiscard]] uint32_t flags() const noexcept { return fixed<uint32_t>(index_.flags); }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {list(index_.attributes), wire::field::span::attributes};
  }
  [[nodiscard]] RepeatedView<SpanEventView> events() const noexcept {
    return {list(index_.events), wire::field::span::events};
  }
  [[nodiscard]] RepeatedView<SpanLinkView> links() const noexcept {
    return {list(index_.links), wire::field::span::links};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return static_cast<uint32_t>(varint(index_.dropped_attributes_count));
  }
  [[nodiscard]] uint32_t dropped_events_count() const noexcept {
    return static_cast<uint32_t>(varint(index_.dropped_events_count));
  }
  [[nodiscard]] uint32_t dropped_links_count() const noexcept {
    return static_cast<uint32_t>(varint(index_.dropped_links_count));
  }

 private:
  SpanIndex index_;
};

class IndexedLogView : public IndexedRecordView {
 public:
  /// `index` is the one of `log`.
  IndexedLogView(std::string_view log, const LogIndex& index) noexcept
      : IndexedRecordView(log), index_(index) {}

  [[nodiscard]] const LogIndex& index() const noexcept { return index_; }
  [[nodiscard]] UnixNanos time() const noexcept { return fixed<uint64_t>(index_.time); }
  [[nodiscard]] UnixNanos observed_time() const noexcept {
    return fixed<uint64_t>(index_.observed_time);
  }
  [[nodiscard]] int32_t severity_number() const noexcept {
    return static_cast<int32_t>(varint(index_.severity_number));
  }
  [[nodiscard]] std::string_view severity_text() const noexcept {
    return bytes(index_.severity_text);
  }
  [[nodiscard]] AnyValueView body() const noexcept { return AnyValueView(bytes(index_.body)); }
  [[nodiscard]] AttributesView attributes() const noexcept {
    return {list(index_.attributes), wire::field::log_record::attributes};
  }
  [[nodiscard]] uint32_t dropped_attributes_count() const noexcept {
    return static_cast<uint32_t>(varint(index_.dropped_attributes_count));
  }
  [[nodiscard]] uint32_t flags() const noexcept { return fixed<uint32_t>(index_.flags); }
  [[nodiscard]] std::string_view trace_id() const noexcept { return bytes(index_.trace_id); }
  [[nodiscard]] std::string_view span_id() const noexcept { return bytes(index_.span_id); }
  [[nodiscard]] std::string_view event_name() const noexcept { return bytes(index_.event_name); }

 private:
  LogIndex index_;
};

}  // namespace telemill::otlp
