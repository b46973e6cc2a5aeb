/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_TESTKIT_H
#define MYCELIUM_TESTKIT_H

/*
 * Tests of actors without threads and without waiting: a system that runs on the thread of the
 * test, under a clock that stands still unless the test lets time pass. In which order its workers
 * run, and how much each of them does at a time, is drawn from a seed: another seed is another
 * interleaving, the same seed is the same run.
 *
 *     MYC_PROBE(market, MARKET_ROWS)           // once, behind MYC_PROTOCOL(): market_probe, ...
 *
 *     myc_testkit *kit;
 *     int error = myc_testkit_create(&(myc_testkit_options){.seed = 42}, &kit);
 *     market_probe out = market_probe_open(kit);
 *     error = momentum_spawn(myc_testkit_context(kit), &(struct momentum){out.ref}, NULL, &ref);
 *     const quote_update *quote = market_expect_quote(out, 5000000);      // within 5 ms
 *     if (!quote) puts(myc_probe_explain(out.probe));
 *     assert(myc_testkit_destroy(kit) == 0);                              // nothing leaked
 *
 * A test that walks many seeds says which one failed: myc_testkit_text() has it. The kit is made
 * for tests: what it needs itself comes from malloc, and its functions are not fast.
 *
 * The clock also moves while something waits that drives the system itself, from deadline to
 * deadline: myc_future_wait(), myc_system_await_quiescence(), myc_system_stop().
 *
 * Threads: all of it on the thread that created the kit, and not from a handler unless it says so.
 */
#include <mycelium/protocol.h>
#include <mycelium/system.h>

MYC_EXTERN_C_BEGIN

typedef struct myc_testkit myc_testkit;

/** Options of a kit; all zero means the defaults. */
typedef struct myc_testkit_options {
    uint64_t seed;    /* 0 is a seed like any other */
    uint32_t workers; /* 1 to 64; default 2 */
    /** How many passes of workers one run may take before it counts as one that never comes to
     * rest; default 10 million. */
    uint64_t passes_max;
    /** What else the system is to be like: log, dead_letter, allocator, ... Borrowed for the call;
     * NULL = the defaults. Its workers, caller_driven and the clock are not looked at; memory is
     * kept for ever unless it says otherwise. */
    const myc_system_options *system;
} myc_testkit_options;

/**
 * Creates a kit and its system. `options` may be NULL. Gives `*kit`: destroy it.
 * Returns 0 or the error of myc_system_create().
 */
MYC_API MYC_MUST_CHECK int myc_testkit_create(const myc_testkit_options *options,
                                              myc_testkit **kit);

/**
 * Stops the system (discarding, if the test has not stopped it), destroys it and the kit. Takes
 * `kit`, with all its probes; NULL is ignored.
 * Returns the count of payloads the program still held, like myc_system_destroy(): 0 is expected.
 */
MYC_API uint64_t myc_testkit_destroy(myc_testkit *kit);

/** The system. Borrowed: the kit destroys it. Whatever drives it (myc_system_run_once(), a stop,
 * the wait for quiescence) does so under the kit's scheduler. */
MYC_API myc_system *myc_testkit_system(myc_testkit *kit);

/** The test's own context: that of a foreign thread. */
MYC_API myc_context *myc_testkit_context(myc_testkit *kit);

/**
 * Runs the workers until nothing can move any more at this time: nothing is queued but for actors
 * that are paused or ask for their message again and again. The clock stands still. Offloaded work
 * is done in between, when the seed says so.
 * Returns how many messages were handled, MYC_ETIMEDOUT (it does not come to rest: see
 * `passes_max`) or MYC_ETHREAD (called from a handler).
 */
MYC_API int64_t myc_testkit_run(myc_testkit *kit);

/**
 * Lets `ns` of virtual time pass: the clock jumps from deadline to deadline, and at each of them
 * the system runs until nothing can move. Returns like myc_testkit_run().
 */
MYC_API int64_t myc_testkit_advance(myc_testkit *kit, uint64_t ns);

