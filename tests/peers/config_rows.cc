#include "peers/config_rows.h"

namespace telemill::peers {
namespace {

const std::string otlp_receiver =
    "receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}\n";
const std::string one_pipeline =
    "service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\n";
const std::string plain = otlp_receiver + "exporters: {nop: }\n" + one_pipeline;
constexpr std::nullopt_t nothing = std::nullopt;

std::string receiver(const std::string& protocols) {
  return "receivers: {otlp: {protocols: {" + protocols + "}}}\nexporters: {nop: }\n" + one_pipeline;
}
std::string exporters(const std::string& all) {
  return otlp_receiver + "exporters: " + all + "\n" + one_pipeline;
}
std::string grpc_exporter(const std::string& settings) {
  return exporters("{nop: , otlp_grpc: {endpoint: 'h:1', " + settings + "}}");
}
std::string http_exporter(const std::string& settings) {
  return exporters("{nop: , otlp_http: {endpoint: 'http://h:1', " + settings + "}}");
}
std::string debug(const std::string& settings) {
  return exporters("{nop: , debug: " + settings + "}");
}
std::string file(const std::string& settings) {
  return exporters("{nop: , file: " + settings + "}");
}
std::string batch(const std::string& settings) {
  return otlp_receiver + "exporters: {nop: }\nprocessors: {batch: " + settings + "}\n" +
         one_pipeline;
}
std::string service(const std::string& settings) {
  return otlp_receiver +
         "processors: {batch: }\nexporters: {nop: , debug: }\nservice: " + settings + "\n";
}

std::vector<Row> documents() {
  return {
      {"plain", plain},
      {"empty document", ""},
      {"comment only", "# nothing\n"},
      {"null document", "null\n"},
      {"list document", "[]\n"},
      {"scalar", "text\n"},
      {"broken yaml", "a: [\n"},
      {"tab", "a:\n\tb: 1\n"},
      {"no service", "receivers: {otlp: }\nexporters: {nop: }\n"},
      {"unknown top key", plain + "foo: {}\n"},
      {"null extensions", plain + "extensions:\n"},
      {"null processors top", plain + "processors:\n"},
      {"null connectors", plain + "connectors:\n"},
      {"same id twice",
       "receivers: {otlp: {protocols: {grpc: }}}\nreceivers: {otlp: {protocols: {grpc: "
       "}}}\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [otlp], exporters: "
       "[nop]}}}\n"},
      {"alias", "x: &a {}\n" + plain},
      {"anchor", receiver("grpc: &e {endpoint: '127.0.0.1:0'}, http: *e")},
      {"merge", receiver("grpc: &e {endpoint: '127.0.0.1:0'}, http: {<<: *e}")},
      {"merge override",
       receiver("grpc: &e {endpoint: '127.0.0.1:0'}, http: {<<: *e, endpoint: '127.0.0.1:1'}")},
      {"merge list", receiver("grpc: &e {endpoint: '127.0.0.1:0'}, http: {<<: [*e]}")},
      {"unknown alias", receiver("grpc: *nope")},
      {"two documents", plain + "---\nfoo: 1\n"},
      {"leading marker", "---\n" + plain},
      {"trailing marker", plain + "...\n"},
      {"bom", "\357\273\277" + plain},
      {"crlf",
       "receivers: {otlp: {protocols: {grpc: {endpoint: '127.0.0.1:0'}}}}\r\nexporters: {nop: "
       "}\r\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\r\n"},
      {"receivers list", "receivers: []\nexporters: {nop: }\n"},
      {"receivers empty list",
       "receivers: []\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [otlp], "
       "exporters: [nop]}}}\n"},
  };
}

std::vector<Row> pipelines() {
  return {
      {"null service", service("")},
      {"null pipelines", service("{pipelines: }")},
      {"empty pipelines", service("{pipelines: {}}")},
      {"null pipeline", service("{pipelines: {traces: }}")},
      {"no exporters", service("{pipelines: {traces: {receivers: [otlp]}}}")},
      {"no receivers", service("{pipelines: {traces: {exporters: [nop]}}}")},
      {"unknown signal", service("{pipelines: {spans: {receivers: [otlp], exporters: [nop]}}}")},
      {"named pipeline", service("{pipelines: {traces/2: {receivers: [otlp], exporters: [nop]}}}")},
      {"profiles",
       service("{pipelines: {profiles: {receivers: [otlp], exporters: [nop]}}}"),
       {},
       "profiles need no feature gate"},
      {"receiver twice",
       service("{pipelines: {traces: {receivers: [otlp, otlp], exporters: [nop]}}}")},
      {"processor twice", service("{pipelines: {traces: {receivers: [otlp], processors: [batch, "
                                  "batch], exporters: [nop]}}}")},
      {"exporter twice",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [nop, nop]}}}")},
      {"unconfigured receiver",
       service("{pipelines: {traces: {receivers: [otlp/x], exporters: [nop]}}}")},
      {"unconfigured exporter",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [nop/x]}}}")},
      {"scalar for list", service("{pipelines: {traces: {receivers: otlp, exporters: nop}}}")},
      {"commas", service("{pipelines: {traces: {receivers: 'otlp', exporters: 'nop,debug'}}}")},
      {"null processors",
       service("{pipelines: {traces: {receivers: [otlp], processors: , exporters: [nop]}}}")},
      {"unknown service key",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [nop]}}, foo: 1}")},
      {"unknown pipeline key",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [nop], foo: 1}}}")},
      {"forward", service("{pipelines: {traces: {receivers: [otlp], exporters: [forward]}, "
                          "traces/2: {receivers: [forward], exporters: [nop]}}}") +
                      "connectors: {forward: }\n"},
      {"forward unused exp",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [forward]}}}") +
           "connectors: {forward: }\n"},
      {"forward cycle",
       service("{pipelines: {traces: {receivers: [otlp, forward], exporters: [forward]}}}") +
           "connectors: {forward: }\n"},
      {"forward same name",
       service("{pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}") +
           "connectors: {nop: }\n"},
  };
}

