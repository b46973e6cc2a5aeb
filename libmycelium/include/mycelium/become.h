/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_BECOME_H
#define MYCELIUM_BECOME_H

/*
 * Modes: other handlers over the same state and the same protocol, for an actor that treats its
 * messages differently from one time to another.
 *
 *     struct door { ... };
 *     MYC_MODE(door, locked, door, DOOR_ROWS)    // door_become_locked(), door_switch_locked()
 *
 *     static myc_next door_on_lock(struct door *self, myc_context *ctx, const key *lock)
 *     {
 *         return door_become_locked(self, ctx) ? MYC_FAIL(MYC_ELIMIT) : MYC_CONTINUE;
 *     }
 *     static myc_next door_locked_on_unlock(struct door *self, myc_context *ctx, const key *unlock)
 *     {
 *         return myc_unbecome(ctx) ? MYC_FAIL(MYC_EINVAL) : MYC_CONTINUE;
 *     }
 *     MYC_ACTOR(door, door, DOOR_ROWS)
 *
 * The change takes effect with the next message, also within a batch. on_stop stays the actor's.
 *
 * Threads: in a handler, on_start or on_stop of the actor.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** How many modes can lie on top of each other. */
enum { MYC_MODES_MAX = 8 };

/** A set of handlers. Made by MYC_MODE(), shared by all actors of the kind. */
typedef struct myc_mode {
    const char *name;
    const myc_protocol *protocol;
    myc_next (*dispatch)(void *state, myc_context *ctx, uint32_t tag, const void *payload);
} myc_mode;

/**
 * Lets the calling actor handle its messages by `mode`, on top of the mode it is in. Prefer the
 * typed A_become_mode().
 *
 * `self` is the actor's state. Returns 0, MYC_ELIMIT (MYC_MODES_MAX lie on top of each other),
 * MYC_EINVAL (`self` is not the calling actor's state, or the mode is of another protocol),
 * MYC_ENOMEM or MYC_ETHREAD (no handler runs here). Nothing has changed on error.
 */
MYC_API MYC_MUST_CHECK int myc_become(myc_context *ctx, const void *self, const myc_mode *mode);

/**
 * The same, but in place of the mode it is in, if it is in one: a machine of states that follow
 * each other for ever never reaches MYC_MODES_MAX. Prefer the typed A_switch_mode().
 */
MYC_API MYC_MUST_CHECK int myc_switch(myc_context *ctx, const void *self, const myc_mode *mode);

/**
 * Goes back to the mode below, at last to the handlers of MYC_ACTOR().
 * Returns 0, MYC_EINVAL (it is in no mode) or MYC_ETHREAD (no handler runs here).
 */
MYC_API MYC_MUST_CHECK int myc_unbecome(myc_context *ctx);

/** The name of the mode the calling actor is in: "locked"; NULL when it is in none. */
MYC_API const char *myc_mode_name(const myc_context *ctx);

MYC_EXTERN_C_END

#endif
