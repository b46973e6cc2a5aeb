/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/ask.h>

#include "actor/request.h"
#include "actor/send.h"
#include "actor/turn.h"

static myc__request *request_of(myc__urgent *item)
{
    return (myc__request *)(void *)item;
}

static void set_phase(myc__request *request, uint32_t phase)
{
    myc__store_relaxed_u32(&request->phase, phase);
}

static void link_ask(myc__annex *annex, myc__request *request)
{
    request->next = annex->asks;
    request->link = &annex->asks;
    if (request->next) {
        request->next->link = &request->next;
    }
    annex->asks = request;
}

static void unlink_ask(myc__request *request)
{
    *request->link = request->next;
    if (request->next) {
        request->next->link = request->link;
    }
}

static void time_out(void *shard, myc__wheel_node *node)
{
    myc__request *request =
        (myc__request *)(void *)((uint8_t *)node - offsetof(myc__request, timeout));
    myc__count(&((myc__shard *)shard)->context.counters.begun, 1);
    myc__ask_queue(shard, request, MYC__ASK_EXPIRED);
}

/* The asker has no more to do with it. */
static void end(myc__shard *shard, myc__request *request)
{
    set_phase(request, MYC__ASK_ENDED);
    unlink_ask(request);
    myc__request_leave(&shard->context, request);
}

/* Of one that is queued. When it has expired, tokens may be writing an answer just now. */
static bool is_reply(const myc__request *request)
{
    return request->phase == MYC__ASK_ANSWERED && request->outcome == MYC_REPLIED;
}

static myc__urgent_done finish(myc__shard *shard, myc__request *request)
{
    bool was_reply = is_reply(request);
    end(shard, request);
    if (was_reply) {
        return MYC__URGENT_HANDLED;
    }
    myc__count_end(&shard->context.counters.done, 1);
    return MYC__URGENT_SILENT;
}

static myc_next call_handler(myc__shard *shard, myc__actor *actor, const myc__request *request,
                             const void *reply)
{
    bool expired = request->phase == MYC__ASK_EXPIRED;
    myc__answer answer = {
        {expired ? MYC_TIMED_OUT : (myc_outcome)request->outcome, request->payload, reply},
        request->attached};
    return request->call(request->handler, myc__actor_state(actor), &shard->context, &answer.open);
}

/* Its handler may move the reply, as that of any message, and want the answer again. */
static myc__urgent_done handle(myc__shard *shard, myc__actor *actor, myc__urgent *item)
{
    myc__request *request = request_of(item);
    if (MYC__UNLIKELY(request->phase == MYC__ASK_ENDED)) {
        myc__request_leave(&shard->context, request);
        return MYC__URGENT_SILENT;
    }
    const void *reply = is_reply(request) ? request->reply : NULL;
    shard->context.handling = reply;
    myc_next next = call_handler(shard, actor, request, reply);
    bool unmoved = shard->context.handling == reply;
    shard->context.handling = NULL;
    if (MYC__UNLIKELY(myc_next_verdict(next) != MYC__CONTINUE)) {
        if (myc_next_verdict(next) == MYC__AGAIN && unmoved) {
            return MYC__URGENT_AGAIN;
        }
        myc__turn_obey(shard, actor, next);
    }
    if (unmoved) {
        myc_release(&shard->context, reply);
    }
    return finish(shard, request);
}

/* An answer that was on its way and is not wanted. */
static void discard(myc_context *ctx, myc__request *request)
{
    if (request->outcome == MYC_REPLIED) {
        myc__request_late(ctx, request, request->reply, MYC_DEAD_LATE);
    } else {
        myc__count_end(&ctx->counters.done, 1);
    }
}

/* An answer that is queued and will not be given. */
static void leave_unanswered(myc__shard *shard, myc__request *request)
{
    if (is_reply(request)) {
        myc__request_late(&shard->context, request, request->reply, MYC_DEAD_LEFT);
    } else {
        myc__count_end(&shard->context.counters.done, 1);
    }
}

/* From another thread, with a token. */
void myc__ask_arrive(myc__shard *shard, myc__urgent *item)
{
    myc__request *request = request_of(item);
    bool here = myc__request_is_here(&shard->context, request);
    if (!here || !myc__ask_answer_here(shard, request)) {
        discard(&shard->context, request);
    }
    myc_release(&shard->context, request);
}

/* The actor ends with it in its queue; or there was no memory to send it, and it has a token. */
static void abandon(myc_context *ctx, myc_address to, myc__urgent *item)
{
    (void)to;
    myc__request *request = request_of(item);
    if (!myc__request_is_here(ctx, request)) {
        discard(ctx, request);
        myc_release(ctx, request);
    } else if (request->phase == MYC__ASK_ENDED) {
        myc__request_leave(ctx, request);
    } else {
        leave_unanswered(ctx->shard, request);
        end(ctx->shard, request);
    }
}

const myc__urgent_kind myc__ask_answer = {handle, abandon};

