/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_ANNEX_H
#define MYC_ACTOR_ANNEX_H

/*
 * What few actors need: made when the first of it is asked for, and gone with the actor. An actor
 * that only sends and handles has none, so it stays as small as it is.
 *
 * Each field belongs to the file named beside it. Home worker only; the name is constant once the
 * actor is published.
 */
#include "shard/fabric.h"

struct myc__actor;
struct myc__wait;
struct myc__trip;
struct myc__urgent;
struct myc__timers;
struct myc__watch;
struct myc__watch_table;
struct myc__modes;
struct myc__stash;
struct myc__policy;
struct myc__load_step;
struct myc__profile;
struct myc__bond;
struct myc__crew;
struct myc__trace;

/** What a service has to do when an actor ends. Begins a block of the service's. */
typedef struct myc__ending {
    struct myc__ending *next;
    /** Takes the block. On the actor's worker; its slot is free already. */
    void (*run)(struct myc__ending *ending, myc__shard *shard, struct myc__actor *actor);
    /** The actor starts anew under its old address. May be NULL. Borrows the block. */
    void (*renew)(struct myc__ending *ending, myc__shard *shard, struct myc__actor *actor);
} myc__ending;

typedef struct myc__annex {
    char name[MYC__NAME_BYTES];    /* spawn.c; empty: the behaviour's */
    struct myc__wait *waits_first; /* wait.c: those who wait for room here, oldest first */
    struct myc__wait *waits_last;
    struct myc__wait *sends_first; /* wait.c: its own sends that wait behind the one that is out */
    struct myc__wait *sends_last;
    myc_address waits_for; /* wait.c: whom it waits for, while `is_waiting` */
    myc_address pass;      /* wait.c: who takes one message of it beyond the bound; 0 = nobody */
    uint32_t wait_number;  /* wait.c: of its last wait */
    uint32_t wait_probed;  /* circle.c: the one a probe has passed */
    bool is_waiting;       /* wait.c: that wait is out */
    bool is_sending;       /* wait.c: some of its sends have not arrived: it runs nothing else */
    struct myc__urgent *urgent_first; /* urgent.c: what goes ahead of the mailbox, oldest first */
    struct myc__urgent *urgent_last;
    struct myc__timers *timers;       /* timer.c; NULL until the first is set */
    struct myc__request *asks;        /* ask.c: what the actor waits for an answer to */
    struct myc__step *steps;          /* interpose.c: around its dispatch, outermost first */
    const myc_behaviour *plain;       /* with steps: what it behaves like without them */
    myc_behaviour walked;             /* with steps: what it has instead */
    struct myc__watch_table *watches; /* watch.c: whom it watches and links; NULL: nobody ever */
    struct myc__watch *watchers;      /* watched.c: who watches it */
    struct myc__modes *modes;         /* become.c */
    struct myc__stash *stash;         /* stash.c */
    struct myc__policy *policy;       /* policy.c: set before the actor is published */
    bool dedicated;                   /* dedicated.c: the worker is its own until it ends */
    bool stays;                       /* restart.c: it is a service's, which needs it there */
    myc__ending *endings;             /* annex.c: of services, newest first */
    struct myc__load_step *load;  /* load.c: publishes its depth; NULL while nobody asked for it */
    struct myc__profile *profile; /* profile.c; NULL: it is not measured */
    struct myc__trace *trace;     /* trace.c; NULL: it is not traced */
    uint64_t dropped_by[MYC_DROP_REASONS]; /* drop.c: without a policy, which counts them itself */
    struct myc__bond *bond;                /* restart.c: it is a child; its supervisor frees it */
    struct myc__crew *crew;                /* restart.c: it is a supervisor, of these */
    uint32_t era; /* goes up when it starts anew: work of an earlier life is not for it (job.c) */
    struct myc__trip *trip; /* move.c: while it is away from its first home */
    uint32_t sources;       /* io.c: open ones of it */
} myc__annex;

/** The actor's annex, made if it has none; NULL when memory is out. `ctx` owns it or its maker. */
myc__annex *myc__annex_of(myc_context *ctx, struct myc__actor *actor);

/** Has `ending` run when the actor ends. Takes it. The actor has an annex. Home worker. */
void myc__annex_add_ending(struct myc__actor *actor, myc__ending *ending);

/** Lets the services drop what the actor has set going: it starts anew. It has an annex. */
void myc__endings_renew(myc__shard *shard, struct myc__actor *actor);

/** True when the actor has an ending that runs `run`. Home worker. */
bool myc__annex_has_ending(const struct myc__actor *actor,
                           void (*run)(myc__ending *, myc__shard *, struct myc__actor *));

/** Drops what the actor has set going: it starts anew. What is queued for it stays. Home worker. */
void myc__annex_renew(myc__shard *shard, struct myc__actor *actor);

/** Ends and frees the annex, if there is one, with the actor's life. Home worker. */
void myc__annex_end(myc__shard *shard, struct myc__actor *actor);

#endif
