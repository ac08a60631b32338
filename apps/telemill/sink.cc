#include "load/sink.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "load_options.h"
#include "runtime/clock.h"
#include "runtime/process.h"
#include "runtime/signals.h"

namespace telemill::app {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  telemill sink\n"
    "      listens on 127.0.0.1:5317 (gRPC) and :5318 (HTTP) and prints what came on Ctrl-C\n"
    "  telemill sink --grpc 127.0.0.1:0 --expect 10000 --json\n"
    "      any free port (told on stderr); exit 1 unless exactly 10000 different items came\n"
    "  telemill sink --refuse 14:100 --retry-after 1s --delay 20ms --admin 127.0.0.1:5319\n"
    "      a bad back end; curl -X POST 'http://127.0.0.1:5319/behaviour?refuse=8' changes it\n"
    "Exit: 0, 1 if --expect does not hold or a file is incomplete, 2 wrong usage, 3 cannot listen.";

struct SinkOptions {
  load::SinkSettings settings;
  std::vector<std::string> endpoints;
  std::string grpc, http, admin;
  std::string refuse;
  std::optional<uint64_t> expected;
  bool is_json = false;
  bool is_quiet = false;
  transport::TlsSettings tls;
};

Result<void, Failure> read_texts(SinkOptions& options) {
  load::SinkSettings& settings = options.settings;
  if (options.grpc.empty() && options.http.empty()) {
    options.grpc = "127.0.0.1:5317";
    options.http = "127.0.0.1:5318";
  }
  for (const std::string* text : {&options.grpc, &options.http}) {
    if (text->empty()) continue;
    TELEMILL_ASSIGN(auto endpoint, parse_endpoint(*text));
    settings.endpoints.push_back(std::move(endpoint));
  }
  if (!options.admin.empty()) {
    TELEMILL_ASSIGN(settings.admin, parse_endpoint(options.admin));
  }
  if (!options.refuse.empty()) {
    TELEMILL_TRY(load::parse_refuse(options.refuse, settings.behaviour));
  }
  if (!options.tls.cert_file.empty()) {
    TELEMILL_ASSIGN(settings.tls, transport::TlsContext::create(transport::TlsContext::Role::server,
                                                                options.tls, {"h2", "http/1.1"}));
  }
  return {};
}

void print_addresses(const SinkOptions& options, const load::Sink& sink) {
  size_t index = 0;
  std::string text = "listening:";
  if (!options.grpc.empty()) text += " grpc=" + sink.addresses()[index++].to_string();
  if (!options.http.empty()) text += " http=" + sink.addresses()[index++].to_string();
  if (sink.admin_address()) text += " admin=" + sink.admin_address()->to_string();
  std::fprintf(stderr, "%s\n", text.c_str());
}

std::string progress_text(const load::Sink& sink, TimePoint now, TimePoint& last_time,
                          uint64_t& last_items) {
  const load::SinkTotals seen = sink.progress();
  const double seconds = std::chrono::duration<double>(now - last_time).count();
  const double rate = static_cast<double>(seen.accepted.items - last_items) / seconds;
  last_time = now;
  last_items = seen.accepted.items;
  return fmt::format("sink: {} items ({}/s) in {} requests, {} refused", seen.accepted.items,
                     short_number(rate), seen.accepted.requests, seen.refused_requests);
}

int finish(const SinkOptions& options, const load::SinkReport& report) {
  const std::string text = options.is_json ? to_json(report) + "\n" : describe(report);
  std::fputs(text.c_str(), stdout);
  if (report.lost_writes > 0) return exit_bad;
  if (!options.expected || report.unique_items() == *options.expected) return exit_good;
  std::fprintf(stderr, "Error: expected %s items, %s came\n",
               std::to_string(*options.expected).c_str(),
               std::to_string(report.unique_items()).c_str());
  return exit_bad;
}

int sink(SinkOptions& options) {
  if (auto read = read_texts(options); !read) return report_failure(read.error(), exit_usage);
  runtime::block_signals();
  (void)runtime::raise_open_files_limit();  // fewer connections then, nothing worse
  auto lane = runtime::Lane::create({});
  if (!lane) return report_failure(lane.error(), exit_unreachable);
  auto sink = load::Sink::start(**lane, options.settings);
  if (!sink) return report_failure(sink.error(), exit_unreachable);
  print_addresses(options, **sink);

  load::SinkReport report;
  bool is_stopping = false;
  auto signals = runtime::Signals::create(**lane, [&](int) {
    if (is_stopping) return (*lane)->stop();  // twice: at once
    is_stopping = true;
    (*sink)->collect([&](load::SinkReport collected) {
      report = std::move(collected);
      (*lane)->stop();
    });
  });
  if (!signals) return report_failure(signals.error(), exit_unreachable);
  TimePoint last_time = runtime::system_clock().now();
  uint64_t last_items = 0;
  {
    const ProgressLine progress(**lane, options.is_quiet, [&] {
      return progress_text(**sink, (*lane)->now(), last_time, last_items);
    });
    (*lane)->run();
  }
  return finish(options, report);
}

void add_listen_options(CLI::App& app, SinkOptions& options) {
  app.add_option("--grpc", options.grpc,
                 "Where to take gRPC: HOST:PORT or unix:PATH; port 0: any free one.\n"
                 "Without --grpc and --http: 127.0.0.1:5317 and 127.0.0.1:5318")
      ->type_name("ADDR")
      ->group("Where");
  app.add_option("--http", options.http, "Where to take OTLP/HTTP")
      ->type_name("ADDR")
      ->group("Where");
  app.add_option("--admin", options.admin,
                 "Where GET /summary and POST /behaviour?NAME=VALUE&... are served")
      ->type_name("ADDR")
      ->group("Where");
  app.add_option("--tls-cert", options.tls.cert_file, "Serve TLS with this certificate")
      ->type_name("FILE")
      ->group("Where");
  app.add_option("--tls-key", options.tls.key_file, "Its key")->type_name("FILE")->group("Where");
  app.add_option("--tls-client-ca", options.tls.client_ca_file,
                 "Clients must show a certificate of this authority")
      ->type_name("FILE")
      ->group("Where");
  app.add_option("--threads", options.settings.lanes,
                 "Threads; counts of behaviours are exact with one, the default")
      ->type_name("N")
      ->group("Where");
}

void add_behaviour_options(CLI::App& app, SinkOptions& options) {
  load::Behaviour& behaviour = options.settings.behaviour;
  app.add_option("--refuse", options.refuse,
                 "Refuse with a gRPC code (1 to 16) or an HTTP status (400 to 599): all\n"
                 "requests, or the first N")
      ->type_name("CODE[:N]")
      ->group("Misbehave");
  add_duration(
      app, "--retry-after", [&behaviour](Duration delay) { behaviour.retry_after = delay; },
      "Tell refused clients when to come again")
      ->group("Misbehave");
  add_duration(app, "--delay", behaviour.delay, "Wait before each answer")->group("Misbehave");
  app.add_option("--stall-after", behaviour.stall_after,
                 "Stop answering after so many requests ...")
      ->type_name("N")
      ->group("Misbehave");
  add_duration(app, "--stall-for", behaviour.stall_for, "... for this long, once")
      ->group("Misbehave");
  app.add_option("--reset-every", behaviour.reset_every,
                 "Drop all connections at every Nth request, unanswered")
      ->type_name("N")
      ->group("Misbehave");
  app.add_option("--partial-success", behaviour.partial_success,
                 "Report N items of each request as rejected")
      ->type_name("N")
      ->group("Misbehave");
}

}  // namespace

