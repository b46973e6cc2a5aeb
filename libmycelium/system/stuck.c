/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "actor/listing.h"
#include "system/system.h"

/*
 * Which worker is stuck? A worker counts its passes, and says whose turn it is in; the messages it
 * has handled are counted when a turn ends. If all three are as they were, it is the same turn.
 *
 * The actor may end while it is looked at: it is only touched under the lock of the slot table that
 * it is in, which its worker needs to take it out before it frees it.
 */
void myc__stuck_init(myc_system *system)
{
    int failed = pthread_mutex_init(&system->sightings_lock, NULL);
    MYC__CHECK(failed == 0);
}

void myc__stuck_fini(myc_system *system)
{
    pthread_mutex_destroy(&system->sightings_lock);
}

static struct myc__sighting look(const myc__shard *shard, uint64_t now_ns)
{
    return (struct myc__sighting){
        .passes = myc__load_relaxed_u64(&shard->passes),
        .handled = myc__load_relaxed_u64(&shard->context.counters.handled),
        .actor = myc__load_relaxed_ptr((void *const *)(uintptr_t)&shard->context.current),
        .since_ns = now_ns,
    };
}

static bool is_same_turn(const struct myc__sighting *a, const struct myc__sighting *b)
{
    return a->actor && a->actor == b->actor && a->passes == b->passes && a->handled == b->handled;
}

/* How long it has been in one turn; 0 when it has just begun to be seen in it. */
static uint64_t seen_for(myc_system *system, const myc__shard *shard, uint64_t now_ns)
{
    struct myc__sighting now = look(shard, now_ns);
    pthread_mutex_lock(&system->sightings_lock);
    struct myc__sighting *before = &system->sightings[shard->index];
    if (!is_same_turn(before, &now)) {
        *before = now;
    }
    uint64_t since_ns = before->since_ns;
    pthread_mutex_unlock(&system->sightings_lock);
    return now_ns > since_ns ? now_ns - since_ns : 0;
}

static void name_row(uint32_t doing, myc_stuck *stuck)
{
    bool is_row = doing < stuck->protocol->row_count;
    stuck->tag = is_row ? doing : UINT32_MAX;
    stuck->row = is_row                       ? stuck->protocol->rows[doing].name
                 : doing == MYC__DOING_START  ? "on_start"
                 : doing == MYC__DOING_STOP   ? "on_stop"
                 : doing == MYC__DOING_URGENT ? "an answer"
                                              : "a message";
}

typedef struct suspicion {
    const myc__shard *shard;
    const void *actor;
    myc_stuck *stuck;
    bool is_found;
} suspicion;

static void identify(void *user, uint32_t index, const myc__slot *slot)
{
    (void)index;
    suspicion *of = user;
    if (slot->actor == of->actor) {
        myc_actor_info info;
        myc__describe_from_outside(of->shard, slot->actor, &info);
        of->is_found = true;
        of->stuck->actor = info.address;
        of->stuck->protocol = info.protocol;
        snprintf(of->stuck->name, sizeof of->stuck->name, "%s", info.name);
    }
}

/* False when it has moved on meanwhile. */
static bool describe(const myc__shard *shard, myc_stuck *stuck)
{
    suspicion of = {
        .shard = shard,
        .actor = myc__load_relaxed_ptr((void *const *)(uintptr_t)&shard->context.current),
        .stuck = stuck,
    };
    uint32_t doing = myc__load_relaxed_u32(&shard->context.doing);
    myc__slot_each_alive((myc__slot_table *)(uintptr_t)&shard->slots, identify, &of);
    if (of.is_found) {
        name_row(doing, stuck);
    }
    return of.is_found;
}

uint32_t myc_system_stuck(myc_system *system, uint64_t longer_than_ns, myc_stuck *stuck,
                          uint32_t capacity)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count && count < capacity; i++) {
        const myc__shard *shard = system->fabric.shards[i];
        uint64_t for_ns = seen_for(system, shard, myc__kernel_now_ns());
        if (for_ns && for_ns >= longer_than_ns && describe(shard, &stuck[count])) {
            stuck[count].worker = i;
            stuck[count++].for_ns = for_ns;
        }
    }
    return count;
}
