#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"

/// Words that real telemetry is made of, picked at random. What repeats between items and what
/// does not is roughly as in captures of demo shops, so that it compresses like them.
namespace telemill::load::vocabulary {

std::string_view service(base::Random& random) noexcept;
std::string_view http_method(base::Random& random) noexcept;
std::string_view route(base::Random& random) noexcept;
std::string_view user_agent(base::Random& random) noexcept;
std::string_view sql(base::Random& random) noexcept;
std::string_view table(base::Random& random) noexcept;
std::string_view queue(base::Random& random) noexcept;
std::string_view exception(base::Random& random) noexcept;
std::string_view region(base::Random& random) noexcept;

/// 200 nine times of ten.
int64_t http_status(base::Random& random) noexcept;
/// Lower-case hexadecimal digits.
std::string hex(base::Random& random, size_t digits);
/// A private address.
std::string address(base::Random& random);
/// `size` bytes of words.
std::string prose(base::Random& random, size_t size);
/// A path under `route` with its parameters filled in.
std::string path(base::Random& random, std::string_view route);

}  // namespace telemill::load::vocabulary
