/* SPDX-License-Identifier: Apache-2.0 */
#include "io/notices.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "actor/timer.h"
#include "io/os_error.h"

enum { EVENTS_PER_POLL = 64 };

static void free_notices(myc__notices *self)
{
    myc_context *ctx = &self->base.shard->context;
    myc__wheel_disarm(&self->base.shard->wheel, &self->retry);
    myc__hand_over_drop(&self->out, ctx);
    myc_release(ctx, self->event);
    myc_release(ctx, self->end);
    self->kind->fini(self);
    close(self->fd);
    myc__io_remove(&self->base);
    myc__memory_free(&ctx->memory, myc__header_of(self));
}

static void close_notices(myc__source *source)
{
    myc__notices *self = (myc__notices *)source;
    if (self->is_awaited) {
        myc__driver_cancel(source->driver, &self->readable);
    } else {
        free_notices(self);
    }
}

/* Whatever is wrong with the descriptor, a read will say. */
static void on_readable(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)result, (void)flags;
    myc__notices *self =
        (myc__notices *)(void *)((uint8_t *)operation - offsetof(myc__notices, readable));
    self->is_awaited = false;
    if (self->base.closing) {
        free_notices(self);
    } else {
        myc__source_wake(&self->base);
    }
}

static void await(myc__notices *self)
{
    self->is_awaited = true;
    myc__driver_await(self->base.driver, &self->readable, self->fd, POLLIN);
}

int32_t myc__notices_read(const myc__notices *self, void *buffer, uint32_t size_bytes)
{
    ssize_t size;
    do {
        size = read(self->fd, buffer, size_bytes);
    } while (size < 0 && errno == EINTR);
    if (size >= 0) {
        return (int32_t)size;
    }
    return errno == EAGAIN ? 0 : -errno;
}

static void on_retry(void *shard, myc__wheel_node *node)
{
    (void)shard;
    myc__source_wake(
        &((myc__notices *)(void *)((uint8_t *)node - offsetof(myc__notices, retry)))->base);
}

static void retry_soon(myc__notices *self)
{
    myc__shard *shard = self->base.shard;
    if (!myc__wheel_is_armed(&self->retry)) {
        myc__wheel_arm(&shard->wheel, &self->retry,
                       myc__timer_later(myc__shard_now_ns(shard), MYC__SOURCE_RETRY_NS));
    }
}

/* The event is there before the notice is taken, which is not lost for want of memory then. */
static bool has_event(myc__notices *self)
{
    if (!self->event) {
        self->event = myc__hand_over_make_event(&self->base, self->kind->what);
    }
    return self->event != NULL;
}

static void say_end(myc__notices *self, int os_error)
{
    *self->end = (myc_stream_end){
        .error = myc__error_of_os(os_error), .os_error = os_error, .stream = {self->base.number}};
    myc__hand_over_end(&self->out, self->end);
    self->end = NULL;
}

/* Takes one notice. Returns false when there is none for now, or will never be one. */
static bool take_next(myc__notices *self)
{
    int result = has_event(self) ? self->kind->next(self, self->event) : -ENOMEM;
    if (result == -ENOMEM) {
        retry_soon(self);
    } else if (result > 0) {
        myc__hand_over_add_event(&self->out, self->event);
        self->event = NULL;
    } else if (result == 0) {
        await(self);
    } else {
        say_end(self, -result);
    }
    return result > 0;
}

static uint32_t deliver(myc__notices *self, const myc__actor *owner)
{
    return myc__hand_over_deliver(&self->out, &self->base, owner);
}

static uint32_t go_on(myc__notices *self, const myc__actor *owner)
{
    uint32_t done = deliver(self, owner);
    for (uint32_t budget = EVENTS_PER_POLL; budget > 0 && self->end && !self->is_awaited &&
                                            myc__hand_over_is_empty(&self->out) && take_next(self);
         budget--) {
        done += deliver(self, owner);
    }
    return done + deliver(self, owner);
}

static bool waits(const myc__notices *self)
{
    bool is_retried = myc__wheel_is_armed(&self->retry);
    return (self->is_awaited || is_retried) && myc__hand_over_is_empty(&self->out);
}

static uint32_t poll_notices(myc__source *source)
{
    myc__notices *self = (myc__notices *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    uint32_t done = go_on(self, owner);
    if (!self->end && myc__hand_over_is_empty(&self->out)) {
        myc__source_close(source);
        return done + 1;
    }
    if (waits(self)) {
        myc__source_rest(source);
    }
    return done;
}

static const myc__source_kind source_kind = {.poll = poll_notices, .close = close_notices};

static myc__notices *allocate(myc__shard *shard, uint32_t size_bytes)
{
    myc_context *ctx = &shard->context;
    myc__notices *self = myc__memory_new_internal(&ctx->memory, size_bytes);
    myc_stream_end *end = self ? myc__hand_over_make_end(ctx) : NULL;
    if (!end) {
        if (self) {
            myc__memory_free(&ctx->memory, myc__header_of(self));
        }
        return NULL;
    }
    memset(self, 0, size_bytes);
    self->end = end;
    return self;
}

int myc__notices_create(myc__shard *shard, const myc__notices_options *options, myc__notices **made)
{
    myc__driver *driver;
    int error = myc__io_driver(shard->io, &driver);
    if (error) {
        return error;
    }
    myc__notices *self = allocate(shard, options->kind->size_bytes);
    if (!self) {
        return MYC_ENOMEM;
    }
    self->base = (myc__source){
        .kind = &source_kind, .driver = driver, .owner = options->owner, .rows = options->rows};
    self->kind = options->kind;
    self->fd = options->fd;
    self->readable.complete = on_readable;
    self->retry.fire = on_retry;
    myc__io_add(shard->io, &self->base);
    *made = self;
    return 0;
}
