# Lists every file that <penstock/penstock.hpp> includes and fails when one of them is CAF's.

set(boost "")
if(BOOST)
  set(boost -isystem "${BOOST}")
endif()
execute_process(COMMAND "${COMPILER}" -std=c++20 -M -I "${INCLUDE_ROOT}" ${boost} -x c++
                        "${INCLUDE_ROOT}/penstock/penstock.hpp"
                RESULT_VARIABLE result OUTPUT_VARIABLE files ERROR_VARIABLE errors)
if(NOT result STREQUAL "0")
  message(FATAL_ERROR "can't read the includes of penstock.hpp:\n${errors}")
endif()
if(files MATCHES "[^ \n]*/include/caf/[^ \n]*")
  message(FATAL_ERROR "penstock.hpp includes ${CMAKE_MATCH_0}")
endif()
