/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/request.h"
#include "service/proxy.h"

/*
 * One ask through a proxy. What it needs lies in a call, a payload attached to the ask that is
 * under way: a try, or a pause between two. When that is over without another, so is the call; when
 * the actor stops, all of it goes with its asks.
 *
 *   TRYING   a member is asked           its answer: OVER, or PAUSING, or the next try
 *   PAUSING  nobody is asked             its time: TRYING, or OVER when nobody can be asked
 *   OVER     the handler has the answer  (again and again, as long as it wants that)
 */
typedef struct call {
    myc_proxy *proxy;    /* a reference */
    const void *request; /* likewise */
    uint64_t key;
    uint64_t deadline_ns;
    uint32_t tag;
    uint32_t tries;
    myc_answer_handler handler;
    myc_answer_call call;
    myc_breaker *breaker; /* of the member that is asked, and the number of the call there */
    uint32_t entered;
    bool is_over;
    myc_outcome outcome; /* when it is over */
} call;

enum { UNDER_WAY = -1 };

static void destroy_call(myc_context *ctx, void *payload)
{
    call *gone = payload;
    myc_release(ctx, gone->request);
    myc_release(ctx, gone->proxy);
}

static const myc_type call_type = {.name = "call of a proxy",
                                   .size_bytes = sizeof(call),
                                   .alignment_bytes = 16,
                                   .destroy = destroy_call};

/* Only its actor's thread touches it. */
static call *call_of(const myc_answer *answer)
{
    return (call *)(uintptr_t)myc__answer_attached(answer);
}

static uint64_t left_of(const myc_context *ctx, const call *what)
{
    uint64_t now_ns = myc__shard_now_ns(ctx->shard);
    return now_ns < what->deadline_ns ? what->deadline_ns - now_ns : 0;
}

static myc_next tell(call *what, void *self, myc_context *ctx, const void *reply)
{
    myc__answer answer = {{what->outcome, what->request, reply}, NULL};
    return what->call(what->handler, self, ctx, &answer.open);
}

static myc_next end(call *what, void *self, myc_context *ctx, int outcome, const void *reply)
{
    what->is_over = true;
    what->outcome = (myc_outcome)outcome;
    return tell(what, self, ctx, reply);
}

struct gate {
    myc_context *ctx;
    const myc_proxy *proxy;
    bool shut; /* some member was refused by its breaker */
};

static bool may_pass(void *user, myc_address member)
{
    struct gate *gate = user;
    const myc_breaker *breaker = myc__proxy_breaker(gate->proxy, member);
    bool passes =
        gate->proxy->without_breakers || !breaker || myc_breaker_allows(gate->ctx, breaker);
    gate->shut = gate->shut || !passes;
    return passes;
}

static myc_next try_answered(myc_answer_handler handler, void *self, myc_context *ctx,
                             const myc_answer *answer);

static int ask_member(myc_context *ctx, call *what, myc_address member)
{
    uint64_t left_ns = left_of(ctx, what);
    uint64_t most_ns = what->proxy->try_timeout_ns;
    what->breaker = what->proxy->without_breakers ? NULL : myc__proxy_breaker(what->proxy, member);
    what->entered = what->breaker ? myc_breaker_enter(ctx, what->breaker) : 0;
    what->tries++;
    (void)myc_retain(ctx, what);
    int error = myc__ask(ctx, member, what->tag, myc_retain(ctx, what->request),
                         left_ns < most_ns ? left_ns : most_ns, try_answered, what);
    if (error && what->breaker) {
        myc_breaker_leave(ctx, what->breaker, what->entered, false);
    }
    return error ? MYC_REFUSED : UNDER_WAY; /* memory is out */
}

/* Asks whom the route and the breakers choose. Returns UNDER_WAY or how the call ends. */
static int try_next(myc_context *ctx, call *what)
{
    struct gate gate = {ctx, what->proxy, false};
    myc_address member;
    int error =
        myc_router_choose_if(ctx, &what->proxy->router, what->key, may_pass, &gate, &member);
    if (error) {
        return gate.shut ? MYC_BREAKER_REFUSED : MYC_NO_MEMBER;
    }
    return ask_member(ctx, what, member);
}

