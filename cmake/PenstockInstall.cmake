# Installs the libraries, all their headers and the files that find_package(penstock CONFIG) reads.

include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/penstock")

install(TARGETS penstock_messages penstock_actors penstock_runtime penstock_gpu penstock_penstock
                ${penstock_connector_targets}
        EXPORT penstock_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT penstock_targets NAMESPACE penstock:: FILE penstockTargets.cmake DESTINATION "${package_folder}")

foreach(folder messages actors runtime gpu connectors)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/penstock/${folder}"
          FILES_MATCHING PATTERN "*.hpp" PATTERN "caf_*.hpp" EXCLUDE)
endforeach()
install(FILES "${PROJECT_SOURCE_DIR}/runtime/penstock.hpp" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/penstock"
        OPTIONAL)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/penstockConfig.cmake.in"
                              "${PROJECT_BINARY_DIR}/penstockConfig.cmake" INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/penstockConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/penstockConfig.cmake" "${PROJECT_BINARY_DIR}/penstockConfigVersion.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindCAF.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindHiredis.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindPenstockBoost.cmake"
              "${PROJECT_SOURCE_DIR}/cmake/FindXXHash.cmake"
        DESTINATION "${package_folder}")
