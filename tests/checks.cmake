# SPDX-License-Identifier: Apache-2.0
# Checks of the source tree and of what is installed; one build configuration runs them.
function(myc_add_check name)
    add_test(NAME check-${name} COMMAND ${ARGN})
    set_tests_properties(check-${name} PROPERTIES LABELS check TIMEOUT 300 SKIP_RETURN_CODE 77)
endfunction()

# The flags a user gets from the target, without the generator expressions around them.
get_target_property(MYC_EXPORTED_FLAGS mycelium INTERFACE_COMPILE_OPTIONS)
string(REGEX REPLACE "\\$<\\$<COMPILE_LANGUAGE:C>:([^>]*)>" "\\1" MYC_EXPORTED_FLAGS
    "${MYC_EXPORTED_FLAGS}")
list(JOIN MYC_EXPORTED_FLAGS " " MYC_EXPORTED_FLAGS)
list(JOIN URING_LDFLAGS " " MYC_LINK_WITH)
set(MYC_LINK_WITH "$<TARGET_FILE:mycelium> ${MYC_LINK_WITH} -pthread")

set(here ${CMAKE_CURRENT_SOURCE_DIR})
foreach(pair "gcc;g++" "clang;clang++")
    list(GET pair 0 c)
    list(GET pair 1 cxx)
    myc_add_check(headers-${c} ${here}/headers/check ${c} ${cxx})
    myc_add_check(compile-fail-${c} ${here}/compile_fail/check c ${c}
        --flags ${MYC_EXPORTED_FLAGS} --link ${MYC_LINK_WITH})
    myc_add_check(compile-fail-${cxx} ${here}/compile_fail/check c++ ${cxx} --link ${MYC_LINK_WITH})
endforeach()
myc_add_check(layers python3 -B ${here}/layers/check.py ${PROJECT_SOURCE_DIR})
myc_add_check(documents python3 -B ${here}/documents/check.py ${PROJECT_SOURCE_DIR})
myc_add_check(documents-finds-planted-faults python3 -B ${here}/documents/test_check.py)
myc_add_check(layers-finds-planted-faults python3 -B ${here}/layers/test_check.py)
myc_add_check(oracle-finds-planted-faults python3 -B ${here}/oracle/test_check.py)
myc_add_check(totals-of-tests python3 -B ${here}/tools/test_totals.py)
if(MYC_BUILD_BENCHES)
    myc_add_check(samples-of-benches python3 -B ${here}/benches/test_samples.py
        $<TARGET_FILE:myc-bench>)
endif()
myc_add_check(peers-build python3 -B ${here}/tools/test_peers_build.py)
foreach(part bars compare figures rounds run)
    myc_add_check(bench-harness-${part} python3 -B ${here}/benches/test_${part}.py)
endforeach()
myc_add_check(format ${PROJECT_SOURCE_DIR}/tools/format --check)
myc_add_check(examples ${here}/examples/check ${PROJECT_BINARY_DIR} ${CMAKE_C_COMPILER})

# Programs as a user would write them.
foreach(program use_c17.c use_cxx17.cpp use_cxx17_toolkit.cpp)
    get_filename_component(name ${program} NAME_WE)
    add_executable(headers-${name} headers/${program})
    target_compile_options(headers-${name} PRIVATE -Wpedantic)
    target_link_libraries(headers-${name} PRIVATE libtypes mycelium myc_compile)
    myc_add_check(${name} headers-${name})
endforeach()
