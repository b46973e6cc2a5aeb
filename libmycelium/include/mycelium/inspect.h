/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_INSPECT_H
#define MYCELIUM_INSPECT_H

/*
 * A look into a running system: which actors there are and how they fare, how long messages wait
 * and take, which handler a worker is stuck in, and what happened last.
 *
 *     static void show(void *user, const myc_actor_info *info)
 *     {
 *         printf("%-20s %-10s %u waiting\n", info->name, myc_actor_state_name(info->state),
 *                info->mailbox_depth);
 *     }
 *     int64_t count = myc_system_each_actor(system, 0, show, NULL);
 *
 * What is measured costs only those who are measured: a profile is a step around the handlers of
 * its actor, and an actor without one is not asked whether it has one.
 *
 * Threads: any but a worker's (MYC_ETHREAD), unless it says so. In a caller-driven system: the
 * thread that drives it.
 */
#include <mycelium/histogram.h>
#include <mycelium/system.h>

MYC_EXTERN_C_BEGIN

/** What an actor does. */
typedef enum myc_actor_state {
    MYC_ACTOR_IDLE = 0,     /* it has nothing to do */
    MYC_ACTOR_QUEUED = 1,   /* it has, and waits for its turn */
    MYC_ACTOR_RUNNING = 2,  /* its turn runs */
    MYC_ACTOR_PAUSED = 3,   /* it waits for room somewhere */
    MYC_ACTOR_STARTING = 4, /* its on_start has not run yet */
    MYC_ACTOR_STOPPING = 5, /* its next turn is its last */
    MYC_ACTOR_UNKNOWN = 6,  /* its worker did not answer in time */
    MYC_ACTOR_MOVING = 7,   /* it is on its way to another worker */
    MYC_ACTOR_STATES = 8
} myc_actor_state;

/** The name of a state, such as "paused". Static storage. Any thread. */
MYC_API const char *myc_actor_state_name(myc_actor_state state);

/** An actor at one moment. When its worker did not answer (MYC_ACTOR_UNKNOWN), only what stands
 * before `state` and `handled` is known; the rest is 0. */
typedef struct myc_actor_info {
    myc_address address;
    uint32_t worker;
    char name[32];                /* cut off at 31 bytes; the behaviour's, if it has none */
    const myc_protocol *protocol; /* static, as the program gave it */
    uint64_t handled;
    myc_actor_state state;
    uint32_t mailbox_depth;
    uint32_t mailbox_bound;
    uint64_t dropped_by[MYC_DROP_REASONS];
    bool is_profiled;      /* else the rest is 0 */
    uint32_t mailbox_high; /* the highest depth */
    uint64_t busy_ns;      /* in its handlers */
} myc_actor_info;

/**
 * Calls `visit` for each actor, worker by worker, in the order of their slots. Each worker fills in
 * what it knows between two of its passes, some hundred actors at a time, so an actor's info is of
 * one moment, the list is not: one that starts or ends meanwhile may be on it or not. A worker that
 * does not answer within `timeout_ns` (0 = 1 s) is stuck in a handler: its actors are listed as
 * MYC_ACTOR_UNKNOWN. Nothing of `info` is kept. `visit` may call into the system.
 * Returns how many it were, MYC_ENOMEM or MYC_ETHREAD.
 */
MYC_API int64_t myc_system_each_actor(myc_system *system, uint64_t timeout_ns,
                                      void (*visit)(void *user, const myc_actor_info *info),
                                      void *user);

/**
 * The same for one actor.
 * Returns 0, MYC_ENOENT (it does not live), MYC_ETIMEDOUT (its worker is stuck: see above; `*info`
 * is what is known), MYC_ENOMEM or MYC_ETHREAD.
 */
MYC_API MYC_MUST_CHECK int myc_system_actor(myc_system *system, myc_address actor,
                                            uint64_t timeout_ns, myc_actor_info *info);

/*
 * Stuck workers: no signals, no threads but the one that looks.
 */

/** An actor whose turn does not end. */
typedef struct myc_stuck {
    uint32_t worker;
    myc_address actor;
    char name[32];
    const myc_protocol *protocol; /* static, as the program gave it */
    uint32_t tag;    /* of the message it handles; UINT32_MAX when it is none, or is not known */
    const char *row; /* the row's name; else "on_start", "on_stop", "an answer" or "a message", of
                        which only systems with a watchdog or a recorder know more. Static. */
    uint64_t for_ns; /* at least: since it was first seen in this turn; by the kernel's clock */
} myc_stuck;

