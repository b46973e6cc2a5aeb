/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "actor/interpose.h"
#include "actor/pause.h"
#include "system/testkit.h"

/* A step that is outermost until it has failed so many messages; then it lets all pass. It lies
 * where it is until the kit ends, since a step may not go in a call of its own. */
typedef struct myc__kit_fault {
    myc__step step; /* first */
    struct myc__kit_fault *next;
    myc_address actor;
    int32_t code;
    uint32_t left;
} fault;

static myc_next fail(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                     const void *payload)
{
    fault *of = (fault *)(void *)step;
    if (of->left == 0) {
        return myc__step_inward(step, state, ctx, tag, payload);
    }
    of->left--;
    return MYC_FAIL(of->code);
}

static fault *fault_of(const myc_testkit *kit, myc_address actor)
{
    fault *found = kit->faults;
    while (found && !myc_address_equal(found->actor, actor)) {
        found = found->next;
    }
    return found;
}

static fault *add(myc_testkit *kit, myc__shard *shard, myc__actor *actor)
{
    fault *made = calloc(1, sizeof *made);
    if (!made) {
        return NULL;
    }
    *made = (fault){.step.around = fail, .next = kit->faults, .actor = actor->address};
    if (!myc__interpose(&shard->context, actor, &made->step)) {
        free(made);
        return NULL;
    }
    return kit->faults = made;
}

int myc_testkit_fail_next(myc_testkit *kit, myc_address address, int code)
{
    if (code >= 0) {
        return MYC_EINVAL;
    }
    myc__shard *shard;
    myc__actor *actor = myc__kit_find(kit, address, &shard);
    if (!actor) {
        return MYC_ENOENT;
    }
    fault *of = fault_of(kit, address);
    of = of ? of : add(kit, shard, actor);
    if (!of) {
        return MYC_ENOMEM;
    }
    of->code = code;
    of->left++;
    return 0;
}

/* An actor whose mailbox is held full: what it is like otherwise. */
typedef struct myc__kit_full {
    struct myc__kit_full *next;
    myc_address actor;
    uint32_t bound;
    uint8_t overflow;
} full_mailbox;

static full_mailbox **full_link(myc_testkit *kit, myc_address actor)
{
    full_mailbox **link = &kit->full;
    while (*link && !myc_address_equal((*link)->actor, actor)) {
        link = &(*link)->next;
    }
    return link;
}

static int hold_full(myc_testkit *kit, myc__shard *shard, myc__actor *actor)
{
    full_mailbox *made = malloc(sizeof *made);
    if (!made) {
        return MYC_ENOMEM;
    }
    *made = (full_mailbox){kit->full, actor->address, actor->bound, actor->overflow};
    kit->full = made;
    actor->bound = 0;
    actor->overflow = MYC_OVERFLOW_REFUSE;
    actor->interrupts |= MYC__PRESSED | MYC__CROWDED;
    myc__actor_refit(actor);
    myc__actor_set_pressure(shard, actor, true);
    return 0;
}

static void restore(myc__shard *shard, myc__actor *actor, const full_mailbox *was)
{
    actor->bound = was->bound;
    actor->overflow = was->overflow;
    myc__actor_refit(actor);
    if (actor->mailbox.depth < actor->bound) {
        actor->interrupts &= (uint8_t)~MYC__PRESSED;
    }
    myc__actor_set_pressure(
        shard, actor, (actor->interrupts & MYC__PRESSED) && actor->overflow == MYC_OVERFLOW_REFUSE);
    if (myc__actor_has_waiters(actor) && myc__has_drained(actor)) {
        myc__schedule(shard, actor); /* its turn lets them in */
    }
}

static void let_empty(myc__shard *shard, myc__actor *actor, full_mailbox **link)
{
    full_mailbox *was = *link;
    *link = was->next;
    restore(shard, actor, was);
    free(was);
}

int myc_testkit_fill(myc_testkit *kit, myc_address address, bool full)
{
    myc__shard *shard;
    myc__actor *actor = myc__kit_find(kit, address, &shard);
    if (!actor) {
        return MYC_ENOENT;
    }
    full_mailbox **link = full_link(kit, address);
    if (full && !*link) {
        return hold_full(kit, shard, actor);
    }
    if (!full && *link) {
        let_empty(shard, actor, link);
    }
    return 0;
}

/* Steps end with the annex of their actor, and no actor is left. */
void myc__kit_faults_end(myc_testkit *kit)
{
    while (kit->full) {
        full_mailbox *was = kit->full;
        kit->full = was->next;
        free(was);
    }
    while (kit->faults) {
        fault *of = kit->faults;
        kit->faults = of->next;
        free(of);
    }
}

static void *allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    myc_testkit *kit = user;
    if (kit->allocations_left == 0) {
        return NULL;
    }
    kit->allocations_left -= kit->allocations_left != UINT64_MAX;
    return kit->memory.allocate(kit->memory.user, size_bytes, alignment_bytes);
}

static void give_back(void *user, void *memory, size_t size_bytes)
{
    const myc_testkit *kit = user;
    kit->memory.free(kit->memory.user, memory, size_bytes);
}

myc_allocator myc__kit_allocator(myc_testkit *kit)
{
    return (myc_allocator){allocate, give_back, kit};
}

void myc_testkit_fail_allocations(myc_testkit *kit, uint64_t after)
{
    kit->allocations_left = after;
}

void myc_testkit_stall(myc_testkit *kit, uint32_t worker, uint64_t ns)
{
    MYC__CHECK(worker < kit->system->fabric.shard_count);
    kit->stalled_until_ns[worker] = ns ? myc__kit_after(kit, ns) : 0;
}
