/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/grown.h"
#include "message/trim.h"
#include "system/system.h"

/*
 * Giving memory back. A worker looks over its memory when it has been `keep_memory_ns` since it
 * first had nothing to do after work, in steps between its passes; again after the same time if it
 * found something that is to go unless it is needed; and then not before it has worked again. So a
 * look costs a busy worker nothing, a worker with a few messages now and then some steps in each
 * such time, and an idle one nothing in the end.
 *
 *   stage    looks at                                a step
 *   WAIT     the clock                               none: the next look is not due
 *   RINGS    mailboxes that have grown               ACTORS_PER_STEP of them
 *   MEMORY   its own pools (message/trim.h)          64 blocks, or one slab to the allocator
 *   HOMES    the endpoints it sent blocks home to    one of them: calls a worker, or does a step
 *                                                    for a foreign thread that has ended
 *
 * A worker that sleeps for good would not see what came home to it later: who sent it there calls
 * it, with the parking handshake (shard/parking.h), in which `called` is the work.
 *
 *   who freed the blocks sets called := 1, then S2 to S4; the home looks at it in W3 and in WAIT.
 */
enum { WAIT, /* 0: myc__tidy_is_under_way() */ RINGS, MEMORY, HOMES };

enum { ACTORS_PER_STEP = 64 };

static bool keeps_memory(const myc_system *system)
{
    return system->keep_memory_ns == UINT64_MAX ||
           myc__load_relaxed_u32(&system->fabric.allocator.sealed);
}

static void enter(myc__shard *shard, uint32_t stage, uint32_t left)
{
    shard->tidying.stage = stage;
    shard->tidying.left = left;
}

static void begin(myc__shard *shard)
{
    shard->tidying.worked = false;
    shard->tidying.again = false;
    enter(shard, RINGS, shard->grown_count);
}

/* Returns how long it is to the next look: -1 when there is none, 0 when it has begun. */
static int64_t await_look(myc__shard *shard, uint64_t now_ns)
{
    myc__tidying *tidying = &shard->tidying;
    if (MYC__UNLIKELY(myc__tidy_is_called(shard))) {
        myc__store_relaxed_u32(&shard->context.memory.trim.called, 0);
        tidying->worked = true;
    }
    if (!tidying->worked && !tidying->again) {
        return -1;
    }
    const myc_system *system = myc__system_of(shard);
    if (tidying->look_ns == 0) {
        tidying->look_ns = now_ns + system->keep_memory_ns;
    }
    if (now_ns < tidying->look_ns) {
        return (int64_t)(tidying->look_ns - now_ns);
    }
    tidying->look_ns = 0;
    begin(shard);
    return 0;
}

static void step_rings(myc__shard *shard)
{
    myc__tidying *tidying = &shard->tidying;
    uint32_t count = tidying->left < ACTORS_PER_STEP ? tidying->left : ACTORS_PER_STEP;
    bool again = myc__grown_look(shard, count);
    tidying->again = tidying->again || again;
    tidying->left -= count;
    if (tidying->left == 0) {
        enter(shard, MEMORY, 0);
    }
}

static void step_memory(myc__shard *shard)
{
    myc__memory *memory = &shard->context.memory;
    if (!myc__trim_step(memory, false)) {
        shard->tidying.again = shard->tidying.again || memory->trim.look.again;
        enter(shard, HOMES, myc__load_acquire_u32(&shard->context.fabric->endpoint_high));
    }
}

static void call_worker(myc__shard *home)
{
    myc__store_relaxed_u32(&home->context.memory.trim.called, 1);
    myc__parking_notify(&home->parking);
}

static void tidy_worker(myc__shard *shard, uint32_t home)
{
    if (myc__trim_has_sent(&shard->context.memory, home)) {
        call_worker(shard->context.fabric->shards[home]);
    }
}

/* Returns true when there is more to do for it. */
static bool tidy_foreign(myc__shard *shard, uint32_t home)
{
    myc_context *ctx = myc__load_acquire_ptr((void **)&shard->context.fabric->endpoints[home]);
    bool due = shard->tidying.in_foreign || myc__trim_has_sent(&shard->context.memory, home);
    shard->tidying.in_foreign = due && ctx && myc__foreign_trim_step(myc__system_of(shard), ctx);
    return shard->tidying.in_foreign;
}

static void step_homes(myc__shard *shard)
{
    uint32_t home = shard->tidying.left - 1;
    if (home < shard->context.fabric->shard_count) {
        tidy_worker(shard, home);
    } else if (tidy_foreign(shard, home)) {
        return;
    }
    if (--shard->tidying.left == 0) {
        enter(shard, WAIT, 0);
    }
}

/* Does a step if one is due. Returns 0 then, else how long it is to the next, or -1: none is due. */
int64_t myc__tidy(myc__shard *shard, uint64_t now_ns)
{
    if (MYC__UNLIKELY(keeps_memory(myc__system_of(shard)))) {
        myc__store_relaxed_u32(&shard->context.memory.trim.called, 0);
        return -1;
    }
    switch (shard->tidying.stage) {
    case RINGS: step_rings(shard); return 0;
    case MEMORY: step_memory(shard); return 0;
    case HOMES: step_homes(shard); return 0;
    default: return await_look(shard, now_ns);
    }
}

static void call_homes(myc_system *system, myc__memory *memory)
{
    for (uint32_t home = 0; home < system->fabric.shard_count; home++) {
        if (myc__trim_has_sent(memory, home)) {
            call_worker(system->fabric.shards[home]);
        }
    }
}

void myc_context_trim(myc_context *ctx)
{
    myc_system *system = ctx->fabric->system;
    if (ctx->shard || keeps_memory(system)) {
        return;
    }
    myc__memory_flush(&ctx->memory);
    while (myc__trim_step(&ctx->memory, true)) {
    }
    call_homes(system, &ctx->memory);
}