/**
 * Fills in, up to `capacity`, the workers that have been in one turn of one actor for at least
 * `longer_than_ns`. Up to batch_max messages are part of a turn; turns in a row that handle
 * nothing, since their message is to come again, count as one within a pass. It knows how long from
 * its own calls, on whatever threads: the first one that sees a worker in a turn begins to count.
 * So call it a few times in that span, again and again.
 * Returns how many it were, at most `capacity`. Never waits for a worker. May be called from a
 * handler.
 */
MYC_API uint32_t myc_system_stuck(myc_system *system, uint64_t longer_than_ns, myc_stuck *stuck,
                                  uint32_t capacity);

/*
 * The flight recorder: the last events of each worker. Writing one takes no lock and no memory; a
 * message handled costs a look at the clock more. Without it (flight_recorder of the options)
 * nothing is recorded. When an invariant of the library breaks on a worker, its events go to the
 * log before the program ends.
 */

enum { MYC_EVENTS_KEPT = 4096 }; /* of each worker, the newest */

typedef enum myc_event_kind {
    MYC_EVENT_NONE = 0,
    MYC_EVENT_HANDLED = 1,     /* a message of row `tag`, or it will come again */
    MYC_EVENT_STARTED = 2,     /* before on_start */
    MYC_EVENT_STOPPED = 3,     /* `detail` is the myc_exit_reason */
    MYC_EVENT_FAILED = 4,      /* `detail` is the code */
    MYC_EVENT_DROPPED = 5,     /* `detail` is the myc_drop_reason */
    MYC_EVENT_DEAD_LETTER = 6, /* of row `tag`; `detail` is the myc_dead_reason */
    MYC_EVENT_PARKED = 7,      /* the worker went to sleep */
    MYC_EVENT_WOKEN = 8,
    MYC_EVENT_KINDS = 9
} myc_event_kind;

typedef struct myc_event {
    uint64_t at_ns; /* by the system's clock */
    myc_address actor;
    myc_event_kind kind;
    uint32_t tag;
    int64_t detail;
} myc_event;

/**
 * Copies the newest events of a worker to `events`, up to `capacity`, the oldest first. Never
 * waits: a worker that is stuck can be read too. What is overwritten while it is read is left out.
 * Returns how many it were: 0 without a recorder. May be called from a handler.
 */
MYC_API uint32_t myc_system_events(const myc_system *system, uint32_t worker, myc_event *events,
                                   uint32_t capacity);

/** Writes an event as a line of text without a newline, cut off at `size_bytes`, as snprintf() does
 * and returns. Any thread. */
MYC_API int myc_event_text(const myc_event *event, char *text, size_t size_bytes);

/** Writes all events of all workers to the system's log, a line each. Returns how many. May be
 * called from a handler. */
MYC_API uint32_t myc_system_dump_events(const myc_system *system);

/*
 * Profiles: for each row, how long messages lay in the mailbox and how long their handlers took.
 */

#define MYC_ALL_ROWS UINT32_MAX

/**
 * Begins or ends the profile of an actor; what was counted goes with it. While it has one, each of
 * its messages costs two looks at the clock, one more if it is queued, and each row some 5 KiB.
 * myc_system_options.profile begins it for every actor.
 * Returns 0 (also when it was so already), MYC_ENOENT (it does not live), MYC_ETIMEDOUT (its worker
 * is stuck for `timeout_ns`, 0 = 1 s; it will be done), MYC_ENOMEM or MYC_ETHREAD.
 */
MYC_API int myc_system_profile(myc_system *system, myc_address actor, bool on, uint64_t timeout_ns);

/** The same for all actors of the system, and those to be spawned. Returns 0, or what went wrong
 * first; the other workers are told all the same. */
MYC_API int myc_system_profile_all(myc_system *system, bool on, uint64_t timeout_ns);

/**
 * Adds the times of an actor's messages of row `tag` (MYC_ALL_ROWS: of all) to `queueing` and
 * `handling`, in ns; either may be NULL. Queueing is the time in the mailbox; a message that an
 * idle actor handles as it arrives, or that goes ahead of the mailbox, has 0. The way to another
 * worker is not in it. What a profile keeps is off by less than an eighth. Answers to asks are not
 * counted: they are no row's.
 * Returns 0, MYC_ENOENT (it does not live, or has no profile), MYC_ETIMEDOUT, MYC_ENOMEM or
 * MYC_ETHREAD, like myc_system_profile().
 */
MYC_API MYC_MUST_CHECK int myc_system_profile_read(myc_system *system, myc_address actor,
                                                   uint32_t tag, myc_histogram *queueing,
                                                   myc_histogram *handling, uint64_t timeout_ns);

MYC_EXTERN_C_END

#endif
