#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/lane.h"
#include "runtime/socket.h"
#include "runtime/worker.h"
#include "transport/client.h"

/// Servers for tests: they say what a test tells them to, on the test's own lane.
namespace telemill::transport::testing {

/// A lane that a test turns by hand, and a worker for names.
struct Loop {
  Loop();
  /// Turns until `is_done`; false if that takes longer than half a minute, which no test should.
  bool run_until(const std::function<bool()>& is_done);
  /// Turns for so long, whatever happens.
  void run_for(Duration duration);

  std::unique_ptr<runtime::Lane> lane;
  runtime::Worker worker;
};

/// One accepted connection.
class ScriptedPeer final : runtime::IoHandler {
 public:
  using Script = std::function<void(ScriptedPeer&)>;
  ScriptedPeer(runtime::Lane& lane, runtime::Descriptor socket, Script on_bytes);
  ScriptedPeer(const ScriptedPeer&) = delete;
  ScriptedPeer& operator=(const ScriptedPeer&) = delete;
  ~ScriptedPeer() { close(); }

  void send(std::string_view bytes);
  void end_output() noexcept;  // FIN
  void close() noexcept;
  void reset() noexcept;  // RST
  /// Takes all that has come so far.
  std::string take() { return std::exchange(received, {}); }
  [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(socket_); }

  std::string received;
  bool has_input_ended = false;
  size_t requests = 0;  // for scripts to count

 private:
  void on_io(runtime::Io ready) override;
  void flush();

  runtime::Lane& lane_;
  runtime::Descriptor socket_;
  Script on_bytes_;
  std::string unsent_;
};

/// Listens on a loopback port or a socket path; each connection runs the same script whenever
/// bytes come.
class ScriptedServer final : runtime::IoHandler {
 public:
  ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script, uint16_t port = 0);
  ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script, const std::string& socket_path);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer();

  [[nodiscard]] const runtime::Endpoint& endpoint() const noexcept { return endpoint_; }
  [[nodiscard]] uint16_t port() const noexcept { return endpoint_.port; }

  std::vector<std::unique_ptr<ScriptedPeer>> peers;
  bool accepts = true;  // if not, connections stay in the kernel's queue

 private:
  ScriptedServer(runtime::Lane& lane, ScriptedPeer::Script script, runtime::Endpoint endpoint);
  void on_io(runtime::Io ready) override;

  runtime::Lane& lane_;
  ScriptedPeer::Script script_;
  runtime::Endpoint endpoint_;
  runtime::Descriptor listener_;
};

/// HTTP/2 frames as bytes.
enum class FrameType : uint8_t {
  data = 0,
  headers = 1,
  reset = 3,
  settings = 4,
  ping = 6,
  goaway = 7,
  window_update = 8,
};
inline constexpr uint8_t flag_ack = 1;
inline constexpr uint8_t flag_end_stream = 1;
inline constexpr uint8_t flag_end_headers = 4;

struct Frame {
  FrameType type;
  uint8_t flags;
  uint32_t stream;
  std::string payload;
};
std::string encode(const Frame& frame);
/// Four bytes, big end first.
std::string encode_u32(uint32_t value);
/// Takes the next frame off `bytes`, and the client's preface before the first one.
std::optional<Frame> take_frame(std::string& bytes);
/// ":status: 200", and a header without indexing.
inline constexpr std::string_view status_200 = "\x88";
std::string encode_field(std::string_view name, std::string_view value);
/// Ready to append: the empty SETTINGS frame a server begins with.
std::string server_preface();
/// A whole answer: status 200 with `body` and, if any, trailers (encoded fields).
std::string http2_answer(uint32_t stream, std::string_view body, std::string_view trailers = {});

/// Remembers how one call ended.
struct Outcome {
  int calls = 0;
  std::optional<ClientResult> result;

  [[nodiscard]] bool is_done() const noexcept { return calls > 0; }
  ResponseCallback callback() {
    return [this](ClientResult r) {
      ++calls;
      result.emplace(std::move(r));
    };
  }
  [[nodiscard]] const ClientResponse& response() const { return result->value(); }
  [[nodiscard]] const Failure& failure() const { return result->error(); }
  [[nodiscard]] bool is_good() const noexcept { return calls == 1 && result->has_value(); }
};

ClientRequest make_request(std::string_view path, base::Rope body = {});
/// `size` bytes that differ from place to place, in slices of `slice_bytes`.
base::Rope make_body(size_t size, size_t slice_bytes = 10'000);

/// An HTTP/1 answer that says "ok".
inline constexpr std::string_view plain_answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// True once `peer` has received a whole HTTP/1 request; takes it.
bool take_request(ScriptedPeer& peer, std::string* request = nullptr);
/// Speaks HTTP/2 for a server: begins with a SETTINGS frame of `settings`, acknowledges the
/// client's and hands on each frame.
ScriptedPeer::Script on_frames(std::function<void(ScriptedPeer&, const Frame&)> handle,
                               std::string settings = {});
[[nodiscard]] bool ends_request(const Frame& frame) noexcept;

ClientSettings settings_for(const ScriptedServer& server, ClientProtocol protocol);

/// What tests of whole clients share.
class ClientTest : public ::testing::Test {
 protected:
  std::unique_ptr<Client> connect(const ScriptedServer& server, ClientProtocol protocol) {
    return Client::create(*loop_.lane, loop_.worker, settings_for(server, protocol));
  }
  bool run_until_done(const Outcome& outcome) {
    return loop_.run_until([&] { return outcome.is_done(); });
  }
  Loop loop_;
};

/// A program under test's control: started with its arguments, ended by its number.
class ChildProcess {
 public:
  /// An empty `arguments[0]` path is an error of the test.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

 private:
  int process_ = -1;
};
/// Where a program is installed; empty if it is not.
std::string find_program(const std::string& name);
/// A loopback port that is free now.
uint16_t free_port();
/// Waits until somebody listens on the port.
bool wait_for_port(uint16_t port);

/// A folder that vanishes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Authorities and certificates, made by the openssl program: `ca`, `other_ca`, and signed by `ca`
/// `server` (localhost, 127.0.0.1), `stranger` (elsewhere.example) and `client`; X.crt and X.key.
struct Certificates {
  Certificates();
  [[nodiscard]] std::string file(const std::string& name) const { return folder.file(name); }
  TemporaryFolder folder;
  bool is_complete = false;
};

}  // namespace telemill::transport::testing