std::vector<Row> ids() {
  return {
      {"unknown ext",
       service("{extensions: [foo], pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}")},
      {"unknown receiver type",
       "receivers: {foo: }\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [foo], "
       "exporters: [nop]}}}\n"},
      {"unused unknown", plain + "processors: {foo: }\n"},
      {"bad id slash", exporters("{nop/: , nop: }")},
      {"id spaces", exporters("{' nop ': }")},
      {"id slash name spaces", exporters("{'nop / a': , nop: }")},
      {"id two slashes", exporters("{nop/a/b: , nop: }")},
      {"id star", exporters("{'no*p': , nop: }")},
      {"id unicode", exporters("{'nop/\303\244\344\270\255': , nop: }")},
      {"id upper", exporters("{'Nop': , nop: }")},
      {"id long type",
       exporters(
           "{'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn': , nop: }")},
      {"id long name",
       exporters(
           "{'nop/"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
           "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn': , nop: }")},
      {"id empty name", exporters("{'/a': , nop: }")},
      {"old name otlp", exporters("{nop: , otlp: {endpoint: 'h:1'}}")},
      {"old name otlphttp", exporters("{nop: , otlphttp: {endpoint: 'http://h:1'}}")},
      {"int key", exporters("{nop: , 1: }")},
      {"bool key", exporters("{nop: , true: }")},
      {"null key", exporters("{nop: , ~: }")},
  };
}

