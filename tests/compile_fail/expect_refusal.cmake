# Compiles SOURCE and passes only when the compiler refuses it with the text that its first line expects, as its only
# error: what is wrong with a program must not be lost among what follows from it.

set(most_errors 1)

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
execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${includes} -include "${PRELUDE}" "${SOURCE}"
                RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)

if(result STREQUAL "0")
  message(FATAL_ERROR "${SOURCE} compiles, but must be refused with: ${expected}")
endif()
string(REPLACE ";" "," listed "${output}")  # a semicolon would divide an entry of the list
string(REGEX MATCHALL "error: [^\n]*" errors "${listed}")
if(NOT "${errors}" MATCHES "${expected}")
  message(FATAL_ERROR "${SOURCE} is refused, but not with `${expected}`:\n${output}")
endif()
list(LENGTH errors count)
if(count GREATER most_errors)
  message(FATAL_ERROR "${SOURCE} is refused with ${count} errors, expected ${most_errors} at most:\n${output}")
endif()
