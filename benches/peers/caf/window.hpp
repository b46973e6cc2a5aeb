/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backpressure: CAF's mailboxes are unbounded, so a sender keeps at most a window of messages on the
 * way to each receiver. One message in half a window is marked; the receiver's answer to it makes
 * room for half a window more.
 */
#pragma once
#include "message.hpp"

/* As deep as the bounded mailboxes of the design that Mycelium replaces. */
constexpr uint64_t mailbox_depth = 1000;

/* Handles `count` events, then ends. */
inline caf::behavior consumer(caf::event_based_actor *self, tally *handled_here, uint64_t count)
{
    auto take = [=](const event_pointer &event) {
        handled_here->add(*event);
        if (handled_here->handled == count) {
            self->quit();
        }
    };
    return {
        [=](const event_message &message) { take(message.event); },
        [=](const marked_message &message) {
            take(message.event);
            return handled{};
        },
    };
}

/* Sends `event` to `to`. */
inline void deliver(caf::event_based_actor *self, const caf::actor &to, event_pointer event,
                    bool marked)
{
    if (marked) {
        self->send(to, marked_message{std::move(event)});
    } else {
        self->send(to, event_message{std::move(event)});
    }
}

/* How much a sender may send before an answer. */
class window
{
  public:
    explicit window(uint64_t size) : half(size / 2), room(half * 2)
    {
    }

    bool is_open() const
    {
        return room > 0;
    }
    void widen()
    {
        room += half;
    }

    /* Takes the place of one message; returns whether that one is to be marked. */
    bool take()
    {
        room--;
        return ++taken % half == 0;
    }

  private:
    uint64_t half;
    uint64_t room;
    uint64_t taken = 0;
};