std::vector<Row> typing() {
  return {
      {"batch null", batch("")},
      {"batch timeout", batch("{timeout: 1s}")},
      {"batch timeout int", batch("{timeout: 5}")},
      {"batch timeout float", batch("{timeout: 1.5}"), {}, "a duration has a unit"},
      {"batch timeout plain str", batch("{timeout: '5'}")},
      {"batch timeout bad", batch("{timeout: 5 s}")},
      {"batch timeout neg", batch("{timeout: -1s}")},
      {"batch timeout null", batch("{timeout: }")},
      {"batch timeout days", batch("{timeout: 1d}")},
      {"batch timeout compound", batch("{timeout: 1h2m3.5s}")},
      {"batch timeout us", batch("{timeout: 1\302\265s}")},
      {"batch timeout bool", batch("{timeout: true}")},
      {"batch size str", batch("{send_batch_size: '10'}")},
      {"batch size hex", batch("{send_batch_size: 0x10}")},
      {"batch size octal", batch("{send_batch_size: 010}")},
      {"batch size 0o", batch("{send_batch_size: 0o10}")},
      {"batch size bin", batch("{send_batch_size: 0b10}")},
      {"batch size under", batch("{send_batch_size: 1_000}")},
      {"batch size str hex", batch("{send_batch_size: '0x10'}")},
      {"batch size float", batch("{send_batch_size: 10.0}")},
      {"batch size frac",
       batch("{send_batch_size: 10.5}"),
       {},
       "the reference cuts the fraction off"},
      {"batch size exp", batch("{send_batch_size: 1e3}")},
      {"batch size neg", batch("{send_batch_size: -1}")},
      {"batch size big", batch("{send_batch_size: 4294967296}"), {}, "the reference wraps around"},
      {"batch size bool", batch("{send_batch_size: true}")},
      {"batch size null", batch("{send_batch_size: }")},
      {"batch size list", batch("{send_batch_size: [1]}")},
      {"batch max lt", batch("{send_batch_size: 10, send_batch_max_size: 5}")},
      {"batch max 0", batch("{send_batch_size: 10, send_batch_max_size: 0}")},
      {"batch unknown", batch("{foo: 1}")},
      {"batch keys dup", batch("{metadata_keys: [a, A]}")},
      {"batch keys str", batch("{metadata_keys: a}")},
      {"batch keys num", batch("{metadata_keys: [1]}")},
      {"batch list", batch("[]")},
      {"batch scalar", batch("text")},
      {"batch empty str", batch("''")},
      {"batch empty list keys", batch("{metadata_keys: []}")},
      {"batch key case", batch("{Timeout: 1s}")},
      {"header float", grpc_exporter("headers: {a: 1.50}")},
      {"header bool", grpc_exporter("headers: {a: yes}")},
      {"header date", grpc_exporter("headers: {a: 2020-01-01}"), {}, "a date in YAML is a text"},
      {"header map", grpc_exporter("headers: {a: {b: c}}")},
      {"nop with keys", exporters("{nop: {foo: 1}}")},
  };
}

std::vector<Row> debug_exporter() {
  return {
      {"debug verbosity", debug("{verbosity: detailed}")},
      {"debug case", debug("{verbosity: Detailed}")},
      {"debug none", debug("{verbosity: none}")},
      {"debug bad", debug("{verbosity: loud}")},
      {"debug null", debug("{verbosity: }")},
      {"debug empty", debug("{verbosity: ''}")},
      {"debug num", debug("{verbosity: 1}"), {}, "the reference takes numbers for verbosities"},
      {"debug logger", debug("{use_internal_logger: false}")},
      {"debug logger str", debug("{use_internal_logger: 'false'}")},
      {"debug logger yes",
       debug("{use_internal_logger: yes}"),
       {},
       "yes, no, on, off are booleans (src/config/README.md)"},
      {"debug logger on",
       debug("{use_internal_logger: on}"),
       {},
       "yes, no, on, off are booleans (src/config/README.md)"},
      {"debug logger T", debug("{use_internal_logger: T}")},
      {"debug logger str T", debug("{use_internal_logger: 'T'}")},
      {"debug logger 1", debug("{use_internal_logger: 1}")},
      {"debug logger 2", debug("{use_internal_logger: 2}")},
      {"debug logger True", debug("{use_internal_logger: True}")},
      {"debug logger empty", debug("{use_internal_logger: ''}")},
      {"debug sampling", debug("{sampling_initial: 0}")},
      {"debug outputs", debug("{output_paths: [stderr]}")},
      {"debug outputs + internal", debug("{output_paths: [stderr], use_internal_logger: false}")},
      {"debug queue", debug("{sending_queue: {enabled: true}}")},
      {"debug outputs empty", debug("{output_paths: [], use_internal_logger: false}")},
  };
}

