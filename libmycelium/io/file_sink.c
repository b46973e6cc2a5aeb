/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_sink.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "actor/timer.h"
#include "io/hand_over.h"
#include "io/os_error.h"

typedef struct file_sink {
    myc__source base; /* first */
    myc__open_file file;
    myc__operation write; /* or the wait for room before it */
    myc__operation sync;
    bool is_waiting, is_writing, is_syncing; /* the driver has the operation */
    bool has_failed;                         /* nothing more is written */
    int os_error;                            /* then: why */
    myc__write_queue queue;
    uint8_t *gathered;        /* room for small chunks; NULL until they come */
    uint64_t synced_bytes;    /* of those written, on the disk once the sync is done */
    uint64_t unwritten_bytes; /* that were dropped */
    myc__hand_over syncs;     /* events to be told once `count` bytes are on the disk */
    myc__hand_over out;
    myc_stream_end *end;    /* made beforehand: an end is not lost for lack of memory */
    myc__wheel_node timer;  /* of a flush */
    uint64_t flushed_bytes; /* written in all when it was armed */
} file_sink;

enum { GATHERED_BYTES = MYC__GATHERED_BLOCK_BYTES - sizeof(myc__header) };

static myc_context *context_of(const file_sink *self)
{
    return &self->base.shard->context;
}

static bool is_in_flight(const file_sink *self)
{
    return self->is_waiting || self->is_writing || self->is_syncing;
}

static bool is_quiet(const file_sink *self)
{
    return !is_in_flight(self) && !self->has_failed && self->queue.count == 0 &&
           myc__hand_over_is_empty(&self->syncs) && myc__hand_over_is_empty(&self->out);
}

/* ---- writing ---- */

static void free_gathered(file_sink *self)
{
    if (self->gathered) {
        myc__memory_free(&context_of(self)->memory, myc__header_of(self->gathered));
        self->gathered = NULL;
    }
}

static bool has_room_to_gather(file_sink *self)
{
    if (!self->gathered) {
        self->gathered = myc__memory_new_internal(&context_of(self)->memory, GATHERED_BYTES);
    }
    return self->gathered != NULL;
}

/* Copies small parts together. Returns the bytes to be written at once. */
static struct iovec gather(file_sink *self, const struct iovec *parts, uint32_t count)
{
    size_t size_bytes = 0;
    for (uint32_t part = 0; part < count && parts[part].iov_len <= MYC__GATHERED_PART_BYTES &&
                            parts[part].iov_len <= GATHERED_BYTES - size_bytes;
         part++) {
        memcpy(self->gathered + size_bytes, parts[part].iov_base, parts[part].iov_len);
        size_bytes += parts[part].iov_len;
    }
    return (struct iovec){self->gathered, size_bytes};
}

static struct iovec next_bytes(file_sink *self)
{
    struct iovec parts[MYC__GATHERED_PARTS_MAX];
    uint32_t count = myc__write_queue_gather(&self->queue, parts, MYC__GATHERED_PARTS_MAX);
    bool are_small = count > 1 && parts[0].iov_len <= MYC__GATHERED_PART_BYTES;
    return are_small && has_room_to_gather(self) ? gather(self, parts, count) : parts[0];
}

static void start_write(file_sink *self)
{
    struct iovec bytes = next_bytes(self);
    self->is_writing = true;
    myc__driver_write(self->base.driver, &self->write, self->file.fd, bytes.iov_base,
                      (uint32_t)bytes.iov_len, -1);
}

static void start_waiting(file_sink *self)
{
    self->is_waiting = true;
    myc__driver_await(self->base.driver, &self->write, self->file.fd, POLLOUT);
}

/* An empty chunk is nothing to write. */
static void skip_empty(file_sink *self)
{
    const myc_chunk *front = myc__write_queue_front(&self->queue);
    while (front && front->size_bytes == 0) {
        myc__write_queue_pop(&self->queue, context_of(self), true);
        front = myc__write_queue_front(&self->queue);
    }
}

static uint32_t start_next_write(file_sink *self)
{
    if (self->is_waiting || self->is_writing || self->has_failed) {
        return 0;
    }
    skip_empty(self);
    if (self->queue.count == 0) {
        free_gathered(self);
        return 0;
    }
    if (self->file.has_positions) {
        start_write(self);
    } else {
        start_waiting(self);
    }
    return 1;
}

/* ---- syncing ---- */

static bool is_sync_due(const file_sink *self)
{
    const myc_stream_event *event = myc__hand_over_first_event(&self->syncs);
    return event && !self->is_syncing &&
           (event->count <= self->queue.written_bytes || self->has_failed);
}

static void tell_synced(file_sink *self, uint64_t bytes, int os_error)
{
    for (myc_stream_event *event;
         (event = myc__hand_over_first_event(&self->syncs)) && event->count <= bytes;) {
        event->os_error = os_error;
        event->error = myc__error_of_os(os_error);
        myc__hand_over_move_event(&self->syncs, &self->out);
    }
}

static uint32_t start_next_sync(file_sink *self)
{
    if (!is_sync_due(self)) {
        return 0;
    }
    if (self->has_failed) { /* what it waits for is never written */
        tell_synced(self, UINT64_MAX, self->os_error);
        return 0;
    }
    self->is_syncing = true;
    self->synced_bytes = self->queue.written_bytes;
    myc__driver_sync(self->base.driver, &self->sync, self->file.fd);
    return 1;
}

