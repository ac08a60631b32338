#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "components/extensions/basicauth/htpasswd.h"

// Any bytes as an htpasswd file, and as a header: hashes that are quick to check are checked.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace basicauth = telemill::components::extensions::basicauth;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const basicauth::Htpasswd file = basicauth::parse_htpasswd(input);
  for (const auto& [name, hash] : file.users) {
    TELEMILL_CHECK(!name.empty() && !hash.text.empty());
    if (!hash.is_slow()) static_cast<void>(matches(hash, name));
  }
  basicauth::Credentials credentials;
  if (basicauth::parse_basic(input, credentials)) {
    TELEMILL_CHECK(credentials.user.find(':') == std::string::npos);
    TELEMILL_CHECK(input.find(credentials.raw) != std::string_view::npos);
  }
  return 0;
}
