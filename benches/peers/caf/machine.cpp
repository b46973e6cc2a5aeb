/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.hpp"

#include <ctime>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <unistd.h>

unsigned allowed_processors()
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        throw std::runtime_error("sched_getaffinity failed");
    }
    return static_cast<unsigned>(CPU_COUNT(&set));
}

uint64_t resident_bytes()
{
    std::ifstream statm("/proc/self/statm");
    uint64_t total, resident;
    if (!(statm >> total >> resident)) {
        throw std::runtime_error("/proc/self/statm: expected two numbers");
    }
    return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

static uint64_t clock_ns(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t now_ns()
{
    return clock_ns(CLOCK_MONOTONIC);
}

uint64_t process_time_ns()
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t thread_time_ns()
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}
