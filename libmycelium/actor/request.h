/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_REQUEST_H
#define MYC_ACTOR_REQUEST_H

/*
 * A request: one block for an ask, from its beginning to its answer.
 *
 * It travels as the payload of an ordinary envelope with the tag MYC__REQUEST_TAG, so order, bounds
 * and policies are those of any message, and messages that nobody asked pay nothing. The dispatcher
 * of the actor finds no row with that tag and has the block opened (myc_dispatch_request()).
 *
 * The block has two sides (actor/handshake.h):
 *
 *   tokens   the count of references in its header: that of the envelope, and of each token kept.
 *            Wherever the library drops a message, it drops a token; the last one that goes without
 *            a reply answers with `outcome` as it then stands. So no end of a request needs to know
 *            that it was one.
 *   asker    an actor's ask is in its annex and in its worker's timing wheel until it is ended; a
 *            future is its thread's.
 *
 * The answer to an actor is the block itself, as an urgent item. On its way to another worker it
 * holds a token, since its asker may end before it arrives.
 *
 *   phase     set by, on the asker's worker       means
 *   WAITING   the ask                             no answer yet
 *   ANSWERED  an answer that is here              it is queued for the actor
 *   EXPIRED   the deadline                        the same, with MYC_TIMED_OUT
 *   ENDED     its handler, or the actor's end     an answer that comes now is late
 *
 * On other threads `phase` is a hint: a reply may be late already.
 */
#include <mycelium/ask.h>

#include "actor/handshake.h"
#include "actor/urgent.h"
#include "message/reference.h"

enum { MYC__ASK_WAITING, MYC__ASK_ANSWERED, MYC__ASK_EXPIRED, MYC__ASK_ENDED };

typedef struct myc__request {
    myc__urgent urgent; /* first: the answer on its way */

    /* constant */
    const void *payload;  /* one reference, until the block is freed */
    const void *attached; /* likewise; what the asker keeps with it, or NULL */
    uint64_t deadline_ns;
    myc_address asker; /* all zero: a future */
    uint32_t tag;
    bool is_future;

    bool is_opened;   /* its handler has seen it; the worker it is handled on */
    uint32_t outcome; /* of the answer; before it: what it is if the last token goes now */
    const void *reply;

    /* of an actor's ask: on its worker */
    myc__wheel_node timeout;
    myc_answer_handler handler;
    myc_answer_call call;
    struct myc__actor *actor;
    struct myc__request *next; /* of the actor's asks */
    struct myc__request **link;
    myc__shard *shard; /* atomic: where the actor is; NULL while it moves, and of a future */
    uint32_t phase;    /* atomic */

    myc__handshake shake;
} myc__request;

static_assert(sizeof(myc__header) + sizeof(myc__request) <= 192, "three lines to a request");

/** What a message is to those who look at it on its way: of a request, what is asked. */
static inline uint32_t myc__inner_tag(uint32_t tag, const void *payload)
{
    return MYC__UNLIKELY(tag == MYC__REQUEST_TAG) ? ((const myc__request *)payload)->tag : tag;
}

static inline const void *myc__inner_payload(uint32_t tag, const void *payload)
{
    return MYC__UNLIKELY(tag == MYC__REQUEST_TAG) ? ((const myc__request *)payload)->payload
                                                  : payload;
}

extern const myc_type myc__request_type;

/** Gives a request with one token, for the envelope; NULL when memory is out. Takes `payload` only
 * when it gives one. What the asker needs is for the caller to fill in. */
static inline myc__request *myc__request_new(myc_context *ctx, uint32_t tag, const void *payload,
                                             uint64_t deadline_ns)
{
    myc__request *request =
        myc__memory_new_fixed(&ctx->memory, &myc__request_type, sizeof *request);
    if (MYC__UNLIKELY(!request)) {
        return NULL;
    }
    myc__header_of(request)->outlives_hook = 1;
    request->payload = payload;
    request->attached = NULL;
    request->deadline_ns = deadline_ns;
    request->tag = tag;
    request->is_opened = false;
    request->outcome = MYC_REFUSED;
    request->reply = NULL;
    request->shake = (myc__handshake){0};
    return request;
}

