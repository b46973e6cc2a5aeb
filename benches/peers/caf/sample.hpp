/* SPDX-License-Identifier: Apache-2.0 */
/* One sample of one workload: how much to do, the warm-up, and the rows that come out. */
#pragma once
#include <caf/actor_system.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

struct row {
    std::string name;
    double value;
};

struct measured {
    uint64_t count;
    uint64_t elapsed_ns;
};

struct sample {
    std::string name;
    unsigned workers;
    double scale = 1;

    /* `full`, scaled; never so few that the start of the runtime would be what is measured. */
    uint64_t count(uint64_t full) const;
    row make_row(const std::string &part, double value) const;
};

/* What one workload does `count` times; it throws when the counts at its end are wrong. */
using body = std::function<measured(caf::actor_system &system, uint64_t count)>;

/* Runs `run` on a twentieth of the scaled count, then measures it on all of it. */
measured measure(const sample &of, uint64_t full, const body &run);

/* Starts a system of so many workers for `use`. */
void with_system(unsigned workers, const std::function<void(caf::actor_system &system)> &use);

using rows = std::vector<row>;

struct workload {
    const char *name;
    unsigned workers;
    unsigned processors; /* that it needs */
    std::function<rows(const sample &of)> run;
};

/* stream.cpp, fan_out.cpp, ring.cpp */
measured shared(const sample &of);
measured fresh(const sample &of);
measured fan_in(const sample &of);
measured fan_out(const sample &of);
measured ping_pong(const sample &of);
measured ring_503(const sample &of);

/* spawn.cpp, paced.cpp */
rows spawn_1m(const sample &of);
rows paced_latency(const sample &of);
