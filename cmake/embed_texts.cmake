# Writes MADE, a C++ source that holds the text of each of FILES as a constant in NAMESPACE.

set(source "namespace ${NAMESPACE} {\n")
foreach(file IN LISTS FILES)
  get_filename_component(stem "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND source "extern const char* const ${stem};\nconst char* const ${stem} = R\"text(${text})text\";\n")
endforeach()
string(APPEND source "}\n")
file(WRITE "${MADE}" "${source}")
