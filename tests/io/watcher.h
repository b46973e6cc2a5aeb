/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_WATCHER_H
#define TESTS_IO_WATCHER_H

/*
 * An actor that watches a directory or signals and notes what it is told.
 */
#include "source_frame.h"

enum { TOLD_MAX = 64 };

/** What is to be watched, and what was told. Read the latter, unless it is atomic, at quiescence or
 * while the system does not run. */
struct watch {
    const char *directory; /* or */
    const int *signals;
    uint32_t holds_after; /* events: then it takes none until `goes_on`. 0 = never */

    uint32_t opened;  /* atomic */
    uint32_t goes_on; /* atomic */
    int error;
    myc_stream stream;
    uint32_t told; /* atomic: events */
    uint32_t again;
    uint32_t wrong;
    char names[TOLD_MAX][MYC_STREAM_NAME_BYTES];
    uint32_t counts[128]; /* of each signal */
    uint32_t last_process;
    bool (*seen)[100000]; /* files of a number for their name; or NULL */
    uint32_t seen_count;  /* atomic */
    uint32_t ends;        /* atomic */
    myc_stream_end end;
};

#define WATCHING_ROWS(ROW, P)                                                                      \
    ROW(P, event, myc_stream_event)                                                                \
    ROW(P, end, myc_stream_end)
MYC_PROTOCOL(watching, WATCHING_ROWS)

struct watcher {
    struct watch *watch;
};

static int watcher_on_start(struct watcher *self, myc_context *ctx);
static void watcher_on_stop(struct watcher *self, myc_context *ctx, myc_exit why);
static myc_next watcher_on_event(struct watcher *self, myc_context *ctx,
                                 const myc_stream_event *event);
static myc_next watcher_on_end(struct watcher *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(watcher, watching, WATCHING_ROWS)

static int watcher_on_start(struct watcher *self, myc_context *ctx)
{
    struct watch *watch = self->watch;
    watch->error = watch->signals
                       ? myc_stream_watch_signals(ctx, watch->signals, &watch->stream)
                       : myc_stream_watch_directory(ctx, watch->directory, &watch->stream);
    __atomic_store_n(&watch->opened, 1, __ATOMIC_RELEASE);
    return 0;
}

static void watcher_on_stop(struct watcher *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static void note_number(struct watch *watch, const char *name)
{
    bool *seen = &(*watch->seen)[strtoul(name, NULL, 10) % 100000];
    watch->seen_count += !*seen;
    *seen = true;
}

static void note_event(struct watch *watch, const myc_stream_event *event)
{
    snprintf(watch->names[watch->told % TOLD_MAX], sizeof watch->names[0], "%s", event->name);
    watch->wrong += event->stream.number != watch->stream.number || event->error != 0 ||
                    event->what != (watch->signals ? MYC_STREAM_SIGNAL : MYC_STREAM_APPEARED);
    if (watch->signals) {
        watch->counts[event->count % 128]++;
        watch->last_process = event->process_id;
    } else {
        watch->again += event->count != 0;
        if (watch->seen)
            note_number(watch, event->name);
    }
}

static myc_next watcher_on_event(struct watcher *self, myc_context *ctx,
                                 const myc_stream_event *event)
{
    (void)ctx;
    struct watch *watch = self->watch;
    if (watch->holds_after && watch->told == watch->holds_after &&
        !__atomic_load_n(&watch->goes_on, __ATOMIC_ACQUIRE))
        return MYC_AGAIN;
    note_event(watch, event);
    __atomic_store_n(&watch->told, watch->told + 1, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}

static myc_next watcher_on_end(struct watcher *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    struct watch *watch = self->watch;
    watch->end = *end;
    __atomic_store_n(&watch->ends, watch->ends + 1, __ATOMIC_RELEASE);
    return MYC_CONTINUE;
}

MYC_UNUSED static uint32_t told(const struct watch *watch)
{
    return __atomic_load_n(&watch->told, __ATOMIC_ACQUIRE);
}

MYC_UNUSED static uint32_t ends(const struct watch *watch)
{
    return __atomic_load_n(&watch->ends, __ATOMIC_ACQUIRE);
}

/** Spawns a watcher, which borrows `watch` as long as the system lives. It watches then. */
MYC_UNUSED static watching_ref spawn_watcher(struct frame *frame, struct watch *watch,
                                             const myc_spawn_options *options)
{
    watching_ref ref;
    cr_assert_eq(0, watcher_spawn(frame->ctx, &(struct watcher){watch}, options, &ref));
    AWAIT(frame, __atomic_load_n(&watch->opened, __ATOMIC_ACQUIRE));
    return ref;
}

/** Waits until so many events have been told, and looks whether there are more. */
MYC_UNUSED static void await_told(struct frame *frame, const struct watch *watch, uint32_t count)
{
    AWAIT(frame, told(watch) >= count);
    for (int round = 0; round < 20; round++)
        step(frame);
    cr_expect_eq(count, told(watch), "%u, not %u", told(watch), count);
    cr_expect_eq(0, watch->wrong);
}

#endif
