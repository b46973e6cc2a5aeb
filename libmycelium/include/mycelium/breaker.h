/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_BREAKER_H
#define MYCELIUM_BREAKER_H

/*
 * A circuit breaker: who fails again and again is left alone for a while.
 *
 *     state       calls                               until
 *     CLOSED      pass                                `failure_threshold` failed in a row: OPEN
 *     OPEN        are refused                         `timeout_ns` have passed: HALF_OPEN
 *     HALF_OPEN   `half_open_max_calls` at a time     one fails: OPEN;
 *                 pass                                `success_threshold` did not: CLOSED
 *
 *     error = myc_breaker_init(ctx, &self->breaker, NULL);
 *     ...
 *     uint32_t call = myc_breaker_enter(ctx, &self->breaker);
 *     if (call == 0) { refused: nothing was sent } else { ... }
 *     ...
 *     myc_breaker_leave(ctx, &self->breaker, call, answer->outcome == MYC_REPLIED);
 *
 * A breaker is a plain value without pointers to itself: it lies in an actor's state and belongs to
 * that actor. A proxy (proxy.h) has one for each member and does all of this.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

typedef enum myc_breaker_state {
    MYC_BREAKER_CLOSED = 0,
    MYC_BREAKER_OPEN = 1,
    MYC_BREAKER_HALF_OPEN = 2
} myc_breaker_state;

/** A breaker has changed its state: what an observer is sent. */
typedef struct myc_breaker_change {
    char name[32];       /* of the breaker */
    myc_address subject; /* of the actor it is about; all zero when it was not said */
    myc_breaker_state from;
    myc_breaker_state to;
    uint32_t failures; /* in a row, before it opened */
    uint64_t at_ns;    /* by the system's clock */
} myc_breaker_change;
MYC_MESSAGE(myc_breaker_change)

/** Options of a breaker; all zero means the defaults. */
typedef struct myc_breaker_options {
    const char *name;             /* copied, 31 characters count; "breaker" */
    uint32_t failure_threshold;   /* 1 to 1 000 000; default 5 */
    uint32_t success_threshold;   /* 1 to 1 000 000; default 2 */
    uint32_t half_open_max_calls; /* 1 to 1 000 000; default 3 */
    uint64_t timeout_ns;          /* 1 us to 1 day; default 30 s */
    /** Gets each change of state: row `observer_row` of `observer_protocol` carries
     * myc_breaker_change. A full mailbox refuses it, as any message. All zero: nobody. */
    myc_address observer;
    const myc_protocol *observer_protocol;
    uint32_t observer_row;
} myc_breaker_options;

/** A breaker. Its fields are its own. */
typedef struct myc_breaker {
    char name[32];
    uint32_t failure_threshold;
    uint32_t success_threshold;
    uint32_t half_open_max_calls;
    uint32_t observer_row;
    uint64_t timeout_ns;
    myc_address observer;
    myc_address subject;
    uint32_t state;
    uint32_t round;     /* of states: a call that began in an earlier one counts no more */
    uint32_t failures;  /* in a row */
    uint32_t successes; /* half-open: of this round */
    uint32_t under_way; /* half-open: calls of this round */
    uint64_t opened_ns;
} myc_breaker;

/**
 * Makes a closed breaker. `options` may be NULL.
 * Returns 0 or MYC_EINVAL (the log line says which option, and what was expected).
 */
MYC_API MYC_MUST_CHECK int myc_breaker_init(myc_context *ctx, myc_breaker *breaker,
                                            const myc_breaker_options *options);

/** Says which actor the breaker is about, for its changes. */
static inline void myc_breaker_set_subject(myc_breaker *breaker, myc_address subject)
{
    breaker->subject = subject;
}

/** Whether a call would pass now. Changes nothing. */
MYC_API bool myc_breaker_allows(myc_context *ctx, const myc_breaker *breaker);

/**
 * Begins a call. Returns a number for myc_breaker_leave(), or 0: it is refused. A refusal takes no
 * memory and sends nothing; it reads the clock, some 30 ns.
 */
MYC_API MYC_MUST_CHECK uint32_t myc_breaker_enter(myc_context *ctx, myc_breaker *breaker);

/** Ends a call that myc_breaker_enter() let pass. Each must end: half-open it holds up others. */
MYC_API void myc_breaker_leave(myc_context *ctx, myc_breaker *breaker, uint32_t call,
                               bool succeeded);

/** The state as it is known: one that is open stays so until a call finds its time over. */
static inline myc_breaker_state myc_breaker_state_of(const myc_breaker *breaker)
{
    return (myc_breaker_state)breaker->state;
}

MYC_EXTERN_C_END

#endif
