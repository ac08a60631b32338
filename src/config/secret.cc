#include "config/secret.h"

#include <ostream>

namespace telemill::config {

std::ostream& operator<<(std::ostream& out, const Secret&) { return out << redacted; }

}  // namespace telemill::config
