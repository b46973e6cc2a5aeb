/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_PROTOCOL_H
#define MYCELIUM_PROTOCOL_H

/*
 * The typed shells: from a list of rows MYC_PROTOCOL() makes a ref type and a named send function
 * per row, MYC_ACTOR() the dispatcher of an actor. Every macro expands to calls of real functions.
 *
 *     #define MARKET_ROWS(ROW, P)          \
 *         ROW(P, swap, pool_swap_event)    \
 *         ROW(P, quote, quote_update)
 *     MYC_PROTOCOL(market, MARKET_ROWS)       // market_ref, market_send_swap(),
 * market_send_quote()
 *
 *     struct momentum { signal_ref out; double average; };
 *     static myc_next momentum_on_swap(struct momentum *self, myc_context *ctx,
 *                                      const pool_swap_event *swap) { ... }
 *     static myc_next momentum_on_quote(...) { ... }
 *     MYC_ACTOR(momentum, market, MARKET_ROWS)    // momentum_spawn(), momentum_self()
 *
 * A fourth argument makes a row that can be asked: it is the type of the reply, and the handler gets
 * a token to reply with (ask.h). A fifth marks the row, as MYC_IDEMPOTENT.
 *
 *     ROW(P, price, price_request, price_reply)
 *     static myc_next desk_on_price(struct desk *self, myc_context *ctx,
 *                                   const price_request *price, market_price_token token) { ... }
 *
 * A wrong payload or a ref of another protocol does not compile (in C with
 * -Werror=incompatible-pointer-types, which the CMake target and the pkg-config file carry); a
 * missing handler does not link.
 */
#include <mycelium/ask.h>
#include <mycelium/become.h>
#include <mycelium/offload.h>
#include <mycelium/stash.h>
#include <mycelium/supervisor.h>
#include <mycelium/timer.h>

/* A row has three arguments, four when it can be asked, five when it is marked besides. */
#define MYC__PICK_ROW(_1, _2, _3, _4, _5, SHAPE, ...) SHAPE
#define MYC__TAG(P, name, ...) P##_tag_##name,
#define MYC__ROW(...)                                                                              \
    MYC__PICK_ROW(__VA_ARGS__, MYC__ROW_5, MYC__ROW_4, MYC__ROW_3, unused, unused)(__VA_ARGS__)
#define MYC__ROW_3(P, name, T) {#name, &T##_type, NULL, 0},
#define MYC__ROW_4(P, name, T, R) {#name, &T##_type, &R##_type, 0},
#define MYC__ROW_5(P, name, T, R, marks) {#name, &T##_type, &R##_type, marks},
#define MYC__ROW_SHELL(...)                                                                        \
    MYC__PICK_ROW(__VA_ARGS__, MYC__SHELL_5, MYC__SHELL_4, MYC__SHELL_3, unused, unused)           \
    (__VA_ARGS__)
#define MYC__SHELL_5(P, name, T, R, marks) MYC__SHELL_4(P, name, T, R)
#define MYC__SHELL_4(P, name, T, R)                                                                \
    MYC__SHELL_3(P, name, T)                                                                       \
    MYC__ASK_SHELL(P, name, T, R)