std::vector<Row> otlp_exporters() {
  return {
      {"grpc compression bad",
       grpc_exporter("compression: lz4"),
       {},
       "the reference fails at start"},
      {"grpc compression none", grpc_exporter("compression: none")},
      {"grpc compression empty", grpc_exporter("compression: ''")},
      {"grpc compression null", grpc_exporter("compression: ")},
      {"grpc gzip", grpc_exporter("compression: gzip")},
      {"grpc balancer", grpc_exporter("balancer_name: pick_first")},
      {"grpc balancer bad", grpc_exporter("balancer_name: foo")},
      {"grpc headers", grpc_exporter("headers: {a: b}")},
      {"grpc headers num", grpc_exporter("headers: {a: 1}")},
      {"grpc headers null", grpc_exporter("headers: {a: }")},
      {"grpc headers list", grpc_exporter("headers: [{name: a, value: b}]")},
      {"grpc timeout 0", grpc_exporter("timeout: 0")},
      {"grpc timeout neg", grpc_exporter("timeout: -1s")},
      {"grpc unknown", grpc_exporter("foo: 1")},
      {"grpc keepalive", grpc_exporter("keepalive: {time: 10s}")},
      {"grpc wait", grpc_exporter("wait_for_ready: true")},
      {"grpc auth", grpc_exporter("auth: {authenticator: foo}")},
      {"tls ca missing", grpc_exporter("tls: {ca_file: /nonexistent}")},
      {"tls cert alone", grpc_exporter("tls: {cert_file: /nonexistent}")},
      {"tls version bad", grpc_exporter("tls: {min_version: '3.0'}")},
      {"tls version num", grpc_exporter("tls: {min_version: 1.3}")},
      {"tls minmax", grpc_exporter("tls: {min_version: '1.3', max_version: '1.2'}")},
      {"tls both ca", grpc_exporter("tls: {ca_file: a, ca_pem: b}")},
      {"tls cipher", grpc_exporter("tls: {cipher_suites: [foo]}")},
      {"tls curves", grpc_exporter("tls: {curve_preferences: [X25519]}")},
      {"tls curves bad", grpc_exporter("tls: {curve_preferences: [foo]}")},
      {"tls null", grpc_exporter("tls: ")},
      {"tls reload", grpc_exporter("tls: {reload_interval: 1h}")},
      {"no endpoint", exporters("{nop: , otlp_grpc: }")},
      {"endpoint no port", exporters("{nop: , otlp_grpc: {endpoint: host}}")},
      {"endpoint bad port",
       exporters("{nop: , otlp_grpc: {endpoint: 'host:99999'}}"),
       {},
       "the reference tries for ever"},
      {"endpoint scheme", exporters("{nop: , otlp_grpc: {endpoint: 'http://host:1'}}")},
      {"endpoint dns", exporters("{nop: , otlp_grpc: {endpoint: 'dns:///host:1'}}")},
      {"endpoint unix", exporters("{nop: , otlp_grpc: {endpoint: 'unix:///a'}}")},
      {"endpoint port word", exporters("{nop: , otlp_grpc: {endpoint: 'host:http'}}")},
      {"endpoint empty port", exporters("{nop: , otlp_grpc: {endpoint: 'host:'}}")},
      {"endpoint v6", exporters("{nop: , otlp_grpc: {endpoint: '[::1]:1'}}")},
      {"endpoint path", exporters("{nop: , otlp_grpc: {endpoint: 'https://host:1/a'}}")},
      {"endpoint num", exporters("{nop: , otlp_grpc: {endpoint: 5}}")},
      {"http no endpoint", exporters("{nop: , otlp_http: }")},
      {"http only traces", exporters("{nop: , otlp_http: {traces_endpoint: 'http://h/x'}}")},
      {"http no scheme",
       exporters("{nop: , otlp_http: {endpoint: 'h:1'}}"),
       {},
       "the reference fails at each request"},
      {"http encoding bad", http_exporter("encoding: xml")},
      {"http encoding null", http_exporter("encoding: "), {}, "null is the default of an encoding"},
      {"http compression bad", http_exporter("compression: foo")},
      {"http level", http_exporter("compression: gzip, compression_params: {level: 3}")},
      {"http level bad", http_exporter("compression: gzip, compression_params: {level: 30}")},
      {"http level none",
       http_exporter("compression: none, compression_params: {level: 3}"),
       {},
       "the reference ignores it"},
      {"http zstd level", http_exporter("compression: zstd, compression_params: {level: 11}")},
      {"http snappy level", http_exporter("compression: snappy, compression_params: {level: 1}")},
      {"http proxy", http_exporter("proxy_url: 'http://p:1'")},
      {"http max conns", http_exporter("max_idle_conns: 1")},
      {"http cookies", http_exporter("cookies: {enabled: true}")},
      {"http ftp",
       exporters("{nop: , otlp_http: {endpoint: 'ftp://h:1'}}"),
       {},
       "the reference fails at each request"},
      {"http bad url",
       exporters("{nop: , otlp_http: {endpoint: 'http://h:port'}}"),
       {},
       "the reference fails at start"},
      {"http space",
       exporters("{nop: , otlp_http: {endpoint: 'http://a b'}}"),
       {},
       "the reference fails at start"},
  };
}

