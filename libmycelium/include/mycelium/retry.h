/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_RETRY_H
#define MYCELIUM_RETRY_H

/*
 * When to try again: a policy, and the delays it makes. A proxy (proxy.h) asks again by it.
 *
 *     backoff        delay before try n + 1
 *     NONE           there is none
 *     IMMEDIATE      0
 *     LINEAR         n * delay_ns
 *     EXPONENTIAL    2^(n-1) * delay_ns, less up to half of it at random ("jitter"), so that those
 *                    who failed together do not come again together
 *
 * None is longer than `delay_max_ns`. The jitter is that of the seed: the same seed, the same delays.
 *
 * To try again is safe only where to be handled twice does no harm: a request that timed out may
 * have been handled. So only rows marked MYC_IDEMPOTENT are asked again.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

typedef enum myc_backoff {
    MYC_RETRY_NONE = 0, /* one try only (default) */
    MYC_RETRY_IMMEDIATE = 1,
    MYC_RETRY_LINEAR = 2,
    MYC_RETRY_EXPONENTIAL = 3
} myc_backoff;

/** Options of a policy; all zero means one try. */
typedef struct myc_retry_options {
    myc_backoff backoff;
    uint32_t tries_max; /* with the first one; 1 to 1000; default 3 */
    uint64_t delay_ns;  /* the first; 1 ns to 1 hour; default 10 ms; LINEAR and EXPONENTIAL */
    uint64_t
        delay_max_ns; /* at least delay_ns, at most 1 day; default 1 s, or delay_ns if longer */
    bool exact;       /* true: no jitter */
    uint64_t seed;    /* of the jitter */
} myc_retry_options;

/** A policy. Its fields are its own: it lies in an actor's state. */
typedef struct myc_retry {
    uint32_t backoff;
    uint32_t tries_max;
    uint64_t delay_ns;
    uint64_t delay_max_ns;
    uint64_t random;
    bool exact;
} myc_retry;

/**
 * Makes a policy. `options` may be NULL.
 * Returns 0 or MYC_EINVAL (the log line says which option, and what was expected).
 */
MYC_API MYC_MUST_CHECK int myc_retry_init(myc_context *ctx, myc_retry *retry,
                                          const myc_retry_options *options);

/** Whether another try may follow when `tries` were made: sets `*delay_ns` until then. */
MYC_API bool myc_retry_next(myc_retry *retry, uint32_t tries, uint64_t *delay_ns);

MYC_EXTERN_C_END

#endif
