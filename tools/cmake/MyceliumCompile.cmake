# SPDX-License-Identifier: Apache-2.0
# How everything in this tree is compiled: the target myc_compile carries the flags.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(myc_compile INTERFACE)
target_compile_options(myc_compile INTERFACE
    -Wall -Wextra -Wshadow -Wvla -Wundef -Wcast-align
    $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes>
    $<$<BOOL:${MYC_WERROR}>:-Werror>)
target_compile_definitions(myc_compile INTERFACE _GNU_SOURCE)

if(MYC_SANITIZE)
    add_compile_options(-fsanitize=${MYC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${MYC_SANITIZE})
endif()
if(MYC_SANITIZE MATCHES "thread")
    # ck's inline assembly is invisible to ThreadSanitizer; see libmycelium/base/sync.h.
    add_compile_definitions(MYC_SYNC_BUILTIN)
endif()
