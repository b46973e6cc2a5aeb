/* SPDX-License-Identifier: Apache-2.0 */
/* Bands start and end, with the supervisor or as its children report. */
#include "service/crew.h"

#include <stddef.h>
#include <string.h>

#include "actor/stop.h"

static myc__bond *bond_of_report(myc__urgent *item)
{
    return (myc__bond *)(void *)((uint8_t *)item - offsetof(myc__bond, report));
}

static myc__bond *bond_of_farewell(myc__urgent *item)
{
    return (myc__bond *)(void *)((uint8_t *)item - offsetof(myc__bond, farewell));
}

/* ---- starting a band ---- */

static void make_leave(myc__roster *roster, myc__member *member)
{
    myc_context *ctx = &roster->shard->context;
    member->state = MYC__MEMBER_LEAVING;
    if (member->restart == MYC_RESTART_TEMPORARY) {
        myc_stop(ctx, member->address);
    } else {
        myc__suspend(ctx, member->address);
    }
}

/* Tells the last one that runs to leave. Returns true when nobody is left to wait for. */
static bool is_vacant(myc__band *band)
{
    for (uint32_t i = band->end; i-- > band->first;) {
        myc__member *member = &band->roster->members[i];
        if (member->state == MYC__MEMBER_RUNNING) {
            make_leave(band->roster, member);
        }
        if (member->state == MYC__MEMBER_LEAVING) {
            return false;
        }
    }
    return true;
}

static void revive(myc__roster *roster, myc__member *member)
{
    if (member->state == MYC__MEMBER_DORMANT) {
        member->state = MYC__MEMBER_RUNNING;
        myc__revive(&roster->shard->context, member->address, roster->self);
    }
}

static void close_band(myc__band *band)
{
    myc__wheel_disarm(&band->roster->shard->wheel, &band->timer);
    band->open = false;
    band->due_ns = 0;
}

/* Goes on with an open band as far as it can; called for whatever it may wait for. */
static void proceed(myc__band *band)
{
    myc__shard *shard = band->roster->shard;
    if (!band->open || !is_vacant(band)) {
        return;
    }
    if (band->due_ns > myc__shard_now_ns(shard)) {
        if (!myc__wheel_is_armed(&band->timer)) {
            myc__wheel_arm(&shard->wheel, &band->timer, band->due_ns);
        }
        return;
    }
    close_band(band);
    for (uint32_t i = band->first; i < band->end; i++) {
        revive(band->roster, &band->roster->members[i]);
    }
}

static bool someone_is_leaving(const myc__roster *roster)
{
    for (uint32_t i = 0; i < roster->count; i++) {
        if (roster->members[i].state == MYC__MEMBER_LEAVING) {
            return true;
        }
    }
    return false;
}

/* All bands in order, when a supervisor starts; else the one that something has happened to. */
static void go_on(myc__roster *roster, myc__band *changed)
{
    if (!roster->starting) {
        proceed(changed);
        return;
    }
    if (someone_is_leaving(roster)) {
        return;
    }
    roster->starting = false;
    for (uint32_t i = 0; i < roster->band_count; i++) {
        proceed(&roster->bands[i]);
    }
}

static void backoff_is_over(void *owner, myc__wheel_node *timer)
{
    (void)owner;
    myc__band *band = (myc__band *)(void *)timer;
    go_on(band->roster, band);
}

/* ---- what children send ---- */

static myc__urgent_done hear_report(myc__shard *shard, myc__actor *supervisor, myc__urgent *item)
{
    myc__bond *bond = bond_of_report(item);
    myc__roster *roster = (myc__roster *)supervisor->annex->crew;
    uint32_t index = bond->index;
    roster->members[index].state = MYC__MEMBER_DORMANT;
    if (!bond->ordered) {
        myc__crew_decide(roster, supervisor, index, bond->why);
    }
    if (!(supervisor->interrupts & MYC__STOPPING)) {
        go_on(roster, myc__band_of(roster, index));
    }
    myc__count_end(&shard->context.counters.done, 1);
    return MYC__URGENT_SILENT;
}

static void ignore_report(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)to;
    (void)item; /* its child is being stopped, and says farewell */
    myc__count_end(&ctx->counters.done, 1);
}

