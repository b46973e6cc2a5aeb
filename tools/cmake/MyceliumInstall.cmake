# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: headers, libraries, pkg-config files, the CMake package.
include(CMakePackageConfigHelpers)
set(MYC_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/mycelium)
set(MYC_TEMPLATES ${CMAKE_CURRENT_LIST_DIR})

install(TARGETS mycelium libtypes EXPORT mycelium)
if(TARGET mycelium-net)
    install(TARGETS mycelium-net EXPORT myceliumNet)
    install(EXPORT myceliumNet NAMESPACE mycelium:: FILE myceliumNetTargets.cmake
        DESTINATION ${MYC_PACKAGE_DIR})
else()
    set(MYC_WITHOUT_NET PATTERN tls.h EXCLUDE PATTERN websocket.h EXCLUDE)
endif()
install(DIRECTORY libmycelium/include/mycelium libtypes/include/libtypes
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" ${MYC_WITHOUT_NET})

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
    set(MYC_PC_NET_REQUIRES)
    set(MYC_PC_NET_LIBS)
else()
    set(MYC_PC_REQUIRES "Requires: liburing >= 2.3")
    set(MYC_PC_LIBS " -pthread")
    set(MYC_PC_NET_REQUIRES ", openssl >= 3.0")
    set(MYC_PC_NET_LIBS " -lwslay")
endif()
# Relative to the .pc file, so that the installed tree can be moved.
file(RELATIVE_PATH MYC_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(MYC_PC_NAMES mycelium libtypes)
if(TARGET mycelium-net)
    list(APPEND MYC_PC_NAMES mycelium-net)
endif()
foreach(name IN LISTS MYC_PC_NAMES)
    configure_file(${MYC_TEMPLATES}/${name}.pc.in ${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