#define MYC__SHELL_3(P, name, T)                                                                   \
    typedef T P##_payload_##name;                                                                  \
    /** Takes `payload`, also when refused. See myc_send(). */                                     \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_sent P##_send_##name(myc_context *ctx, P##_ref to, \
                                                                     const T *payload)             \
    {                                                                                              \
        return myc_send(ctx, to.address, P##_tag_##name, payload);                                 \
    }                                                                                              \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_sent P##_send_wait_##name(                         \
        myc_context *ctx, P##_ref to, const T *payload, uint64_t timeout_ns)                       \
    {                                                                                              \
        return myc_send_wait(ctx, to.address, P##_tag_##name, payload, timeout_ns);                \
    }                                                                                              \
    /** Takes `payload`; what is not accepted now is parked. See myc_send_or_pause(). */           \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_sent P##_send_or_pause_##name(                     \
        myc_context *ctx, P##_ref to, const T *payload)                                            \
    {                                                                                              \
        return myc_send_or_pause(ctx, to.address, P##_tag_##name, payload);                        \
    }                                                                                              \
    /** Sends `payload` to the calling actor after `delay_ns`. See myc_after(). */                 \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_after_##name(                                  \
        myc_context *ctx, uint64_t delay_ns, const T *payload, myc_timer *timer)                   \
    {                                                                                              \
        return myc_after(ctx, delay_ns, P##_tag_##name, payload, timer);                           \
    }                                                                                              \
    /** Sends `payload` to the calling actor again and again. See myc_every(). */                  \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_every_##name(                                  \
        myc_context *ctx, uint64_t period_ns, const T *payload, myc_timer *timer)                  \
    {                                                                                              \
        return myc_every(ctx, period_ns, P##_tag_##name, payload, timer);                          \
    }                                                                                              \
    /** Puts the message in hand aside. See myc_stash(). */                                        \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_stash_##name(myc_context *ctx,                 \
                                                                 const T *payload)                 \
    {                                                                                              \
        return myc_stash(ctx, P##_tag_##name, payload);                                            \
    }                                                                                              \
    typedef const T *(*P##_##name##_work)(myc_context * ctx, const void *argument);                \
    MYC_UNUSED static inline const void *P##__work_##name(myc_work offloaded, myc_context *ctx,    \
                                                          const void *argument)                    \
    {                                                                                              \
        return ((P##_##name##_work)offloaded)(ctx, argument);                                      \
    }                                                                                              \
    /** Sends what a helper thread makes to the calling actor. See myc_offload(). */               \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_sent P##_offload_##name(                           \
        myc_context *ctx, myc_pool *pool, P##_##name##_work offloaded, const void *argument)       \
    {                                                                                              \
        return myc_offload(ctx, pool, P##_tag_##name, (myc_work)offloaded, P##__work_##name,       \
                           argument);                                                              \
    }
/* The handler of an answer is called through P__answer_name(), and work through P__work_name(), which
 * knows its type: a call through a pointer to a function of another type is not defined. */
#define MYC__ASK_SHELL(P, name, T, R)                                                              \
    typedef struct P##_##name##_token {                                                            \
        myc_token token;                                                                           \
    } P##_##name##_token;                                                                          \
    typedef struct P##_##name##_future {                                                           \
        myc_future *future;                                                                        \
    } P##_##name##_future;                                                                         \
    typedef myc_next (*P##_##name##_answered)(void *self, myc_context *ctx,                        \
                                              const myc_answer *answer, const R *reply);           \
    MYC_UNUSED static inline myc_next P##__answer_##name(                                          \
        myc_answer_handler handler, void *self, myc_context *ctx, const myc_answer *answer)        \
    {                                                                                              \
        return ((P##_##name##_answered)handler)(self, ctx, answer, (const R *)answer->reply);      \
    }                                                                                              \
    /** Asks `to`; `handler` of the calling actor gets the answer. See myc_ask(). */               \
    MYC_UNUSED MYC_MUST_CHECK static inline int P##_ask_##name(                                    \
        myc_context *ctx, P##_ref to, const T *request, uint64_t timeout_ns,                       \
        P##_##name##_answered handler)                                                             \
    {                                                                                              \
        return myc_ask(ctx, to.address, P##_tag_##name, request, timeout_ns,                       \
                       (myc_answer_handler)handler, P##__answer_##name);                           \
    }                                                                                              \
    /** Answers a request. Takes `reply`; borrows the token. See myc_reply(). */                   \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_sent P##_reply_##name(                             \
        myc_context *ctx, P##_##name##_token to, const R *reply)                                   \
    {                                                                                              \
        return myc_reply(ctx, to.token, reply);                                                    \
    }                                                                                              \
    /** Keeps a token beyond its handler. See myc_token_keep(). */                                 \
    MYC_UNUSED static inline P##_##name##_token P##_keep_##name(myc_context *ctx,                  \
                                                                P##_##name##_token token)          \
    {                                                                                              \
        myc_token_keep(ctx, token.token);                                                          \
        return token;                                                                              \
    }                                                                                              \
    /** Gives a kept token back. See myc_token_drop(). */                                          \
    MYC_UNUSED static inline void P##_drop_##name(myc_context *ctx, P##_##name##_token token)      \
    {                                                                                              \
        myc_token_drop(ctx, token.token);                                                          \
    }                                                                                              \
    /** Asks from a foreign thread. See myc_ask_future(). */                                       \
    MYC_UNUSED MYC_MUST_CHECK static inline P##_##name##_future P##_future_##name(                 \
        myc_context *ctx, P##_ref to, const T *request, uint64_t timeout_ns)                       \
    {                                                                                              \
        P##_##name##_future made;                                                                  \
        made.future = myc_ask_future(ctx, to.address, P##_tag_##name, request, timeout_ns);        \
        return made;                                                                               \
    }                                                                                              \
    /** Looks for the answer. Gives `*reply`. See myc_future_poll(). */                            \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_outcome P##_poll_##name(                           \
        myc_context *ctx, P##_##name##_future *future, const R **reply)                            \
    {                                                                                              \
        const void *any = NULL;                                                                    \
        myc_outcome outcome = myc_future_poll(ctx, &future->future, &any);                         \
        *reply = (const R *)any;                                                                   \
        return outcome;                                                                            \
    }                                                                                              \
    /** Waits for the answer. Gives `*reply`. See myc_future_wait(). */                            \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_outcome P##_wait_##name(                           \
        myc_context *ctx, P##_##name##_future *future, const R **reply)                            \
    {                                                                                              \
        const void *any = NULL;                                                                    \
        myc_outcome outcome = myc_future_wait(ctx, &future->future, &any);                         \
        *reply = (const R *)any;                                                                   \
        return outcome;                                                                            \
    }                                                                                              \
    /** Wants no answer any more. See myc_future_forget(). */                                      \
    MYC_UNUSED static inline void P##_forget_##name(myc_context *ctx, P##_##name##_future *future) \
    {                                                                                              \
        myc_future_forget(ctx, &future->future);                                                   \
    }                                                                                              \
    /** Asks and waits for the answer, from a foreign thread. Gives `*reply`. */                   \
    MYC_UNUSED MYC_MUST_CHECK static inline myc_outcome P##_ask_wait_##name(                       \
        myc_context *ctx, P##_ref to, const T *request, uint64_t timeout_ns, const R **reply)      \
    {                                                                                              \
        P##_##name##_future made = P##_future_##name(ctx, to, request, timeout_ns);                \
        return P##_wait_##name(ctx, &made, reply);                                                 \
    }

/** In a header: P_ref, P_tag_ROW, P_send_ROW(), P_send_or_pause_ROW(), P_send_wait_ROW(), timers
 * and the table P_protocol. */
#define MYC_PROTOCOL(P, ROWS)                                                                      \
    typedef struct P##_ref {                                                                       \
        myc_address address;                                                                       \
    } P##_ref;                                                                                     \
    enum P##_tag{ROWS(MYC__TAG, P) P##_row_count};                                                 \
    MYC_UNUSED static const myc_row P##_rows[] = {ROWS(MYC__ROW, P)};                              \
    MYC_UNUSED static const myc_protocol P##_protocol = {#P, P##_rows, P##_row_count};             \
    ROWS(MYC__ROW_SHELL, P)

/* The rows of an actor carry (prefix of its handlers, actor, protocol) as their first argument;
 * these unpack it. */
#define MYC__TRIPLE(H, A, P) H, A, P
#define MYC__HANDLER(...)                                                                          \
    MYC__PICK_ROW(__VA_ARGS__, MYC__HANDLER_5, MYC__HANDLER_4, MYC__HANDLER_3, unused, unused)     \
    (__VA_ARGS__)
#define MYC__HANDLER_3(triple, name, T) MYC__TOLD_1(MYC__TRIPLE triple, name, T)
#define MYC__HANDLER_4(triple, name, T, R) MYC__ASKED_1(MYC__TRIPLE triple, name, T)
#define MYC__HANDLER_5(triple, name, T, R, marks) MYC__ASKED_1(MYC__TRIPLE triple, name, T)
#define MYC__TOLD_1(...) MYC__TOLD_2(__VA_ARGS__)
#define MYC__TOLD_2(H, A, P, name, T)                                                              \
    static myc_next H##_on_##name(struct A *self, myc_context *ctx, const T *name);
#define MYC__ASKED_1(...) MYC__ASKED_2(__VA_ARGS__)
#define MYC__ASKED_2(H, A, P, name, T)                                                             \
    static myc_next H##_on_##name(struct A *self, myc_context *ctx, const T *name,                 \
                                  P##_##name##_token token);
#define MYC__CASE(...)                                                                             \
    MYC__PICK_ROW(__VA_ARGS__, MYC__CASE_5, MYC__CASE_4, MYC__CASE_3, unused, unused)(__VA_ARGS__)
#define MYC__CASE_3(triple, name, T) MYC__TELL_1(MYC__TRIPLE triple, name)
#define MYC__CASE_4(triple, name, T, R) MYC__ANSWER_1(MYC__TRIPLE triple, name)
#define MYC__CASE_5(triple, name, T, R, marks) MYC__ANSWER_1(MYC__TRIPLE triple, name)
#define MYC__TELL_1(...) MYC__TELL_2(__VA_ARGS__)
#define MYC__TELL_2(H, A, P, name)                                                                 \
    case P##_tag_##name:                                                                           \
        return H##_on_##name((struct A *)self, ctx, (const P##_payload_##name *)payload);
#define MYC__ANSWER_1(...) MYC__ANSWER_2(__VA_ARGS__)
#define MYC__ANSWER_2(H, A, P, name)                                                               \
    case P##_tag_##name: {                                                                         \
        P##_##name##_token token;                                                                  \
        token.token = myc_token_of(ctx);                                                           \
        return H##_on_##name((struct A *)self, ctx, (const P##_payload_##name *)payload, token);   \
    }
#define MYC__COUNT(X, ...) +1

#ifdef __cplusplus
#define MYC__STATIC_ASSERT static_assert
#else
#define MYC__STATIC_ASSERT _Static_assert
#endif

#define MYC__ACTOR(A, P, ROWS, start, stop)                                                        \
    MYC__STATIC_ASSERT((0 ROWS(MYC__COUNT, A)) == P##_row_count,                                   \
                       "the rows of actor " #A " are not those of protocol " #P);                  \
    ROWS(MYC__HANDLER, (A, A, P))                                                                  \
    static myc_next A##__dispatch(void *self, myc_context *ctx, uint32_t tag, const void *payload) \
    {                                                                                              \
        switch (tag) {                                                                             \
            ROWS(MYC__CASE, (A, A, P))                                                             \
        }                                                                                          \
        return myc_dispatch_request(A##__dispatch, self, ctx, tag, payload);                       \
    }                                                                                              \
    static const myc_behaviour A##__behaviour = {                                                  \
        #A, &P##_protocol, sizeof(struct A), MYC__ALIGNOF(struct A), A##__dispatch, start, stop};  \
    /** Starts an actor with a copy of `state`. See myc_spawn(). */                                \
    MYC_UNUSED MYC_MUST_CHECK static inline int A##_spawn(                                         \
        myc_context *ctx, const struct A *state, const myc_spawn_options *options, P##_ref *ref)   \
    {                                                                                              \
        return myc_spawn(ctx, &A##__behaviour, state, options, &ref->address);                     \
    }                                                                                              \
    /** The actor as the child of a supervisor. See MYC_CHILD(). */                                \
    typedef struct A##_child_spec {                                                                \
        const struct A *state;                                                                     \
        P##_ref *ref;                                                                              \
        myc_restart restart;                                                                       \
        myc_spawn_options spawn;                                                                   \
        char end;                                                                                  \
    } A##_child_spec;                                                                              \
    MYC_UNUSED static inline myc_child A##_child(A##_child_spec spec)                              \
    {                                                                                              \
        return myc__child(&A##__behaviour, spec.state, spec.ref ? &spec.ref->address : NULL,       \
                          spec.restart, &spec.spawn);                                              \
    }                                                                                              \
    MYC_UNUSED static inline P##_ref A##_self(const myc_context *ctx)                              \
    {                                                                                              \
        P##_ref self;                                                                              \
        self.address = myc_self(ctx);                                                              \
        return self;                                                                               \
    }

/** In the actor's source file, after its handlers: A_spawn(), A_child() and A_self(). State is struct A. */
#define MYC_ACTOR(A, P, ROWS) MYC__ACTOR(A, P, ROWS, NULL, NULL)

#define MYC__START(A)                                                                              \
    static int A##_on_start(struct A *self, myc_context *ctx);                                     \
    static int A##__start(void *self, myc_context *ctx)                                            \
    {                                                                                              \
        return A##_on_start((struct A *)self, ctx);                                                \
    }

/** The same, with `int A_on_start(struct A *, myc_context *)`: a negative code stops the actor
 * before its first message. */
#define MYC_ACTOR_WITH_START(A, P, ROWS) MYC__START(A) MYC__ACTOR(A, P, ROWS, A##__start, NULL)

/** The same, with also `void A_on_stop(struct A *, myc_context *, myc_exit)`. */
#define MYC_ACTOR_WITH_LIFECYCLE(A, P, ROWS)                                                       \
    MYC__START(A)                                                                                  \
    static void A##_on_stop(struct A *self, myc_context *ctx, myc_exit why);                       \
    static void A##__stop(void *self, myc_context *ctx, myc_exit why)                              \
    {                                                                                              \
        A##_on_stop((struct A *)self, ctx, why);                                                   \
    }                                                                                              \
    MYC__ACTOR(A, P, ROWS, A##__start, A##__stop)

/**
 * Behind struct A and before the handlers that use it: another set of handlers, A_M_on_row(), and
 * A_become_M(), A_switch_M(). See become.h.
 */
#define MYC_MODE(A, M, P, ROWS)                                                                    \
    MYC__STATIC_ASSERT((0 ROWS(MYC__COUNT, A)) == P##_row_count,                                   \
                       "the rows of mode " #A "_" #M " are not those of protocol " #P);            \
    ROWS(MYC__HANDLER, (A##_##M, A, P))                                                            \
    static myc_next A##_##M##__dispatch(void *self, myc_context *ctx, uint32_t tag,                \
                                        const void *payload)                                       \
    {                                                                                              \
        switch (tag) {                                                                             \
            ROWS(MYC__CASE, (A##_##M, A, P))                                                       \
        }                                                                                          \
        return myc_dispatch_request(A##_##M##__dispatch, self, ctx, tag, payload);                 \
    }                                                                                              \
    static const myc_mode A##_##M##__mode = {#M, &P##_protocol, A##_##M##__dispatch};              \
    /** From the next message on, on top of the mode it is in. See myc_become(). */                \
    MYC_UNUSED MYC_MUST_CHECK static inline int A##_become_##M(struct A *self, myc_context *ctx)   \
    {                                                                                              \
        return myc_become(ctx, self, &A##_##M##__mode);                                            \
    }                                                                                              \
    /** The same, in place of the mode it is in. See myc_switch(). */                              \
    MYC_UNUSED MYC_MUST_CHECK static inline int A##_switch_##M(struct A *self, myc_context *ctx)   \
    {                                                                                              \
        return myc_switch(ctx, self, &A##_##M##__mode);                                            \
    }

#endif
