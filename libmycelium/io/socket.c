/* SPDX-License-Identifier: Apache-2.0 */
#include "io/socket.h"

#include <string.h>
#include <unistd.h>

#include "actor/timer.h"
#include "io/os_error.h"

static myc__socket *socket_of(myc__source *source)
{
    return (myc__socket *)source;
}

static const myc__socket_kind *kind_of(const myc__socket *self)
{
    return (const myc__socket_kind *)self->base.kind;
}

static_assert(offsetof(myc__socket, base) == 0, "a source begins its socket");
static_assert(offsetof(myc__socket_kind, source) == 0, "a kind of source begins that of a socket");

static myc_context *context_of(const myc__socket *self)
{
    return &self->base.shard->context;
}

/* ---- timers ---- */

static void arm(myc__socket *self, myc__wheel_node *node, uint64_t after_ns)
{
    myc__shard *shard = self->base.shard;
    myc__wheel_disarm(&shard->wheel, node);
    myc__wheel_arm(&shard->wheel, node, myc__timer_later(myc__shard_now_ns(shard), after_ns));
}

void myc__socket_arm_timer(myc__socket *self, uint64_t after_ns)
{
    arm(self, &self->timer, after_ns);
}

void myc__socket_retry_soon(myc__socket *self)
{
    if (!myc__wheel_is_armed(&self->retry)) {
        arm(self, &self->retry, MYC__SOURCE_RETRY_NS);
    }
}

static void on_retry(void *shard, myc__wheel_node *node)
{
    (void)shard;
    myc__socket *self = (myc__socket *)(void *)((uint8_t *)node - offsetof(myc__socket, retry));
    myc__source_wake(&self->base);
}

/* ---- the end ---- */

static void free_socket(myc__socket *self)
{
    myc_context *ctx = context_of(self);
    MYC__CHECK(self->in_flight == 0);
    myc__wheel_disarm(&self->base.shard->wheel, &self->timer);
    myc__wheel_disarm(&self->base.shard->wheel, &self->retry);
    myc__hand_over_drop(&self->out, ctx);
    myc__outflow_drop(&self->flow);
    if (self->flow.unwritten_bytes) {
        myc__log_line(&ctx->fabric->log, MYC_LOG_WARNING,
                      "stream %u is closed: %llu bytes that waited were not written",
                      self->base.number, (unsigned long long)self->flow.unwritten_bytes);
    }
    myc_release(ctx, self->end);
    if (self->fd >= 0) {
        close(self->fd);
    }
    myc__bound_file_remove(&self->file, &self->target);
    myc__io_remove(&self->base);
    myc__memory_free(&ctx->memory, myc__header_of(self));
}

/* Nobody waits for what is written when a system stops without its drain. */
static bool is_discarded(const myc__socket *self)
{
    const myc__shard *shard = self->base.shard;
    return myc__load_relaxed_u32(&shard->stage) >= MYC__STAGE_STOP_ACTORS &&
           shard->stage_done < MYC__STAGE_CLOSE_SOURCES;
}

static bool has_to_flush(const myc__socket *self)
{
    return self->flow.queue.count > 0 && !self->flow.has_failed && self->fd >= 0 &&
           self->base.writes && !is_discarded(self);
}

/* Goes on with a socket that is closing. */
static void finish(myc__socket *self)
{
    if (has_to_flush(self)) {
        (void)myc__outflow_start(&self->flow);
        return;
    }
    if (self->flow.is_sending) {
        myc__driver_cancel(self->base.driver, &self->flow.operation);
    }
    if (kind_of(self)->cancel) {
        kind_of(self)->cancel(self);
    }
    if (self->in_flight == 0) {
        free_socket(self);
    }
}

void myc__socket_completed(myc__socket *self)
{
    MYC__CHECK(self->in_flight > 0);
    self->in_flight--;
    if (self->base.closing) {
        finish(self);
    } else {
        myc__source_wake(&self->base);
    }
}

/* ---- what is written last ---- */

static bool system_stops(const myc__socket *self)
{
    return myc__load_relaxed_u32(&self->base.shard->stage) != MYC__STAGE_RUN;
}

static void bound_flush(myc__socket *self)
{
    self->flush_is_bounded = true;
    self->seen_written = self->flow.queue.written_bytes;
    myc__socket_arm_timer(self, system_stops(self) ? MYC__FLUSH_AT_STOP_NS : MYC__FLUSH_NS);
}

/* As long as something is taken, the peer is there. */
static void on_flush_timer(myc__socket *self)
{
    if (self->seen_written != self->flow.queue.written_bytes || self->flow.queue.count == 0) {
        bound_flush(self);
        return;
    }
    self->flow.has_failed = true; /* what waits is dropped once it is not being sent any more */
    if (self->base.closing) {
        finish(self);
    } else {
        myc__source_wake(&self->base);
    }
}

