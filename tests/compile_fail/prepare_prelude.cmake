# Precompiles PRELUDE, which every program here reads first. Without it they are refused as well, only later.

set(includes "")
foreach(folder IN LISTS INCLUDES)
  list(APPEND includes -I "${folder}")
endforeach()
foreach(folder IN LISTS SYSTEM_INCLUDES)
  list(APPEND includes -isystem "${folder}")
endforeach()
file(WRITE "${PRELUDE}" "#pragma once\n#include <penstock/penstock.hpp>\n")
execute_process(COMMAND "${COMPILER}" -std=c++20 ${includes} -x c++-header "${PRELUDE}" -o "${PRELUDE}.gch"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT result STREQUAL "0")
  message(FATAL_ERROR "penstock.hpp does not compile:\n${output}")
endif()
