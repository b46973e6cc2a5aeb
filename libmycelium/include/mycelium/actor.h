/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_ACTOR_H
#define MYCELIUM_ACTOR_H

/*
 * Actors: what a handler may do, and what its typed shells (protocol.h) are made of.
 *
 * An actor is a struct and a handler for each row of its protocol. It lives on one worker (its
 * home) and handles one message at a time, so its state needs no lock.
 *
 * Threads: functions that take a context run on the thread the context belongs to.
 */
#include <stdbool.h>

#include <mycelium/message.h>

MYC_EXTERN_C_BEGIN

/**
 * Names an actor: a small value, safe to copy, keep and put in messages. It never dangles: once
 * the actor is dead, sends to it answer MYC_DEAD. All zero names no actor.
 */
typedef struct myc_address {
    uint32_t slot; /* home worker in the upper 8 bits, index in the lower 24 */
    uint32_t life; /* node in the upper 10 bits (0 = this process), generation in the lower 22 */
} myc_address;

/** True when both name the same actor. */
static inline bool myc_address_equal(myc_address a, myc_address b)
{
    return a.slot == b.slot && a.life == b.life;
}

/** What became of a send. In every case the payload is taken. */
typedef enum myc_sent {
    MYC_SENT = 0,       /* accepted */
    MYC_FULL = 1,       /* refused: the mailbox is at its bound, or the way to its worker is full */
    MYC_DEAD = 2,       /* the actor has stopped or never was; the message is a dead letter */
    MYC_UNREACHABLE = 3 /* its node has no transport, or the transport failed; a dead letter */
} myc_sent;

/** Says that the answer of a send does not matter here: the compiler warns of one that is unused.
 */
static inline void myc_ignore(myc_sent sent)
{
    (void)sent;
}

/** What a handler wants next. Made by the four functions below, so it cannot be mistaken for a
 * myc_sent. */
typedef struct myc_next {
    int64_t verdict_and_code; /* one word: two fields would be put together in every handler */
} myc_next;

enum { MYC__CONTINUE = 0, MYC__AGAIN = 1, MYC__STOP = 2, MYC__FAIL = 3 };

static inline myc_next myc_next_make(int32_t verdict, int32_t code)
{
    myc_next next;
    next.verdict_and_code = (int64_t)code * 4 + verdict;
    return next;
}

static inline int32_t myc_next_verdict(myc_next next)
{
    return (int32_t)(next.verdict_and_code & 3);
}

static inline int32_t myc_next_code(myc_next next)
{
    return (int32_t)(next.verdict_and_code >> 2);
}

/** Go on with the next message. */
#define MYC_CONTINUE myc_next_make(MYC__CONTINUE, 0)
/** This message is not done: give it again, first of all, when the actor runs next. It does not
 * count in the mailbox meanwhile. */
#define MYC_AGAIN myc_next_make(MYC__AGAIN, 0)
/** Stop; what is still queued becomes dead letters. */
#define MYC_STOP myc_next_make(MYC__STOP, 0)
/** Stop because of an error: `code` goes to on_stop and to the log, the message to dead letters
 * (MYC_DEAD_FAILED). A supervised actor starts anew instead (supervisor.h). */
#define MYC_FAIL(code) myc_next_make(MYC__FAIL, (code))

/** Why an actor stops. */
typedef enum myc_exit_reason {
    MYC_EXIT_DONE = 0,      /* a handler returned MYC_STOP */
    MYC_EXIT_FAILED = 1,    /* a handler returned MYC_FAIL, or on_start failed */
    MYC_EXIT_REQUESTED = 2, /* myc_stop() */
    MYC_EXIT_SYSTEM = 3,    /* the system is stopping */
    MYC_EXIT_KILLED = 4,    /* myc_kill(), or one it was linked to has gone wrong */
    MYC_EXIT_UNKNOWN = 5    /* in a notice: it had ended before, or never was */
} myc_exit_reason;

typedef struct myc_exit {
    myc_exit_reason reason;
    int32_t
        code; /* with MYC_EXIT_FAILED the handler's, with MYC_EXIT_KILLED the killer's; else 0 */
} myc_exit;

