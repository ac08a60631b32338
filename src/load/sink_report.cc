#include "load/sink_report.h"

#include <fmt/format.h>

#include <iterator>

#include "load/text.h"

namespace telemill::load {
namespace {

bool was_seen(const SignalTally& tally) noexcept {
  return tally.accepted.requests + tally.refused.requests + tally.undecodable > 0;
}

void describe_signal(const SignalTally& tally, otlp::Signal signal, bool is_cheap,
                     std::string& text) {
  const auto out = std::back_inserter(text);
  const auto& names = otlp::names(signal);
  fmt::format_to(out, "{:<9} received    {} {} in {} requests, {} bytes on the wire, {} decoded\n",
                 names.name, tally.accepted.items, names.items, tally.accepted.requests,
                 tally.wire_bytes, tally.message_bytes);
  if (is_cheap) {
    fmt::format_to(out, "{:<9} ids         sum {:016x}, {} foreign (not checked one by one)\n", "",
                   tally.id_sum, tally.foreign);
  } else {
    const IdSet::Summary ids = tally.ids.summary();
    fmt::format_to(
        out, "{:<9} ids         {} unique, {} duplicate, {} missing, {} foreign, sum {:016x}\n", "",
        ids.unique, tally.duplicates, ids.missing, tally.foreign, tally.id_sum);
  }
  if (tally.unchecked > 0) {
    fmt::format_to(out, "{:<9} unchecked   {} items: too many gaps to remember\n", "",
                   tally.unchecked);
  }
  if (tally.refused.requests > 0) {
    fmt::format_to(out, "{:<9} refused     {} requests\n", "", tally.refused.requests);
  }
  if (tally.undecodable > 0) {
    fmt::format_to(out, "{:<9} undecodable {} requests\n", "", tally.undecodable);
  }
  fmt::format_to(out, "{:<9} latency     {}\n", "", format_quantiles(tally.latency));
}

void append_json(const SignalTally& tally, otlp::Signal signal, std::string& text) {
  const IdSet::Summary ids = tally.ids.summary();
  fmt::format_to(
      std::back_inserter(text),
      R"("{}":{{"requests":{},"items":{},"wire_bytes":{},"message_bytes":{},"unique":{},)"
      R"("duplicates":{},"missing":{},"foreign":{},"unchecked":{},"series":{},"id_sum":"{:016x}",)"
      R"("refused_requests":{},"refused_items":{},"undecodable":{},"latency_ns":{}}})",
      otlp::names(signal).name, tally.accepted.requests, tally.accepted.items, tally.wire_bytes,
      tally.message_bytes, ids.unique, tally.duplicates, ids.missing, tally.foreign,
      tally.unchecked, ids.series, tally.id_sum, tally.refused.requests, tally.refused.items,
      tally.undecodable, json_quantiles(tally.latency));
}

}  // namespace

void SignalTally::merge(const SignalTally& other) {
  accepted.merge(other.accepted);
  refused.merge(other.refused);
  undecodable += other.undecodable;
  wire_bytes += other.wire_bytes;
  message_bytes += other.message_bytes;
  foreign += other.foreign;
  unchecked += other.unchecked;
  id_sum += other.id_sum;
  latency.merge(other.latency);
  // What two lanes have both seen came twice.
  const uint64_t both = ids.summary().unique + other.ids.summary().unique;
  ids.merge(other.ids);
  duplicates += other.duplicates + (both - ids.summary().unique);
}

void SinkReport::merge(const SinkReport& other) {
  for (size_t i = 0; i < signals.size(); ++i) signals[i].merge(other.signals[i]);
  resets += other.resets;
  lost_writes += other.lost_writes;
  is_cheap = is_cheap || other.is_cheap;
}

uint64_t SinkReport::unique_items() const {
  uint64_t count = 0;
  for (const SignalTally& tally : signals) {
    count += is_cheap ? tally.accepted.items : tally.ids.summary().unique;
  }
  return count;
}

std::string describe(const SinkReport& report) {
  std::string text;
  for (const otlp::Signal signal : otlp::all_signals) {
    if (was_seen(report.of(signal))) {
      describe_signal(report.of(signal), signal, report.is_cheap, text);
    }
  }
  if (text.empty()) text = "nothing received\n";
  if (report.resets > 0) text += fmt::format("connections dropped {} times\n", report.resets);
  if (report.lost_writes > 0) text += "files are incomplete: a write failed\n";
  return text;
}

std::string to_json(const SinkReport& report) {
  std::string text = fmt::format(
      R"({{"schema":"telemill.sink/1","cheap":{},"unique":{},"resets":{},"lost_writes":{})",
      report.is_cheap, report.unique_items(), report.resets, report.lost_writes);
  for (const otlp::Signal signal : otlp::all_signals) {
    text += ',';
    append_json(report.of(signal), signal, text);
  }
  text += '}';
  return text;
}

}  // namespace telemill::load