void add_sink(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<SinkOptions>();
  CLI::App* const command =
      app.add_subcommand("sink", "A back end that counts what comes and checks its ids");
  command->footer(examples);
  add_listen_options(*command, *options);
  add_behaviour_options(*command, *options);
  command
      ->add_flag("--cheap", options->settings.inspector.is_cheap,
                 "Count and sum ids only: for speed runs")
      ->group("Output");
  command
      ->add_option("--expect", options->expected,
                   "Exit with 1 unless exactly N different items came (of --cheap: N items)")
      ->type_name("N")
      ->group("Output");
  command->add_flag("--json", options->is_json, "Print the summary as one JSON object")
      ->group("Output");
  command
      ->add_option("--ids-out", options->settings.inspector.ids_file,
                   "Write every id that came (docs/load.md has the format)")
      ->type_name("FILE")
      ->group("Output");
  command
      ->add_option("--save", options->settings.inspector.save_folder,
                   "Write received requests to FOLDER/traces.otlp, metrics.otlp, logs.otlp")
      ->type_name("FOLDER")
      ->group("Output");
  command->add_flag("-q,--quiet", options->is_quiet, "No progress")->group("Output");
  command->callback([options, &chosen] { chosen = [options] { return sink(*options); }; });
}

}  // namespace telemill::app
