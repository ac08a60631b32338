#pragma once

#include <string>
#include <string_view>

#include "integration/connection.h"
#include "transport/http2_test_client.h"

namespace telemill::integration {

inline constexpr const char* traces_method =
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// An HTTP/2 client over a blocking connection.
class GrpcSession {
 public:
  explicit GrpcSession(uint16_t port, const std::string& address = "127.0.0.1")
      : connection(port, address) {}

  /// Sends and receives until stream `id` has its whole answer; false when that never comes.
  bool finish(int32_t id) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!client[id].is_ended && !client[id].closed) {
      if (std::chrono::steady_clock::now() > end) return false;
      const std::string output = client.take_output(1 << 20);
      if (!connection.send(output)) return false;
      const bool has_more = output.size() == 1 << 20;
      const std::string input = connection.receive(std::chrono::milliseconds(has_more ? 0 : 2000));
      if (!input.empty() && !client.receive(input)) return false;
      if (connection.has_ended()) return client[id].is_ended;
    }
    return true;
  }
  /// The code of a call with `frame` as its body; -1 when there is none.
  int call(std::string frame, const transport::Http2TestClient::Fields& more = {},
           const std::string& method = traces_method) {
    transport::Http2TestClient::Fields fields{{"content-type", "application/grpc"},
                                              {"te", "trailers"}};
    fields.insert(fields.end(), more.begin(), more.end());
    const int32_t id = client.request(method, std::move(frame), fields);
    if (!finish(id)) return -1;
    const std::string& code = client[id].fields["grpc-status"];
    return code.empty() ? -1 : std::stoi(code);
  }

  Connection connection;
  transport::Http2TestClient client;
};

}  // namespace telemill::integration