static inline void myc__request_free(myc_context *ctx, myc__request *request)
{
    myc__release_header(&ctx->memory, myc__header_of(request->payload));
    if (MYC__UNLIKELY(request->attached != NULL)) {
        myc__release_header(&ctx->memory, myc__header_of(request->attached));
    }
    myc__memory_free_fixed(&ctx->memory, myc__header_of(request));
}

/** The side of the asker is done with it. */
static inline void myc__request_leave(myc_context *ctx, myc__request *request)
{
    if (myc__handshake_leave(&request->shake, MYC__ASKER_LEFT)) {
        myc__request_free(ctx, request);
    }
}

/** What the answer is if this token, which the caller drops next, is the last one. */
void myc__request_fate(const void *request, myc_dead_reason reason);

/** What becomes of a reply that nobody will be given. Takes `reply`, counted as accepted. */
void myc__request_late(myc_context *ctx, const myc__request *request, const void *reply,
                       myc_dead_reason reason);

/** Where the asker is: true when on the worker of `ctx`, which then may do all with it. */
static inline bool myc__request_is_here(const myc_context *ctx, const myc__request *request)
{
    /* The actor goes from and comes to a worker on that worker's thread: there it is exact. */
    const myc__shard *shard = myc__load_relaxed_ptr((void *const *)&request->shard);
    return shard && shard == ctx->shard;
}

/** Queues an answer, or the time-out, for an actor of this worker. */
static inline void myc__ask_queue(myc__shard *shard, myc__request *request, uint32_t phase)
{
    myc__store_relaxed_u32(&request->phase, phase);
    myc__urge_annexed(shard, request->actor, &request->urgent); /* it has asked */
}

/** The same when there is an answer: false when the actor waits for none any more. */
static inline bool myc__ask_answer_here(myc__shard *shard, myc__request *request)
{
    if (request->phase != MYC__ASK_WAITING) {
        return false;
    }
    myc__wheel_disarm(&shard->wheel, &request->timeout);
    myc__ask_queue(shard, request, MYC__ASK_ANSWERED);
    return true;
}

/** ask.c: what answers are as urgent items, and one that has come from another thread. */
extern const myc__urgent_kind myc__ask_answer;
void myc__ask_arrive(myc__shard *shard, myc__urgent *item);

/** What the handler of an answer has: with what is attached to the ask, for those it is for. */
typedef struct myc__answer {
    myc_answer open; /* first */
    const void *attached;
} myc__answer;

static inline const void *myc__answer_attached(const myc_answer *answer)
{
    return ((const myc__answer *)(const void *)answer)->attached;
}

/** ask.c: myc_ask() for a service: takes a reference to `attached`, also on error, which `call`
 * finds in its answer and which is released when the ask is over, answered or not. */
int myc__ask(myc_context *ctx, myc_address to, uint32_t tag, const void *payload,
             uint64_t timeout_ns, myc_answer_call call, const void *attached);

/** ask.c: the same with nobody to answer: it is MYC_TIMED_OUT after `timeout_ns`. */
int myc__ask_nobody(myc_context *ctx, const void *payload, uint64_t timeout_ns,
                    myc_answer_call call, const void *attached);

/** ask.c: ends all asks of the actor: their answers are late from now on. When it ends, or begins
 * anew. Its home worker. */
void myc__asks_end(myc__shard *shard, struct myc__actor *actor);

/** ask.c: an actor that moves takes its asks along: before it leaves this worker, and after it has
 * come to this one. */
void myc__asks_leave(myc__shard *shard, struct myc__actor *actor);
void myc__asks_arrive(myc__shard *shard, struct myc__actor *actor);

#endif
