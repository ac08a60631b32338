#include "transport/client_fixture.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

namespace telemill::transport::testing {
namespace {

constexpr size_t frame_header_bytes = 9;
constexpr std::string_view client_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

runtime::Address loopback(uint16_t port) {
  const runtime::Endpoint endpoint{runtime::Endpoint::Family::tcp4, "127.0.0.1", port};
  return runtime::resolve(endpoint).value().front();
}

int run(const std::vector<std::string>& arguments, bool waits, int* process) {
  std::vector<char*> raw;
  raw.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  }
  pid_t child = -1;
  const int error = ::posix_spawn(&child, raw[0], &actions, nullptr, raw.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return error;
  if (process != nullptr) *process = child;
  int status = 0;
  if (waits) ::waitpid(child, &status, 0);
  return status;
}

}  // namespace

Loop::Loop() : lane(std::move(runtime::Lane::create({})).value()) {}

bool Loop::run_until(const std::function<bool()>& is_done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    lane->run_turn(std::chrono::milliseconds(20));
  }
  return true;
}

void Loop::run_for(Duration duration) {
  const auto deadline = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < deadline) {
    lane->run_turn(std::chrono::milliseconds(2));
  }
}

ScriptedPeer::ScriptedPeer(runtime::Lane& lane, runtime::Descriptor socket, Script on_bytes)
    : lane_(lane), socket_(std::move(socket)), on_bytes_(std::move(on_bytes)) {
  lane_.watch(socket_.number(), runtime::Io::read, *this);
}

void ScriptedPeer::send(std::string_view bytes) {
  unsent_.append(bytes);
  flush();
}

void ScriptedPeer::flush() {
  while (socket_ && !unsent_.empty()) {
    const ssize_t count =
        ::send(socket_.number(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) break;
    unsent_.erase(0, static_cast<size_t>(count));
  }
  if (!socket_ || has_input_ended) return;
  lane_.watch(socket_.number(), unsent_.empty() ? runtime::Io::read : runtime::Io::read_write,
              *this);
}

void ScriptedPeer::end_output() noexcept { ::shutdown(socket_.number(), SHUT_WR); }

void ScriptedPeer::close() noexcept {
  if (socket_) lane_.unwatch(socket_.number());
  socket_.reset();
}

void ScriptedPeer::reset() noexcept {
  const linger at_once{1, 0};
  ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void ScriptedPeer::on_io(runtime::Io ready) {
  if (has(ready, runtime::Io::write)) flush();
  for (bool has_read = false;;) {
    char bytes[16 * 1024];
    const ssize_t count =
        socket_ ? ::recv(socket_.number(), bytes, sizeof bytes, MSG_DONTWAIT) : -1;
    if (count > 0) {
      received.append(bytes, static_cast<size_t>(count));
      has_read = true;
      continue;
    }
    if (count == 0 || (count < 0 && socket_ && errno != EAGAIN)) {
      has_input_ended = true;
      lane_.unwatch(socket_.number());
    }
    if (has_read && on_bytes_) on_bytes_(*this);
    return;
  }
}

ScriptedServer::ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script, uint16_t port)
    : ScriptedServer(lane, std::move(script),
                     runtime::Endpoint{runtime::Endpoint::Family::tcp4, "127.0.0.1", port}) {
  endpoint_.port = runtime::bound_address(listener_).value().port();
}

ScriptedServer::ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script,
                               const std::string& socket_path)
    : ScriptedServer(lane, std::move(script),
                     runtime::Endpoint{runtime::Endpoint::Family::unix_socket, socket_path, 0}) {}

ScriptedServer::ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script,
                               runtime::Endpoint endpoint)
    : lane_(lane), script_(std::move(script)), endpoint_(std::move(endpoint)) {
  auto listener = runtime::listen_on(runtime::resolve(endpoint_).value().front(), true);
  EXPECT_TRUE(listener.has_value()) << (listener ? "" : listener.error().message);
  listener_ = std::move(listener).value();
  lane_.watch(listener_.number(), runtime::Io::read, *this);
}

ScriptedServer::~ScriptedServer() { lane_.unwatch(listener_.number()); }

void ScriptedServer::on_io(runtime::Io /*ready*/) {
  if (!accepts) return;
  runtime::Address from;
  auto socket = runtime::accept_from(listener_, from);
  if (!socket || !*socket) return;
  peers.push_back(std::make_unique<ScriptedPeer>(lane_, *std::move(socket), script_));
}

std::string encode_u32(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

std::string encode(const Frame& frame) {
  std::string bytes = encode_u32(static_cast<uint32_t>(frame.payload.size())).substr(1);
  bytes.push_back(static_cast<char>(frame.type));
  bytes.push_back(static_cast<char>(frame.flags));
  return bytes + encode_u32(frame.stream) + frame.payload;
}

std::optional<Frame> take_frame(std::string& bytes) {
  if (bytes.starts_with(client_preface)) bytes.erase(0, client_preface.size());
  if (bytes.size() < frame_header_bytes) return std::nullopt;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])); };
  const size_t size = byte(0) << 16 | byte(1) << 8 | byte(2);
  if (bytes.size() < frame_header_bytes + size) return std::nullopt;
  Frame frame{static_cast<FrameType>(byte(3)), static_cast<uint8_t>(byte(4)),
              byte(5) << 24 | byte(6) << 16 | byte(7) << 8 | byte(8),
              bytes.substr(frame_header_bytes, size)};
  bytes.erase(0, frame_header_bytes + size);
  return frame;
}

