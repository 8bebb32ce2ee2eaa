# penstock_embed_texts(<target> <namespace> <file>...) compiles text files into a target: <namespace>::<stem> is the text
# of each, a `const char* const` that a header declares `extern`.
function(penstock_embed_texts target namespace)
  set(made "${CMAKE_CURRENT_BINARY_DIR}/${target}_texts.cpp")
  list(TRANSFORM ARGN PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/" OUTPUT_VARIABLE files)
  add_custom_command(
    OUTPUT "${made}"
    COMMAND "${CMAKE_COMMAND}" "-DMADE=${made}" "-DNAMESPACE=${namespace}" "-DFILES=${files}" -P
            "${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake"
    DEPENDS ${files} "${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake"
    VERBATIM)
  target_sources(${target} PRIVATE "${made}")
endfunction()
