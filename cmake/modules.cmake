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
  "load:otlp transport codec"
  "components:pipeline transport"
  "telemetry:components"
  "engine:components telemetry"
)

# What a stage of ./test builds at once; the functions below add to them.
add_custom_target(telemill_benches)
add_custom_target(telemill_fuzzers)
add_custom_target(telemill_integration)

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

# telemill_test_properties(LABELS label... TESTS test...): labels and the sanitizers' settings.
function(telemill_test_properties)
  cmake_parse_arguments(arg "" "" "LABELS;TESTS" ${ARGN})
  set_tests_properties(${arg_TESTS} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300
    ENVIRONMENT "${TELEMILL_TEST_ENVIRONMENT}")
endfunction()

# telemill_gtest(NAME LIBRARIES library... LABELS label... FIXTURES fixture... SOURCES file...): a
# GoogleTest program, each of its tests known to ctest as NAME.Suite.Test. ctest sets the fixtures up
# before them.
function(telemill_gtest name)
  cmake_parse_arguments(arg "" "" "LIBRARIES;LABELS;FIXTURES;SOURCES" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  set(target telemill_${name}_test)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE TELEMILL_SOURCE_ROOT="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${target} TEST_PREFIX "${name}." TEST_LIST ${target}_list
    DISCOVERY_TIMEOUT 60)
  # gtest_discover_tests() keeps only the first of several labels (CMake 3.25), so they are set here,
  # in a file that ctest reads after the list of tests.
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake)
  file(CONFIGURE OUTPUT ${script} @ONLY CONTENT [[
if(@target@_list)
  set_tests_properties(${@target@_list} PROPERTIES LABELS "@arg_LABELS@" TIMEOUT 300
    FIXTURES_REQUIRED "@arg_FIXTURES@" ENVIRONMENT "@TELEMILL_TEST_ENVIRONMENT@")
endif()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# telemill_integration_test(NAME LIBRARIES library... [FIXTURES fixture...] SOURCES file...): a
# GoogleTest program that crosses modules. Runs under every preset that builds tests, also in the
# release stage of ./test.
function(telemill_integration_test name)
  telemill_gtest(${name} LABELS integration ${name} ${ARGN})
  add_dependencies(telemill_integration telemill_${name}_test)
endfunction()

# telemill_skipped_test(NAME REASON): a test this machine cannot run. ctest lists it as skipped and
# ./test prints the reason, so that what is missing is never silent.
function(telemill_skipped_test name reason)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "SKIP: ${reason}")
  set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^SKIP: " LABELS integration)
endfunction()

# telemill_checks(NAME LIBRARY TESTS BENCHES FUZZERS): the programs that prove a library.
function(telemill_checks name library tests benches fuzzers)
  if(TELEMILL_TESTS AND tests)
    telemill_gtest(${name} LIBRARIES ${library} LABELS unit ${name} SOURCES ${tests})
  endif()
  if(TELEMILL_BENCHES AND benches)
    find_package(benchmark REQUIRED)
    add_executable(telemill_${name}_bench ${benches})
    target_link_libraries(telemill_${name}_bench PRIVATE ${library} benchmark::benchmark_main)
    add_test(NAME ${name}.bench_smoke
      COMMAND telemill_${name}_bench --benchmark_min_time=0.001)
    telemill_test_properties(LABELS bench_smoke ${name} TESTS ${name}.bench_smoke)
    add_dependencies(telemill_benches telemill_${name}_bench)
  endif()
  if(TELEMILL_FUZZ)
    foreach(source IN LISTS fuzzers)
      get_filename_component(target ${source} NAME_WE)
      add_executable(${target} ${source})
      target_link_libraries(${target} PRIVATE ${library} -fsanitize=fuzzer)
      add_dependencies(telemill_fuzzers ${target})
      set_property(GLOBAL APPEND_STRING PROPERTY TELEMILL_FUZZERS "$<TARGET_FILE:${target}>\n")
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
  set_property(GLOBAL APPEND PROPERTY TELEMILL_MODULES telemill_${name})
  telemill_checks(${name} telemill_${name} "${tests}" "${benches}" "${fuzzers}")
  if(arg_TEST_LINK AND TARGET telemill_${name}_test)
    target_link_libraries(telemill_${name}_test PRIVATE ${arg_TEST_LINK})
  endif()
endfunction()

# telemill_list_fuzzers(): writes the path of each fuzz target to build/<preset>/fuzzers.txt.
function(telemill_list_fuzzers)
  get_property(paths GLOBAL PROPERTY TELEMILL_FUZZERS)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/fuzzers.txt CONTENT "${paths}")
endfunction()

# telemill_component(FOLDER): a component below src/components/ with a `factory()` in its namespace.
function(telemill_component folder)
  set_property(GLOBAL APPEND PROPERTY TELEMILL_COMPONENTS ${folder})
  telemill_component_part(${folder})
endfunction()

# telemill_component_part(FOLDER): code below src/components/ that is no component of its own.
function(telemill_component_part folder)
  set_property(GLOBAL APPEND PROPERTY TELEMILL_COMPONENT_FOLDERS ${folder})
endfunction()

# telemill_components(DEPS module... LINK library... TEST_LINK library...): the library of all components and their registry.
function(telemill_components)
  cmake_parse_arguments(arg "" "" "DEPS;LINK;TEST_LINK" ${ARGN})
  get_property(folders GLOBAL PROPERTY TELEMILL_COMPONENT_FOLDERS)
  foreach(folder IN LISTS folders)
    telemill_sources(${CMAKE_CURRENT_SOURCE_DIR}/${folder} sources tests benches fuzzers)
    list(APPEND all_sources ${sources})
    list(APPEND all_tests ${tests})
    list(APPEND all_benches ${benches})
    list(APPEND all_fuzzers ${fuzzers})
  endforeach()

  get_property(components GLOBAL PROPERTY TELEMILL_COMPONENTS)
  foreach(folder IN LISTS components)
    string(REPLACE "/" "::" name ${folder})
    string(APPEND declarations
      "namespace telemill::components::${name} {\nconst pipeline::Factory& factory();\n}\n")
    string(APPEND entries "      &${name}::factory(),\n")
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/registry.cc.in ${CMAKE_BINARY_DIR}/registry.cc @ONLY)

  add_library(telemill_components STATIC ${all_sources} ${CMAKE_BINARY_DIR}/registry.cc)
  target_include_directories(telemill_components PUBLIC ${CMAKE_SOURCE_DIR}/src
    ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(telemill_components PUBLIC telemill_settings)
  foreach(module IN LISTS arg_DEPS)
    target_link_libraries(telemill_components PUBLIC telemill_${module})
  endforeach()
  target_link_libraries(telemill_components PUBLIC ${arg_LINK})
  telemill_checks(components telemill_components "${all_tests}" "${all_benches}" "${all_fuzzers}")
  if(arg_TEST_LINK AND TARGET telemill_components_test)
    target_link_libraries(telemill_components_test PRIVATE ${arg_TEST_LINK})
  endif()
endfunction()
