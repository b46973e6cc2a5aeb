/* SPDX-License-Identifier: Apache-2.0 */
#include "io/file_source.h"

#include <errno.h>

#include <mycelium/stream.h>

#include "io/file_window.h"
#include "io/os_error.h"
#include "io/owner.h"

typedef struct file_source file_source;

/* What belongs to one slot of the window. */
typedef struct file_read {
    myc__operation operation; /* first: a completion gets its address */
    file_source *source;
    myc_chunk *chunk; /* its bytes go here; NULL while the slot is free */
} file_read;

struct file_source {
    myc__source base; /* first */
    myc__open_file file;
    myc__operation readable;
    bool is_awaited;    /* nothing is read until `readable` has completed */
    uint32_t in_flight; /* operations the driver has */
    uint64_t delivered_bytes;
    myc_stream_end *end; /* made beforehand: an end is not lost for lack of memory */
    myc__file_window window;
    file_read reads[];
};

static void free_source(file_source *self)
{
    myc_context *ctx = &self->base.shard->context;
    for (uint32_t i = 0; i < self->window.options.depth; i++) {
        myc_release(ctx, self->reads[i].chunk);
    }
    myc_release(ctx, self->end);
    myc__file_close(&self->file);
    myc__io_remove(&self->base);
    myc__memory_free(&ctx->memory, myc__header_of(self));
}

/* A closed descriptor is used again at once, so it stays open while an operation may use it. */
static void free_when_idle(file_source *self)
{
    if (self->base.closing && self->in_flight == 0) {
        free_source(self);
    }
}

static void close_source(myc__source *source)
{
    file_source *self = (file_source *)source;
    myc__driver_cancel(source->driver, &self->readable);
    for (uint32_t i = 0; i < self->window.options.depth; i++) {
        myc__driver_cancel(source->driver, &self->reads[i].operation);
    }
    free_when_idle(self);
}

static uint32_t index_of(const file_read *read)
{
    return (uint32_t)(read - read->source->reads);
}

/* Reads into what is left of the chunk. */
static void start_read(file_read *read)
{
    file_source *self = read->source;
    const myc__file_slot *slot = &self->window.slots[index_of(read)];
    uint64_t offset = self->file.start + slot->offset + slot->size_bytes;
    self->in_flight++;
    myc__driver_read(self->base.driver, &read->operation, self->file.fd,
                     read->chunk->bytes + slot->size_bytes, MYC_CHUNK_BYTES - slot->size_bytes,
                     self->file.has_positions ? (int64_t)offset : -1);
}

static void on_read(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    file_read *read = (file_read *)operation;
    file_source *self = read->source;
    self->in_flight--;
    if (self->base.closing) {
        free_when_idle(self);
    } else if (myc__file_window_complete(&self->window, index_of(read), result)) {
        start_read(read);
    }
}

/* Whatever is wrong with it, a read will say. */
static void on_readable(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)result;
    (void)flags;
    file_source *self =
        (file_source *)(void *)((uint8_t *)operation - offsetof(file_source, readable));
    self->in_flight--;
    self->is_awaited = false;
    free_when_idle(self);
}

static bool send_chunk(file_source *self, const myc__actor *owner)
{
    uint32_t index = self->window.first;
    myc_chunk *chunk = self->reads[index].chunk;
    chunk->offset = self->delivered_bytes;
    chunk->size_bytes = self->window.slots[index].size_bytes;
    chunk->stream.number = self->base.number;
    uint32_t size_bytes = chunk->size_bytes;
    if (!myc__owner_send(self->base.shard, owner, self->base.rows.chunk, chunk)) {
        return false;
    }
    self->delivered_bytes += size_bytes;
    self->reads[index].chunk = NULL;
    myc__file_window_take(&self->window);
    return true;
}

/* Returns true when it was accepted: then the source is closed and may be gone. */
static bool send_end(file_source *self, const myc__actor *owner)
{
    int os_error = self->window.slots[self->window.first].os_error;
    *self->end = (myc_stream_end){
        .size_bytes = self->delivered_bytes,
        .error = myc__error_of_os(os_error),
        .os_error = os_error,
        .stream = {self->base.number},
    };
    if (!myc__owner_send(self->base.shard, owner, self->base.rows.end, self->end)) {
        return false;
    }
    self->end = NULL;
    myc__source_close(&self->base);
    return true;
}

