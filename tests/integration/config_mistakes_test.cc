// Mistakes in configurations never crash the program and never half-start it: it says what is wrong
// and where, all at once, and exits with 1 before a port is open.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "integration/collector_process.h"
#include "integration/connection.h"

namespace telemill::integration {
namespace {

/// A configuration in which each test breaks one thing: `@name@` stands for what it may replace.
struct Parts {
  std::string receivers = "  otlp:\n    protocols:\n      grpc: {endpoint: '127.0.0.1:0'}\n";
  std::string processors = "  batch:\n";
  std::string exporters = "  nop:\n";
  std::string pipelines =
      "    traces: {receivers: [otlp], processors: [batch], exporters: [nop]}\n";
  std::string more;  // top-level lines at the end

  [[nodiscard]] std::string text() const {
    return "receivers:\n" + receivers + "processors:\n" + processors + "exporters:\n" + exporters +
           "service:\n  pipelines:\n" + pipelines + more;
  }
};

struct Mistake {
  const char* name;
  std::string config;
  /// `line:column`, and words that its line of the report has.
  std::string place;
  std::vector<std::string> words;
};

std::vector<Mistake> mistakes() {
  const std::string otlp = "  otlp:\n    protocols:\n      ";
  return {
      {"empty_file", "", "1:1", {"empty"}},
      {"only_a_comment", "# nothing\n", "1", {"empty"}},
      {"not_a_mapping", "[a, b]\n", "1:1", {}},
      {"a_bare_text", "hello\n", "1:1", {}},
      {"broken_yaml", "receivers:\n  otlp: [1, 2\nexporters: {\n", "", {}},
      {"a_tab_as_indentation", "receivers:\n\totlp:\n", "2:1", {"tab"}},
      {"not_utf8", "receivers:\n  otlp: \xff\xfe\n", "2", {"UTF-8"}},
      {"a_key_twice", Parts{.more = "exporters:\n  nop:\n"}.text(), "12:1", {"exporters"}},
      {"unknown_anchor", Parts{.receivers = "  otlp: *gone\n"}.text(), "2:9", {"gone"}},
      {"unknown_section",
       Parts{.more = "recievers: {}\n"}.text(),
       "12:1",
       {"recievers", "did you mean \"receivers\"?"}},
      {"no_service", "receivers: {nop: }\nexporters: {nop: }\n", "1:1", {"service", "missing"}},
      {"no_pipelines",
       "receivers: {nop: }\nexporters: {nop: }\nservice: {}\n",
       "3:10",
       {"pipeline"}},
      {"no_receivers",
       "exporters: {nop: }\nservice: {pipelines: {traces: {exporters: [nop]}}}\n",
       "1:1",
       {"receivers"}},
      {"unknown_receiver_type",
       Parts{.receivers = "  otpl:\n"}.text(),
       "2:3",
       {"otpl", "did you mean \"otlp\"?"}},
      {"unknown_exporter_type",
       Parts{.exporters = "  nopp:\n"}.text(),
       "8:3",
       {"nopp", "did you mean \"nop\"?"}},
      {"unknown_processor_type",
       Parts{.processors = "  bacth:\n"}.text(),
       "6:3",
       {"bacth", "did you mean \"batch\"?"}},
      {"unknown_key",
       Parts{.receivers = otlp + "grpc: {endpont: 'a:1'}\n"}.text(),
       "4:14",
       {"receivers::otlp::protocols::grpc::endpont", "did you mean \"endpoint\"?"}},
      {"unknown_protocol",
       Parts{.receivers = otlp + "gprc: {}\n"}.text(),
       "4:7",
       {"gprc", "did you mean \"grpc\"?"}},
      {"no_protocol",
       Parts{.receivers = "  otlp:\n    protocols: {}\n"}.text(),
       "3",
       {"at least one protocol"}},
      {"endpoint_without_port",
       Parts{.receivers = otlp + "grpc: {endpoint: localhost}\n"}.text(),
       "4:24",
       {"endpoint", "port"}},
      {"port_out_of_range",
       Parts{.receivers = otlp + "grpc: {endpoint: 'localhost:65536'}\n"}.text(),
       "4:24",
       {"endpoint", "port"}},
      {"port_that_is_no_number",
       Parts{.receivers = otlp + "http: {endpoint: 'localhost:http'}\n"}.text(),
       "4:24",
       {"endpoint", "port"}},
      {"number_for_a_text",
       Parts{.receivers = otlp + "grpc: {endpoint: 4317}\n"}.text(),
       "4:24",
       {"endpoint"}},
      {"text_for_a_number",
       Parts{.receivers = otlp + "grpc: {max_recv_msg_size_mib: '4'}\n"}.text(),
       "4:37",
       {"max_recv_msg_size_mib"}},
      {"negative_size",
       Parts{.receivers = otlp + "grpc: {max_recv_msg_size_mib: -1}\n"}.text(),
       "4:37",
       {"negative"}},
      {"number_out_of_range",
       Parts{.receivers = otlp + "grpc: {max_concurrent_streams: 4294967296}\n"}.text(),
       "4:38",
       {"max_concurrent_streams"}},
      {"list_for_a_mapping", Parts{.receivers = otlp + "grpc: [1]\n"}.text(), "4:13", {"grpc"}},
      {"mapping_for_a_list",
       Parts{.receivers = otlp + "http: {compression_algorithms: {a: b}}\n"}.text(),
       "4:38",
       {"compression_algorithms"}},
      {"number_for_a_list",
       Parts{.receivers = otlp + "http: {compression_algorithms: 5}\n"}.text(),
       "4:38",
       {"compression_algorithms"}},
      {"unknown_coding",
       Parts{.receivers = otlp + "http: {compression_algorithms: [gzip, brotli]}\n"}.text(),
       "4",
       {"brotli"}},
      {"unknown_socket_kind",
       Parts{.receivers = otlp + "grpc: {transport: udp}\n"}.text(),
       "4:25",
       {"transport"}},
      {"broken_path",
       Parts{.receivers = otlp + "http: {traces_url_path: '/a b'}\n"}.text(),
       "4:31",
       {"traces_url_path"}},
      {"broken_duration",
       Parts{.receivers = otlp + "http: {read_timeout: 5 apples}\n"}.text(),
       "4:28",
       {"read_timeout"}},
      {"word_for_a_bool",
       Parts{.receivers = otlp + "http: {keep_alives_enabled: maybe}\n"}.text(),
       "4:35",
       {"keep_alives_enabled"}},
      {"unknown_signal",
       Parts{.pipelines = "    trace: {receivers: [otlp], exporters: [nop]}\n"}.text(),
       "11:5",
       {"trace", "did you mean \"traces\"?"}},
      {"pipeline_without_exporters",
       Parts{.pipelines = "    traces: {receivers: [otlp]}\n"}.text(),
       "11:5",
       {"exporter"}},
      {"pipeline_without_receivers",
       Parts{.pipelines = "    traces: {exporters: [nop]}\n"}.text(),
       "11:5",
       {"receiver"}},
      {"reference_to_nothing",
       Parts{.pipelines = "    traces: {receivers: [otlp/a], exporters: [nop]}\n"}.text(),
       "11",
       {"otlp/a", "not configured"}},
      {"processor_twice",
       Parts{.pipelines = "    traces: {receivers: [otlp], processors: [batch, batch], exporters: "
                          "[nop]}\n"}
           .text(),
       "11:5",
       {"batch", "multiple times"}},
      {"broken_component_id", Parts{.exporters = "  'nop/':\n"}.text(), "8:3", {"nop/"}},
      {"unknown_variable_form",
       Parts{.receivers = otlp + "grpc: {endpoint: '${1}'}\n"}.text(),
       "4:24",
       {"1"}},
      {"exporter_without_endpoint",
       Parts{.exporters = "  nop:\n  otlp_grpc:\n"}.text(),
       "9",
       {"endpoint"}},
      {"unknown_compression",
       Parts{.exporters = "  nop:\n  otlp_http: {endpoint: 'http://a:1', compression: br}\n"}
           .text(),
       "9",
       {"compression"}},
  };
}

/// The program must have given up by itself, before it opened anything.
void expect_not_started(const Ended& ended) {
  EXPECT_EQ(ended.exit_status, 1) << "signal " << ended.signal;
  EXPECT_EQ(ended.signal, 0);
  EXPECT_NE(ended.log.find("Error: "), std::string::npos);
  EXPECT_EQ(ended.log.find("Sanitizer"), std::string::npos);
  EXPECT_EQ(ended.log.find("Starting"), std::string::npos) << "a component was started";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class ConfigMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(ConfigMistake, IsNamedWithItsPlace) {
  const Mistake& mistake = GetParam();
  const Folder folder;
  const std::string path = folder.write("config.yaml", mistake.config);
  for (const char* command : {"run", "validate"}) {
    const Ended ended = ChildProgram({command, "--config", path}).wait();
    SCOPED_TRACE(ended.log);
    expect_not_started(ended);
    bool is_named = false;
    for (const std::string& line : lines_of(ended.log)) {
      bool has_all = line.starts_with(path + ":" + mistake.place);
      for (const std::string& word : mistake.words) {
        has_all = has_all && line.find(word) != std::string::npos;
      }
      is_named = is_named || has_all;
    }
    EXPECT_TRUE(is_named) << "no line is at " << mistake.place << " and says it\n"
                          << mistake.config;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, ConfigMistake, ::testing::ValuesIn(mistakes()),
                         [](const auto& mistake) { return std::string(mistake.param.name); });

TEST(ConfigMistakes, AllAreToldAtOnce) {
  const Folder folder;
  const std::string path = folder.write(
      "config.yaml",
      Parts{.receivers = "  otlp:\n    protocols:\n      grpc: {endpont: a, transport: udp}\n"
                         "      http: {max_request_body_size: lots}\n  otpl:\n",
            .exporters = "  nop: {a: 1}\n",
            .pipelines = "    trace: {receivers: [otlp], exporters: [nop]}\n",
            .more = "servise: 1\n"}
          .text());
  const Ended ended = ChildProgram({"--config", path}).wait();
  expect_not_started(ended);
  for (const char* part : {"endpont", "transport", "max_request_body_size", "otpl", "nop::a",
                           "\"trace\"", "servise"}) {
    EXPECT_NE(ended.log.find(part), std::string::npos) << part << " is missing in\n" << ended.log;
  }
  EXPECT_NE(ended.log.find("7 problem(s)"), std::string::npos) << ended.log;
}

TEST(ConfigMistakes, AMissingFileIsNamed) {
  const Ended ended = ChildProgram({"--config", "/nowhere/config.yaml"}).wait();
  expect_not_started(ended);
  EXPECT_NE(ended.log.find("/nowhere/config.yaml"), std::string::npos);
}

TEST(ConfigMistakes, NoConfigurationAtAllIsExplained) {
  const Ended ended = ChildProgram({}).wait();
  expect_not_started(ended);
  EXPECT_NE(ended.log.find("--config"), std::string::npos);
}

TEST(ConfigMistakes, AFolderAndAnEndlessFileAreNoConfigurations) {
  for (const char* path : {"/", "/dev/zero"}) {
    expect_not_started(ChildProgram({"--config", path}).wait());
  }
}

TEST(ConfigMistakes, AliasBombsAreRefused) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) bomb += (k > 0 ? ", " : "") + before;
    bomb += "]\n";
  }
  const Folder folder;
  expect_not_started(ChildProgram({"--config", folder.write("config.yaml", bomb)}).wait());
  expect_not_started(
      ChildProgram({"--config", folder.write("deep.yaml", std::string(100'000, '['))}).wait());
}

TEST(ConfigMistakes, TenThousandLinesAreNoMistake) {
  std::string exporters;
  for (int i = 0; i < 10'000; ++i) exporters += "  nop/" + std::to_string(i) + ":\n";
  const Folder folder;
  const std::string good = Parts{.exporters = "  nop:\n" + exporters}.text();
  const Ended ended =
      ChildProgram({"validate", "--config", folder.write("config.yaml", good)}).wait();
  EXPECT_EQ(ended.exit_status, 0) << ended.log.substr(0, 1000);
  const std::string bad = Parts{.exporters = exporters}.text();
  const Ended refused =
      ChildProgram({"validate", "--config", folder.write("bad.yaml", bad)}).wait();
  EXPECT_EQ(refused.exit_status, 1);
  EXPECT_LT(lines_of(refused.log).size(), 5U) << "one mistake, few words";
}

/// A listener of somebody else.
class TakenPort {
 public:
  TakenPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(::bind(socket_.number(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(socket_.number(), 1), 0);
    ::getsockname(socket_.number(), reinterpret_cast<sockaddr*>(&address), &size);
    number_ = ntohs(address.sin_port);
  }
  [[nodiscard]] uint16_t number() const noexcept { return number_; }

 private:
  runtime::Descriptor socket_;
  uint16_t number_ = 0;
};

/// The port behind "Starting `protocol` server".
uint16_t port_in(const std::string& log, const std::string& protocol) {
  size_t at = log.find("Starting " + protocol + " server");
  if (at == std::string::npos) return 0;
  at = log.find("127.0.0.1:", at);
  return at == std::string::npos ? uint16_t{0}
                                 : static_cast<uint16_t>(std::stoi(log.substr(at + 10)));
}

TEST(ConfigMistakes, ATakenPortIsNamedAndNothingIsLeftListening) {
  const TakenPort taken;
  const std::string endpoint = "127.0.0.1:" + std::to_string(taken.number());
  const Folder folder;
  const std::string path = folder.write(
      "config.yaml", Parts{.receivers = "  otlp/mine:\n    protocols:\n"
                                        "      grpc: {endpoint: '127.0.0.1:0'}\n"
                                        "      http: {endpoint: '" +
                                        endpoint + "'}\n",
                           .pipelines = "    traces: {receivers: [otlp/mine], exporters: [nop]}\n"}
                         .text());
  const Ended ended = ChildProgram({"--lanes", "3", "--config", path}).wait();
  SCOPED_TRACE(ended.log);
  EXPECT_EQ(ended.exit_status, 1) << "signal " << ended.signal;
  EXPECT_NE(ended.log.find("failed to start \"otlp/mine\" receiver"), std::string::npos);
  EXPECT_NE(ended.log.find(endpoint), std::string::npos);
  EXPECT_NE(ended.log.find("in use"), std::string::npos);
  EXPECT_EQ(ended.log.find("Everything is ready"), std::string::npos);
  const uint16_t opened = port_in(ended.log, "gRPC");
  ASSERT_NE(opened, 0) << "gRPC starts before HTTP";
  EXPECT_TRUE(is_port_closed(opened));
  // The port's owner is untouched.
  EXPECT_FALSE(is_port_closed(taken.number()));
}

TEST(ConfigMistakes, TwoReceiversOnOnePortIsATakenPort) {
  uint16_t port = 0;
  {
    const TakenPort taken;
    port = taken.number();
  }
  const std::string endpoint = "'127.0.0.1:" + std::to_string(port) + "'";
  const Folder folder;
  const std::string path = folder.write(
      "config.yaml",
      Parts{.receivers = "  otlp:\n    protocols: {grpc: {endpoint: " + endpoint +
                         "}}\n  otlp/2:\n    protocols: {http: {endpoint: " + endpoint + "}}\n",
            .pipelines = "    traces: {receivers: [otlp, otlp/2], exporters: [nop]}\n"}
          .text());
  const Ended ended = ChildProgram({"--lanes", "2", "--config", path}).wait();
  SCOPED_TRACE(ended.log);
  EXPECT_EQ(ended.exit_status, 1) << "signal " << ended.signal;
  EXPECT_NE(ended.log.find("receiver"), std::string::npos);
  EXPECT_NE(ended.log.find("127.0.0.1:" + std::to_string(port)), std::string::npos);
  EXPECT_TRUE(is_port_closed(port));
}

TEST(ConfigMistakes, AMissingCertificateStopsTheStart) {
  const Folder folder;
  const std::string path = folder.write(
      "config.yaml", Parts{.receivers = "  otlp:\n    protocols:\n      grpc:\n"
                                        "        endpoint: '127.0.0.1:0'\n"
                                        "        tls: {cert_file: /nowhere/a.crt, key_file: "
                                        "/nowhere/a.key}\n"}
                         .text());
  const Ended ended = ChildProgram({"--config", path}).wait();
  EXPECT_EQ(ended.exit_status, 1) << ended.log;
  EXPECT_NE(ended.log.find("/nowhere/a.crt"), std::string::npos) << ended.log;
  EXPECT_EQ(ended.log.find("Everything is ready"), std::string::npos);
}

}  // namespace
}  // namespace telemill::integration
