# Compiler settings for what is built here; none of them reaches a user of the installed package.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(PENSTOCK_CCACHE ccache)
  if(PENSTOCK_CCACHE)
    # Without these it would not keep what is compiled with a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
                                    "${PENSTOCK_CCACHE}")
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-fpch-preprocess)
    endif()
  endif()
endif()

if(PENSTOCK_SANITIZE)
  add_compile_options(-fsanitize=${PENSTOCK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${PENSTOCK_SANITIZE})
endif()

if(PENSTOCK_TIDY)
  find_program(PENSTOCK_CLANG_TIDY NAMES clang-tidy clang-tidy-14 REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY "${PENSTOCK_CLANG_TIDY};--quiet")
endif()

set(penstock_warnings -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 sees overlapping copies in std::string's own operator+ where there are none.
  list(APPEND penstock_warnings -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND PENSTOCK_SANITIZE MATCHES "thread")
  # The fences of role_channel stand between processes, where the sanitizer sees one side anyway.
  list(APPEND penstock_warnings -Wno-tsan)
endif()
if(PENSTOCK_WERROR)
  list(APPEND penstock_warnings -Werror)
endif()

# Turns the warnings on for one target of ours.
function(penstock_warn target)
  target_compile_options(${target} PRIVATE ${penstock_warnings})
endfunction()