static void on_timer(void *shard, myc__wheel_node *node)
{
    (void)shard;
    myc__socket *self = (myc__socket *)(void *)((uint8_t *)node - offsetof(myc__socket, timer));
    if (self->flush_is_bounded) {
        on_flush_timer(self);
    } else if (kind_of(self)->on_timer) {
        kind_of(self)->on_timer(self);
    }
}

void myc__socket_close(myc__source *source)
{
    myc__socket *self = socket_of(source);
    myc__hand_over_drop(&self->out, context_of(self));
    myc__write_queue_release_owner(&self->flow.queue, source->shard, source->owner);
    myc__intake_stop(&self->in);
    bound_flush(self);
    finish(self);
}

void myc__socket_drain(myc__source *source)
{
    myc__socket *self = socket_of(source);
    myc__hand_over_drop(&self->out, context_of(self));
    myc__intake_stop(&self->in);
    bound_flush(self);
    myc__source_wake(source);
}

uint32_t myc__socket_poll_drained(myc__socket *self)
{
    myc__outflow *flow = &self->flow;
    myc__source_rest(&self->base);
    if (!flow->has_failed) {
        return myc__outflow_start(flow);
    }
    if (flow->is_sending) {
        myc__driver_cancel(self->base.driver, &flow->operation);
    } else {
        myc__outflow_end(flow);
    }
    return 0;
}

void myc__socket_hurry(myc__source *source)
{
    myc__socket *self = socket_of(source);
    uint64_t latest_ns = myc__timer_later(myc__shard_now_ns(source->shard), MYC__FLUSH_AT_STOP_NS);
    if (is_discarded(self)) {
        finish(self);
    } else if (myc__wheel_is_armed(&self->timer) && self->timer.due_ns > latest_ns) {
        bound_flush(self);
    }
}

/* ---- what is said ---- */

static void get_peer(int fd, myc_stream_event *event)
{
    struct ucred peer;
    socklen_t size_bytes = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size_bytes) == 0) {
        event->has_peer = 1;
        event->process_id = (uint32_t)peer.pid;
        event->user_id = peer.uid;
        event->group_id = peer.gid;
    }
}

static void get_address(int fd, bool of_peer, myc_stream_event *event)
{
    struct sockaddr_storage address;
    socklen_t size_bytes = sizeof address;
    int result =
        (of_peer ? getpeername : getsockname)(fd, (struct sockaddr *)&address, &size_bytes);
    if (result == 0) {
        myc__address_text((const struct sockaddr *)&address, size_bytes, event->name,
                          sizeof event->name);
    }
}

bool myc__socket_say(myc__socket *self, myc_stream_what what, bool of_peer)
{
    myc_stream_event *event = myc__hand_over_event(&self->out, &self->base, what);
    if (!event) {
        myc__socket_retry_soon(self);
        return false;
    }
    get_address(self->fd, of_peer, event);
    if (of_peer && myc__target_is_unix(&self->target) && !myc__target_is_datagram(&self->target)) {
        get_peer(self->fd, event);
    }
    return true;
}

void myc__socket_say_end(myc__socket *self, int os_error)
{
    *self->end = (myc_stream_end){
        .size_bytes = self->in.bytes,
        .written_bytes = self->flow.queue.written_bytes,
        .unwritten_bytes = self->flow.unwritten_bytes,
        .dropped = self->dropped,
        .error = myc__error_of_os(os_error),
        .os_error = os_error,
        .stream = {self->base.number},
    };
    self->flow.unwritten_bytes = 0; /* said */
    myc__hand_over_end(&self->out, self->end);
    self->end = NULL;
}

/* ---- the beginning ---- */

static bool allocate(myc_context *ctx, uint32_t size_bytes, myc__socket **self,
                     myc_stream_end **end)
{
    *self = myc__memory_new_internal(&ctx->memory, size_bytes);
    *end = *self ? myc__hand_over_make_end(ctx) : NULL;
    if (*end) {
        memset(*self, 0, size_bytes);
    } else if (*self) {
        myc__memory_free(&ctx->memory, myc__header_of(*self));
    }
    return *end != NULL;
}

myc__socket *myc__socket_source_make(const myc__socket_kind *kind, const myc__socket_order *order,
                                     myc__driver *driver, int fd)
{
    myc__socket *self;
    myc_stream_end *end;
    if (!allocate(&order->shard->context, kind->size_bytes, &self, &end)) {
        return NULL;
    }
    self->base = (myc__source){
        .kind = &kind->source, .driver = driver, .owner = order->owner, .rows = order->rows};
    self->fd = fd;
    self->end = end;
    self->target = *order->target;
    self->options = *order->options;
    self->options.interface_name = NULL; /* the caller's */
    self->out.depth = order->options->depth;
    self->timer.fire = on_timer;
    self->retry.fire = on_retry;
    myc__outflow_init(&self->flow, self);
    myc__io_add(order->shard->io, &self->base);
    return self;
}
