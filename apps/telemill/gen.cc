#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "load/generator.h"
#include "load_options.h"
#include "runtime/clock.h"
#include "runtime/signals.h"

namespace telemill::app {
namespace {

constexpr const char* examples =
    "Examples:\n"
    "  telemill gen --endpoint localhost:4317 --duration 3s\n"
    "      traces over gRPC as fast as the server answers\n"
    "  telemill gen --endpoint localhost:4318 --protocol http-json --signal logs --rate 1000 \\\n"
    "      --duration 1m\n"
    "      1000 log records a second; latencies count from the intended time\n"
    "  telemill gen --endpoint localhost:4317 --compression gzip --reuse-ids --connections 2 \\\n"
    "      --streams 32 --duration 10s --json\n"
    "      as fast as can be, summary as JSON\n"
    "  telemill gen --endpoint localhost:4317 --requests 100 --retry --seed 7 --ids-out sent.ids\n"
    "      every request until it is acknowledged; which ids came through is on file\n"
    "Exit: 0 all acknowledged, 1 something was not, 2 wrong usage, 3 endpoint not reachable.";

struct GenOptions {
  load::GenSettings settings;
  std::string endpoint;
  std::string protocol = "grpc";
  std::string signal = "traces";
  std::string shape = "house";
  std::string compression = "none";
  std::vector<std::string> headers;
  Duration wait = std::chrono::seconds(10);
  bool has_seed = false;
  bool is_json = false;
  bool is_quiet = false;
  bool is_tls = false;
  transport::TlsSettings tls;
};

std::optional<load::Protocol> protocol_of(std::string_view name) noexcept {
  if (name == "grpc") return load::Protocol::grpc;
  if (name == "http") return load::Protocol::http;
  if (name == "http-json") return load::Protocol::http_json;
  return std::nullopt;
}

/// What the texts on the command line stand for.
Result<void, Failure> read_texts(GenOptions& options) {
  load::GenSettings& settings = options.settings;
  TELEMILL_ASSIGN(settings.endpoint, parse_endpoint(options.endpoint));
  const auto protocol = protocol_of(options.protocol);
  if (!protocol) {
    return fail(ErrorCode::unsupported,
                fmt::format("unknown protocol \"{}\": grpc, http or http-json", options.protocol));
  }
  settings.protocol = *protocol;
  const auto signal = otlp::signal_from_name(options.signal);
  if (!signal) {
    return fail(ErrorCode::unsupported,
                fmt::format("unknown signal \"{}\": traces, metrics or logs", options.signal));
  }
  settings.workload.signal = *signal;
  TELEMILL_TRY(load::parse_shape(options.shape, settings.workload));
  const bool is_grpc = settings.protocol == load::Protocol::grpc;
  const auto coding = is_grpc ? codec::coding_from_grpc_config(options.compression)
                              : codec::coding_from_http_config(options.compression);
  if (!coding) {
    return fail(ErrorCode::unsupported,
                fmt::format("{} knows no compression \"{}\"", is_grpc ? "gRPC" : "HTTP",
                            options.compression));
  }
  settings.coding = *coding;
  for (const std::string& header : options.headers) {
    const size_t equals = header.find('=');
    if (equals == std::string::npos || equals == 0) {
      return fail(ErrorCode::unsupported, "a header is NAME=VALUE, not " + header);
    }
    settings.headers.push_back({header.substr(0, equals), header.substr(equals + 1)});
  }
  if (options.is_tls || !options.tls.ca_file.empty() || options.tls.insecure_skip_verify) {
    const bool is_http2 = is_grpc || settings.http2;
    TELEMILL_ASSIGN(settings.tls,
                    transport::TlsContext::create(transport::TlsContext::Role::client, options.tls,
                                                  {is_http2 ? "h2" : "http/1.1"}));
  }
  if (!options.has_seed) settings.seed = runtime::system_clock().unix_now() % 1'000'000'000;
  return {};
}

std::string progress_text(const load::Generator& generator, TimePoint now, TimePoint& last_time,
                          uint64_t& last_items) {
  const load::GenTotals totals = generator.progress();
  const double seconds = std::chrono::duration<double>(now - last_time).count();
  const double rate = static_cast<double>(totals.acknowledged_items - last_items) / seconds;
  last_time = now;
  last_items = totals.acknowledged_items;
  return fmt::format("gen: sent {}, acknowledged {} ({}/s), requests refused or failed {}",
                     totals.sent_items, totals.acknowledged_items, short_number(rate),
                     totals.lost_requests);
}

int finish(const load::Generator& generator, bool is_json) {
  const load::GenReport& report = generator.report();
  const load::GenSettings& settings = generator.settings();
  const std::string text = is_json ? to_json(report, settings) + "\n" : describe(report, settings);
  std::fputs(text.c_str(), stdout);
  std::fputs(doubts(report, settings).c_str(), stderr);
  if (generator.has_lost_ids()) {
    return report_failure({ErrorCode::unavailable, "the file of ids is incomplete"}, exit_bad);
  }
  return report.is_all_acknowledged() ? exit_good : exit_bad;
}

int gen(GenOptions& options) {
  if (auto read = read_texts(options); !read) return report_failure(read.error(), exit_usage);
  auto lane = runtime::Lane::create({});
  if (!lane) return report_failure(lane.error(), exit_unreachable);
  auto generator = load::Generator::create(**lane, std::move(options.settings));
  if (!generator) return report_failure(generator.error(), exit_usage);
  // Signals still have their default effect while we wait.
  auto waited = load::wait_for_endpoint((*generator)->settings().endpoint, options.wait);
  if (!waited) return report_failure(waited.error(), exit_unreachable);
  runtime::block_signals();
  bool is_done = false;
  bool is_stopping = false;
  auto signals = runtime::Signals::create(**lane, [&](int) {
    if (is_stopping) return (*lane)->stop();  // twice: at once
    is_stopping = true;
    (*generator)->stop();
  });
  if (!signals) return report_failure(signals.error(), exit_unreachable);
  TimePoint last_time = runtime::system_clock().now();
  uint64_t last_items = 0;
  {
    const ProgressLine progress(**lane, options.is_quiet, [&] {
      return progress_text(**generator, (*lane)->now(), last_time, last_items);
    });
    auto started = (*generator)->start([&] {
      is_done = true;
      (*lane)->stop();
    });
    if (!started) return report_failure(started.error(), exit_unreachable);
    (*lane)->run();
  }
  if (!is_done) {
    return report_failure({ErrorCode::shutting_down, "stopped before the last answers, no summary"},
                          exit_nothing);
  }
  return finish(**generator, options.is_json);
}

void add_target_options(CLI::App& app, GenOptions& options) {
  app.add_option("--endpoint", options.endpoint, "Where to send: HOST:PORT or unix:PATH")
      ->required()
      ->group("Where");
  app.add_option("--protocol", options.protocol, "grpc (the default), http or http-json")
      ->type_name("NAME")
      ->group("Where");
  app.add_flag("--http2", options.settings.http2, "HTTP/2 for the HTTP protocols too")
      ->group("Where");
  app.add_option("--compression", options.compression,
                 "none, gzip, zstd, snappy; HTTP also deflate and lz4")
      ->type_name("NAME")
      ->group("Where");
  app.add_option("--level", options.settings.level, "Compression level; -1: the usual one")
      ->group("Where");
  app.add_option("--header", options.headers, "A header of every request; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->group("Where");
  app.add_flag("--tls", options.is_tls, "Speak TLS")->group("Where");
  app.add_option("--tls-ca", options.tls.ca_file,
                 "Authority of the server's certificate; means TLS")
      ->type_name("FILE")
      ->group("Where");
  app.add_option("--tls-cert", options.tls.cert_file, "Our own certificate")
      ->type_name("FILE")
      ->group("Where");
  app.add_option("--tls-key", options.tls.key_file, "Its key")->type_name("FILE")->group("Where");
  app.add_option("--server-name", options.tls.server_name_override,
                 "Name that the server's certificate must hold, if not the endpoint's")
      ->type_name("NAME")
      ->group("Where");
  app.add_flag("--tls-insecure", options.tls.insecure_skip_verify,
               "TLS without checking the certificate")
      ->group("Where");
  add_duration(app, "--wait", options.wait,
               "How long the endpoint may take to come up; 10s unless told")
      ->group("Where");
}

void add_workload_options(CLI::App& app, GenOptions& options) {
  load::WorkloadSettings& workload = options.settings.workload;
  app.add_option("--signal", options.signal, "traces (the default), metrics or logs")
      ->type_name("NAME")
      ->group("What");
  app.add_option("--shape", options.shape,
                 "house (340 B spans), semconv (806 B spans, 358 B logs, 197 B points) or\n"
                 "attributes=NxB, such as attributes=10x1000")
      ->type_name("SHAPE")
      ->group("What");
  app.add_option("--items-per-request", workload.items_per_request,
                 "Spans, data points or log records in each request; 100 unless told")
      ->type_name("N")
      ->group("What");
  app.add_option("--resources", workload.resources, "Resources in each request")
      ->type_name("N")
      ->group("What");
  app.add_option("--scopes", workload.scopes_per_resource, "Scopes in each resource")
      ->type_name("N")
      ->group("What");
  app.add_option("--log-body-bytes", workload.log_body_bytes,
                 "Size of log bodies, taken from 512 templates")
      ->type_name("BYTES")
      ->group("What");
  app.add_option("--bodies", workload.distinct_bodies, "Distinct requests; 16 unless told")
      ->type_name("N")
      ->group("What");
  app.add_option("--replay", options.settings.replay_file,
                 "Send a capture over and over instead: requests behind 4-byte lengths or OTLP\n"
                 "JSON lines, plain, zstd or gzip")
      ->type_name("FILE")
      ->group("What");
  app.add_option_function<uint64_t>(
         "--seed",
         [&options](uint64_t seed) {
           options.settings.seed = seed;
           options.has_seed = true;
         },
         "Same seed, same bytes and ids; unless told, a new one each time")
      ->type_name("N")
      ->group("What");
  app.add_flag("--reuse-ids", options.settings.reuse_ids,
               "Code requests once and send the same ids again and again: cheapest")
      ->group("What");
}

void add_pace_options(CLI::App& app, GenOptions& options) {
  load::GenSettings& settings = options.settings;
  app.add_option("--connections", settings.connections, "Connections; 1 unless told")
      ->type_name("N")
      ->group("How fast");
  app.add_option("--streams", settings.streams,
                 "Requests in flight per connection; 8 unless told. With HTTP/1 each takes a\n"
                 "connection of its own")
      ->type_name("N")
      ->group("How fast");
  app.add_option("--threads", settings.lanes, "Threads to spread connections over")
      ->type_name("N")
      ->group("How fast");
  app.add_option("--rate", settings.items_per_second,
                 "Items per second, at intended times; unless told, as fast as answers come")
      ->type_name("ITEMS")
      ->group("How fast");
  app.add_option("--requests", settings.requests, "Stop after so many requests")
      ->type_name("N")
      ->group("How fast");
  add_duration(app, "--duration", settings.duration, "Stop after this time")->group("How fast");
  add_duration(app, "--timeout", settings.timeout, "For one attempt; 10s unless told")
      ->group("How fast");
  add_duration(app, "--drain", settings.drain, "For the last answers; 10s unless told")
      ->group("How fast");
  app.add_flag("--retry", settings.retry,
               "Send again what failed or was refused for now, with the same ids")
      ->group("How fast");
}

}  // namespace

void add_gen(CLI::App& app, Chosen& chosen) {
  const auto options = std::make_shared<GenOptions>();
  CLI::App* const command =
      app.add_subcommand("gen", "Send generated or captured telemetry and measure the answers");
  command->footer(examples);
  add_target_options(*command, *options);
  add_workload_options(*command, *options);
  add_pace_options(*command, *options);
  command->add_flag("--json", options->is_json, "Print the summary as one JSON object")
      ->group("Output");
  command
      ->add_option("--ids-out", options->settings.ids_file,
                   "Write every id with what became of it (docs/load.md has the format)")
      ->type_name("FILE")
      ->group("Output");
  command->add_flag("-q,--quiet", options->is_quiet, "No progress")->group("Output");
  command->callback([options, &chosen] { chosen = [options] { return gen(*options); }; });
}

}  // namespace telemill::app