std::vector<Row> queue_and_retry() {
  return {
      {"queue size", grpc_exporter("sending_queue: {queue_size: 0}")},
      {"queue neg", grpc_exporter("sending_queue: {queue_size: -1}")},
      {"queue off", grpc_exporter("sending_queue: {enabled: false, queue_size: -1}")},
      {"queue sizer", grpc_exporter("sending_queue: {sizer: items}")},
      {"queue sizer bad", grpc_exporter("sending_queue: {sizer: foo}")},
      {"queue consumers 0", grpc_exporter("sending_queue: {num_consumers: 0}")},
      {"queue consumers neg", grpc_exporter("sending_queue: {num_consumers: -1}")},
      {"queue batch", grpc_exporter("sending_queue: {batch: {}}")},
      {"queue batch items", grpc_exporter("sending_queue: {batch: {min_size: 10, max_size: 5}}")},
      {"queue batch bytes",
       grpc_exporter("sending_queue: {sizer: bytes, batch: {sizer: items, min_size: 10}}")},
      {"queue batch big", grpc_exporter("sending_queue: {sizer: items, queue_size: 5, batch: "
                                        "{min_size: 10, flush_timeout: 1s}}")},
      {"queue batch ft 0", grpc_exporter("sending_queue: {batch: {flush_timeout: 0}}")},
      {"queue null", grpc_exporter("sending_queue: ")},
      {"queue scalar", grpc_exporter("sending_queue: true")},
      {"queue storage missing", grpc_exporter("sending_queue: {storage: file_storage}")},
      {"queue wait storage", grpc_exporter("sending_queue: {wait_for_result: true, storage: x}")},
      {"queue overflow", grpc_exporter("sending_queue: {block_on_overflow: true}")},
      {"retry", grpc_exporter("retry_on_failure: {enabled: false}")},
      {"retry interval", grpc_exporter("retry_on_failure: {initial_interval: -1s}")},
      {"retry factor", grpc_exporter("retry_on_failure: {randomization_factor: 2}")},
      {"retry factor1", grpc_exporter("retry_on_failure: {randomization_factor: 1}")},
      {"retry mult", grpc_exporter("retry_on_failure: {multiplier: -1}")},
      {"retry mult 0", grpc_exporter("retry_on_failure: {multiplier: 0}")},
      {"retry max lt",
       grpc_exporter("retry_on_failure: {initial_interval: 10s, max_interval: 5s}")},
      {"retry elapsed lt",
       grpc_exporter("retry_on_failure: {initial_interval: 10s, max_elapsed_time: 5s}")},
      {"retry elapsed lt max",
       grpc_exporter("retry_on_failure: {max_interval: 50s, max_elapsed_time: 20s}")},
      {"retry elapsed 0", grpc_exporter("retry_on_failure: {max_elapsed_time: 0}")},
  };
}

