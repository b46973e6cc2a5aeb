/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_RESTART_H
#define MYC_ACTOR_RESTART_H

/*
 * An actor that starts anew in its own cell: same address, same mailbox, same name, a new state.
 *
 * Its supervisor gives it a bond when it is spawned. Where another actor would end, one with a bond
 * may go dormant: on_stop runs, what it had set going is dropped, and it is as if paused until its
 * supervisor lets it start (REVIVE) or stops it. It also begins dormant, so that all children of a
 * supervisor are there before the first one runs.
 *
 *   child's side  event                                        does                       then
 *   dormant       REVIVE                                       state from the bond        starting
 *   starting      its turn                                     on_start                   runs
 *   runs          fails, is killed ... and `restart` says so   on_stop, drops, report     dormant
 *   runs          SUSPEND                                      on_stop, drops, report     dormant
 *   dormant       SUSPEND, a kill                              nothing                    dormant
 *   any           stop, or an end that `restart` lets pass     ends: farewell             -
 *
 * One report is on its way at a time, since REVIVE answers it. The farewell comes last, and frees
 * the bond on the supervisor's side.
 */
#include <stdalign.h>

#include <mycelium/supervisor.h>

#include "actor/urgent.h"

typedef struct myc__bond {
    const myc_behaviour *behaviour; /* constant, as the next two */
    myc_restart restart;
    uint32_t index; /* of the child, with its supervisor */

    /* the child's worker; of the supervisor's while it has the item */
    myc__urgent report;   /* the child is dormant */
    myc__urgent farewell; /* the child has ended */
    myc_exit why;         /* with the report */
    bool ordered;         /* with the report: by SUSPEND, not by the child itself */
    myc_exit last;        /* with the farewell */

    /* the child's worker */
    myc_address supervisor; /* where reports go; none before the first REVIVE */
    bool dormant;
    bool may_start;  /* REVIVE came before the first turn */
    bool suspending; /* the interrupt in force is a SUSPEND */
    bool ending;     /* a stop is in force */

    alignas(16) uint8_t state[]; /* what a new life begins with */
} myc__bond;

/** What an actor is in a tree of supervisors, or to a service, for its spawn. */
typedef struct myc__lineage {
    myc__bond *bond;        /* it is a child; NULL else */
    struct myc__crew *crew; /* it is a supervisor; NULL else */
    bool stays;             /* it shares memory with others of its worker: it is never moved */
} myc__lineage;

/** The children of a supervisor, as its cell sees them. Begins the supervisor's own block. */
typedef struct myc__crew {
    /** The supervisor goes dormant: so shall its children. */
    void (*suspend)(myc__shard *shard, struct myc__crew *crew);
    /** It ends: they shall end. Frees the crew. */
    void (*end)(myc_context *ctx, struct myc__crew *crew);
} myc__crew;

/** Gives a bond for a child: an end of the farewell frees it. Copies `state` (NULL = zeroed). NULL
 * when memory is out. */
myc__bond *myc__bond_make(myc_context *ctx, const myc_behaviour *behaviour, const void *state);

/** Frees a bond that no actor got. */
void myc__bond_free(myc_context *ctx, myc__bond *bond);

/** Gives the actor, which nobody finds yet, its lineage. False when memory is out: nothing was
 * taken. */
bool myc__lineage_attach(myc_context *ctx, struct myc__actor *actor, const myc__lineage *lineage);

/** Orders to a child of that address; `supervisor` is where it reports to. */
void myc__revive(myc_context *ctx, myc_address child, myc_address supervisor);
void myc__suspend(myc_context *ctx, myc_address child);

/** Such an order has come. */
void myc__revive_obey(myc__shard *shard, struct myc__actor *actor, const void *supervisor);
void myc__suspend_obey(myc__shard *shard, struct myc__actor *actor);

/** In the first turn: true when the actor is to be dormant instead of starting; it is then. */
bool myc__bond_holds_back(struct myc__actor *actor);

/** A stop or kill is about to interrupt the actor. False when it is not to. */
bool myc__bond_lets_stop(struct myc__actor *actor, myc_exit why);

/** At the end of the last turn of a condemned actor: true when it has gone dormant instead. */
bool myc__bond_suspends(myc__shard *shard, struct myc__actor *actor);

/** Says farewell, if there is a bond, and ends the crew, if there is one. The actor ends. */
void myc__lineage_end(myc__shard *shard, struct myc__actor *actor);

static inline bool myc__is_dormant(const struct myc__actor *actor)
{
    return actor->annex && actor->annex->bond && actor->annex->bond->dormant;
}

#endif