/** One row of a protocol: tag k carries rows[k].type. */
typedef struct myc_row {
    const char *name;
    const myc_type *type;
    const myc_type *reply; /* NULL: the row cannot be asked */
    uint32_t marks;        /* MYC_IDEMPOTENT, or 0 */
} myc_row;

/** A mark of a row: to handle its message twice does no harm, so that an ask may be tried again. */
#define MYC_IDEMPOTENT 1u

typedef struct myc_protocol {
    const char *name;
    const myc_row *rows;
    uint32_t row_count;
} myc_protocol;

/** The behaviour of an actor: made by MYC_ACTOR(), shared by all actors of the kind. */
typedef struct myc_behaviour {
    const char *name;
    const myc_protocol *protocol;
    uint32_t state_size_bytes;
    uint32_t state_alignment_bytes; /* at most 16 */
    myc_next (*dispatch)(void *state, myc_context *ctx, uint32_t tag, const void *payload);
    int (*on_start)(void *state, myc_context *ctx);               /* may be NULL */
    void (*on_stop)(void *state, myc_context *ctx, myc_exit why); /* may be NULL */
} myc_behaviour;

/** What happens to a message that finds the mailbox at its bound. */
typedef enum myc_overflow {
    MYC_OVERFLOW_REFUSE = 0,      /* the send answers MYC_FULL (default) */
    MYC_OVERFLOW_DROP_NEWEST = 1, /* the new message is dropped and counted */
    MYC_OVERFLOW_DROP_OLDEST = 2  /* the oldest queued message is dropped and counted */
} myc_overflow;

/** The worker an actor lives on. */
typedef enum myc_place {
    MYC_PLACE_WITH_SPAWNER = 0, /* the spawning actor's worker; from a foreign thread as SPREAD */
    MYC_PLACE_SPREAD = 1,       /* each worker in turn */
    MYC_PLACE_ON_WORKER = 2,    /* `worker` of the options */
    /** A worker for this actor alone, so that its handlers may block: they hold up nobody else. It
     * is one of the `dedicated` workers of the system's options, and free again when the actor has
     * ended. Its thread sleeps whenever there is nothing to do, whatever the system's idle mode,
     * so each message that finds it asleep costs a wake-up. What it spawns WITH_SPAWNER is
     * SPREAD. */
    MYC_PLACE_DEDICATED = 3
} myc_place;

struct myc_mailbox_policy; /* mailbox.h */

/** Options of a spawn; all zero means the defaults. */
typedef struct myc_spawn_options {
    const char *name;       /* for logs; copied; default: the behaviour's name */
    uint32_t mailbox_bound; /* messages, 1 to 16 M; default 1000. Senders on other workers may
                               overshoot it by what is on its way (at most a lane each) when the
                               policy is to refuse; the drop policies keep it exactly. */
    uint32_t batch_max;     /* messages handled in one turn; default 64 */
    myc_overflow overflow;
    myc_place place;
    uint32_t worker; /* with MYC_PLACE_ON_WORKER: 0 to the count of workers - 1 */
    const struct myc_mailbox_policy *policy; /* copied; NULL = none */
    uint32_t stash_bound; /* messages stashed at one time (stash.h), 1 to 16 M; default 1000 */
    const struct myc__lineage *lineage; /* the library's own; NULL */
} myc_spawn_options;

/**
 * Starts an actor with a copy of `state` (borrowed; NULL = zeroed). on_start runs on its home
 * worker before its first message.
 *
 * Prefer the typed A_spawn() of MYC_ACTOR(). `options` may be NULL. `*address` is set on success.
 * Returns 0, MYC_ENOMEM, MYC_EINVAL (a bad option: the log line says which), MYC_ELIMIT (no slot is
 * left on the worker; no dedicated worker is free: the log line says so) or MYC_ESTOPPING.
 */
MYC_API MYC_MUST_CHECK int myc_spawn(myc_context *ctx, const myc_behaviour *behaviour,
                                     const void *state, const myc_spawn_options *options,
                                     myc_address *address);

