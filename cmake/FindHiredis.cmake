# Finds hiredis, Redis' C library, by its own CMake file or by pkg-config; Debian 12 ships only the latter. Defines
# Hiredis::hiredis.

find_package(hiredis CONFIG QUIET)
if(hiredis_FOUND AND TARGET hiredis::hiredis)
  set(HIREDIS_VERSION "${hiredis_VERSION}")
  set(HIREDIS_TARGET hiredis::hiredis)
else()
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(PC_HIREDIS QUIET hiredis)
    set(HIREDIS_VERSION "${PC_HIREDIS_VERSION}")
  endif()
  find_path(HIREDIS_INCLUDE_DIR hiredis/hiredis.h HINTS ${PC_HIREDIS_INCLUDEDIR} ${PC_HIREDIS_INCLUDEDIR}/..)
  find_library(HIREDIS_LIBRARY hiredis HINTS ${PC_HIREDIS_LIBDIR})
  mark_as_advanced(HIREDIS_INCLUDE_DIR HIREDIS_LIBRARY)
  if(HIREDIS_INCLUDE_DIR AND HIREDIS_LIBRARY)
    set(HIREDIS_TARGET "${HIREDIS_LIBRARY}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Hiredis REQUIRED_VARS HIREDIS_TARGET VERSION_VAR HIREDIS_VERSION
                                  REASON_FAILURE_MESSAGE "Install Debian's libhiredis-dev, or hiredis itself")

if(Hiredis_FOUND AND NOT TARGET Hiredis::hiredis)
  if(TARGET hiredis::hiredis)
    add_library(Hiredis::hiredis INTERFACE IMPORTED)
    target_link_libraries(Hiredis::hiredis INTERFACE hiredis::hiredis)
  else()
    add_library(Hiredis::hiredis UNKNOWN IMPORTED)
    set_target_properties(Hiredis::hiredis PROPERTIES IMPORTED_LOCATION "${HIREDIS_LIBRARY}"
                                                      INTERFACE_INCLUDE_DIRECTORIES "${HIREDIS_INCLUDE_DIR}")
  endif()
endif()
