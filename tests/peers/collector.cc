#include "peers/collector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>

namespace telemill::peers {
namespace {

std::vector<std::string> with_config(const std::string& path,
                                     const std::vector<std::string>& arguments) {
  std::vector<std::string> all{"--config", path};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

/// Lower case and without the spaces that one of both writes into JSON.
std::string plain(std::string_view text) {
  std::string made;
  for (const char letter : text) {
    if (letter != ' ') made += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return made;
}

}  // namespace

Collector::Collector(const std::string& program, std::string_view config,
                     const std::vector<std::string>& arguments)
    : child_(with_config(folder_.write("config.yaml", config), arguments), program) {
  EXPECT_TRUE(child_.wait_for_log("Everything is ready")) << program << "\n"
                                                          << config << "\n"
                                                          << child_.log();
}

uint16_t Collector::port(std::string_view receiver, std::string_view protocol) const {
  const std::string log = child_.log();
  const std::string start = plain("Starting" + std::string(protocol) + "server");
  const std::string id = "\"otelcol.component.id\":\"" + std::string(receiver) + "\"";
  constexpr std::string_view endpoint = "\"endpoint\":\"";
  for (size_t at = 0; at < log.size();) {
    const size_t end = std::min(log.find('\n', at), log.size());
    const std::string line = plain(std::string_view(log).substr(at, end - at));
    at = end + 1;
    const size_t found = line.find(endpoint);
    if (found == std::string::npos || line.find(start) == std::string::npos ||
        line.find(id) == std::string::npos) {
      continue;
    }
    const size_t close = line.find('"', found + endpoint.size());
    const size_t colon = line.rfind(':', close);
    uint16_t port = 0;
    std::from_chars(line.data() + colon + 1, line.data() + close, port);
    return port;
  }
  ADD_FAILURE() << "no port of " << receiver << " " << protocol << "\n" << log;
  return 0;
}

integration::Ended Collector::stop() {
  child_.send_signal(SIGTERM);
  integration::Ended ended = child_.wait();
  EXPECT_EQ(ended.exit_status, 0) << "signal " << ended.signal << "\n" << ended.log;
  return ended;
}

}  // namespace telemill::peers
