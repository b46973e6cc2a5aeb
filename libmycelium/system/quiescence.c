/* SPDX-License-Identifier: Apache-2.0 */
#include "base/back_off.h"
#include "system/system.h"

/*
 * When is a system quiet? All ends (handled, dead, dropped, done) are read first, then all
 * beginnings (accepted, begun). Both only grow, and a beginning is counted before its end:
 *
 *     ends read <= ends at the moment between <= beginnings at that moment <= beginnings read
 *
 * (A message that ends in another way while its turn will count it as handled is taken off `handled`
 * in advance, after its own end was counted: until the turn ends the sum is one less than it should
 * be, never more.)
 *
 * So if the two sums are equal, nothing was queued or running at that moment; without sources and
 * foreign threads nothing can begin after it.
 */
static uint32_t open_sources(const myc_system *system)
{
    uint32_t open = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        open += myc__load_acquire_u32(&system->fabric.shards[i]->open_sources);
    }
    return open;
}

bool myc__is_quiescent(const myc_system *system)
{
    if (open_sources(system)) {
        return false;
    }
    uint64_t ends = myc__sum_ends(system);
    return ends == myc__sum_beginnings(system) && open_sources(system) == 0;
}

bool myc__in_a_handler(const myc_system *system)
{
    const myc_context *ctx = pthread_getspecific(system->foreign_key);
    if (ctx && ctx->shard) {
        return true;
    }
    bool inside = false;
    for (uint32_t i = 0; system->caller_driven && i < system->fabric.shard_count; i++) {
        inside = inside || system->fabric.shards[i]->context.current != NULL;
    }
    return inside;
}

/* One look costs a worker a few shared cache lines, so a waiter looks seldom. */
static void wait_a_little(myc_system *system, uint32_t looks)
{
    myc_context *own = pthread_getspecific(system->foreign_key);
    if (own) { /* a foreign thread's: what it has freed goes home */
        myc__memory_flush(&own->memory);
    }
    if (system->caller_driven) {
        myc__drive_on(system, UINT64_MAX);
        return;
    }
    myc__back_off(looks);
}

bool myc__wait_until(myc_system *system, bool (*reached)(const myc_system *), uint64_t deadline_ns)
{
    for (uint32_t looks = 0; !reached(system); looks++) {
        if (myc__kernel_now_ns() >= deadline_ns) {
            return reached(system);
        }
        wait_a_little(system, looks);
    }
    return true;
}

uint64_t myc__deadline_after(uint64_t timeout_ns)
{
    uint64_t now_ns = myc__kernel_now_ns();
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

int myc_system_await_quiescence(myc_system *system, uint64_t timeout_ns)
{
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    return myc__wait_until(system, myc__is_quiescent, myc__deadline_after(timeout_ns))
               ? 0
               : MYC_ETIMEDOUT;
}
