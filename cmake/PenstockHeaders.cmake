# The target `headers`: every header of the libraries compiles alone. A header that forgets an include fails here.

file(GLOB headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/messages/*.hpp" "${PROJECT_SOURCE_DIR}/actors/*.hpp"
     "${PROJECT_SOURCE_DIR}/runtime/*.hpp" "${PROJECT_SOURCE_DIR}/gpu/*.hpp"
     "${PROJECT_SOURCE_DIR}/connectors/*.hpp")
set(sources "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.hpp$" ".cpp" source "${PROJECT_BINARY_DIR}/headers/${header}")
  file(CONFIGURE OUTPUT "${source}" CONTENT "#include <penstock/${header}>\n" @ONLY)
  list(APPEND sources "${source}")
endforeach()

if(sources)
  add_library(headers OBJECT EXCLUDE_FROM_ALL ${sources})
  target_link_libraries(headers PRIVATE penstock_penstock CAF::core spdlog::spdlog CLI11::CLI11
                                        nlohmann_json::nlohmann_json SQLite::SQLite3)
  target_compile_options(headers PRIVATE -O0 -g0)
  penstock_warn(headers)
endif()
