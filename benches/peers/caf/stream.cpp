/* SPDX-License-Identifier: Apache-2.0 */
/* One or many actors send to one other, each as fast as its window lets it. */
#include "machine.hpp"
#include "sample.hpp"
#include "window.hpp"

namespace
{

struct sender_state {
    caf::actor to;
    uint64_t sent = 0;
    window room{mailbox_depth};
};

/* `event(i)` makes the i-th event. */
template <class Event>
void send_what_fits(caf::stateful_actor<sender_state> *self, uint64_t count, const Event &event)
{
    sender_state &state = self->state;
    for (; state.room.is_open() && state.sent < count; state.sent++) {
        bool marked = state.room.take();
        deliver(self, state.to, event(state.sent), marked);
    }
    if (state.sent == count) {
        self->quit();
    }
}

template <class Event>
caf::behavior sender(caf::stateful_actor<sender_state> *self, uint64_t count, Event event)
{
    return {
        [=](const start_message &start) {
            self->state.to = start.to;
            send_what_fits(self, count, event);
        },
        [=](handled) {
            self->state.room.widen();
            send_what_fits(self, count, event);
        },
    };
}

/* Each of `senders` actors sends `each` events; the consumer's sum must come to `sum`. */
template <class Event>
measured stream(caf::actor_system &system, uint64_t senders, uint64_t each, uint64_t sum,
                const Event &event)
{
    uint64_t count = senders * each;
    tally received;
    uint64_t started_ns = now_ns();
    caf::actor to = system.spawn(consumer, &received, count);
    for (uint64_t i = 0; i < senders; i++) {
        caf::anon_send(system.spawn(sender<Event>, each, event), start_message{to});
    }
    system.await_all_actors_done();
    uint64_t elapsed_ns = now_ns() - started_ns;
    received.check(count, sum);
    return {count, elapsed_ns};
}

/* One payload, a reference to it for each send; about 10 M events in all. */
measured stream_shared(const sample &of, uint64_t senders)
{
    event_pointer event = make_swap(7);
    return measure(of, 10'000'000, [=](caf::actor_system &system, uint64_t count) {
        uint64_t each = count / senders;
        return stream(system, senders, each, 7 * senders * each, [=](uint64_t) { return event; });
    });
}

} // namespace

measured shared(const sample &of)
{
    return stream_shared(of, 1);
}

measured fan_in(const sample &of)
{
    return stream_shared(of, 100);
}

/* A new payload for each send, freed by the receiver. */
measured fresh(const sample &of)
{
    return measure(of, 10'000'000, [](caf::actor_system &system, uint64_t count) {
        return stream(system, 1, count, count * (count - 1) / 2, make_swap);
    });
}
