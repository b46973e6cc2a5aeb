/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_TOKEN_H
#define BENCH_TOKEN_H

/*
 * Actors in a ring and one message that goes round: the body of ping_pong (a ring of two), ring_503
 * and curve.actors.
 *
 * A hop is a send and its handling: the time of all hops over their count, from the first send to
 * the last handler, with the ring made before. Actor k is on worker k modulo the workers, unless
 * all are together. The message is one payload that each handler reads and sends on, its reference
 * with it. Each actor knows how many
 * hops are its own and counts them down by what the payload says, the run ends only at the last of
 * them, and the count of messages the system handled is checked: no hop can be left out.
 */
#include "system.h"

typedef struct bench_token {
    uint32_t actors;
    uint64_t hops;
    bool together; /* all on the first worker, however many there are */
} bench_token;

/** Runs it once. Returns ns a hop. */
double bench_token_run(const bench_options *options, const bench_token *token);

#endif
