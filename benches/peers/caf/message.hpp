/* SPDX-License-Identifier: Apache-2.0 */
/* What the actors send: immutable events, shared by an atomic reference count. */
#pragma once
#include <caf/all.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>

/* The 48-byte payload of all workloads. */
struct pool_swap : caf::ref_counted {
    uint64_t pool = 1, token_in = 2, token_out = 3, amount_in = 4, amount_out = 5;
    uint64_t timestamp; /* the number of the message, or the ns at which it was due */

    explicit pool_swap(uint64_t timestamp) : timestamp(timestamp)
    {
    }
};

using event_pointer = caf::intrusive_ptr<const pool_swap>;

inline event_pointer make_swap(uint64_t timestamp)
{
    return caf::make_counted<const pool_swap>(timestamp);
}

struct event_message {
    event_pointer event;
};

/* The receiver answers it with `handled`. */
struct marked_message {
    event_pointer event;
};

struct handled {
};

struct start_message {
    caf::actor to;
};

/* They stay in this process, so they need no serialization. */
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(event_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(marked_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(handled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(start_message)

/* What a consumer has handled. It belongs to whoever waits for the consumer's end. */
struct tally {
    uint64_t handled = 0;
    uint64_t sum = 0;

    void add(const pool_swap &event)
    {
        handled++;
        sum += event.timestamp;
    }

    void check(uint64_t handled_expected, uint64_t sum_expected) const
    {
        if (handled != handled_expected || sum != sum_expected) {
            throw std::runtime_error("handled " + std::to_string(handled) + " events of sum " +
                                     std::to_string(sum) + ", expected " +
                                     std::to_string(handled_expected) + " of sum " +
                                     std::to_string(sum_expected));
        }
    }
};