std::vector<Row> receiver_settings() {
  return {
      {"recv no protocol",
       "receivers: {otlp: }\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [otlp], "
       "exporters: [nop]}}}\n"},
      {"recv empty protocols",
       "receivers: {otlp: {protocols: }}\nexporters: {nop: }\nservice: {pipelines: {traces: "
       "{receivers: [otlp], exporters: [nop]}}}\n"},
      {"recv grpc null", receiver("grpc: ")},
      {"recv empty map protos", receiver("")},
      {"recv bad proto", receiver("foo: ")},
      {"recv transport", receiver("grpc: {transport: unix, endpoint: /a}")},
      {"recv transport bad", receiver("grpc: {transport: foo, endpoint: 'a:1'}")},
      {"recv endpoint bad", receiver("grpc: {endpoint: foo}"), {}, "the reference fails at start"},
      {"recv no host", receiver("grpc: {endpoint: ':1'}")},
      {"recv path", receiver("http: {traces_url_path: '/x'}")},
      {"recv path noslash", receiver("http: {traces_url_path: 'x'}")},
      {"recv max body", receiver("http: {max_request_body_size: 10}")},
      {"recv max body neg", receiver("http: {max_request_body_size: -1}")},
      {"recv cors", receiver("http: {cors: {allowed_origins: ['*']}}")},
      {"recv max recv", receiver("grpc: {max_recv_msg_size_mib: 16}")},
      {"recv max recv neg", receiver("grpc: {max_recv_msg_size_mib: -16}")},
      {"recv streams", receiver("grpc: {max_concurrent_streams: 16}")},
      {"recv keepalive",
       receiver("grpc: {keepalive: {server_parameters: {max_connection_age: 1s}}}")},
      {"recv metadata", receiver("grpc: {include_metadata: true}")},
      {"recv comp", receiver("http: {compression_algorithms: [gzip]}")},
      {"recv comp bad",
       receiver("http: {compression_algorithms: [foo]}"),
       {},
       "the reference fails at start"},
      {"recv timeouts", receiver("http: {read_header_timeout: 1s, write_timeout: 1s, idle_timeout: "
                                 "1s, read_timeout: 1s}")},
      {"recv headers", receiver("http: {response_headers: {a: b}}")},
      {"recv middleware", receiver("http: {middlewares: [{id: foo}]}")},
      {"recv tls", receiver("grpc: {tls: {cert_file: /nonexistent, key_file: /nonexistent}}")},
      {"recv tls half", receiver("grpc: {tls: {cert_file: /nonexistent}}")},
      {"recv tls empty", receiver("grpc: {tls: {}}")},
      {"recv client ca",
       receiver("grpc: {tls: {cert_file: a, key_file: b, client_ca_file: /nonexistent}}")},
      {"recv keepalives off", receiver("http: {keep_alives_enabled: false}")},
  };
}