static uint32_t deliver(file_source *self, const myc__actor *owner)
{
    uint32_t count = 0;
    while (myc__file_window_front(&self->window) == MYC__FRONT_BYTES && send_chunk(self, owner)) {
        count++;
    }
    return count;
}

/* Without memory it waits until the owner has handled what it has; when that is nothing, there is
 * nothing to wait for. */
static bool start_next(file_source *self, bool can_wait)
{
    myc_context *ctx = &self->base.shard->context;
    myc_chunk *chunk = myc_chunk_make(ctx, MYC_CHUNK_BYTES);
    if (!chunk && can_wait) {
        return false;
    }
    file_read *read = &self->reads[myc__file_window_add(&self->window)];
    MYC__CHECK(!read->chunk);
    read->chunk = chunk;
    if (chunk) {
        start_read(read);
    } else {
        (void)myc__file_window_complete(&self->window, index_of(read), -ENOMEM);
    }
    return true;
}

/* Chunks that wait in the mailbox. Other messages there do not count, lest a busy source of the
 * same owner keeps this one from ever being read; but to tell them apart costs a look at each. */
static uint32_t count_waiting(const file_source *self, const myc__actor *owner)
{
    uint32_t all = myc__owner_backlog(owner);
    bool is_far_from_full = self->window.count + all < self->window.options.depth;
    return is_far_from_full ? all : myc__owner_backlog_of(owner, self->base.number);
}

static uint32_t start_reads(file_source *self, const myc__actor *owner)
{
    uint32_t count = 0;
    if (self->is_awaited || !myc__file_window_may_add(&self->window)) {
        return 0;
    }
    uint32_t waiting = count_waiting(self, owner);
    while (self->window.count + waiting < self->window.options.depth &&
           myc__file_window_may_add(&self->window) &&
           start_next(self, self->window.count + myc__owner_backlog(owner) > 0)) {
        count++;
    }
    return count;
}

static uint32_t poll_source(myc__source *source)
{
    file_source *self = (file_source *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    uint32_t done = deliver(self, owner);
    if (myc__file_window_front(&self->window) == MYC__FRONT_END) {
        return done + send_end(self, owner);
    }
    return done + start_reads(self, owner);
}

static const myc__source_kind kind = {
    .poll = poll_source, .close = close_source, .can_be_held = true};

static file_source *allocate(myc__shard *shard, uint32_t depth)
{
    myc_context *ctx = &shard->context;
    uint32_t size_bytes = (uint32_t)(sizeof(file_source) + depth * sizeof(file_read));
    file_source *self = myc__memory_new_internal(&ctx->memory, size_bytes);
    myc_stream_end *end = self ? myc_new_uninitialized(ctx, &myc_stream_end_type) : NULL;
    if (!end) {
        if (self) {
            myc__memory_free(&ctx->memory, myc__header_of(self));
        }
        return NULL;
    }
    __builtin_memset(self, 0, size_bytes);
    self->end = end;
    for (uint32_t i = 0; i < depth; i++) {
        self->reads[i] = (file_read){.operation.complete = on_read, .source = self};
    }
    return self;
}

static void begin(file_source *self)
{
    self->readable.complete = on_readable;
    self->is_awaited = self->file.is_fifo;
    if (self->is_awaited) {
        self->in_flight++;
        myc__driver_await_readable(self->base.driver, &self->readable, self->file.fd);
    }
}

int myc__file_source_create(myc__shard *shard, const myc__file_source_options *options,
                            uint32_t *number)
{
    myc__driver *driver;
    int error = myc__io_driver(shard->io, &driver);
    if (error) {
        return error;
    }
    uint32_t default_depth = options->file.has_positions ? MYC__READ_DEPTH_DEFAULT : 1;
    uint32_t depth = options->depth ? options->depth : default_depth;
    file_source *self = allocate(shard, depth);
    if (!self) {
        return MYC_ENOMEM;
    }
    self->base = (myc__source){
        .kind = &kind, .driver = driver, .owner = options->owner, .rows = options->rows};
    self->file = options->file;
    myc__file_window_init(&self->window, &(myc__file_window_options){
                                             .depth = depth,
                                             .slot_bytes = MYC_CHUNK_BYTES,
                                             .expected_bytes = options->file.size_bytes,
                                             .is_stream = !options->file.has_positions,
                                         });
    myc__io_add(shard->io, &self->base);
    begin(self);
    *number = self->base.number;
    return 0;
}
