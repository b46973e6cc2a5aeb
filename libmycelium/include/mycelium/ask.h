/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_ASK_H
#define MYCELIUM_ASK_H

/*
 * Ask: a request and its reply. A row of a protocol with a fourth argument can be asked: that is
 * the type of the reply.
 *
 *     #define DESK_ROWS(ROW, P) ROW(P, price, price_request, price_reply)
 *
 *     the one who answers:
 *     static myc_next desk_on_price(struct desk *self, myc_context *ctx,
 *                                   const price_request *price, market_price_token token)
 *     {
 *         ...
 *         myc_ignore(market_reply_price(ctx, token, reply));
 *
 *     the one who asks, from a handler:
 *     error = market_ask_price(ctx, self->desk, request, timeout_ns, on_price);
 *
 *     static myc_next on_price(void *self, myc_context *ctx, const myc_answer *answer,
 *                              const price_reply *reply)
 *
 *     or from a foreign thread:
 *     outcome = market_ask_wait_price(ctx, desk, request, timeout_ns, &reply);
 *
 * The handler of an ask runs exactly once, as one of its actor's messages, unless the actor stops
 * before (or begins anew, supervised). Answers go ahead of the mailbox and are never refused. The
 * deadline travels with the request: one that is over when its turn comes is not handled, but a dead
 * letter (MYC_DEAD_EXPIRED). A reply that comes too late is one too (MYC_DEAD_LATE): of a dead
 * letter with a reply, `to` is the asker and `tag` the row that was asked.
 *
 * A request keeps its place among the messages of its sender. An answer goes ahead of the asker's
 * mailbox: it may overtake what the one asked sent before. Refs of other nodes cannot be asked yet:
 * MYC_TARGET_STOPPED, and a dead letter MYC_DEAD_NO_ROUTE.
 *
 * A token may be kept, put into messages and replied to on any thread with a context of the system.
 * A message type that carries one drops it in its destroy hook; an actor that keeps one drops it in
 * on_stop. One that is never dropped is reported by myc_system_destroy().
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** How an ask ended. */
typedef enum myc_outcome {
    MYC_REPLIED = 0,
    MYC_TIMED_OUT = 1,       /* no reply until the deadline */
    MYC_REFUSED = 2,         /* the mailbox was full, or its policy dropped the request */
    MYC_TARGET_STOPPED = 3,  /* the actor asked has stopped, or never was */
    MYC_NO_REPLY = 4,        /* it was handled, or its handler failed; no token is left */
    MYC_PENDING = 5,         /* of a future: there is no answer yet */
    MYC_BREAKER_REFUSED = 6, /* of a proxy: the breakers of all that could be asked are open */
    MYC_NO_MEMBER = 7        /* of a proxy: there is no healthy member */
} myc_outcome;

/** The answer to an ask. Borrowed: everything is valid during the call; payloads can be retained. */
typedef struct myc_answer {
    myc_outcome outcome;
    const void *request; /* what was asked */
    const void *reply;   /* NULL unless MYC_REPLIED */
} myc_answer;

/** What a request is answered with: a small value, good for one reply. All zero: nobody asked (the
 * message was sent, not asked), and a reply to it is released. */
typedef struct myc_token {
    const void *request;
} myc_token;

/** The answer a foreign thread waits for. */
typedef struct myc_future myc_future;

/** Any handler of answers, and what calls it as the type it is. Made by MYC_PROTOCOL(). */
typedef void (*myc_answer_handler)(void);
typedef myc_next (*myc_answer_call)(myc_answer_handler handler, void *self, myc_context *ctx,
                                    const myc_answer *answer);

/**
 * Sends `request` as row `tag` to `to`, and has `handler` of the calling actor called with the
 * answer through `call`. Prefer the typed P_ask_row().
 *
 * Takes `request`, also on error. `timeout_ns` counts from the worker's last look at the clock, at
 * most a pass ago; at least 1. What is refused is answered MYC_REFUSED, like any other end.
 * Returns 0, or, without a call of the handler, MYC_ENOMEM (also for a `request` of NULL) or
 * MYC_ETHREAD (no handler runs here: use a future).
 */
MYC_API MYC_MUST_CHECK int myc_ask(myc_context *ctx, myc_address to, uint32_t tag,
                                   const void *request, uint64_t timeout_ns,
                                   myc_answer_handler handler, myc_answer_call call);

/**
 * Answers. Prefer the typed P_reply_row(). Takes `reply`; borrows the token.
 * Returns MYC_SENT, or MYC_DEAD when it comes too late: after the deadline, after another reply, or
 * after the asker has stopped; the reply is a dead letter then. On its way to another worker it may
 * still become one, as any message. MYC_SENT to a zero token: nobody
 * waits for it. A `reply` of NULL (a failed T_new()) is no reply: MYC_FULL, and the token is good
 * for another one.
 */
MYC_API MYC_MUST_CHECK myc_sent myc_reply(myc_context *ctx, myc_token token, const void *reply);

/** The token of the request the running handler was given; zero when it was sent, not asked. */
MYC_API myc_token myc_token_of(const myc_context *ctx);

/** Keeps a token beyond its handler, to reply later: it must be dropped, after the reply too. */
MYC_API void myc_token_keep(myc_context *ctx, myc_token token);

/** Gives a kept token back. The last one that goes without a reply answers MYC_NO_REPLY. */
MYC_API void myc_token_drop(myc_context *ctx, myc_token token);

/** When the asker stops waiting, by the system's clock; UINT64_MAX for a zero token. */
MYC_API uint64_t myc_token_deadline_ns(myc_token token);

/**
 * Asks from a foreign thread. Prefer the typed P_future_row(). Takes `request`.
 * Gives a future: poll or wait until it is answered, or forget it, on the same thread. A full
 * mailbox refuses: nothing is waited for but the answer. NULL when memory is out, for a
 * `request` of NULL, and on a worker, which never blocks.
 */
MYC_API MYC_MUST_CHECK myc_future *myc_ask_future(myc_context *ctx, myc_address to, uint32_t tag,
                                                  const void *request, uint64_t timeout_ns);

/**
 * Looks whether `*future` is answered. Answers MYC_PENDING while it is not; else the outcome, sets
 * `*future` to NULL, and gives `*reply` (NULL unless MYC_REPLIED). With a `*future` of NULL the
 * answer is MYC_REFUSED. Threads: the context's, which asked.
 */
MYC_API MYC_MUST_CHECK myc_outcome myc_future_poll(myc_context *ctx, myc_future **future,
                                                   const void **reply);

/** The same, but waits for the answer or the deadline: never answers MYC_PENDING. Drives the
 * workers of a caller-driven system. The deadline is by the system's clock; where that is the
 * user's and stands still, the wait ends when the kernel's has gone as far. */
MYC_API MYC_MUST_CHECK myc_outcome myc_future_wait(myc_context *ctx, myc_future **future,
                                                   const void **reply);

/** Wants no answer any more. Takes `*future`, sets it to NULL; NULL is ignored. */
MYC_API void myc_future_forget(myc_context *ctx, myc_future **future);

/** For dispatchers made by MYC_ACTOR(): opens what is no row of the protocol and calls `dispatch`
 * with the request in it. */
MYC_API MYC_SELDOM myc_next myc_dispatch_request(
    myc_next (*dispatch)(void *self, myc_context *ctx, uint32_t tag, const void *payload),
    void *self, myc_context *ctx, uint32_t tag, const void *payload);

MYC_EXTERN_C_END

#endif