static myc__urgent_done hear_farewell(myc__shard *shard, myc__actor *supervisor, myc__urgent *item)
{
    myc__bond *bond = bond_of_farewell(item);
    myc__roster *roster = (myc__roster *)supervisor->annex->crew;
    roster->members[bond->index].state = MYC__MEMBER_ENDED;
    go_on(roster, myc__band_of(roster, bond->index));
    myc__bond_free(&shard->context, bond);
    myc__count_end(&shard->context.counters.done, 1);
    return MYC__URGENT_SILENT;
}

static void ignore_farewell(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)to;
    myc__bond_free(ctx, bond_of_farewell(item));
    myc__count_end(&ctx->counters.done, 1);
}

const myc__urgent_kind myc__report_kind = {.handle = hear_report, .abandon = ignore_report};
const myc__urgent_kind myc__farewell_kind = {.handle = hear_farewell, .abandon = ignore_farewell};

/* ---- the supervisor's own life ---- */

void myc__roster_start(myc__shard *shard, myc__actor *supervisor)
{
    myc__roster *roster = (myc__roster *)supervisor->annex->crew;
    roster->shard = shard;
    roster->self = supervisor->address;
    myc__intensity_reset(&roster->intensity);
    for (uint32_t i = 0; i < roster->band_count; i++) {
        myc__band *band = &roster->bands[i];
        band->first = roster->strategy == MYC_ONE_FOR_ONE ? i : 0;
        band->end = roster->strategy == MYC_ONE_FOR_ONE ? i + 1 : roster->count;
        band->last_ns = 0;
        band->open = true;
    }
    roster->starting = true;
    go_on(roster, NULL);
}

static void close_all(myc__roster *roster)
{
    for (uint32_t i = 0; i < roster->band_count; i++) {
        if (roster->shard) {
            close_band(&roster->bands[i]);
        }
    }
}

static void suspend_all(myc__shard *shard, myc__crew *crew)
{
    myc__roster *roster = (myc__roster *)crew;
    (void)shard;
    close_all(roster);
    for (uint32_t i = roster->count; i-- > 0;) {
        if (roster->members[i].state == MYC__MEMBER_RUNNING) {
            make_leave(roster, &roster->members[i]);
        }
    }
}

static void end_all(myc_context *ctx, myc__crew *crew)
{
    myc__roster *roster = (myc__roster *)crew;
    close_all(roster);
    for (uint32_t i = roster->count; i-- > 0;) {
        if (roster->members[i].state != MYC__MEMBER_ENDED) {
            myc_stop(ctx, roster->members[i].address);
        }
    }
    myc__roster_free(ctx, roster);
}

/* ---- memory ---- */

static uint64_t size_of(uint32_t members, uint32_t bands, uint32_t times)
{
    return sizeof(myc__roster) + members * sizeof(myc__member) + bands * sizeof(myc__band) +
           times * sizeof(uint64_t);
}

static void lay_out(myc__roster *roster, uint32_t times)
{
    roster->bands = (myc__band *)(roster + 1);
    roster->members = (myc__member *)(roster->bands + roster->band_count);
    roster->intensity.times_ns = (uint64_t *)(void *)(roster->members + roster->count);
    roster->intensity.most = times ? times : UINT32_MAX;
    for (uint32_t i = 0; i < roster->band_count; i++) {
        roster->bands[i].roster = roster;
        roster->bands[i].timer.fire = backoff_is_over;
    }
}

myc__roster *myc__roster_make(myc_context *ctx, const myc_supervisor_options *options,
                              uint32_t count)
{
    uint32_t bands = options->strategy == MYC_ONE_FOR_ONE ? count : 1;
    uint32_t times = options->restarts_max == UINT32_MAX ? 0 : options->restarts_max;
    uint64_t size_bytes = size_of(count, bands, times);
    myc__roster *roster = myc__memory_new_internal(&ctx->memory, (uint32_t)size_bytes);
    if (!roster) {
        return NULL;
    }
    memset(roster, 0, size_bytes);
    roster->crew = (myc__crew){suspend_all, end_all};
    roster->strategy = options->strategy;
    roster->backoff_min_ns = options->backoff_min_ns;
    roster->backoff_max_ns = options->backoff_max_ns;
    roster->backoff_factor = options->backoff_factor;
    roster->intensity.within_ns = options->within_ns;
    roster->count = count;
    roster->band_count = bands;
    lay_out(roster, times);
    return roster;
}

void myc__roster_free(myc_context *ctx, myc__roster *roster)
{
    myc__memory_free(&ctx->memory, myc__header_of(roster));
}
