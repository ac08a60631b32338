# Compiler settings every target shares. Presets choose among them; see CMakePresets.json.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(TELEMILL_TESTS "Build unit, integration and conformance tests" ON)
option(TELEMILL_BENCHES "Build micro benches" ON)
option(TELEMILL_FUZZ "Build libFuzzer targets (clang only)" OFF)
option(TELEMILL_WERROR "Warnings are errors" ON)
set(TELEMILL_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

# What sanitizers want to hear from their environment, however ctest is called.
set(TELEMILL_TEST_ENVIRONMENT
  "ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1"
  "UBSAN_OPTIONS=print_stacktrace=1" "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")

find_program(TELEMILL_CCACHE ccache)
if(TELEMILL_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TELEMILL_CCACHE})
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(telemill_settings INTERFACE)
# Designated initialisers leave members at their defaults on purpose; g++ warns of that.
target_compile_options(telemill_settings INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${TELEMILL_WERROR}>:-Werror>
  -fno-omit-frame-pointer)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  target_compile_options(telemill_settings INTERFACE -march=x86-64-v2)
endif()
if(TELEMILL_SANITIZE)
  target_compile_options(telemill_settings INTERFACE -fsanitize=${TELEMILL_SANITIZE}
    -fno-sanitize-recover=all
    # Sanitizers' own code confuses this warning of g++; the other presets keep it.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(telemill_settings INTERFACE -fsanitize=${TELEMILL_SANITIZE})
endif()
if(TELEMILL_FUZZ)
  target_compile_options(telemill_settings INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(telemill_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
