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
 * A wrong payload or a ref of another protocol does not compile (in C with
 * -Werror=incompatible-pointer-types, which the CMake target and the pkg-config file carry); a
 * missing handler does not link.
 */
#include <mycelium/actor.h>

#define MYC__TAG(P, name, T) P##_tag_##name,
#define MYC__ROW(P, name_, T) {#name_, &T##_type},
#define MYC__ROW_SHELL(P, name, T)                                                                 \
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
    }

/** In a header: P_ref, P_tag_ROW, P_send_ROW(), P_send_wait_ROW() and the table P_protocol. */
#define MYC_PROTOCOL(P, ROWS)                                                                      \
    typedef struct P##_ref {                                                                       \
        myc_address address;                                                                       \
    } P##_ref;                                                                                     \
    enum P##_tag{ROWS(MYC__TAG, P) P##_row_count};                                                 \
    MYC_UNUSED static const myc_row P##_rows[] = {ROWS(MYC__ROW, P)};                              \
    MYC_UNUSED static const myc_protocol P##_protocol = {#P, P##_rows, P##_row_count};             \
    ROWS(MYC__ROW_SHELL, P)

/* The rows of an actor carry (actor, protocol) as their first argument; these unpack it. */
#define MYC__PAIR(A, P) A, P
#define MYC__HANDLER(pair, name, T) MYC__HANDLER_1(MYC__PAIR pair, name, T)
#define MYC__HANDLER_1(...) MYC__HANDLER_2(__VA_ARGS__)
#define MYC__HANDLER_2(A, P, name, T)                                                              \
    static myc_next A##_on_##name(struct A *self, myc_context *ctx, const T *name);
#define MYC__CASE(pair, name, T) MYC__CASE_1(MYC__PAIR pair, name, T)
#define MYC__CASE_1(...) MYC__CASE_2(__VA_ARGS__)
#define MYC__CASE_2(A, P, name, T)                                                                 \
    case P##_tag_##name:                                                                           \
        return A##_on_##name((struct A *)self, ctx, (const P##_payload_##name *)payload);
#define MYC__COUNT(X, name, T) +1

#ifdef __cplusplus
#define MYC__STATIC_ASSERT static_assert
#else
#define MYC__STATIC_ASSERT _Static_assert
#endif

#define MYC__ACTOR(A, P, ROWS, start, stop)                                                        \
    MYC__STATIC_ASSERT((0 ROWS(MYC__COUNT, A)) == P##_row_count,                                   \
                       "the rows of actor " #A " are not those of protocol " #P);                  \
    ROWS(MYC__HANDLER, (A, P))                                                                     \
    static myc_next A##__dispatch(void *self, myc_context *ctx, uint32_t tag, const void *payload) \
    {                                                                                              \
        switch (tag) {                                                                             \
            ROWS(MYC__CASE, (A, P))                                                                \
        }                                                                                          \
        return MYC_FAIL(MYC_EINVAL);                                                               \
    }                                                                                              \
    static const myc_behaviour A##__behaviour = {                                                  \
        #A, &P##_protocol, sizeof(struct A), MYC__ALIGNOF(struct A), A##__dispatch, start, stop};  \
    /** Starts an actor with a copy of `state`. See myc_spawn(). */                                \
    MYC_UNUSED MYC_MUST_CHECK static inline int A##_spawn(                                         \
        myc_context *ctx, const struct A *state, const myc_spawn_options *options, P##_ref *ref)   \
    {                                                                                              \
        return myc_spawn(ctx, &A##__behaviour, state, options, &ref->address);                     \
    }                                                                                              \
    MYC_UNUSED static inline P##_ref A##_self(const myc_context *ctx)                              \
    {                                                                                              \
        P##_ref self;                                                                              \
        self.address = myc_self(ctx);                                                              \
        return self;                                                                               \
    }

/** In the actor's source file, after its handlers: A_spawn() and A_self(). State is struct A. */
#define MYC_ACTOR(A, P, ROWS) MYC__ACTOR(A, P, ROWS, NULL, NULL)

/**
 * The same, with `int A_on_start(struct A *, myc_context *)` (a negative code stops the actor
 * before its first message) and `void A_on_stop(struct A *, myc_context *, myc_exit)`.
 */
#define MYC_ACTOR_WITH_LIFECYCLE(A, P, ROWS)                                                       \
    static int A##_on_start(struct A *self, myc_context *ctx);                                     \
    static void A##_on_stop(struct A *self, myc_context *ctx, myc_exit why);                       \
    static int A##__start(void *self, myc_context *ctx)                                            \
    {                                                                                              \
        return A##_on_start((struct A *)self, ctx);                                                \
    }                                                                                              \
    static void A##__stop(void *self, myc_context *ctx, myc_exit why)                              \
    {                                                                                              \
        A##_on_stop((struct A *)self, ctx, why);                                                   \
    }                                                                                              \
    MYC__ACTOR(A, P, ROWS, A##__start, A##__stop)

#endif
