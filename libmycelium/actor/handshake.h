/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_HANDSHAKE_H
#define MYC_ACTOR_HANDSHAKE_H

/*
 * What those who hold a request have to agree on: the tokens, of which there may be copies on any
 * thread, and the asker, an actor or a thread with a future. Three words, each for one question.
 *
 * `claimed`: which token answers?
 *
 *   state   leaves by                                    order
 *   0       a token claims: exchange, 1                  acquire and release, so that what the
 *                                                        winner wrote is ordered behind its claim
 *           the only token there is: a plain store       none: its count of references is 1
 *   1       never: every later claim fails
 *
 * `future`: is a thread's future answered before it is given up? (Of an actor's ask the worker of
 * the asker decides, alone.)
 *
 *   state     means                        leaves by, each an exchange
 *   PENDING   nobody sleeps                waiter: ASLEEP; answerer: ANSWERED; waiter: GONE
 *   ASLEEP    the waiter sleeps on the     answerer: ANSWERED, and it wakes the word; waiter: GONE
 *             word, or is about to
 *   ANSWERED  outcome and reply are there  waiter: anything: it sees ANSWERED and takes them
 *   GONE      timed out or forgotten       answerer: ANSWERED: it sees GONE and keeps the reply
 *
 * There is one answerer (who claimed) and one waiter, and each changes the word by exchange only, so
 * one of them sees what the other did: with two plain stores a reply could be both lost and late.
 * The answerer releases the outcome and the reply it wrote before; the waiter acquires them. A
 * waiter that goes to sleep sleeps only while the word is ASLEEP, which an answer changes: no
 * wake-up is lost. The word may be gone when it is woken: the wake does not touch it.
 *
 * `left`: who frees the block?
 *
 *   state     means                        leaves by
 *   0         both sides use it            either side: exchange, its mark
 *   a mark    that side is done            the other side finds it and frees the block
 *
 * Acquire and release, as for a reference count: the reads of the side that left are over.
 */
#include "base/sync.h"

enum { MYC__FUTURE_PENDING, MYC__FUTURE_ASLEEP, MYC__FUTURE_ANSWERED, MYC__FUTURE_GONE };
enum { MYC__TOKENS_LEFT = 1, MYC__ASKER_LEFT = 2 };

/** All zero to begin with. */
typedef struct myc__handshake {
    uint32_t claimed; /* atomic */
    uint32_t future;  /* atomic */
    uint32_t left;    /* atomic */
} myc__handshake;

/** A token, to answer: true for the first one. `is_only`: there is no other token. */
static inline bool myc__handshake_claim(myc__handshake *shake, bool is_only)
{
    if (!is_only) {
        return myc__exchange_acq_rel_u32(&shake->claimed, 1) == 0;
    }
    bool first = myc__load_relaxed_u32(&shake->claimed) == 0;
    myc__store_relaxed_u32(&shake->claimed, 1);
    return first;
}

/** Whoever claimed, when outcome and reply are written: false when nobody wants them. */
static inline bool myc__handshake_answer(myc__handshake *shake)
{
    uint32_t before = myc__exchange_acq_rel_u32(&shake->future, MYC__FUTURE_ANSWERED);
    if (before == MYC__FUTURE_ASLEEP) {
        myc__word_wake(&shake->future);
    }
    return before != MYC__FUTURE_GONE;
}

/** The waiter: whether the answer can be read. */
static inline bool myc__handshake_is_answered(const myc__handshake *shake)
{
    return myc__load_acquire_u32(&shake->future) == MYC__FUTURE_ANSWERED;
}

/** The waiter: sleeps until there is an answer, or `timeout_ns` is over; may end early. True when the
 * answer can be read. */
static inline bool myc__handshake_sleep(myc__handshake *shake, int64_t timeout_ns)
{
    if (myc__exchange_acq_rel_u32(&shake->future, MYC__FUTURE_ASLEEP) == MYC__FUTURE_ANSWERED) {
        myc__store_relaxed_u32(&shake->future, MYC__FUTURE_ANSWERED); /* the answerer is done */
        return true;
    }
    myc__word_wait(&shake->future, MYC__FUTURE_ASLEEP, timeout_ns);
    return myc__handshake_is_answered(shake);
}

/** The waiter gives up: true when the answer was there before and can be read. */
static inline bool myc__handshake_give_up(myc__handshake *shake)
{
    return myc__exchange_acq_rel_u32(&shake->future, MYC__FUTURE_GONE) == MYC__FUTURE_ANSWERED;
}

/** A side is done with the block: true when it is the last one, and frees it. */
static inline bool myc__handshake_leave(myc__handshake *shake, uint32_t mark)
{
    return myc__load_acquire_u32(&shake->left) != 0 ||
           myc__exchange_acq_rel_u32(&shake->left, mark) != 0;
}

/** The same where both sides are on one thread. */
static inline bool myc__handshake_leave_here(myc__handshake *shake, uint32_t mark)
{
    if (myc__load_relaxed_u32(&shake->left) != 0) {
        return true;
    }
    myc__store_relaxed_u32(&shake->left, mark);
    return false;
}

#endif
