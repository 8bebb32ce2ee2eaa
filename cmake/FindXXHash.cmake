# Finds the xxHash library; Debian 12 ships no CMake file of its own for it. Defines XXHash::xxhash.

find_path(XXHash_INCLUDE_DIR xxhash.h)
find_library(XXHash_LIBRARY xxhash)
mark_as_advanced(XXHash_INCLUDE_DIR XXHash_LIBRARY)

if(XXHash_INCLUDE_DIR AND EXISTS "${XXHash_INCLUDE_DIR}/xxhash.h")
  set(XXHash_VERSION "")
  foreach(part MAJOR MINOR RELEASE)
    file(STRINGS "${XXHash_INCLUDE_DIR}/xxhash.h" line REGEX "#define XXH_VERSION_${part} +[0-9]+")
    string(REGEX MATCH "[0-9]+$" number "${line}")
    string(APPEND XXHash_VERSION ".${number}")
  endforeach()
  string(SUBSTRING "${XXHash_VERSION}" 1 -1 XXHash_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(XXHash REQUIRED_VARS XXHash_LIBRARY XXHash_INCLUDE_DIR VERSION_VAR XXHash_VERSION
                                  REASON_FAILURE_MESSAGE "Install Debian's libxxhash-dev, or xxHash itself")

if(XXHash_FOUND AND NOT TARGET XXHash::xxhash)
  add_library(XXHash::xxhash UNKNOWN IMPORTED)
  set_target_properties(XXHash::xxhash PROPERTIES IMPORTED_LOCATION "${XXHash_LIBRARY}"
                                                  INTERFACE_INCLUDE_DIRECTORIES "${XXHash_INCLUDE_DIR}")
endif()
