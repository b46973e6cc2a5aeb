/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/request.h"
#include "actor/send.h"
#include "system/system.h"

/*
 * Asks of foreign threads. A future is the block of its request; how it is answered, waited for and
 * given up is in actor/handshake.h. No worker knows its deadline: its thread looks at the clock.
 */
enum {
    SPINS = 256, /* looks before it sleeps: some microseconds, as a worker that answers takes */
    LOOK_NS = 1000000, /* how often a clock that is not the kernel's is looked at */
};

static myc__request *request_of(myc_future *future)
{
    return (myc__request *)(void *)future;
}

static uint64_t deadline_after(const myc_context *ctx, uint64_t timeout_ns)
{
    uint64_t now_ns = myc_now_ns(ctx);
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

myc_future *myc_ask_future(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
                           uint64_t timeout_ns)
{
    bool can_wait = !ctx->shard && payload;
    myc__request *request =
        can_wait ? myc__request_new(ctx, tag, payload, deadline_after(ctx, timeout_ns)) : NULL;
    if (!request) {
        myc_release(ctx, payload);
        return NULL;
    }
    request->is_future = true;
    request->asker = (myc_address){0};
    request->shard = NULL;
    (void)myc__send_request(ctx, to, request); /* one that is not sent has dropped its token */
    return (myc_future *)(void *)request;
}

static myc_outcome leave(myc_context *ctx, myc_future **future, myc_outcome outcome)
{
    myc__request *request = request_of(*future);
    *future = NULL;
    myc__request_leave(ctx, request);
    return outcome;
}

/* The reply's reference goes to the caller. */
static myc_outcome take(myc_context *ctx, myc_future **future, const void **reply)
{
    const myc__request *request = request_of(*future);
    myc_outcome outcome = (myc_outcome)request->outcome;
    *reply = outcome == MYC_REPLIED ? request->reply : NULL;
    return leave(ctx, future, outcome);
}

static myc_outcome give_up(myc_context *ctx, myc_future **future, const void **reply)
{
    return myc__handshake_give_up(&request_of(*future)->shake) ? take(ctx, future, reply)
                                                               : leave(ctx, future, MYC_TIMED_OUT);
}

myc_outcome myc_future_poll(myc_context *ctx, myc_future **future, const void **reply)
{
    *reply = NULL;
    if (!*future) {
        return MYC_REFUSED;
    }
    const myc__request *request = request_of(*future);
    if (myc__handshake_is_answered(&request->shake)) {
        return take(ctx, future, reply);
    }
    return myc_now_ns(ctx) < request->deadline_ns ? MYC_PENDING : give_up(ctx, future, reply);
}

static void await_answer(myc_context *ctx, myc__request *request, uint32_t looks, uint64_t left_ns)
{
    if (ctx->fabric->caller_driven) {
        myc__drive_on(ctx->fabric->system, request->deadline_ns);
    } else if (looks < SPINS) {
        myc__pause();
    } else {
        uint64_t most_ns = myc__clock_is_kernels(&ctx->fabric->clock) ? INT64_MAX : LOOK_NS;
        myc__memory_flush(&ctx->memory);
        (void)myc__handshake_sleep(&request->shake,
                                   (int64_t)(left_ns < most_ns ? left_ns : most_ns));
    }
}

/* A clock of the user's may stand still: then the kernel's ends the wait. The test kit's goes on by
 * itself, and there real time must not matter. */
static uint64_t left_of(const myc_context *ctx, const myc__request *request, uint64_t end_ns)
{
    uint64_t now_ns = myc_now_ns(ctx);
    bool is_late = !ctx->fabric->system->drive && myc__kernel_now_ns() >= end_ns;
    bool over = now_ns >= request->deadline_ns || is_late;
    return over ? 0 : request->deadline_ns - now_ns;
}

myc_outcome myc_future_wait(myc_context *ctx, myc_future **future, const void **reply)
{
    *reply = NULL;
    if (!*future) {
        return MYC_REFUSED;
    }
    myc__request *request = request_of(*future);
    uint64_t left_ns = left_of(ctx, request, UINT64_MAX);
    uint64_t end_ns = myc__deadline_after(left_ns);
    for (uint32_t looks = 0; left_ns > 0; looks++) {
        if (myc__handshake_is_answered(&request->shake)) {
            return take(ctx, future, reply);
        }
        await_answer(ctx, request, looks, left_ns);
        left_ns = left_of(ctx, request, end_ns);
    }
    return give_up(ctx, future, reply);
}

void myc_future_forget(myc_context *ctx, myc_future **future)
{
    const void *reply = NULL;
    if (*future) {
        (void)give_up(ctx, future, &reply);
    }
    myc_release(ctx, reply);
}