std::vector<Row> file_exporter() {
  return {
      {"file path", file("{path: /tmp/x}")},
      {"file no path", file("")},
      {"file format", file("{path: /tmp/x, format: proto}")},
      {"file format bad", file("{path: /tmp/x, format: xml}")},
      {"file compression", file("{path: /tmp/x, compression: zstd}")},
      {"file compression bad", file("{path: /tmp/x, compression: gzip}")},
      {"file rotation", file("{path: /tmp/x, rotation: {max_megabytes: 1}}")},
      {"file rotation null", file("{path: /tmp/x, rotation: }")},
      {"file append", file("{path: /tmp/x, append: true}")},
      {"file append compression", file("{path: /tmp/x, append: true, compression: zstd}")},
      {"file append rotation", file("{path: /tmp/x, append: true, rotation: {}}")},
      {"file flush", file("{path: /tmp/x, flush_interval: 0}")},
      {"file flush neg", file("{path: /tmp/x, flush_interval: -1s}")},
      {"file group_by", file("{path: '/tmp/*/x', group_by: {enabled: true}}")},
      {"file group_by nostar", file("{path: '/tmp/x', group_by: {enabled: true}}")},
      {"file dirs", file("{path: /tmp/x, create_directory: true}")},
      {"file dirs perm",
       file("{path: /tmp/x, create_directory: true, directory_permissions: '0755'}")},
      {"file dirs perm bad",
       file("{path: /tmp/x, create_directory: true, directory_permissions: '999'}")},
  };
}

std::vector<Row> expansion() {
  return {
      {"env set", batch("{timeout: '${env:T_SET}'}")},
      {"env bare", batch("{timeout: ${T_SET}}")},
      {"env unset", batch("{timeout: '${env:T_UNSET}'}")},
      {"env default", batch("{timeout: '${env:T_UNSET:-3s}'}")},
      {"env empty default", batch("{timeout: '${env:T_UNSET:-}'}")},
      {"env bad name", batch("{timeout: '${env:1X}'}")},
      {"env dollar", batch("{timeout: $T_SET}")},
      {"env escaped", debug("{verbosity: '$${env:X}'}")},
      {"env in key", exporters("{nop: , '${env:T_NOP}/x': }")},
      {"env unclosed", batch("{timeout: '${env:T_SET'}")},
      {"env nested", batch("{timeout: '${env:T_UNSET:-${env:T_SET}}'}")},
      {"env int", batch("{send_batch_size: '${env:T_INT}'}")},
      {"env int bare", batch("{send_batch_size: ${env:T_INT}}")},
      {"env int for string", grpc_exporter("headers: {a: '${env:T_INT}'}")},
      {"env bool str", grpc_exporter("headers: {a: '${env:T_BOOL}'}")},
      {"env partial", batch("{send_batch_size: '1${env:T_INT}'}")},
      {"env map", batch("'${env:T_MAP}'")},
      {"env list", batch("{metadata_keys: '${env:T_LIST}'}")},
      {"env yaml bad", batch("'${env:T_BADYAML}'")},
      {"unknown scheme", batch("{timeout: '${foo:bar}'}")},
      {"yaml scheme", batch("{timeout: '${yaml:1s}'}")},
      {"file missing", batch("'${file:/nonexistent}'")},
      {"http scheme", batch("'${http://127.0.0.1:9/x}'")},
      {"env recursion", batch("{timeout: '${env:T_REC}'}")},
      {"env self", batch("{timeout: '${env:T_SELF}'}")},
      {"dollar end", grpc_exporter("headers: {a: 'b$'}")},
      {"dollar dollar", grpc_exporter("headers: {a: 'b$$c'}")},
      {"dollar brace only", grpc_exporter("headers: {a: '${'}")},
      {"empty braces", grpc_exporter("headers: {a: '${}'}")},
      {"env colon only", grpc_exporter("headers: {a: '${env:}'}")},
      {"env space", grpc_exporter("headers: {a: '${env: T_SET}'}")},
      {"single dollar var", grpc_exporter("headers: {a: 'x $T_SET y'}")},
  };
}

