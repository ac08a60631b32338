// telemill_stages NAME [--rounds N] [--messages N]: runs one stage and prints what it cost as a
// JSON object.
// --list names the stages, --all runs each of them.
#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <span>
#include <string>

#include "load/workload.h"
#include "stages/stage.h"

namespace telemill::bench {
namespace {

/// Set once, before any stage runs.
uint32_t message_count = 16;

int64_t thread_cpu_ns() noexcept {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::vector<Stage> all_stages() {
  std::vector<Stage> stages;
  for (const auto& list :
       {transport_stages(), otlp_stages(), pipeline_stages(), codec_stages(), collector_stages()}) {
    stages.insert(stages.end(), list.begin(), list.end());
  }
  return stages;
}

void run(const Stage& stage, size_t rounds) {
  Meter meter;
  stage.run(meter, rounds > 0 ? rounds : stage.rounds);
  std::puts(fmt::format(R"({{"stage":"{}","requests":{},"spans":{},"allocations":{},"cpu_ns":{}}})",
                        stage.name, meter.requests(), meter.spans(), meter.allocations(),
                        meter.cpu_ns())
                .c_str());
}

int usage() {
  std::fputs("usage: telemill_stages --list | (--all | NAME) [--rounds N] [--messages N]\n",
             stderr);
  return 2;
}

template <class Number>
void read_number(std::string_view text, Number& number) {
  std::from_chars(text.data(), text.data() + text.size(), number);
}

int run_named(std::span<char*> arguments) {
  std::string_view wanted;
  size_t rounds = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--rounds" && i + 1 < arguments.size()) {
      read_number(arguments[++i], rounds);
    } else if (argument == "--messages" && i + 1 < arguments.size()) {
      read_number(arguments[++i], message_count);
    } else {
      wanted = argument;
    }
  }
  if (message_count == 0) return usage();
  bool has_run = false;
  for (const Stage& stage : all_stages()) {
    if (wanted == "--list") std::puts(std::string(stage.name).c_str());
    if (wanted != "--all" && wanted != stage.name) continue;
    run(stage, rounds);
    has_run = true;
  }
  return has_run || wanted == "--list" ? EXIT_SUCCESS : usage();
}

}  // namespace

void Meter::resume() noexcept {
  allocations_before_ = allocation_count();
  cpu_before_ns_ = thread_cpu_ns();
  CALLGRIND_TOGGLE_COLLECT;
}

void Meter::pause() noexcept {
  CALLGRIND_TOGGLE_COLLECT;
  cpu_ns_ += thread_cpu_ns() - cpu_before_ns_;
  allocations_ += allocation_count() - allocations_before_;
}

std::vector<base::Slice> house_requests(size_t spans) {
  load::WorkloadSettings settings;
  settings.items_per_request = static_cast<uint32_t>(spans);
  settings.distinct_bodies = message_count;
  std::vector<base::Slice> requests;
  uint64_t number = 0;
  const std::vector<load::Template> forms = load::make_workload(settings, 1).value();
  for (const load::Template& form : forms) {
    std::string bytes(form.bytes());
    form.fill({.series = {.run = 7},
               .item_base = number * spans,
               .trace_base = number * spans,
               .sent_at = 1'700'000'000'000'000'000},
              bytes.data());
    requests.push_back(base::Slice::copy_of(bytes));
    ++number;
  }
  return requests;
}

}  // namespace telemill::bench

int main(int count, char** arguments) {
  return telemill::bench::run_named(std::span(arguments, static_cast<size_t>(count)).subspan(1));
}
