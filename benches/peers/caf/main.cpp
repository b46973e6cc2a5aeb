/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peer of the benchmark suite: CAF. Each consumer adds up its payloads and the sum is checked, so no
 * send or handler can be left out.
 */
#include <algorithm>
#include <cstdio>
#include <exception>

#include "arguments.hpp"
#include "machine.hpp"

namespace
{

enum { FAILED = 1, WRONG_ARGUMENTS = 2, CANNOT_RUN_HERE = 3 };

using measurement = measured (*)(const sample &of);

/* One row, in events a second. */
auto rate(measurement run)
{
    return [=](const sample &of) {
        measured ran = run(of);
        double seconds = static_cast<double>(ran.elapsed_ns) / 1e9;
        return rows{of.make_row("", static_cast<double>(ran.count) / seconds)};
    };
}

/* One row, in ns for each event. */
auto cost(measurement run)
{
    return [=](const sample &of) {
        measured ran = run(of);
        double each = static_cast<double>(ran.elapsed_ns) / static_cast<double>(ran.count);
        return rows{of.make_row("", each)};
    };
}

const std::vector<workload> workloads = {
    {"send_local", 1, 1, rate(shared)},
    {"send_fresh.one_worker", 1, 1, rate(fresh)},
    {"send_fresh.two_workers", 2, 2, rate(fresh)},
    {"stream_cross", 2, 2, rate(fresh)},
    {"ping_pong.one_worker", 1, 1, cost(ping_pong)},
    {"ping_pong.two_workers", 2, 2, cost(ping_pong)},
    {"fan_in", 2, 2, rate(fan_in)},
    {"fan_out", 1, 1, rate(fan_out)},
    {"ring_503", 1, 1, cost(ring_503)},
    {"spawn_1m", 1, 1, spawn_1m},
    {"paced_latency", 1, 2, paced_latency},
    {"oversubscribed.send_local", 4, 2, rate(shared)},
    {"oversubscribed.stream_cross", 4, 2, rate(fresh)},
    {"oversubscribed.fan_in", 4, 2, rate(fan_in)},
    {"oversubscribed.ring_503", 4, 2, cost(ring_503)},
    {"oversubscribed.ping_pong", 4, 2, cost(ping_pong)},
};

int fail(int code, const std::string &text)
{
    std::fprintf(stderr, "peer-caf: %s\n", text.c_str());
    return code;
}

int list()
{
    for (const workload &known : workloads) {
        std::puts(known.name);
    }
    return 0;
}

int measure_once(const request &asked)
{
    unsigned needed = asked.chosen->processors;
    if (allowed_processors() < needed) {
        return fail(CANNOT_RUN_HERE, "needs " + std::to_string(needed) + " processors");
    }
    for (const row &measured : asked.chosen->run(asked.of)) {
        std::printf("%s %.3f\n", measured.name.c_str(), measured.value);
    }
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    std::vector<std::string> words(argv + 1, argv + argc);
    if (!words.empty() && words[0] == "--list") {
        return list();
    }
    try {
        return measure_once(parse_arguments(words, workloads));
    } catch (const wrong_arguments &wrong) {
        return fail(WRONG_ARGUMENTS, wrong.what());
    } catch (const std::exception &error) {
        return fail(FAILED, error.what());
    }
}
