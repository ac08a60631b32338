// The official JavaScript SDK (tests/peers/node) sends through a collector to a back end. What
// arrives equals what was given to its exporters, record by record and field by field.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>

#include "official/path_through.h"
#include "runtime/socket.h"

namespace telemill::official {
namespace {

using integration::ChildProgram;
using integration::Ended;
using integration::Folder;

const std::string source_folder = TELEMILL_NODE_PEER;
const std::string build_folder = TELEMILL_NODE_PEER_BUILD;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// How `program` ended; 127 when it is not installed.
Ended run(const std::string& program, const std::vector<std::string>& arguments,
          std::chrono::seconds patience = std::chrono::seconds(60)) {
  return ChildProgram(arguments, program).wait(patience);
}

/// Packages of the lock file into the build tree, once for all tests and runs. Tells what is
/// missing, if anything.
std::optional<std::string> install() {
  namespace fs = std::filesystem;
  fs::create_directories(build_folder);
  // Tests are processes of their own, and may run at once.
  const runtime::Descriptor lock(
      ::open((build_folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ::flock(lock.number(), LOCK_EX);
  for (const char* name : {"expected.js", "send.js"}) {
    fs::copy_file(source_folder + "/" + name, build_folder + "/" + name,
                  fs::copy_options::overwrite_existing);
  }
  const std::string wanted = read_file(source_folder + "/package-lock.json");
  const std::string mark = build_folder + "/installed-lock.json";
  if (fs::exists(mark) && read_file(mark) == wanted) return std::nullopt;
  for (const char* name : {"package.json", "package-lock.json"}) {
    fs::copy_file(source_folder + "/" + name, build_folder + "/" + name,
                  fs::copy_options::overwrite_existing);
  }
  if (run("node", {"--version"}).exit_status != 0) return "node is not installed";
  if (run("npm", {"--version"}).exit_status != 0) return "npm is not installed";
  const Ended ended = run("npm",
                          {"ci", "--prefix", build_folder, "--ignore-scripts", "--no-audit",
                           "--no-fund", "--fetch-retries", "1"},
                          std::chrono::seconds(180));
  if (ended.exit_status != 0) return "npm ci cannot install the SDK here:\n" + ended.log;
  std::ofstream(mark, std::ios::binary) << wanted;
  return std::nullopt;
}

/// What the script says that it sent: a request in protobuf's JSON per line.
template <class Request>
std::vector<Request> read_expected(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<Request> requests;
  for (std::string line; std::getline(file, line);) {
    const auto status = google::protobuf::util::JsonStringToMessage(line, &requests.emplace_back());
    EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << line;
  }
  return requests;
}

struct Inlet {
  const char* protocol;
  const char* compression;

  friend std::ostream& operator<<(std::ostream& out, const Inlet& inlet) {
    return out << inlet.protocol << " " << inlet.compression;
  }
};

class NodeSdk : public testing::TestWithParam<Inlet> {};

TEST_P(NodeSdk, EverythingArrivesAsItWasSent) {
  if (const auto missing = install()) GTEST_SKIP() << "SKIP: " << *missing;
  const Inlet& inlet = GetParam();
  PathThrough path({"http-proto", "gzip"});
  const bool is_grpc = std::string(inlet.protocol) == "grpc";
  const uint16_t port = is_grpc ? path.grpc_port() : path.http_port();
  const Folder folder;
  const Ended ended =
      run("node", {build_folder + "/send.js", inlet.protocol,
                   "http://127.0.0.1:" + std::to_string(port), inlet.compression, folder.path("")});
  ASSERT_EQ(ended.exit_status, 0) << ended.log;
  path.stop();
  expect_same_records(read_expected<Traces>(folder.path("traces.json")),
                      path.received<Traces>("traces"));
  expect_same_records(read_expected<Metrics>(folder.path("metrics.json")),
                      path.received<Metrics>("metrics"));
  expect_same_records(read_expected<Logs>(folder.path("logs.json")), path.received<Logs>("logs"));
}

INSTANTIATE_TEST_SUITE_P(Protocols, NodeSdk,
                         testing::Values(Inlet{"grpc", "none"}, Inlet{"grpc", "gzip"},
                                         Inlet{"proto", "none"}, Inlet{"proto", "gzip"},
                                         Inlet{"json", "none"}, Inlet{"json", "gzip"}),
                         [](const auto& made) {
                           return std::string(made.param.protocol) + "_" + made.param.compression;
                         });

}  // namespace
}  // namespace telemill::official
