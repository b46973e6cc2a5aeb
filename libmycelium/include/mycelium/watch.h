/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_WATCH_H
#define MYCELIUM_WATCH_H

/*
 * Watch and links: to be told when another actor ends, or to end with it.
 *
 *     #define DESK_ROWS(ROW, P)            \
 *         ROW(P, order, order_request)     \
 *         ROW(P, down, myc_down)
 *     ...
 *     error = MYC_WATCH(desk, down, ctx, self->feed);       in a handler or on_start
 *
 *     static myc_next desk_on_down(struct desk *self, myc_context *ctx, const myc_down *down)
 *     {
 *         if (down->why.reason == MYC_EXIT_FAILED) ...
 *
 * A watch belongs to the actor that made it and is over with its one notice, with myc_unwatch(), or
 * with that actor. An actor that its supervisor starts again has not ended: nobody is told.
 *
 * Links go both ways: when one of two linked actors ends otherwise than normally, the other one is
 * killed. Normal ends are MYC_EXIT_DONE, MYC_EXIT_REQUESTED and MYC_EXIT_SYSTEM; they undo the
 * link.
 *
 * Threads: in a handler, on_start or on_stop of the actor that watches; myc_kill() anywhere.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** The notice: `actor` has ended. */
typedef struct myc_down {
    myc_address actor;
    myc_exit why; /* MYC_EXIT_UNKNOWN: it had ended before it was watched, or never was */
} myc_down;
MYC_MESSAGE(myc_down)

/**
 * Tells the calling actor once when `target`, on any worker, has ended: by a myc_down in row `tag`
 * of its own protocol. Prefer MYC_WATCH(), which checks the row when it is compiled.
 *
 * The notice goes ahead of the mailbox and is never refused: its memory is taken here. When
 * `target` has ended already, or never was, the notice says so (MYC_EXIT_UNKNOWN); also this one
 * comes after the running handler. To watch twice is one watch, told in the row given last.
 *
 * Returns 0, MYC_ENOMEM, MYC_ETYPE (the row carries another type), MYC_EINVAL (`target` is the
 * calling actor), MYC_ENOTSUP (`target` is of another node) or MYC_ETHREAD (no handler runs here).
 * Should memory be out on the worker of `target` only, the notice comes at once, with
 * MYC_EXIT_UNKNOWN and the code MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_watch(myc_context *ctx, myc_address target, uint32_t tag);

/** Ends a watch: no notice comes after it, also when it was queued. Without a watch it does
 * nothing.
 */
MYC_API void myc_unwatch(myc_context *ctx, myc_address target);

/**
 * Links the calling actor and `other`: when either ends because it failed or was killed, the other
 * is killed with the same code, ahead of what is queued for it. When `other` has ended already the
 * caller is killed, since it may have failed. To link twice is one link. A supervised actor keeps
 * its links when it is started again.
 *
 * Returns 0 or what myc_watch() does.
 */
MYC_API MYC_MUST_CHECK int myc_link(myc_context *ctx, myc_address other);

/** Undoes a link, whichever of the two made it. Nothing reaches the caller by it any more; when
 * both end at the same time, the other one may still be killed. */
MYC_API void myc_unlink(myc_context *ctx, myc_address other);

/**
 * Stops an actor like myc_stop(), but as one that has gone wrong: its end is MYC_EXIT_KILLED with
 * `code`, kills those it is linked to, and lets its supervisor start it again.
 */
MYC_API void myc_kill(myc_context *ctx, myc_address actor, int32_t code);

/* What MYC_WATCH() calls: `row` is there for its type. */
MYC_MUST_CHECK static inline int myc__watch_typed(myc_context *ctx, myc_address target,
                                                  uint32_t tag, const myc_down *row)
{
    (void)row;
    return myc_watch(ctx, target, tag);
}

/** myc_watch() for a row of protocol P, which must carry a myc_down, and a ref of any protocol. */
#define MYC_WATCH(P, row, ctx, ref)                                                                \
    myc__watch_typed((ctx), (ref).address, P##_tag_##row, (const P##_payload_##row *)0)

MYC_EXTERN_C_END

#endif