/* One that is queued stays there, with nothing to it, until its turn comes. */
static void cancel(myc__shard *shard, myc__request *request)
{
    if (request->phase == MYC__ASK_WAITING) {
        myc__wheel_disarm(&shard->wheel, &request->timeout);
        end(shard, request);
    } else {
        leave_unanswered(shard, request);
        set_phase(request, MYC__ASK_ENDED);
        unlink_ask(request);
    }
}

void myc__asks_end(myc__shard *shard, myc__actor *actor)
{
    while (actor->annex && actor->annex->asks) {
        cancel(shard, actor->annex->asks);
    }
}

/* Those whose answer is queued are not all among the actor's asks: it may have begun anew. */
static void place_queued(const myc__annex *annex, myc__shard *shard)
{
    for (myc__urgent *item = annex->urgent_first; item; item = item->next) {
        if (item->kind == &myc__ask_answer) {
            myc__store_relaxed_ptr((void **)&request_of(item)->shard, shard);
        }
    }
}

void myc__asks_leave(myc__shard *shard, myc__actor *actor)
{
    for (myc__request *ask = actor->annex ? actor->annex->asks : NULL; ask; ask = ask->next) {
        myc__store_relaxed_ptr((void **)&ask->shard, NULL);
        myc__wheel_disarm(&shard->wheel, &ask->timeout);
    }
    if (actor->annex) {
        place_queued(actor->annex, NULL);
    }
}

void myc__asks_arrive(myc__shard *shard, myc__actor *actor)
{
    for (myc__request *ask = actor->annex ? actor->annex->asks : NULL; ask; ask = ask->next) {
        myc__store_relaxed_ptr((void **)&ask->shard, shard);
        if (ask->phase == MYC__ASK_WAITING) {
            myc__wheel_arm(&shard->wheel, &ask->timeout, ask->deadline_ns);
        }
    }
    if (actor->annex) {
        place_queued(actor->annex, shard);
    }
}

static uint64_t deadline_after(myc__shard *shard, uint64_t timeout_ns)
{
    uint64_t now_ns = myc__shard_now_ns(shard);
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

/* Fills in what the asker needs, and lets it wait. */
static void begin(myc__shard *shard, myc__actor *actor, myc__request *request)
{
    request->urgent.kind = &myc__ask_answer;
    request->asker = actor->address;
    request->is_future = false;
    request->timeout = (myc__wheel_node){.fire = time_out};
    request->actor = actor;
    request->shard = shard;
    request->phase = MYC__ASK_WAITING;
    link_ask(actor->annex, request);
    myc__wheel_arm(&shard->wheel, &request->timeout, request->deadline_ns);
}

MYC__COLD static int refuse(myc_context *ctx, const void *payload, int error)
{
    myc_release(ctx, payload);
    return error;
}

/* The request of an ask, waiting, with one token; NULL, and `*error`, when there is none. */
static inline myc__request *make(myc_context *ctx, uint32_t tag, const void *payload,
                                 uint64_t timeout_ns, myc_answer_handler handler,
                                 myc_answer_call call, int *error)
{
    myc__actor *actor = ctx->current;
    if (MYC__UNLIKELY(!payload || !actor)) {
        *error = refuse(ctx, payload, payload ? MYC_ETHREAD : MYC_ENOMEM);
        return NULL;
    }
    myc__shard *shard = myc__shard_of(ctx);
    uint64_t deadline_ns = deadline_after(shard, timeout_ns);
    myc__request *request = actor->annex || myc__annex_of(ctx, actor)
                                ? myc__request_new(ctx, tag, payload, deadline_ns)
                                : NULL;
    if (MYC__UNLIKELY(!request)) {
        *error = refuse(ctx, payload, MYC_ENOMEM);
        return NULL;
    }
    request->handler = handler;
    request->call = call;
    begin(shard, actor, request);
    return request;
}

int myc_ask(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
            uint64_t timeout_ns, myc_answer_handler handler, myc_answer_call call)
{
    int error = 0;
    myc__request *request = make(ctx, tag, payload, timeout_ns, handler, call, &error);
    if (request) {
        (void)myc__send_request(ctx, to, request); /* what is not sent has dropped its token */
    }
    return error;
}

int myc__ask(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
             uint64_t timeout_ns, myc_answer_call call, const void *attached)
{
    int error = 0;
    myc__request *request = make(ctx, tag, payload, timeout_ns, NULL, call, &error);
    if (request) {
        request->attached = attached;
        (void)myc__send_request(ctx, to, request);
    } else {
        myc_release(ctx, attached);
    }
    return error;
}

int myc__ask_nobody(myc_context *ctx, const void *payload, uint64_t timeout_ns,
                    myc_answer_call call, const void *attached)
{
    int error = 0;
    myc__request *request = make(ctx, 0, payload, timeout_ns, NULL, call, &error);
    if (request) {
        request->attached = attached;
        request->shake.claimed = 1;
        request->shake.left = MYC__TOKENS_LEFT;
    } else {
        myc_release(ctx, attached);
    }
    return error;
}
