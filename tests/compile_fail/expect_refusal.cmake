# Compiles SOURCE and passes only when the compiler refuses it with the text that its first line expects.

file(STRINGS "${SOURCE}" lines LIMIT_COUNT 1)
if(NOT lines MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: the first line must be `// expect: <regular expression>`")
endif()
set(expected "${CMAKE_MATCH_1}")

set(includes "")
foreach(folder IN LISTS INCLUDES)
  list(APPEND includes -I "${folder}")
endforeach()
foreach(folder IN LISTS SYSTEM_INCLUDES)
  list(APPEND includes -isystem "${folder}")
endforeach()
execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${includes} "${SOURCE}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(result STREQUAL "0")
  message(FATAL_ERROR "${SOURCE} compiles, but must be refused with: ${expected}")
endif()
if(NOT output MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE} is refused, but not with `${expected}`:\n${output}")
endif()
