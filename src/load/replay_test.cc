#include "load/replay.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>

#include "codec/compressor.h"
#include "load/field_scan.h"
#include "load/workload.h"
#include "otlp/walk.h"
#include "wire/fields.h"
#include "wire/json_encoder.h"
#include "wire/schema.h"

namespace telemill::load {
namespace {

using otlp::Signal;

class Replay : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (std::filesystem::temp_directory_path() / "telemill-replay-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    ASSERT_GE(file, 0);
    ::close(file);
    path_ = path;
  }
  void TearDown() override { std::remove(path_.c_str()); }

  void write(std::string_view bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  /// Requests as they would be captured: with ids and times.
  static std::vector<std::string> requests(Signal signal, uint32_t items) {
    const auto templates =
        make_workload({.signal = signal, .items_per_request = items, .distinct_bodies = 3}, 4);
    std::vector<std::string> made;
    uint64_t counter = 1000;
    for (const Template& source : templates.value()) {
      made.emplace_back(source.bytes());
      source.fill({.series = {.run = 3, .lane = 0},
                   .item_base = counter,
                   .trace_base = counter,
                   .sent_at = 1'700'000'000'000'000'000},
                  made.back().data());
      counter += items;
    }
    return made;
  }
  static std::string framed(const std::vector<std::string>& requests) {
    std::string bytes;
    for (const std::string& request : requests) {
      for (int shift = 24; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>(request.size() >> shift));
      }
      bytes += request;
    }
    return bytes;
  }

  std::string path_;
};

/// Which items belong to which trace and parent, free of the ids themselves: for each span the
/// place of the first span of its trace and the place of its parent.
std::vector<std::pair<size_t, std::optional<size_t>>> relations(
    const std::vector<std::string>& requests) {
  std::map<std::string, size_t> first_of_trace;
  std::map<std::string, size_t> place_of_span;
  std::vector<std::pair<std::string, std::string>> spans;  // trace, parent
  for (const std::string& request : requests) {
    otlp::Walker walker;
    const auto part = walker.walk(Signal::traces, base::Slice::copy_of(request));
    for (const otlp::Range range : part.value().table.records()) {
      std::string trace, id, parent;
      (void)scan_fields(part.value().bytes.view().substr(range.offset, range.size),
                        [&](const FieldView& field) -> Result<void> {
                          if (field.is_message(1)) trace = field.bytes;
                          if (field.is_message(2)) id = field.bytes;
                          if (field.is_message(4)) parent = field.bytes;
                          return {};
                        });
      first_of_trace.try_emplace(trace, spans.size());
      place_of_span.try_emplace(id, spans.size());
      spans.emplace_back(trace, parent);
    }
  }
  std::vector<std::pair<size_t, std::optional<size_t>>> all;
  for (const auto& [trace, parent] : spans) {
    const auto found = place_of_span.find(parent);
    all.emplace_back(first_of_trace[trace], found == place_of_span.end()
                                                ? std::nullopt
                                                : std::optional<size_t>(found->second));
  }
  return all;
}

std::vector<std::string> filled(const std::vector<Template>& templates, uint64_t round) {
  uint64_t items = 0;
  uint64_t traces = 0;
  for (const Template& made : templates) {
    items = std::max(items, made.item_end());
    traces = std::max(traces, made.trace_end());
  }
  std::vector<std::string> requests;
  for (const Template& made : templates) {
    requests.emplace_back(made.bytes());
    made.fill({.series = {.run = 8, .lane = 0},
               .item_base = round * items,
               .trace_base = round * traces,
               .sent_at = 1'800'000'000'000'000'000},
              requests.back().data());
  }
  return requests;
}

TEST_F(Replay, KeepsTracesAndParentsAndRenewsEveryId) {
  const std::vector<std::string> captured = requests(Signal::traces, 200);
  write(framed(captured));
  for (const uint32_t items_max : {0U, 70U}) {
    const auto templates = read_capture(path_, Signal::traces, items_max);
    ASSERT_TRUE(templates.has_value()) << templates.error().message;
    EXPECT_EQ(templates->size(), items_max == 0 ? 3U : 9U);
    for (const uint64_t round : {0U, 1U, 5U}) {
      const auto replayed = filled(*templates, round);
      EXPECT_EQ(relations(replayed), relations(captured));
    }
    EXPECT_NE(filled(*templates, 0), filled(*templates, 1));
  }
}

TEST_F(Replay, ReadsEveryKindOfFileAlike) {
  for (const Signal signal : {Signal::traces, Signal::metrics, Signal::logs}) {
    const std::vector<std::string> captured = requests(signal, 30);
    const std::string plain = framed(captured);
    write(plain);
    const auto from_plain = read_capture(path_, signal, 0);
    ASSERT_TRUE(from_plain.has_value());

    const auto packed =
        codec::Compressor().compress(codec::Coding::zstd, base::Rope(base::Slice::copy_of(plain)));
    ASSERT_TRUE(packed.has_value());
    write(packed->view());
    const auto from_zstd = read_capture(path_, signal, 0);
    ASSERT_TRUE(from_zstd.has_value());

    base::Buffer lines;
    const wire::Schema& schema = signal == Signal::traces    ? wire::schema::traces_request
                                 : signal == Signal::metrics ? wire::schema::metrics_request
                                                             : wire::schema::logs_request;
    for (const std::string& request : captured) {
      ASSERT_TRUE(wire::encode_json(schema, request, lines).has_value());
      lines.append("\n");
    }
    write(lines.view());
    const auto from_json = read_capture(path_, signal, 0);
    ASSERT_TRUE(from_json.has_value()) << from_json.error().message;

    ASSERT_EQ(from_plain->size(), 3U);
    EXPECT_EQ(filled(*from_plain, 2), filled(*from_zstd, 2));
    ASSERT_EQ(from_json->size(), 3U);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ((*from_json)[i].item_count(), 30U);
      EXPECT_EQ((*from_json)[i].id_count(), 30U);
    }
  }
}

TEST_F(Replay, LeavesParentsFromBeforeTheCaptureAlone) {
  std::vector<std::string> captured = requests(Signal::traces, 200);
  captured.erase(captured.begin());
  const auto holes = find_holes(Signal::traces, captured[0]);
  std::string stranger = "stranger";
  for (const Hole& hole : holes->holes) {
    if (hole.kind != HoleKind::parent_id) continue;
    captured[0].replace(hole.offset, 8, stranger);
    break;
  }
  write(framed(captured));
  const auto templates = read_capture(path_, Signal::traces, 0);
  ASSERT_TRUE(templates.has_value());
  EXPECT_NE(filled(*templates, 1)[0].find(stranger), std::string::npos);
  EXPECT_EQ(templates->back().item_end(), 400U);
}

TEST_F(Replay, RefusesWhatIsNoCapture) {
  EXPECT_FALSE(read_capture(path_ + ".missing", Signal::traces, 0).has_value());
  for (const std::string_view bytes :
       {std::string_view(""), std::string_view("\0\0\0", 3), std::string_view("\0\0\0\x09short", 9),
        std::string_view("\0\0\0\x02\x0a\x7f", 6), std::string_view("{\"resourceSpans\":"),
        std::string_view("\x28\xb5\x2f\xfdjunk", 8), std::string_view("\x1f\x8bjunk", 6),
        std::string_view("\0\0\0\0", 4)}) {
    write(bytes);
    EXPECT_FALSE(read_capture(path_, Signal::traces, 0).has_value()) << bytes;
  }
}

}  // namespace
}  // namespace telemill::load