static int sync_sink(myc__source *source)
{
    file_sink *self = (file_sink *)source;
    myc_stream_event *event =
        self->file.is_on_disk ? myc__hand_over_make_event(source, MYC_STREAM_SYNCED) : NULL;
    if (!event) {
        return self->file.is_on_disk ? MYC_ENOMEM : MYC_EINVAL;
    }
    event->count = self->queue.written_bytes + self->queue.bytes;
    myc__hand_over_add_event(&self->syncs, event);
    myc__source_wake(source);
    return 0;
}

/* ---- the end ---- */

static void drop_what_waits(file_sink *self)
{
    MYC__CHECK(!self->is_writing);
    self->unwritten_bytes += myc__write_queue_drop(&self->queue, context_of(self));
    myc__write_queue_release_owner(&self->queue, self->base.shard, self->base.owner);
}

/* Later writes of the owner are refused. */
static void fail(file_sink *self, int os_error)
{
    self->has_failed = true;
    self->os_error = os_error;
    self->base.writes = NULL;
    drop_what_waits(self);
}

static void say_end(file_sink *self)
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

static void free_sink(file_sink *self)
{
    myc_context *ctx = context_of(self);
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
    free_gathered(self);
    myc__file_close(&self->file);
    myc__io_remove(&self->base);
    myc__memory_free(&ctx->memory, myc__header_of(self));
}

/* Goes on with a sink that is closing: writes what waits, and syncs it if that was asked for. */
static void finish(file_sink *self)
{
    if (start_next_write(self) + start_next_sync(self) == 0 && !is_in_flight(self)) {
        free_sink(self);
    }
}

static void bound_flush(file_sink *self)
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
    file_sink *self = (file_sink *)(void *)((uint8_t *)node - offsetof(file_sink, timer));
    bool is_stuck = self->flushed_bytes == self->queue.written_bytes && self->queue.count > 0;
    if (!is_stuck || self->file.has_positions) {
        bound_flush(self);
    } else if (self->is_waiting || self->is_writing) {
        myc__driver_cancel(self->base.driver, &self->write);
    }
}

static void close_sink(myc__source *source)
{
    file_sink *self = (file_sink *)source;
    myc__hand_over_drop(&self->out, context_of(self));
    myc__write_queue_release_owner(&self->queue, source->shard, source->owner);
    bound_flush(self);
    finish(self);
}

static void drain_sink(myc__source *source)
{
    file_sink *self = (file_sink *)source;
    myc__hand_over_drop(&self->out, context_of(self));
    bound_flush(self);
    myc__source_wake(source);
}

static void hurry_sink(myc__source *source)
{
    file_sink *self = (file_sink *)source;
    uint64_t latest_ns = myc__timer_later(myc__shard_now_ns(source->shard), MYC__FLUSH_AT_STOP_NS);
    if (myc__wheel_is_armed(&self->timer) && self->timer.due_ns > latest_ns) {
        bound_flush(self);
    }
}

/* ---- completions ---- */

static void go_on(file_sink *self)
{
    if (self->base.closing) {
        finish(self);
    } else {
        myc__source_wake(&self->base);
    }
}

/* Only a flush that takes too long cancels. */
static void note_written(file_sink *self, int32_t result)
{
    if (result > 0) {
        myc__write_queue_written(&self->queue, context_of(self), (uint32_t)result);
        myc__write_queue_ease(&self->queue, self->base.shard, self->base.owner);
    } else if (result != -EINTR && result != -EAGAIN) {
        fail(self, result == 0 ? EIO : -result);
    }
}

static void note_room(file_sink *self, int32_t result)
{
    if (result > 0 && self->file.has_peer && (result & (POLLERR | POLLHUP))) {
        fail(self, EPIPE);
    } else if (result > 0) {
        start_write(self);
    } else if (result != -EINTR && result != -EAGAIN) {
        fail(self, -result);
    }
}

static void on_write(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    file_sink *self = (file_sink *)(void *)((uint8_t *)operation - offsetof(file_sink, write));
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
    file_sink *self = (file_sink *)(void *)((uint8_t *)operation - offsetof(file_sink, sync));
    self->is_syncing = false;
    if (result != -EINTR) {
        tell_synced(self, self->synced_bytes, result < 0 ? -result : 0);
    }
    go_on(self);
}

/* ---- its poll ---- */

/* The system stops: nobody is told anything any more. */
static uint32_t poll_drained(file_sink *self)
{
    uint32_t done = start_next_write(self) + start_next_sync(self);
    myc__hand_over_drop(&self->out, context_of(self));
    myc__source_rest(&self->base);
    return done;
}

static bool has_to_say_end(const file_sink *self)
{
    return self->has_failed && self->end && !is_in_flight(self) &&
           myc__hand_over_is_empty(&self->syncs);
}

static void rest(file_sink *self)
{
    if (is_quiet(self)) {
        myc__source_rest_quietly(&self->base);
    } else if (myc__hand_over_is_empty(&self->out)) {
        myc__source_rest(&self->base);
    }
}

static uint32_t poll_sink(myc__source *source)
{
    file_sink *self = (file_sink *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    if (source->drained) {
        return poll_drained(self);
    }
    uint32_t done = start_next_write(self) + start_next_sync(self);
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
                                      .sync = sync_sink};

/* ---- the beginning ---- */

static file_sink *allocate(myc_context *ctx)
{
    file_sink *self = myc__memory_new_internal(&ctx->memory, sizeof *self);
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
    file_sink *self = allocate(&shard->context);
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
