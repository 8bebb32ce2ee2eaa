# Asks PROGRAM for the titles of the tests that carry TAGS and writes ctest's entries for them to ENTRIES.

if(CATCH_VERSION VERSION_LESS 3)
  set(list_arguments --list-test-names-only)
  # A title that Catch does not find must fail, not pass as a run of no test; version 3 does so by itself.
  set(run_arguments "-w NoTests")
else()
  set(list_arguments --list-tests --verbosity quiet)
  set(run_arguments "")
endif()

execute_process(COMMAND "${PROGRAM}" "-#" "${TAGS}" ${list_arguments} RESULT_VARIABLE result
                OUTPUT_VARIABLE titles ERROR_VARIABLE errors)
# Version 2 exits with the number of tests. A crash gives a text, not a number.
if(NOT result MATCHES "^[0-9]+$" OR titles STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} lists no tests (${result}): ${errors}")
endif()

set(script "")
while(NOT titles STREQUAL "")
  string(FIND "${titles}" "\n" end)
  if(end EQUAL -1)
    set(title "${titles}")
    set(titles "")
  else()
    string(SUBSTRING "${titles}" 0 ${end} title)
    math(EXPR end "${end} + 1")
    string(SUBSTRING "${titles}" ${end} -1 titles)
  endif()
  if(title STREQUAL "")
    continue()
  endif()
  # What Catch would read as part of a test specification.
  string(REGEX REPLACE "([][,\\\\])" "\\\\\\1" filter "${title}")
  string(APPEND script "add_test([==[${PREFIX}${title}]==] [==[${PROGRAM}]==] [==[${filter}]==] ${run_arguments})\n"
         "set_tests_properties([==[${PREFIX}${title}]==] PROPERTIES TIMEOUT ${TIMEOUT} LABELS ${LABEL})\n")
endwhile()
file(WRITE "${ENTRIES}" "${script}")
