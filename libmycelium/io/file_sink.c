/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_sink_state.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "actor/timer.h"
#include "io/os_error.h"

static bool is_quiet(const myc__file_sink *self)
{
    return !myc__file_sink_is_in_flight(self) && !self->has_failed && self->queue.count == 0 &&
           myc__hand_over_is_empty(&self->syncs) && myc__hand_over_is_empty(&self->out);
}

/* ---- the end ---- */

static void drop_what_waits(myc__file_sink *self)
{
    MYC__CHECK(!self->is_writing);
    self->unwritten_bytes += myc__write_queue_drop(&self->queue, myc__file_sink_context(self));
    myc__write_queue_release_owner(&self->queue, self->base.shard, self->base.owner);
}

/* Later writes of the owner are refused. */
static void fail(myc__file_sink *self, int os_error)
{
    self->has_failed = true;
    self->os_error = os_error;
    self->base.writes = NULL;
    drop_what_waits(self);
}

static void say_end(myc__file_sink *self)
{
    *self->end = (myc_stream_end){
        .written_bytes = self->queue.written_bytes,
        .unwritten_bytes = self->unwritten_bytes,
        .error = myc__error_of_os(self->os_error),
        .os_error = self->os_error,
        .stream = {self->base.number},
    };
    self->unwritten_bytes = 0; /* said */
    myc__hand_over_end(&self->out, self->end);
    self->end = NULL;
}

static void free_sink(myc__file_sink *self)
{
    myc_context *ctx = myc__file_sink_context(self);
    myc__wheel_disarm(&self->base.shard->wheel, &self->timer);
    drop_what_waits(self);
    if (self->unwritten_bytes) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_WARNING,
                      "stream %u is closed: %llu bytes that waited were not written",
                      self->base.number, (unsigned long long)self->unwritten_bytes);
    }
    myc__hand_over_drop(&self->syncs, ctx);
    myc__hand_over_drop(&self->out, ctx);
    myc_release(ctx, self->end);
    myc__file_sink_free_gathered(self);
    myc__file_close(&self->file);
    myc__io_remove(&self->base);
    myc__memory_free(&ctx->memory, myc__header_of(self));
}

/* Goes on with a sink that is closing: writes what waits, and syncs it if that was asked for. */
static void finish(myc__file_sink *self)
{
    if (myc__file_sink_write(self) + myc__file_sink_sync(self) == 0 &&
        !myc__file_sink_is_in_flight(self)) {
        free_sink(self);
    }
}

static void bound_flush(myc__file_sink *self)
{
    myc__shard *shard = self->base.shard;
    bool stops = myc__load_relaxed_u32(&shard->stage) != MYC__STAGE_RUN;
    uint64_t after_ns = stops ? MYC__FLUSH_AT_STOP_NS : MYC__FLUSH_NS;
    self->flushed_bytes = self->queue.written_bytes;
    myc__wheel_disarm(&shard->wheel, &self->timer);
    myc__wheel_arm(&shard->wheel, &self->timer,
                   myc__timer_later(myc__shard_now_ns(shard), after_ns));
}

/* As long as something is taken, somebody reads it. A file is written to however long it takes. */
static void on_timer(void *shard, myc__wheel_node *node)
{
    (void)shard;
    myc__file_sink *self =
        (myc__file_sink *)(void *)((uint8_t *)node - offsetof(myc__file_sink, timer));
    bool is_stuck = self->flushed_bytes == self->queue.written_bytes && self->queue.count > 0;
    if (!is_stuck || self->file.has_positions) {
        bound_flush(self);
    } else if (self->is_waiting || self->is_writing) {
        myc__driver_cancel(self->base.driver, &self->write);
    }
}

static void close_sink(myc__source *source)
{
    myc__file_sink *self = (myc__file_sink *)source;
    myc__hand_over_drop(&self->out, myc__file_sink_context(self));
    myc__write_queue_release_owner(&self->queue, source->shard, source->owner);
    bound_flush(self);
    finish(self);
}

static void drain_sink(myc__source *source)
{
    myc__file_sink *self = (myc__file_sink *)source;
    myc__hand_over_drop(&self->out, myc__file_sink_context(self));
    bound_flush(self);
    myc__source_wake(source);
}

static void hurry_sink(myc__source *source)
{
    myc__file_sink *self = (myc__file_sink *)source;
    uint64_t latest_ns = myc__timer_later(myc__shard_now_ns(source->shard), MYC__FLUSH_AT_STOP_NS);
    if (myc__wheel_is_armed(&self->timer) && self->timer.due_ns > latest_ns) {
        bound_flush(self);
    }
}

