# Finds Boost 1.81 or newer: its headers and the serialization library, as PenstockBoost::serialization.
# Older Boost may be installed beside it, so every place is looked at and the first that is new enough is taken:
# PENSTOCK_BOOST_ROOT, what scripts/deps.sh unpacked into build/deps, the system. The library is linked
# statically, so that a program needs no search path for a Boost that is not the system's.

set(PENSTOCK_BOOST_ROOT "" CACHE PATH "Where Boost 1.81 or newer is, if not in the system's folders")

set(penstock_boost_version "0")
foreach(root IN ITEMS "${PENSTOCK_BOOST_ROOT}" "${PROJECT_SOURCE_DIR}/build/deps/usr"
                      "${PENSTOCK_BOOST_BUILT_WITH}" /usr/local /usr)
  if(NOT root OR NOT EXISTS "${root}/include/boost/version.hpp")
    continue()
  endif()
  file(STRINGS "${root}/include/boost/version.hpp" line REGEX "^#define BOOST_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+" number "${line}")
  if(number LESS 108100)
    continue()
  endif()
  unset(library)
  find_library(library NAMES libboost_serialization.a boost_serialization
               PATHS "${root}/lib" "${root}/lib/${CMAKE_LIBRARY_ARCHITECTURE}" NO_DEFAULT_PATH NO_CACHE)
  if(library)
    math(EXPR penstock_boost_minor "${number} / 100 % 1000")
    set(penstock_boost_version "1.${penstock_boost_minor}")
    set(PenstockBoost_ROOT_FOLDER "${root}")
    set(PenstockBoost_LIBRARY "${library}")
    break()
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  PenstockBoost REQUIRED_VARS PenstockBoost_LIBRARY PenstockBoost_ROOT_FOLDER
  VERSION_VAR penstock_boost_version
  REASON_FAILURE_MESSAGE "Boost 1.81 or newer is needed, scripts/deps.sh gets it, or set PENSTOCK_BOOST_ROOT")

if(PenstockBoost_FOUND AND NOT TARGET PenstockBoost::serialization)
  add_library(PenstockBoost::serialization UNKNOWN IMPORTED)
  set_target_properties(PenstockBoost::serialization PROPERTIES IMPORTED_LOCATION "${PenstockBoost_LIBRARY}")
  # /usr/include is searched anyway, and naming it would put it before the C++ library's own folders.
  if(NOT PenstockBoost_ROOT_FOLDER STREQUAL "/usr")
    set_target_properties(PenstockBoost::serialization PROPERTIES INTERFACE_INCLUDE_DIRECTORIES
                                                                  "${PenstockBoost_ROOT_FOLDER}/include")
  endif()
endif()
