/* SPDX-License-Identifier: Apache-2.0 */
/* One event goes round a ring of actors; two actors make a ping-pong. */
#include <algorithm>
#include <vector>

#include "machine.hpp"
#include "message.hpp"
#include "sample.hpp"

namespace
{

/* Hands the event on in every lap. */
caf::behavior node(caf::event_based_actor *self, caf::actor next, tally *here, uint64_t laps)
{
    return {
        [=](const event_message &message) {
            here->add(*message.event);
            self->send(next, message);
            if (here->handled == laps) {
                self->quit();
            }
        },
    };
}

struct first_state {
    caf::actor next;
    uint64_t started_ns;
};

/* Starts the event, and keeps it at the end. */
caf::behavior first(caf::stateful_actor<first_state> *self, tally *here, uint64_t laps,
                    uint64_t *elapsed_ns)
{
    return {
        [=](const start_message &start) {
            self->state = {start.to, now_ns()};
            self->send(start.to, event_message{make_swap(7)});
        },
        [=](const event_message &message) {
            here->add(*message.event);
            if (here->handled < laps) {
                self->send(self->state.next, message);
                return;
            }
            *elapsed_ns = now_ns() - self->state.started_ns;
            self->quit();
        },
    };
}

measured go_round(caf::actor_system &system, uint64_t actors, uint64_t laps)
{
    std::vector<tally> received(actors);
    uint64_t elapsed_ns = 0;
    caf::actor to_first = system.spawn(first, &received[0], laps, &elapsed_ns);
    caf::actor next = to_first;
    for (uint64_t i = 1; i < actors; i++) {
        next = system.spawn(node, next, &received[i], laps);
    }
    caf::anon_send(to_first, start_message{next});
    system.await_all_actors_done();
    for (const tally &here : received) {
        here.check(laps, 7 * laps);
    }
    return {actors * laps, elapsed_ns};
}

measured hop(const sample &of, uint64_t actors, uint64_t hops)
{
    return measure(of, hops, [=](caf::actor_system &system, uint64_t count) {
        return go_round(system, actors, std::max<uint64_t>(1, count / actors));
    });
}

} // namespace

measured ping_pong(const sample &of)
{
    return hop(of, 2, 2'000'000);
}

measured ring_503(const sample &of)
{
    return hop(of, 503, 1'000'000);
}
