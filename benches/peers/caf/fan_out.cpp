/* SPDX-License-Identifier: Apache-2.0 */
/* One actor sends to a hundred; all share one payload. */
#include <vector>

#include "machine.hpp"
#include "sample.hpp"
#include "window.hpp"

namespace
{

constexpr uint64_t subscribers = 100;

struct publisher_state {
    std::vector<caf::actor> to;
    event_pointer event = make_swap(7);
    uint64_t published = 0;
    uint64_t answers = 0; /* to the event that was marked last */
    window room{mailbox_depth};
};

void publish_what_fits(caf::stateful_actor<publisher_state> *self, uint64_t count)
{
    publisher_state &state = self->state;
    for (; state.room.is_open() && state.published < count; state.published++) {
        bool marked = state.room.take();
        for (const caf::actor &to : state.to) {
            deliver(self, to, state.event, marked);
        }
    }
    if (state.published == count) {
        self->quit();
    }
}

caf::behavior publisher(caf::stateful_actor<publisher_state> *self, std::vector<caf::actor> to,
                        uint64_t count)
{
    self->state.to = std::move(to);
    return {
        [=](const start_message &) { publish_what_fits(self, count); },
        [=](handled) {
            if (++self->state.answers % self->state.to.size() == 0) {
                self->state.room.widen();
                publish_what_fits(self, count);
            }
        },
    };
}

measured spread(caf::actor_system &system, uint64_t count)
{
    uint64_t events = count / subscribers;
    std::vector<tally> received(subscribers);
    std::vector<caf::actor> to;
    uint64_t started_ns = now_ns();
    for (tally &here : received) {
        to.push_back(system.spawn(consumer, &here, events));
    }
    caf::anon_send(system.spawn(publisher, std::move(to), events), start_message{});
    system.await_all_actors_done();
    uint64_t elapsed_ns = now_ns() - started_ns;
    for (const tally &here : received) {
        here.check(events, 7 * events);
    }
    return {events * subscribers, elapsed_ns};
}

} // namespace

/* About 10 M deliveries in all. */
measured fan_out(const sample &of)
{
    return measure(of, 10'000'000, spread);
}
