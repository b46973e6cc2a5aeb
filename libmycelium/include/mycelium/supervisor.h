/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_SUPERVISOR_H
#define MYCELIUM_SUPERVISOR_H

/*
 * Supervision: an actor that fails starts anew, with a fresh state, under the same ref.
 *
 *     feed_ref feed;
 *     struct desk desk = {0};
 *     myc_child children[] = {
 *         MYC_CHILD(feed, &(struct feed){.port = 9000}, &desk.feed),
 *         MYC_CHILD(desk, &desk, &desk_ref, .restart = MYC_RESTART_TRANSIENT),
 *     };
 *     error = myc_supervisor_spawn(ctx, &(myc_supervisor_options){.strategy = MYC_REST_FOR_ONE},
 *                                  children, 2, &supervisor);
 *
 * The children are there, with their refs, when the call returns; then the supervisor starts them
 * in their order. They may live on other workers than it. Each child's state is copied when it is
 * its turn to be spawned, after the refs of those before it were written: so a ref may be written
 * right into the state of a later child, as above.
 *
 * What a start anew is: on_stop(old state, reason), the state copied from the child's spec again,
 * on_start. The child keeps its ref, its name, its mailbox with all that is queued, its links, and
 * those who watch it, who are told nothing since it has not ended. What it had set going itself is
 * dropped at on_stop: its timers, the asks it waits for, its watches, what it has become. What it
 * has stashed goes back in front of its mailbox.
 * The message it failed on is a dead letter (MYC_DEAD_FAILED) and does not come again. From on_stop
 * to on_start its mailbox is kept and not run: it fills up to its bound as any other.
 *
 * A supervisor can be a child. When it restarts its children too often it fails itself: they are
 * stopped, the last one first, and its own supervisor decides. If that one starts it anew, so are
 * they, under the same refs; if it ends, they end.
 *
 * Threads: myc_supervisor_spawn() in any context.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** Which ends of a child are followed by a new start. One that was stopped by myc_stop() ends, of
 * whatever kind it is. */
typedef enum myc_restart {
    MYC_RESTART_PERMANENT = 0, /* all: it failed, was killed, or returned MYC_STOP (default) */
    MYC_RESTART_TRANSIENT = 1, /* those that went wrong: it failed or was killed */
    MYC_RESTART_TEMPORARY = 2  /* none */
} myc_restart;

/** Who starts anew when a child does. */
typedef enum myc_strategy {
    MYC_ONE_FOR_ONE = 0, /* the child alone (default) */
    MYC_ONE_FOR_ALL = 1, /* all children: first they stop, the last one first, each after the one
                            before has; then they start in order. Temporary ones just stop. */
    MYC_REST_FOR_ONE = 2 /* the same for the child and those behind it */
} myc_strategy;

/** How a supervisor works; all zero means the defaults. Copied. */
typedef struct myc_supervisor_options {
    myc_strategy strategy;
    /** The supervisor fails with MYC_ELIMIT at one restart more than `restarts_max` (1 to 1000;
     * default 3; UINT32_MAX = any number) within `within_ns` (default 5 s), by the system's
     * clock. */
    uint32_t restarts_max;
    uint64_t within_ns;
    /** A restart waits `backoff_min_ns` (default 0: it does not wait), the next one
     * `backoff_factor` (at least 1; default 2) times as long, up to `backoff_max_ns` (default 60
     * s). It begins anew when `within_ns` have passed since the last restart. */
    uint64_t backoff_min_ns;
    uint64_t backoff_max_ns;
    double backoff_factor;
    myc_spawn_options spawn; /* of the supervisor; its default name is "supervisor" */
} myc_supervisor_options;

/** A child. Make it by MYC_CHILD() or MYC_CHILD_SUPERVISOR(). Borrowed during the spawn alone. */
typedef struct myc_child {
    const myc_behaviour *behaviour; /* NULL: a supervisor */
    const void *state;              /* copied: what each of its lives begins with; NULL = zeroed */
    myc_address *address;           /* set before the child runs; may be NULL */
    myc_restart restart;
    /** MYC_PLACE_WITH_SPAWNER is the supervisor's worker. */
    myc_spawn_options spawn;
    const myc_supervisor_options *options; /* of a supervisor: as in myc_supervisor_spawn() */
    const struct myc_child *children;
    uint32_t count;
} myc_child;

/** Names a supervisor: to stop it, watch it, link it. It gets no messages. */
typedef struct myc_supervisor_ref {
    myc_address address;
} myc_supervisor_ref;

/**
 * Spawns `count` children (1 to 10,000) and their supervisor, which starts them. Borrows everything
 * during the call; `options`, `ref` and the addresses in the children may be NULL.
 *
 * A child whose on_start fails is as one that has failed later. The supervisor stays when all of
 * its children have ended. When it ends, they are stopped, the last one first; it does not wait for
 * them. A supervisor stays on its worker.
 *
 * Returns 0, or what myc_spawn() does, with MYC_EINVAL for what is wrong here (the log line says
 * what and where): then there is neither child nor supervisor, and the refs written are dead.
 */
MYC_API MYC_MUST_CHECK int myc_supervisor_spawn(myc_context *ctx,
                                                const myc_supervisor_options *options,
                                                const myc_child *children, uint32_t count,
                                                myc_supervisor_ref *ref);

/**
 * A child that MYC_ACTOR(A, ...) made: its state (`const struct A *`), its ref (`P_ref *`, may be
 * NULL), then .restart and .spawn as needed. In C++ call A_child() with an A_child_spec.
 */
#define MYC_CHILD(A, ...) A##_child((A##_child_spec){__VA_ARGS__, .end = 0})

/** A supervisor as a child: its options, its own children, their count, its ref, .restart. */
#define MYC_CHILD_SUPERVISOR(...)                                                                  \
    myc__child_supervisor((myc__child_supervisor_spec){__VA_ARGS__, .end = 0})

typedef struct myc__child_supervisor_spec {
    const myc_supervisor_options *options;
    const myc_child *children;
    uint32_t count;
    myc_supervisor_ref *ref;
    myc_restart restart;
    char end; /* named last, so that compilers do not ask for what is left out */
} myc__child_supervisor_spec;

static inline myc_child myc__child_supervisor(myc__child_supervisor_spec spec)
{
    myc_child child;
    __builtin_memset(&child, 0, sizeof child);
    child.address = spec.ref ? &spec.ref->address : (myc_address *)0;
    child.restart = spec.restart;
    child.options = spec.options;
    child.children = spec.children;
    child.count = spec.count;
    return child;
}

/** What A_child() does. */
static inline myc_child myc__child(const myc_behaviour *behaviour, const void *state,
                                   myc_address *address, myc_restart restart,
                                   const myc_spawn_options *spawn)
{
    myc_child child;
    __builtin_memset(&child, 0, sizeof child);
    child.behaviour = behaviour;
    child.state = state;
    child.address = address;
    child.restart = restart;
    child.spawn = *spawn;
    return child;
}

MYC_EXTERN_C_END

#endif
