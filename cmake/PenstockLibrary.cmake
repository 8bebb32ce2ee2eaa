# penstock_library(<name> [SOURCES <source>...] PUBLIC_HEADERS <header>...)
# Makes the library penstock::<name> of the sources given, or of all in the calling folder, and checks that the headers
# that are promised to users are there.
function(penstock_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC_HEADERS")
  if(arg_SOURCES)
    set(sources ${arg_SOURCES})
  else()
    file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  endif()
  set(target penstock_${name})
  add_library(${target} STATIC ${sources})
  add_library(penstock::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name} LINKER_LANGUAGE CXX
                                             POSITION_INDEPENDENT_CODE ON)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PENSTOCK_INCLUDE_ROOT}>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  penstock_warn(${target})

  foreach(header IN LISTS arg_PUBLIC_HEADERS)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${header}")
      message(WARNING "${name}/CMakeLists.txt lists the public header ${header}, which is not there")
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY penstock_folders ${name})
  set_property(GLOBAL PROPERTY penstock_public_headers_${name} "${arg_PUBLIC_HEADERS}")
endfunction()
