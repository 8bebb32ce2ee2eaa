# An include root in the build folder whose `penstock` folder points at the source folders, so that
# <penstock/actors/credit_ledger.hpp> is one spelling in the tree and installed.

set(PENSTOCK_INCLUDE_ROOT "${PROJECT_BINARY_DIR}/include")
file(MAKE_DIRECTORY "${PENSTOCK_INCLUDE_ROOT}/penstock")
foreach(folder messages actors runtime gpu connectors inspector)
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/${folder}" "${PENSTOCK_INCLUDE_ROOT}/penstock/${folder}" SYMBOLIC)
endforeach()
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/runtime/penstock.hpp" "${PENSTOCK_INCLUDE_ROOT}/penstock/penstock.hpp"
     SYMBOLIC)
