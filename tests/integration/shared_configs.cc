#include "integration/shared_configs.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

namespace telemill::integration {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  const char* const given = std::getenv("TELEMILL_SHARED");
  const fs::path shared =
      given != nullptr ? fs::path(given) : fs::path(TELEMILL_SOURCE_ROOT) / "../shared";
  return shared / "configs";
}

}  // namespace

std::vector<std::string> shared_configs() {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder(), error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  std::ranges::sort(paths);
  return paths;
}

std::string no_shared_configs() {
  return "no folder " + folder().string() + "; name its parent in TELEMILL_SHARED";
}

void set_variables_of_shared_configs() {
  for (const char* name : {"MY_POD_IP", "OTEL_K8S_NODE_NAME", "OTEL_K8S_NAMESPACE",
                           "OTEL_K8S_NODE_IP", "OTEL_K8S_POD_IP", "OTEL_K8S_POD_NAME"}) {
    ::setenv(name, "127.0.0.1", 1);
  }
}

}  // namespace telemill::integration
