# Each header compiles alone: one generated source per header, which includes nothing else. Built by
# `ninja telemill_header_checks`; never part of `all`.
function(telemill_header_checks)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*.h
    ${CMAKE_SOURCE_DIR}/include/*.h)
  # Highway includes its *-inl.h once per target; they are no headers of their own.
  list(FILTER headers EXCLUDE REGEX "-inl\\.h$")
  set(sources)
  foreach(header IN LISTS headers)
    file(RELATIVE_PATH name ${CMAKE_SOURCE_DIR} ${header})
    string(REPLACE "/" "." name ${name})
    set(source ${CMAKE_BINARY_DIR}/header_checks/${name}.cc)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"@header@\"\n" @ONLY)
    list(APPEND sources ${source})
  endforeach()

  add_library(telemill_header_checks OBJECT EXCLUDE_FROM_ALL ${sources})
  # Whole-program code generation would tell nothing about a header.
  set_target_properties(telemill_header_checks PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
  target_compile_options(telemill_header_checks PRIVATE -O0 -g0)
  get_property(modules GLOBAL PROPERTY TELEMILL_MODULES)
  target_link_libraries(telemill_header_checks PRIVATE ${modules})
  if(TARGET telemill_oracle)  # headers that tests share
    target_link_libraries(telemill_header_checks PRIVATE telemill_oracle)
  endif()
endfunction()
