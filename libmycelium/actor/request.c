/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/request.h"

#include "actor/dead_letter.h"
#include "actor/turn.h"

static void tokens_end(myc_context *ctx, void *block);

const myc_type myc__request_type = {.name = "request (a token kept, or a future)",
                                    .size_bytes = sizeof(myc__request),
                                    .alignment_bytes = alignof(myc__request),
                                    .destroy = tokens_end};

/* The cast is the only way from a payload, which is constant to all but the library. */
static myc__request *request_of(const void *block)
{
    return (myc__request *)(uintptr_t)block;
}

void myc__request_late(myc_context *ctx, const myc__request *request, const void *reply,
                       myc_dead_reason reason)
{
    myc__dead_letter(ctx, request->asker, request->tag, reply, reason);
}

/* Acquire: the other tokens' uses are over. */
static bool is_only_token(const myc__request *request)
{
    return myc__load_acquire_u32(&myc__header_of(request)->references) == 1;
}

/* A reply to a foreign thread has arrived when it is in the future: nothing of the system has to
 * run for it any more. */
static bool answer_future(myc_context *ctx, myc__request *request)
{
    bool is_reply = request->outcome == MYC_REPLIED;
    bool wanted = myc__handshake_answer(&request->shake);
    if (wanted && is_reply) {
        myc__count_end(&ctx->counters.handled, 1);
    }
    return wanted;
}

/* What is no reply is no message, but has to be over before the system is quiet. */
static bool answer_actor(myc_context *ctx, myc__request *request)
{
    bool here = myc__request_is_here(ctx, request);
    if (myc__load_relaxed_u32(&request->phase) != MYC__ASK_WAITING) {
        return false;
    }
    if (request->outcome != MYC_REPLIED) {
        myc__count(&ctx->counters.begun, 1);
    }
    if (here) {
        return myc__ask_answer_here(ctx->shard, request);
    }
    (void)myc_retain(ctx, request);
    myc__urge(ctx, request->asker, &request->urgent);
    return true;
}

/* Whoever claimed, which holds a token. False when the answer is too late. */
static bool answer(myc_context *ctx, myc__request *request)
{
    return request->is_future ? answer_future(ctx, request) : answer_actor(ctx, request);
}

myc_sent myc_reply(myc_context *ctx, myc_token token, const void *reply)
{
    myc__request *request = request_of(token.request);
    if (!reply || !request) {
        myc_release(ctx, reply);
        return reply ? MYC_SENT : MYC_FULL;
    }
    myc__count(&ctx->counters.accepted, 1);
    if (myc__handshake_claim(&request->shake, is_only_token(request))) {
        request->outcome = MYC_REPLIED;
        request->reply = reply;
        if (answer(ctx, request)) {
            return MYC_SENT;
        }
    }
    myc__request_late(ctx, request, reply, MYC_DEAD_LATE);
    return MYC_DEAD;
}

/* The last token is gone without a reply. The answer holds a token on its way. */
static void answer_for_nobody(myc_context *ctx, myc__request *request)
{
    (void)answer(ctx, request);
    myc_release(ctx, request);
}

static void tokens_leave(myc_context *ctx, myc__request *request)
{
    bool last = myc__request_is_here(ctx, request)
                    ? myc__handshake_leave_here(&request->shake, MYC__TOKENS_LEFT)
                    : myc__handshake_leave(&request->shake, MYC__TOKENS_LEFT);
    if (last) {
        myc__request_free(ctx, request);
    }
}

/* The destroy hook: it comes once, and once more after it has answered. */
static void tokens_end(myc_context *ctx, void *block)
{
    myc__request *request = block;
    myc__store_relaxed_u32(&myc__header_of(block)->references, 1); /* the block lives on */
    if (myc__handshake_claim(&request->shake, true)) {
        answer_for_nobody(ctx, request);
    } else {
        tokens_leave(ctx, request);
    }
}

static myc_outcome outcome_of(myc_dead_reason reason)
{
    switch (reason) {
    case MYC_DEAD_EXPIRED: return MYC_TIMED_OUT;
    case MYC_DEAD_FAILED: return MYC_NO_REPLY;
    default: return MYC_TARGET_STOPPED;
    }
}

/* With other tokens about, one of them may answer just now. */
void myc__request_fate(const void *block, myc_dead_reason reason)
{
    myc__request *request = request_of(block);
    if (is_only_token(request) && !myc__load_relaxed_u32(&request->shake.claimed)) {
        request->outcome = (uint32_t)outcome_of(reason);
    }
}

/* Its turn has come too late: it ends as a dead letter, not handled. */
MYC__COLD static myc_next skip(myc_context *ctx, const void *block)
{
    ctx->handling = NULL;
    myc__dead_letter(ctx, ctx->current->address, MYC__REQUEST_TAG, block, MYC_DEAD_EXPIRED);
    myc__turn_uncount(ctx->shard, ctx->current);
    return MYC_CONTINUE;
}

myc_next myc_dispatch_request(myc_next (*dispatch)(void *, myc_context *, uint32_t, const void *),
                              void *self, myc_context *ctx, uint32_t tag, const void *payload)
{
    if (MYC__UNLIKELY(tag != MYC__REQUEST_TAG)) {
        return MYC_FAIL(MYC_EINVAL); /* no row */
    }
    myc__request *request = request_of(payload);
    if (MYC__UNLIKELY(myc__shard_now_ns(ctx->shard) >= request->deadline_ns)) {
        return skip(ctx, payload);
    }
    if (!request->is_opened) {
        request->is_opened = true;
        request->outcome = MYC_NO_REPLY;
    }
    ctx->request = request;
    myc_next next = dispatch(self, ctx, request->tag, request->payload);
    ctx->request = NULL;
    return next;
}

myc_token myc_token_of(const myc_context *ctx)
{
    return (myc_token){ctx->request};
}

void myc_token_keep(myc_context *ctx, myc_token token)
{
    if (token.request) {
        (void)myc_retain(ctx, token.request);
    }
}

void myc_token_drop(myc_context *ctx, myc_token token)
{
    myc_release(ctx, token.request);
}

uint64_t myc_token_deadline_ns(myc_token token)
{
    return token.request ? request_of(token.request)->deadline_ns : UINT64_MAX;
}