/**
 * Queues `payload` as row `tag` for `to`. Prefer the typed P_send_row() of MYC_PROTOCOL(): a
 * payload of another type than the row's is not noticed here, and a tag that is no row fails the
 * actor.
 *
 * Takes `payload`, also when refused; NULL (a failed T_new()) is refused as MYC_FULL. Order is kept
 * per sender and receiver. Never blocks; goes out at once, also to another worker.
 */
MYC_API myc_sent myc_send(myc_context *ctx, myc_address to, uint32_t tag, const void *payload);

/**
 * Like myc_send(), but waits up to `timeout_ns` while the answer would be MYC_FULL.
 * Foreign threads only: a worker never blocks (there it is the same as myc_send()).
 */
MYC_API myc_sent myc_send_wait(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
                               uint64_t timeout_ns);

/**
 * The lossless send of an actor: what cannot be accepted now is parked and goes in when there is
 * room; after this handler the calling actor runs no more until it has. So the handler just goes on
 * and returns MYC_CONTINUE. Prefer the typed P_send_or_pause_row() of MYC_PROTOCOL().
 *
 * Takes `payload`. Several sends of one handler are parked one behind the other and go in in that
 * order, whomever they are for. Use nothing else to send to the same receiver in that handler: a
 * myc_send() may overtake what is parked. A parked message counts as accepted; it becomes a dead
 * letter if its receiver ends, and still goes in if its sender does.
 *
 * Actors may send to each other in a circle: if each of it waits for room at the next, each one's
 * parked message goes in beyond the bound, and the circle goes on. So a mailbox may exceed its bound
 * by the sends that one handler leaves parked; `circled` of myc_counts tells how often.
 *
 * Returns MYC_SENT (accepted or parked), MYC_DEAD or MYC_UNREACHABLE as myc_send(), or MYC_FULL:
 * memory is out, `payload` is NULL, or the transport to another node is full. Outside of a handler,
 * where there is no actor to pause, it is myc_send().
 */
MYC_API myc_sent myc_send_or_pause(myc_context *ctx, myc_address to, uint32_t tag,
                                   const void *payload);

/** Asks an actor to stop, ahead of what is queued for it; that becomes dead letters. */
MYC_API void myc_stop(myc_context *ctx, myc_address actor);

/** The address of the actor whose handler runs; all zero outside of a handler. */
MYC_API myc_address myc_self(const myc_context *ctx);

/**
 * How many more messages `to` would accept from here now; 0 when it is full, dead or remote.
 * Only this context's own sends use it up when both are on one worker; else it is a lower bound of
 * what the lane takes, while the mailbox was below its bound.
 */
MYC_API uint32_t myc_room(const myc_context *ctx, myc_address to);

/**
 * After this handler, runs the calling actor no more until `to` has drained to half of its bound
 * (or is dead). Messages for the calling actor stay in its mailbox meanwhile; stops still reach it.
 * With MYC_AGAIN the unfinished message comes again then: this is how a source is lossless that looks
 * at myc_room() first, or goes on with something else; myc_send_or_pause() does without. A pause may
 * end early, for instance when the actor waits for two receivers: look at myc_room() again. On a ref
 * of another node it does nothing. When actors pause on each other in a circle, each may send one
 * message to the next beyond the bound: myc_room() is 1 then.
 */
MYC_API void myc_pause_until_room(myc_context *ctx, myc_address to);

/** The worker this context belongs to, or UINT32_MAX on a foreign thread. Dedicated workers come
 * after the ordinary ones: theirs is not below myc_system_workers(). */
MYC_API uint32_t myc_worker(const myc_context *ctx);

/** The system's clock in ns: monotonic, from an arbitrary start. */
MYC_API uint64_t myc_now_ns(const myc_context *ctx);

/** The system's wall clock in ns since the Unix epoch. */
MYC_API uint64_t myc_wall_ns(const myc_context *ctx);

typedef enum myc_log_level {
    MYC_LOG_ERROR = 0,
    MYC_LOG_WARNING = 1,
    MYC_LOG_INFO = 2
} myc_log_level;

/** Formats a line (cut at 512 bytes) for the system's log callback; nothing without one. */
MYC_API void myc_log(myc_context *ctx, myc_log_level level, const char *format, ...)
    MYC_PRINTF(3, 4);

MYC_EXTERN_C_END

#endif
