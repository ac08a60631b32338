#include "engine/service_config.h"

namespace telemill::engine {

config::Problems LogsConfig::check() const {
  config::Problems problems;
  if (encoding != "console" && encoding != "json") {
    problems.add("encoding", "unknown encoding", "console or json");
  }
  return problems;
}

}  // namespace telemill::engine
