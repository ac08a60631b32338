// telemill_limits relay LISTEN TARGET
// telemill_limits kernels [--signal NAME] [--shape SHAPE] [--items N] [--rounds N]
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "limits/limits.h"

namespace telemill::bench {
namespace {

int usage() {
  std::fputs(
      "usage: telemill_limits relay LISTEN TARGET\n"
      "       telemill_limits kernels [--signal NAME] [--shape SHAPE] [--items N] [--rounds N]\n",
      stderr);
  return 2;
}

int complain(const Failure& failure) {
  std::fprintf(stderr, "telemill_limits: %s\n", failure.message.c_str());
  return EXIT_FAILURE;
}

bool read_number(std::string_view text, unsigned& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc() &&
         number > 0;
}

int run_kernels(std::span<char*> arguments) {
  KernelSettings settings;
  for (size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--signal") {
      settings.signal = value;
    } else if (name == "--shape") {
      settings.shape = value;
    } else if ((name != "--items" && name != "--rounds") ||
               !read_number(value, name == "--items" ? settings.items : settings.rounds)) {
      return usage();
    }
  }
  if (auto printed = print_kernels(settings); !printed) return complain(printed.error());
  return EXIT_SUCCESS;
}

int run(std::span<char*> arguments) {
  if (arguments.empty()) return usage();
  const std::string_view command = arguments.front();
  if (command == "kernels" && arguments.size() % 2 == 1) return run_kernels(arguments.subspan(1));
  if (command == "relay" && arguments.size() == 3) {
    return complain(relay(arguments[1], arguments[2]));
  }
  return usage();
}

}  // namespace
}  // namespace telemill::bench

int main(int count, char** arguments) {
  return telemill::bench::run(std::span(arguments, static_cast<size_t>(count)).subspan(1));
}