std::vector<Row> telemetry() {
  return {
      {"telemetry level", service("{telemetry: {metrics: {level: none}}, pipelines: {traces: "
                                  "{receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry level bad", service("{telemetry: {metrics: {level: loud}}, pipelines: {traces: "
                                      "{receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry logs", service("{telemetry: {logs: {level: debug, encoding: json}}, pipelines: "
                                 "{traces: {receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry logs bad", service("{telemetry: {logs: {level: loud}}, pipelines: {traces: "
                                     "{receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry encoding bad",
       service("{telemetry: {logs: {encoding: xml}}, pipelines: {traces: {receivers: [otlp], "
               "exporters: [nop]}}}"),
       {},
       "the reference fails at start"},
      {"telemetry address",
       service("{telemetry: {metrics: {address: ':8888'}}, pipelines: "
               "{traces: {receivers: [otlp], exporters: [nop]}}}"),
       {},
       "releases that took it left configurations behind; here it is a warning"},
      {"telemetry resource", service("{telemetry: {resource: {a: b, service.name: }}, pipelines: "
                                     "{traces: {receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry unknown",
       service(
           "{telemetry: {foo: 1}, pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry readers empty",
       service("{telemetry: {metrics: {level: normal, readers: []}}, pipelines: {traces: "
               "{receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry null",
       service("{telemetry: , pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}")},
      {"telemetry level case",
       service("{telemetry: {logs: {level: INFO}, metrics: {level: Basic}}, pipelines: {traces: "
               "{receivers: [otlp], exporters: [nop]}}}")},
  };
}

std::vector<Row> command_line() {
  return {
      {"set simple", plain, {"--set=processors.batch.timeout=2s"}},
      {"set existing", batch("{timeout: 1s}"), {"--set=processors.batch.timeout=2s"}},
      {"set bad", batch(""), {"--set=processors.batch.timeout=zz"}},
      {"set nokey", plain, {"--set=foo"}},
      {"set empty", plain, {"--set=processors.batch="}},
      {"set list", batch(""), {"--set=processors.batch.metadata_keys=[a,b]"}},
      {"set ::", batch(""), {"--set=processors::batch::timeout=2s"}},
      {"set slash", plain, {"--set=processors.batch/x.timeout=2s"}},
      {"set map", batch(""), {"--set=processors.batch={timeout: 3s}"}},
      {"set service", plain, {"--set=service.pipelines.traces.exporters=[]"}},
      {"set env", batch(""), {"--set=processors.batch.timeout=${env:T_SET}"}},
      {"set eqeq", grpc_exporter("headers: {}"), {"--set=exporters.otlp_grpc.headers.a=b=c"}},
      {"no config", nothing},
      {"missing config", nothing, {"--config=/nonexistent.yaml"}},
      {"yaml uri", nothing, {"--config=yaml:receivers::otlp::protocols::grpc::endpoint: a:1"}},
      {"bad scheme", nothing, {"--config=foo:bar"}},
      {"env uri", nothing, {"--config=env:T_CONF"}},
      {"unset env uri", nothing, {"--config=env:T_UNSET"}},
      {"unknown gate", plain, {"--feature-gates=foo"}},
      {"known gate", plain, {"--feature-gates=service.profilesSupport"}},
      {"dir config", nothing, {"--config=/tmp"}},
  };
}

}  // namespace

std::vector<Group> config_groups() {
  return {
      {"documents", documents()},
      {"pipelines", pipelines()},
      {"ids", ids()},
      {"typing", typing()},
      {"debug_exporter", debug_exporter()},
      {"otlp_exporters", otlp_exporters()},
      {"queue_and_retry", queue_and_retry()},
      {"otlp_receiver", receiver_settings()},
      {"file_exporter", file_exporter()},
      {"expansion", expansion()},
      {"telemetry", telemetry()},
      {"command_line", command_line()},
  };
}

std::vector<std::pair<const char*, std::string>> config_environment() {
  return {{"T_SET", "7s"},           {"T_INT", "12"},
          {"T_BOOL", "true"},        {"T_MAP", "{timeout: 4s}"},
          {"T_LIST", "[a, b]"},      {"T_BADYAML", "{a: ["},
          {"T_REC", "${env:T_SET}"}, {"T_SELF", "${env:T_SELF}"},
          {"T_NOP", "nop"},          {"T_CONF", plain}};
}

}  // namespace telemill::peers
