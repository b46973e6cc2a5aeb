# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: headers, libraries, pkg-config files, the CMake package.
include(CMakePackageConfigHelpers)
set(MYC_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/mycelium)
set(MYC_TEMPLATES ${CMAKE_CURRENT_LIST_DIR})

install(TARGETS mycelium libtypes EXPORT mycelium)
install(DIRECTORY libmycelium/include/mycelium libtypes/include/libtypes
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

install(EXPORT mycelium NAMESPACE mycelium:: FILE myceliumTargets.cmake
    DESTINATION ${MYC_PACKAGE_DIR})
configure_package_config_file(${MYC_TEMPLATES}/myceliumConfig.cmake.in myceliumConfig.cmake
    INSTALL_DESTINATION ${MYC_PACKAGE_DIR})
write_basic_package_version_file(myceliumConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/myceliumConfig.cmake
    ${PROJECT_BINARY_DIR}/myceliumConfigVersion.cmake DESTINATION ${MYC_PACKAGE_DIR})

# A static library passes what it needs on to its user; a shared one has it linked in.
if(BUILD_SHARED_LIBS)
    set(MYC_PC_REQUIRES)
    set(MYC_PC_LIBS)
else()
    set(MYC_PC_REQUIRES "Requires: liburing >= 2.3")
    set(MYC_PC_LIBS " -pthread")
endif()
# Relative to the .pc file, so that the installed tree can be moved.
file(RELATIVE_PATH MYC_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
foreach(name mycelium libtypes)
    configure_file(${MYC_TEMPLATES}/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