/* A pause is over; or it is the answer to a call that could not begin. */
static myc_next go_on(myc_answer_handler handler, void *self, myc_context *ctx,
                      const myc_answer *answer)
{
    (void)handler;
    call *what = call_of(answer);
    if (what->is_over) {
        return tell(what, self, ctx, NULL);
    }
    int outcome = try_next(ctx, what);
    return outcome == UNDER_WAY ? MYC_CONTINUE : end(what, self, ctx, outcome, NULL);
}

static int pause_call(myc_context *ctx, call *what, uint64_t delay_ns)
{
    (void)myc_retain(ctx, what);
    return myc__ask_nobody(ctx, myc_retain(ctx, what->request), delay_ns, go_on, what);
}

/* Returns UNDER_WAY, or how the call ends: as the try did, when no other follows. */
static int retry(myc_context *ctx, call *what, myc_outcome outcome)
{
    uint64_t delay_ns;
    if (!myc_retry_next(&what->proxy->retry, what->tries, &delay_ns) ||
        delay_ns >= left_of(ctx, what)) {
        return (int)outcome;
    }
    if (delay_ns == 0) {
        return try_next(ctx, what);
    }
    return pause_call(ctx, what, delay_ns) ? (int)outcome : UNDER_WAY;
}

static myc_next try_answered(myc_answer_handler handler, void *self, myc_context *ctx,
                             const myc_answer *answer)
{
    (void)handler;
    call *what = call_of(answer);
    if (what->is_over) {
        return tell(what, self, ctx, answer->reply);
    }
    bool replied = answer->outcome == MYC_REPLIED;
    if (what->breaker) {
        myc_breaker_leave(ctx, what->breaker, what->entered, replied);
    }
    int outcome = replied ? MYC_REPLIED : retry(ctx, what, answer->outcome);
    return outcome == UNDER_WAY ? MYC_CONTINUE : end(what, self, ctx, outcome, answer->reply);
}

static int fault_of(myc_context *ctx, const myc_proxy *proxy, uint32_t tag, const void *request)
{
    if (!request) {
        return MYC_ENOMEM;
    }
    if (!ctx->current) {
        return MYC_ETHREAD;
    }
    const myc_row *row = tag < proxy->protocol->row_count ? &proxy->protocol->rows[tag] : NULL;
    bool asks_again = proxy->retry.backoff != MYC_RETRY_NONE && proxy->retry.tries_max > 1;
    if (!row || (asks_again && !(row->marks & MYC_IDEMPOTENT))) {
        myc_log(ctx, MYC_LOG_ERROR,
                "proxy: row %s of %s is asked again by its retry policy: expected a row marked "
                "MYC_IDEMPOTENT",
                row ? row->name : "?", proxy->protocol->name);
        return MYC_EINVAL;
    }
    return 0;
}

static uint64_t deadline_after(myc_context *ctx, uint64_t timeout_ns)
{
    uint64_t now_ns = myc__shard_now_ns(ctx->shard);
    return timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns;
}

/* Begins, or lets its handler be called soon with why it could not. */
static int begin(myc_context *ctx, call *what)
{
    int outcome = try_next(ctx, what);
    if (outcome == UNDER_WAY) {
        return 0;
    }
    what->is_over = true;
    what->outcome = (myc_outcome)outcome;
    return pause_call(ctx, what, 0);
}

int myc_proxy_ask(myc_context *ctx, myc_proxy *proxy, uint64_t key, uint32_t tag,
                  const void *request, uint64_t timeout_ns, myc_answer_handler handler,
                  myc_answer_call call_handler)
{
    int error = fault_of(ctx, proxy, tag, request);
    call *what = error ? NULL : myc_new_uninitialized(ctx, &call_type);
    if (!what) {
        myc_release(ctx, request);
        return error ? error : MYC_ENOMEM;
    }
    *what = (call){.request = request,
                   .key = key,
                   .deadline_ns = deadline_after(ctx, timeout_ns),
                   .tag = tag,
                   .handler = handler,
                   .call = call_handler};
    (void)myc_retain(ctx, proxy);
    what->proxy = proxy;
    error = begin(ctx, what);
    myc_release(ctx, what);
    return error;
}
