/* SPDX-License-Identifier: Apache-2.0 */
/* The command line that all programs of the suite share. */
#pragma once
#include <stdexcept>
#include <string>
#include <vector>

#include "sample.hpp"

struct wrong_arguments : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct request {
    const workload *chosen;
    sample of;
};

/* Throws wrong_arguments, which says what was expected. */
request parse_arguments(const std::vector<std::string> &words,
                        const std::vector<workload> &workloads);