std::string encode_field(std::string_view name, std::string_view value) {
  std::string bytes(1, '\0');  // a literal without indexing, with a new name
  bytes.push_back(static_cast<char>(name.size()));
  bytes.append(name);
  bytes.push_back(static_cast<char>(value.size()));
  bytes.append(value);
  return bytes;
}

std::string server_preface() { return encode({FrameType::settings, 0, 0, {}}); }

std::string http2_answer(uint32_t stream, std::string_view body, std::string_view trailers) {
  const uint8_t last = trailers.empty() ? flag_end_stream : 0;
  std::string bytes =
      encode({FrameType::headers, flag_end_headers, stream, std::string(status_200)}) +
      encode({FrameType::data, last, stream, std::string(body)});
  if (!trailers.empty()) {
    bytes += encode(
        {FrameType::headers, flag_end_headers | flag_end_stream, stream, std::string(trailers)});
  }
  return bytes;
}

ClientSettings settings_for(const ScriptedServer& server, ClientProtocol protocol) {
  ClientSettings settings;
  settings.endpoint = server.endpoint();
  settings.protocol = protocol;
  settings.user_agent = "telemill-test";
  return settings;
}

bool take_request(ScriptedPeer& peer, std::string* request) {
  const size_t head_end = peer.received.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  size_t length = 0;
  const size_t at = peer.received.find("content-length: ");
  if (at < head_end) length = std::stoul(peer.received.substr(at + 16));
  const size_t total = head_end + 4 + length;
  if (peer.received.size() < total) return false;
  if (request != nullptr) *request = peer.received.substr(0, total);
  peer.received.erase(0, total);
  ++peer.requests;
  return true;
}

ScriptedPeer::Script on_frames(std::function<void(ScriptedPeer&, const Frame&)> handle,
                               std::string settings) {
  return [handle = std::move(handle), settings = std::move(settings)](ScriptedPeer& peer) {
    while (peer.is_open()) {
      const auto frame = take_frame(peer.received);
      if (!frame) return;
      if (frame->type == FrameType::settings && frame->flags == 0) {
        peer.send(encode({FrameType::settings, 0, 0, settings}));
        peer.send(encode({FrameType::settings, flag_ack, 0, {}}));
      }
      handle(peer, *frame);
    }
  };
}

bool ends_request(const Frame& frame) noexcept {
  return (frame.type == FrameType::headers || frame.type == FrameType::data) &&
         (frame.flags & flag_end_stream) != 0;
}

ClientRequest make_request(std::string_view path, base::Rope body) {
  ClientRequest request;
  request.path = path;
  request.headers.push_back({"content-type", "application/octet-stream"});
  request.body = std::move(body);
  return request;
}

base::Rope make_body(size_t size, size_t slice_bytes) {
  base::Rope body;
  for (size_t done = 0; done < size;) {
    base::Buffer piece;
    for (; done < size && piece.size() < slice_bytes; ++done) {
      piece.push_back(static_cast<char>(done * 7 + done / 251));
    }
    body.append(std::move(piece).freeze());
  }
  return body;
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments) {
  EXPECT_EQ(run(arguments, false, &process_), 0);
}

ChildProcess::~ChildProcess() {
  if (process_ <= 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/usr/sbin/", "/usr/local/bin/", "/bin/"}) {
    if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  return {};
}

uint16_t free_port() {
  const auto listener = runtime::listen_on(loopback(0), true);
  return runtime::bound_address(listener.value()).value().port();
}

bool wait_for_port(uint16_t port) {
  const runtime::Address address = loopback(port);
  for (int i = 0; i < 1000; ++i) {
    const runtime::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address.storage),
                  address.size) == 0) {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "telemill-XXXXXX").string();
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Certificates::Certificates() {
  const std::string openssl = find_program("openssl");
  if (openssl.empty()) return;
  bool is_good = true;
  const auto call = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), openssl);
    is_good = run(arguments, true, nullptr) == 0 && is_good;
  };
  for (const std::string name : {"ca", "other_ca"}) {
    call({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
          "-keyout", file(name + ".key"), "-out", file(name + ".crt"), "-days", "2", "-subj",
          "/CN=Telemill test " + name});
  }
  const std::vector<std::pair<std::string, std::string>> holders{
      {"server", "subjectAltName=DNS:localhost,IP:127.0.0.1"},
      {"stranger", "subjectAltName=DNS:elsewhere.example"},
      {"client", "extendedKeyUsage=clientAuth"}};
  for (const auto& [name, extension] : holders) {
    std::ofstream(file(name + ".ext")) << extension << '\n';
    call({"req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
          "-keyout", file(name + ".key"), "-out", file(name + ".csr"), "-subj", "/CN=" + name});
    call({"x509", "-req", "-in", file(name + ".csr"), "-CA", file("ca.crt"), "-CAkey",
          file("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", file(name + ".ext"), "-out",
          file(name + ".crt")});
  }
  is_complete = is_good;
}

}  // namespace telemill::transport::testing
