# penstock_discover_tests(<target> PREFIX <text> FILES <source>... LABEL <label> TIMEOUT <seconds>)
# Makes one ctest entry per Catch test of the sources given, named PREFIX + title. The titles are asked of the
# program when it is built. (Catch's own script of that kind cuts a title at a semicolon.)
function(penstock_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX;LABEL;TIMEOUT" "FILES")
  # Catch tags each test with its file's name (-#), which tells apart the folders in one program.
  # Hidden tests, of what is known not to hold yet, are left out.
  set(tags "")
  foreach(file IN LISTS arg_FILES)
    get_filename_component(stem "${file}" NAME_WLE)
    list(APPEND tags "[#${stem}]~[.]")
  endforeach()
  list(JOIN tags "," tags)

  set(entries "${CMAKE_CURRENT_BINARY_DIR}/${target}_${arg_LABEL}_tests.cmake")
  add_custom_command(
    TARGET ${target} POST_BUILD BYPRODUCTS "${entries}"
    COMMAND "${CMAKE_COMMAND}" "-DPROGRAM=$<TARGET_FILE:${target}>" "-DTAGS=${tags}" "-DPREFIX=${arg_PREFIX}"
            "-DLABEL=${arg_LABEL}" "-DTIMEOUT=${arg_TIMEOUT}" "-DENTRIES=${entries}"
            "-DCATCH_VERSION=${Catch2_VERSION}" -P "${PROJECT_SOURCE_DIR}/cmake/list_catch_tests.cmake"
    VERBATIM)
  set(include_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_${arg_LABEL}_include.cmake")
  file(WRITE "${include_file}" "if(EXISTS [==[${entries}]==])\n  include([==[${entries}]==])\nelse()\n"
                               "  add_test([==[${arg_PREFIX}${target}_NOT_BUILT]==] ${target}_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${include_file}")
endfunction()
