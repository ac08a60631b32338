# The house: one module is one folder, one namespace, one library and one call of telemill_module().
# `tools/tidy.py` reads the arrows below and refuses an #include that none of them allows.

# module -> what it may include, directly; an arrow includes what lies below it.
set(TELEMILL_ARROWS
  "base:"
  "wire:base"
  "codec:base"
  "config:base"
  "runtime:base"
  "otlp:wire"
  "transport:runtime wire codec"
  "pipeline:otlp runtime config"
  "components:pipeline transport"
  "engine:components"
)

# telemill_sources(FOLDER LIBRARY TESTS BENCHES FUZZERS): sorts a folder's sources by their endings.
function(telemill_sources folder library tests benches fuzzers)
  file(GLOB all CONFIGURE_DEPENDS ${folder}/*.cc)
  set(test_files ${all})
  list(FILTER test_files INCLUDE REGEX "_test\\.cc$")
  set(bench_files ${all})
  list(FILTER bench_files INCLUDE REGEX "_bench\\.cc$")
  set(fuzz_files ${all})
  list(FILTER fuzz_files INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER all EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  set(${library} ${all} PARENT_SCOPE)
  set(${tests} ${test_files} PARENT_SCOPE)
  set(${benches} ${bench_files} PARENT_SCOPE)
  set(${fuzzers} ${fuzz_files} PARENT_SCOPE)
endfunction()

# telemill_checks(NAME LIBRARY TESTS BENCHES FUZZERS): the programs that prove a library.
function(telemill_checks name library tests benches fuzzers)
  if(TELEMILL_TESTS AND tests)
    find_package(GTest REQUIRED)
    add_executable(telemill_${name}_test ${tests})
    target_link_libraries(telemill_${name}_test PRIVATE ${library} GTest::gmock GTest::gtest_main)
    include(GoogleTest)
    gtest_discover_tests(telemill_${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
      PROPERTIES LABELS "unit;${name}")
  endif()
  if(TELEMILL_BENCHES AND benches)
    find_package(benchmark REQUIRED)
    add_executable(telemill_${name}_bench ${benches})
    target_link_libraries(telemill_${name}_bench PRIVATE ${library} benchmark::benchmark_main)
    add_test(NAME ${name}.bench_smoke
      COMMAND telemill_${name}_bench --benchmark_min_time=0.001)
    set_tests_properties(${name}.bench_smoke PROPERTIES LABELS "bench_smoke;${name}")
  endif()
  if(TELEMILL_FUZZ)
    foreach(source IN LISTS fuzzers)
      get_filename_component(target ${source} NAME_WE)
      add_executable(${target} ${source})
      target_link_libraries(${target} PRIVATE ${library} -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()

# telemill_module(NAME DEPS module... LINK library... TEST_LINK library...)
# What TEST_LINK names only the module's tests see, so it may be a target of tests/.
function(telemill_module name)
  cmake_parse_arguments(arg "" "" "DEPS;LINK;TEST_LINK" ${ARGN})
  telemill_sources(${CMAKE_CURRENT_SOURCE_DIR}/${name} sources tests benches fuzzers)
  add_library(telemill_${name} STATIC ${sources})
  target_include_directories(telemill_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(telemill_${name} PUBLIC telemill_settings)
  foreach(module IN LISTS arg_DEPS)
    target_link_libraries(telemill_${name} PUBLIC telemill_${module})
  endforeach()
  target_link_libraries(telemill_${name} PUBLIC ${arg_LINK})
  telemill_checks(${name} telemill_${name} "${tests}" "${benches}" "${fuzzers}")
  if(arg_TEST_LINK AND TARGET telemill_${name}_test)
    target_link_libraries(telemill_${name}_test PRIVATE ${arg_TEST_LINK})
  endif()
endfunction()
