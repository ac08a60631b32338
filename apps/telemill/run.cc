#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "config_options.h"
#include "engine/collector.h"
#include "runtime/process.h"
#include "runtime/signals.h"
#include "telemill/version.h"

namespace telemill::app {
namespace {

struct RunOptions {
  engine::Collector::Settings settings;
  size_t budget_mib = 0;
  double drain_seconds = 25;
};

int run(const ConfigOptions& config, RunOptions options) {
  runtime::block_signals();
  auto plan = load_plan(config);
  if (!plan) return EXIT_FAILURE;
  log::configure({.level = plan->logs.level, .as_json = plan->logs.as_json});
  if (auto raised = runtime::raise_open_files_limit(); !raised) {
    log::warn("Cannot raise the limit of open files", {{"error", raised.error().message}});
  }
  options.settings.admitted_bytes_max = options.budget_mib << 20;
  options.settings.drain_deadline =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options.drain_seconds));
  log::info("Starting telemill...", {{"version", telemill::version}});
  auto collector = engine::Collector::start(*std::move(plan), options.settings);
  if (!collector) {
    std::fprintf(stderr, "Error: %s\n", collector.error().message.c_str());
    return EXIT_FAILURE;
  }
  log::info("Everything is ready. Begin running and processing data.");
  const engine::Summary summary = (*collector)->run([&config] {
    // A running collector is never stopped by a file: look at it, say so, go on.
    const bool is_valid = load_plan(config).has_value();
    if (is_valid) {
      log::info("SIGHUP: the configuration is valid; restart to use it");
    } else {
      log::error("SIGHUP: the configuration is invalid; the running one goes on");
    }
  });
  std::fprintf(stderr, "telemill: %s\n", summary.to_string().c_str());
  return EXIT_SUCCESS;
}

}  // namespace

void add_run(CLI::App& app, const ConfigOptions& config, Chosen& chosen) {
  const auto options = std::make_shared<RunOptions>();
  const auto add_options = [&options](CLI::App& target) {
    target
        .add_option("--lanes", options->settings.lane_count,
                    "Event loops, each on a thread of its own; 0: one per available CPU")
        ->type_name("N");
    target.add_flag("--pin", options->settings.pin_lanes, "Tie each lane to a CPU");
    target
        .add_option("--memory-budget", options->budget_mib,
                    "MiB of requests held before new ones are refused; 0: a quarter of the memory")
        ->type_name("MIB");
    target
        .add_option("--drain-timeout", options->drain_seconds,
                    "Seconds for sending what is held after SIGTERM")
        ->type_name("SECONDS")
        ->check(CLI::NonNegativeNumber);
  };
  add_options(app);
  CLI::App* const command = app.add_subcommand("run", "Run a collector (the default)");
  command->fallthrough();
  command->footer(
      "Examples:\n"
      "  telemill run --config otel.yaml\n"
      "  telemill --config otel.yaml --set service.telemetry.logs.level=debug\n"
      "  telemill --config https://config.example/otel.yaml --lanes 2 --pin\n"
      "SIGTERM and SIGINT drain and end it, SIGHUP checks the configuration.\n");
  chosen = [&config, options] { return run(config, *options); };
}

}  // namespace telemill::app
