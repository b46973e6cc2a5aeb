/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A million actors, each sent its first message.
 *
 * `time` is from the first spawn to the last handler, `bytes` the growth of the resident set with all
 * of them idle: the actor, its mailbox and the handle that keeps it. They are spawned from the main
 * thread: a worker's queue takes time in proportion to its length at each steal, so spawning from an
 * actor would be quadratic. There is no warm-up: memory that it left behind would not count as growth.
 */
#include <atomic>
#include <thread>
#include <unistd.h>
#include <vector>

#include "machine.hpp"
#include "message.hpp"
#include "sample.hpp"

namespace
{

struct progress {
    std::atomic<uint64_t> handled{0};
    std::atomic<uint64_t> sum{0};
    std::atomic<uint64_t> ended_ns{0};
};

caf::behavior idler(caf::event_based_actor *, progress *all, uint64_t actors)
{
    return {
        [=](const event_message &message) {
            all->sum += message.event->timestamp;
            if (++all->handled == actors) {
                all->ended_ns = now_ns();
            }
        },
    };
}

void spawn_all(caf::actor_system &system, progress &all, std::vector<caf::actor> &actors)
{
    event_pointer event = make_swap(7);
    for (caf::actor &spawned : actors) {
        spawned = system.spawn(idler, &all, actors.size());
        caf::anon_send(spawned, event_message{event});
    }
    while (all.ended_ns == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

rows spawn_in(caf::actor_system &system, const sample &of)
{
    double actors = static_cast<double>(of.count(1'000'000));
    progress all;
    std::vector<caf::actor> handles(of.count(1'000'000));
    uint64_t before = resident_bytes();
    uint64_t started_ns = now_ns();
    spawn_all(system, all, handles);
    std::this_thread::sleep_for(std::chrono::milliseconds(20)); /* the last handlers return */
    uint64_t grown = resident_bytes() - before;
    tally{all.handled, all.sum}.check(handles.size(), 7 * handles.size());
    handles.clear(); /* an idle actor ends with its last handle */
    return {of.make_row(".time", static_cast<double>(all.ended_ns - started_ns) / actors),
            of.make_row(".bytes", static_cast<double>(grown) / actors)};
}

} // namespace

rows spawn_1m(const sample &of)
{
    rows result;
    with_system(of.workers, [&](caf::actor_system &system) { result = spawn_in(system, of); });
    return result;
}