/** The virtual time, as myc_now_ns() shows it to handlers: 1 s when the kit is created. The wall
 * clock shows 2001-09-09 01:46:40 UTC then. May be called from a handler. */
MYC_API uint64_t myc_testkit_now_ns(const myc_testkit *kit);

/** A number below `bound` (0 for a bound of 0), drawn from the seed: for choices of the test
 * itself. May be called from a handler. */
MYC_API uint32_t myc_testkit_random(myc_testkit *kit, uint32_t bound);

/** A number that stands for all that happened so far, in its order: two runs of the same test from
 * the same seed have the same one. */
MYC_API uint64_t myc_testkit_trace_hash(const myc_testkit *kit);

/** One line for the report of a failure: the seed, the time, how far the run is, the trace.
 * Borrowed: valid until the next call. */
MYC_API const char *myc_testkit_text(myc_testkit *kit);

/** Calls `run` with the context of a worker, so what it sends or spawns comes from there; no
 * handler runs, so it is nobody. Borrows `argument`. */
MYC_API void myc_testkit_on_worker(myc_testkit *kit, uint32_t worker,
                                   void (*run)(myc_context *ctx, void *argument), void *argument);

/**
 * Calls `run` as if in a handler of `actor`: what it sends comes from that actor, asks are
 * answered to it and timers are its own. Borrows `argument`.
 * Returns 0, MYC_ENOENT (there is no such actor) or MYC_ETHREAD (called from a handler).
 */
MYC_API MYC_MUST_CHECK int myc_testkit_as(myc_testkit *kit, myc_address actor,
                                          void (*run)(myc_context *ctx, void *argument),
                                          void *argument);

/*
 * Faults.
 */

/**
 * The next message of `actor` is not handled: its handler is as if it had returned
 * MYC_FAIL(`code`), code < 0. Asking twice fails the next two, if the actor lives on.
 * Returns 0, MYC_ENOENT (there is no such actor), MYC_EINVAL (`code` is not negative) or
 * MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_testkit_fail_next(myc_testkit *kit, myc_address actor, int code);

/**
 * With `full`, the mailbox of `actor` is at its bound for everybody: sends answer MYC_FULL,
 * whatever the policy of the actor. It goes on to handle what it has. With `full` false it is as it
 * was. Returns 0, MYC_ENOENT (there is no such actor) or MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_testkit_fill(myc_testkit *kit, myc_address actor, bool full);

/** The system's next `after` allocations succeed and those behind them fail, until it is called
 * again; UINT64_MAX = none fails. Pools serve many messages from one allocation. */
MYC_API void myc_testkit_fail_allocations(myc_testkit *kit, uint64_t after);

/** Worker `worker` does nothing for `ns` of virtual time from now, as if its thread had lost its
 * processor; UINT64_MAX = until it is called again; 0 = it goes on. */
MYC_API void myc_testkit_stall(myc_testkit *kit, uint32_t worker, uint64_t ns);

/*
 * Probes.
 */

/** An actor that keeps what it gets, for the test to look at. */
typedef struct myc_probe myc_probe;

/**
 * Starts a probe that speaks `protocol` (borrowed for the life of the kit). Prefer the typed
 * P_probe_open() of MYC_PROBE(). `options` may be NULL. Gives `*probe`, which lasts as long as the
 * kit. Returns 0 or the error of myc_spawn().
 */
MYC_API MYC_MUST_CHECK int myc_probe_open(myc_testkit *kit, const myc_protocol *protocol,
                                          const myc_spawn_options *options, myc_probe **probe);

/** What to send to. */
MYC_API myc_address myc_probe_address(const myc_probe *probe);

/**
 * Takes the next message of the probe, which has to be of row `tag`. Runs the system until it is
 * there, and lets up to `within_ns` of virtual time pass if need be, no more than it takes.
 * Returns the message, borrowed until the next call for this probe; or NULL when none came, or one
 * of another row, which stays: myc_probe_explain() says which.
 */
MYC_API const void *myc_probe_expect(myc_probe *probe, uint32_t tag, uint64_t within_ns);