/* ---- completions ---- */

static void go_on(myc__file_sink *self)
{
    if (self->base.closing) {
        finish(self);
    } else {
        myc__source_wake(&self->base);
    }
}

/* Only a flush that takes too long cancels. */
static void note_written(myc__file_sink *self, int32_t result)
{
    if (result > 0) {
        myc__write_queue_written(&self->queue, myc__file_sink_context(self), (uint32_t)result);
        myc__write_queue_ease(&self->queue, self->base.shard, self->base.owner);
    } else if (result != -EINTR && result != -EAGAIN) {
        fail(self, result == 0 ? EIO : -result);
    }
}

static void note_room(myc__file_sink *self, int32_t result)
{
    if (result > 0 && self->file.has_peer && (result & (POLLERR | POLLHUP))) {
        fail(self, EPIPE);
    } else if (result > 0) {
        myc__file_sink_start_write(self);
    } else if (result != -EINTR && result != -EAGAIN) {
        fail(self, -result);
    }
}

static void on_write(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    myc__file_sink *self =
        (myc__file_sink *)(void *)((uint8_t *)operation - offsetof(myc__file_sink, write));
    bool was_waiting = self->is_waiting;
    self->is_waiting = false;
    self->is_writing = false;
    if (was_waiting) {
        note_room(self, result);
    } else {
        note_written(self, result);
    }
    go_on(self);
}

static void on_sync(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    myc__file_sink *self =
        (myc__file_sink *)(void *)((uint8_t *)operation - offsetof(myc__file_sink, sync));
    self->is_syncing = false;
    if (result != -EINTR) {
        myc__file_sink_tell_synced(self, self->synced_bytes, result < 0 ? -result : 0);
    }
    go_on(self);
}

/* ---- its poll ---- */

/* The system stops: nobody is told anything any more. */
static uint32_t poll_drained(myc__file_sink *self)
{
    uint32_t done = myc__file_sink_write(self) + myc__file_sink_sync(self);
    myc__hand_over_drop(&self->out, myc__file_sink_context(self));
    myc__source_rest(&self->base);
    return done;
}

static bool has_to_say_end(const myc__file_sink *self)
{
    return self->has_failed && self->end && !myc__file_sink_is_in_flight(self) &&
           myc__hand_over_is_empty(&self->syncs);
}

static void rest(myc__file_sink *self)
{
    if (is_quiet(self)) {
        myc__source_rest_quietly(&self->base);
    } else if (myc__hand_over_is_empty(&self->out)) {
        myc__source_rest(&self->base);
    }
}

static uint32_t poll_sink(myc__source *source)
{
    myc__file_sink *self = (myc__file_sink *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    if (source->drained) {
        return poll_drained(self);
    }
    uint32_t done = myc__file_sink_write(self) + myc__file_sink_sync(self);
    if (has_to_say_end(self)) {
        say_end(self);
    }
    done += myc__hand_over_deliver(&self->out, source, owner);
    if (!self->end && myc__hand_over_is_empty(&self->out)) {
        myc__source_close(source);
        return done + 1;
    }
    rest(self);
    return done;
}

static const myc__source_kind kind = {.poll = poll_sink,
                                      .close = close_sink,
                                      .drain = drain_sink,
                                      .hurry = hurry_sink,
                                      .sync = myc__file_sink_ask_sync};

/* ---- the beginning ---- */

static myc__file_sink *allocate(myc_context *ctx)
{
    myc__file_sink *self = myc__memory_new_internal(&ctx->memory, sizeof *self);
    myc_stream_end *end = self ? myc__hand_over_make_end(ctx) : NULL;
    if (!end) {
        if (self) {
            myc__memory_free(&ctx->memory, myc__header_of(self));
        }
        return NULL;
    }
    memset(self, 0, sizeof *self);
    self->end = end;
    return self;
}

int myc__file_sink_create(myc__shard *shard, const myc__file_sink_options *options,
                          uint32_t *number)
{
    myc__driver *driver;
    int error = myc__io_driver(shard->io, &driver);
    if (error) {
        return error;
    }
    myc__file_sink *self = allocate(&shard->context);
    if (!self) {
        return MYC_ENOMEM;
    }
    self->base = (myc__source){.kind = &kind,
                               .driver = driver,
                               .owner = options->owner,
                               .rows = options->rows,
                               .writes = &self->queue};
    self->file = options->file;
    self->write.complete = on_write;
    self->sync.complete = on_sync;
    self->timer.fire = on_timer;
    myc__write_queue_init(&self->queue, options->queue_bytes);
    myc__io_add(shard->io, &self->base);
    *number = self->base.number;
    return 0;
}
