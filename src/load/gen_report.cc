#include "load/gen_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "load/text.h"

namespace telemill::load {
namespace {

constexpr double busy_share_max = 0.9;

std::string_view name_of(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::grpc:
      return "grpc";
    case Protocol::http:
      return "http";
    case Protocol::http_json:
      return "http-json";
  }
  return "";
}

std::string_view name_of(codec::Coding coding) noexcept {
  return coding == codec::Coding::identity ? "none" : codec::http_name(coding);
}

Count all_refused(const GenReport& report) {
  Count all;
  for (const auto& [code, count] : report.refused) all.merge(count);
  return all;
}

double per_second(uint64_t count, Duration wall) noexcept {
  const double seconds = std::chrono::duration<double>(wall).count();
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double cpu_ns_per_item(const GenReport& report) noexcept {
  if (report.sent.items == 0) return 0;
  return static_cast<double>(report.cpu.count()) / static_cast<double>(report.sent.items);
}

double busy_share(const GenReport& report) noexcept {
  if (report.wall.count() == 0) return 0;
  return static_cast<double>(report.busiest_cpu.count()) / static_cast<double>(report.wall.count());
}

}  // namespace

void GenReport::merge(const GenReport& other) {
  sent.merge(other.sent);
  acknowledged.merge(other.acknowledged);
  for (const auto& [code, count] : other.refused) refused[code].merge(count);
  failed.merge(other.failed);
  if (!other.last_failure.empty()) last_failure = other.last_failure;
  if (!other.last_refusal.empty()) last_refusal = other.last_refusal;
  retries += other.retries;
  rejected_items += other.rejected_items;
  unsent_items += other.unsent_items;
  anonymous_items += other.anonymous_items;
  bytes += other.bytes;
  id_sum += other.id_sum;
  latency.merge(other.latency);
  cpu += other.cpu;
  busiest_cpu = std::max(busiest_cpu, other.busiest_cpu);
  wall = std::max(wall, other.wall);
}

std::string describe(const GenReport& report, const GenSettings& settings) {
  std::string text;
  const auto out = std::back_inserter(text);
  const auto& what = otlp::names(settings.workload.signal);
  const double size = report.sent.items == 0 ? 0
                                             : static_cast<double>(report.bytes) /
                                                   static_cast<double>(report.sent.items);
  fmt::format_to(out, "sent          {} {} in {} requests, {} {}, {:.0f} B each as sent\n",
                 report.sent.items, what.items, report.sent.requests, name_of(settings.protocol),
                 name_of(settings.coding), size);
  fmt::format_to(out, "acknowledged  {} {} in {} requests\n", report.acknowledged.items, what.items,
                 report.acknowledged.requests);
  for (const auto& [code, count] : report.refused) {
    fmt::format_to(out, "refused       {} {} in {} requests with {} {}: {}\n", count.items,
                   what.items, count.requests, code < 100 ? "code" : "status", code,
                   printable(report.last_refusal));
  }
  if (report.failed.requests > 0) {
    fmt::format_to(out, "failed        {} {} in {} requests: {}\n", report.failed.items, what.items,
                   report.failed.requests, printable(report.last_failure));
  }
  if (report.rejected_items > 0) {
    fmt::format_to(out, "rejected      {} {} by partial success\n", report.rejected_items,
                   what.items);
  }
  if (report.unsent_items > 0) {
    fmt::format_to(out, "unsent        {} {} were due but found no free stream\n",
                   report.unsent_items, what.items);
  }
  if (report.retries > 0) fmt::format_to(out, "retries       {}\n", report.retries);
  fmt::format_to(out, "rate          {:.0f} {}/s acknowledged over {}\n",
                 per_second(report.acknowledged.items, report.wall), what.items,
                 format_duration(report.wall));
  fmt::format_to(out, "latency       {}{}\n", format_quantiles(report.latency),
                 settings.items_per_second > 0 ? ", from the intended time" : "");
  fmt::format_to(out, "generator     {:.0f} ns CPU per item, busiest lane {:.0f} %\n",
                 cpu_ns_per_item(report), 100 * busy_share(report));
  fmt::format_to(out, "id sum        {:016x}  seed {}\n", report.id_sum, settings.seed);
  return text;
}

std::string to_json(const GenReport& report, const GenSettings& settings) {
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 R"({{"schema":"telemill.gen/1","signal":"{}","protocol":"{}","compression":"{}",)"
                 R"("seed":{},"requests":{{"sent":{},"acknowledged":{},"refused":{},"failed":{}}},)"
                 R"("items":{{"sent":{},"acknowledged":{},"refused":{},"failed":{},"rejected":{},)"
                 R"("unsent":{},"without_id":{}}},"refused_by_code":{{)",
                 otlp::names(settings.workload.signal).name, name_of(settings.protocol),
                 name_of(settings.coding), settings.seed, report.sent.requests,
                 report.acknowledged.requests, all_refused(report).requests, report.failed.requests,
                 report.sent.items, report.acknowledged.items, all_refused(report).items,
                 report.failed.items, report.rejected_items, report.unsent_items,
                 report.anonymous_items);
  const char* separator = "";
  for (const auto& [code, count] : report.refused) {
    fmt::format_to(out, R"({}"{}":{})", separator, code, count.requests);
    separator = ",";
  }
  fmt::format_to(out,
                 R"(}},"retries":{},"bytes_sent":{},"seconds":{:.6f},"items_per_second":{:.1f},)"
                 R"("latency_ns":{},"cpu_ns_per_item":{:.1f},"busiest_lane":{:.3f},)"
                 R"("id_sum":"{:016x}","last_failure":"{}","last_refusal":"{}","reuse_ids":{}}})",
                 report.retries, report.bytes, std::chrono::duration<double>(report.wall).count(),
                 per_second(report.acknowledged.items, report.wall), json_quantiles(report.latency),
                 cpu_ns_per_item(report), busy_share(report), report.id_sum,
                 json_escaped(report.last_failure), json_escaped(report.last_refusal),
                 settings.reuse_ids);
  return text;
}

std::string doubts(const GenReport& report, const GenSettings& settings) {
  std::string text;
  const bool is_closed_loop = settings.items_per_second == 0;
  if (is_closed_loop && busy_share(report) > busy_share_max) {
    text += fmt::format(
        "the generator is the bottleneck: its busiest lane used {:.0f} % of a core; more --threads "
        "or --reuse-ids may help\n",
        100 * busy_share(report));
  }
  if (settings.reuse_ids) {
    text +=
        "ids repeat (--reuse-ids): compare the id sums, not the unique count; times are those "
        "of the start\n";
  }
  if (report.anonymous_items > 0) {
    text +=
        fmt::format("{} captured items carry no id and are only counted\n", report.anonymous_items);
  }
  return text;
}

}  // namespace telemill::load