/** The same for a message of any row; its row is `*tag`. */
MYC_API const void *myc_probe_next(myc_probe *probe, uint32_t *tag, uint64_t within_ns);

/** Lets `within_ns` of virtual time pass. Returns true when the probe has got nothing, and had
 * nothing left before; else false, and myc_probe_explain() lists what it has. */
MYC_API MYC_MUST_CHECK bool myc_probe_expect_none(myc_probe *probe, uint64_t within_ns);

/**
 * Answers the message taken last, which was asked. Prefer the typed P_probe_reply_ROW(). Takes
 * `reply`. Returns like myc_reply(). A message that is not answered is dropped when the next one is
 * taken: its asker gets MYC_NO_REPLY then.
 */
MYC_API myc_sent myc_probe_reply(myc_probe *probe, const void *reply);

/** The token of the message taken last, zero when it was not asked. Borrowed, unless
 * myc_token_keep() keeps it. */
MYC_API myc_token myc_probe_token(const myc_probe *probe);

/** How many messages the probe has that the test has not taken yet. Runs nothing. */
MYC_API uint32_t myc_probe_waiting(const myc_probe *probe);

/** When the message taken last arrived, in virtual time; 0 when none was taken. */
MYC_API uint64_t myc_probe_arrived_ns(const myc_probe *probe);

/** What the last call of this probe expected and what came instead, and myc_testkit_text().
 * Borrowed: valid until the next call for the kit. */
MYC_API const char *myc_probe_explain(myc_probe *probe);

#define MYC__PROBE_ROW(...)                                                                        \
    MYC__PICK_ROW(__VA_ARGS__, MYC__PROBE_ROW_5, MYC__PROBE_ROW_4, MYC__PROBE_ROW_3, unused,       \
                  unused)                                                                          \
    (__VA_ARGS__)
#define MYC__PROBE_ROW_5(P, name, T, R, marks) MYC__PROBE_ROW_4(P, name, T, R)
#define MYC__PROBE_ROW_4(P, name, T, R)                                                            \
    MYC__PROBE_ROW_3(P, name, T)                                                                   \
    /** Answers the message taken last. Takes `reply`. See myc_probe_reply(). */                   \
    MYC_UNUSED static inline myc_sent P##_probe_reply_##name(P##_probe of, const R *reply)         \
    {                                                                                              \
        return myc_probe_reply(of.probe, reply);                                                   \
    }
#define MYC__PROBE_ROW_3(P, name, T)                                                               \
    /** The next message, of this row, or NULL. See myc_probe_expect(). */                         \
    MYC_UNUSED static inline const T *P##_expect_##name(P##_probe of, uint64_t within_ns)          \
    {                                                                                              \
        return (const T *)myc_probe_expect(of.probe, P##_tag_##name, within_ns);                   \
    }

/** Behind MYC_PROTOCOL(P, ROWS): P_probe, P_probe_open(), P_probe_open_with() (with options of the
 * spawn), P_expect_ROW(), P_probe_reply_ROW(). */
#define MYC_PROBE(P, ROWS)                                                                         \
    typedef struct P##_probe {                                                                     \
        myc_probe *probe; /* NULL: it could not be started */                                      \
        P##_ref ref;                                                                               \
    } P##_probe;                                                                                   \
    MYC_UNUSED static inline P##_probe P##_probe_open_with(myc_testkit *kit,                       \
                                                           const myc_spawn_options *options)       \
    {                                                                                              \
        P##_probe made = {NULL, {{0, 0}}};                                                         \
        if (myc_probe_open(kit, &P##_protocol, options, &made.probe) == 0) {                       \
            made.ref.address = myc_probe_address(made.probe);                                      \
        }                                                                                          \
        return made;                                                                               \
    }                                                                                              \
    MYC_UNUSED static inline P##_probe P##_probe_open(myc_testkit *kit)                            \
    {                                                                                              \
        return P##_probe_open_with(kit, NULL);                                                     \
    }                                                                                              \
    ROWS(MYC__PROBE_ROW, P)

MYC_EXTERN_C_END

#endif
