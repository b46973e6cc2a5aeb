/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_CREW_H
#define MYC_SERVICE_CREW_H

/*
 * The children of a supervisor, on its worker: what it knows of each, and what it decides when one
 * reports (actor/restart.h).
 *
 *   member       event                            then
 *   DORMANT      its band is started              RUNNING     (REVIVE is sent)
 *   RUNNING      it reports that it failed        DORMANT     and its band is to be started
 *   RUNNING      its band is to be started        LEAVING     (SUSPEND; a temporary one: stop)
 *   LEAVING      it reports                       DORMANT
 *   any          its farewell                     ENDED
 *
 * Those that start together are a band: each member alone, or one band for all. A band that is open
 * is to be started: its members are told to leave one after the other, from the last to the first;
 * when all lie dormant (or have ended) and the backoff is over, they start in order.
 */
#include "actor/restart.h"
#include "base/timer_wheel.h"
#include "service/intensity.h"

typedef enum myc__member_state {
    MYC__MEMBER_DORMANT,
    MYC__MEMBER_RUNNING,
    MYC__MEMBER_LEAVING,
    MYC__MEMBER_ENDED,
} myc__member_state;

typedef struct myc__member {
    myc_address address;
    myc_restart restart;
    myc__member_state state;
    char name[MYC__NAME_BYTES];
} myc__member;

typedef struct myc__band {
    myc__wheel_node timer; /* first: the backoff */
    struct myc__roster *roster;
    uint32_t first; /* members from here */
    uint32_t end;   /* to before this one */
    bool open;
    uint64_t due_ns;     /* not before */
    uint64_t backoff_ns; /* how long the last restart waited */
    uint64_t last_ns;    /* when it was decided */
} myc__band;

typedef struct myc__roster {
    myc__crew crew; /* first */
    myc__shard *shard;
    myc_address self;
    myc_strategy strategy;
    uint64_t backoff_min_ns;
    uint64_t backoff_max_ns;
    double backoff_factor;
    myc__intensity intensity;
    uint32_t count;
    uint32_t band_count;
    bool starting; /* no band goes on before all of the last life have left */
    myc__member *members;
    myc__band *bands; /* one for each member with MYC_ONE_FOR_ONE, else one */
} myc__roster;

/** Gives a roster of `count` members, all still to be filled in, with complete and valid options.
 * NULL when memory is out. */
myc__roster *myc__roster_make(myc_context *ctx, const myc_supervisor_options *options,
                              uint32_t count);

/** Frees a roster no supervisor got. */
void myc__roster_free(myc_context *ctx, myc__roster *roster);

/** The supervisor starts, the first time or anew: starts all that are dormant, in order. */
void myc__roster_start(myc__shard *shard, struct myc__actor *supervisor);

static inline myc__band *myc__band_of(myc__roster *roster, uint32_t index)
{
    return roster->strategy == MYC_ONE_FOR_ONE ? &roster->bands[index] : &roster->bands[0];
}

/** Member `index` has ended by itself, because of `why`: opens its band for a restart, or fails the
 * supervisor when that were one too many. */
void myc__crew_decide(myc__roster *roster, struct myc__actor *supervisor, uint32_t index,
                      myc_exit why);

/** What children send to their supervisor. */
extern const myc__urgent_kind myc__report_kind;
extern const myc__urgent_kind myc__farewell_kind;

#endif
