/* SPDX-License-Identifier: Apache-2.0 */
/* A child has reported: it starts anew after a backoff, or its supervisor gives up. */
#include "actor/turn.h"
#include "service/crew.h"

static uint64_t next_backoff_ns(const myc__roster *roster, const myc__band *band, uint64_t now_ns)
{
    bool anew = band->last_ns == 0 || now_ns - band->last_ns >= roster->intensity.within_ns;
    if (anew || band->backoff_ns == 0) {
        return roster->backoff_min_ns;
    }
    double longer_ns = (double)band->backoff_ns * roster->backoff_factor;
    return longer_ns < (double)roster->backoff_max_ns ? (uint64_t)longer_ns
                                                      : roster->backoff_max_ns;
}

/* With MYC_REST_FOR_ONE the band reaches from the first that failed to the last. */
static void open_band(myc__roster *roster, myc__band *band, uint32_t index, uint64_t now_ns)
{
    band->backoff_ns = next_backoff_ns(roster, band, now_ns);
    band->last_ns = now_ns;
    if (roster->strategy == MYC_REST_FOR_ONE && (!band->open || index < band->first)) {
        band->first = index;
    }
    band->open = true;
    myc__wheel_disarm(&roster->shard->wheel, &band->timer);
    band->due_ns = now_ns + band->backoff_ns;
}

static void say_restart(const myc__roster *roster, const myc__actor *supervisor, uint32_t index,
                        myc_exit why, uint64_t backoff_ns)
{
    myc__log_line(&roster->shard->context.fabric->log, MYC_LOG_WARNING,
                  "supervisor %s: %s %s (%d); it starts anew in %llu us",
                  myc__actor_name(supervisor), roster->members[index].name,
                  why.reason == MYC_EXIT_FAILED   ? "failed"
                  : why.reason == MYC_EXIT_KILLED ? "was killed"
                                                  : "is done",
                  (int)why.code, (unsigned long long)(backoff_ns / 1000));
}

static void escalate(myc__roster *roster, myc__actor *supervisor, uint32_t index)
{
    myc__log_line(&roster->shard->context.fabric->log, MYC_LOG_ERROR,
                  "supervisor %s gives up: %s would be more than %u restarts within %llu ms",
                  myc__actor_name(supervisor), roster->members[index].name, roster->intensity.most,
                  (unsigned long long)(roster->intensity.within_ns / 1000000));
    myc__turn_obey(roster->shard, supervisor, MYC_FAIL(MYC_ELIMIT));
}

void myc__crew_decide(myc__roster *roster, myc__actor *supervisor, uint32_t index, myc_exit why)
{
    uint64_t now_ns = myc__shard_now_ns(roster->shard);
    if (!myc__intensity_note(&roster->intensity, now_ns)) {
        escalate(roster, supervisor, index);
        return;
    }
    myc__band *band = myc__band_of(roster, index);
    open_band(roster, band, index, now_ns);
    say_restart(roster, supervisor, index, why, band->backoff_ns);
}
