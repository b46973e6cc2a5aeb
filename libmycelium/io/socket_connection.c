/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "base/random.h"
#include "io/os_error.h"
#include "io/socket.h"

/*
 * A stream socket and its peer.
 *
 *   state       means                                     leaves by
 *   CONNECTING  the kernel connects                       success, once its owner can be told: OPEN
 *                                                         failure, the time is over: LEAVING
 *   OPEN        receives and writes                       an error; the peer has closed, what came
 *                                                         was handled and what waits is written:
 *                                                         LEAVING
 *   LEAVING     its operations are being ended            the last completion: LOST
 *   LOST        has no descriptor; what waited to be      its owner can be told: WAITING, or ENDED
 *               written is dropped                        without reconnect
 *   WAITING     until it connects again                   the timer: CONNECTING, or LOST when there
 *                                                         is no descriptor to be had
 *   ENDED       the end is on its way to the owner        it is there: the source closes
 *
 * When the peer has closed its side, its end is held back until the owner has handled what came
 * before and the answers are written: so a peer may send a request, close its side, and read.
 */
typedef enum state { CONNECTING, OPEN, LEAVING, LOST, WAITING, ENDED } state;

typedef struct connection {
    myc__socket socket; /* first */
    state state;
    int os_error;       /* why it leaves OPEN; 0 = the peer has closed */
    uint32_t listener;  /* that has accepted it, until its owner knows; else 0 */
    bool is_connecting; /* the driver has `connect` */
    bool is_connected;  /* since then */
    bool is_late;       /* the time for it is over */
    uint32_t tries;     /* to connect again, since it held last */
    uint64_t opened_ns;
    uint64_t delay_ns; /* of the last time it waited */
    uint64_t random;
    myc__operation connect;
} connection;

static connection *connection_of(myc__socket *socket)
{
    return (connection *)(void *)socket;
}

static bool reconnects(const connection *self)
{
    return self->socket.options.reconnect_first_ns > 0;
}

/* ---- connecting ---- */

static void on_connected(myc__operation *operation, int32_t result, uint32_t flags)
{
    (void)flags;
    connection *self = (connection *)(void *)((uint8_t *)operation - offsetof(connection, connect));
    self->is_connecting = false;
    self->is_connected = result == 0;
    self->socket.flow.is_ready = result == 0;
    self->os_error = self->is_late ? ETIMEDOUT : -result;
    if (result != 0 && self->socket.base.closing) {
        self->socket.flow.has_failed = true;
    }
    myc__socket_completed(&self->socket);
}

static void start_connecting(connection *self, int fd)
{
    myc__socket *socket = &self->socket;
    socket->fd = fd;
    self->state = CONNECTING;
    self->is_connecting = true;
    self->is_connected = false;
    self->is_late = false;
    socket->in_flight++;
    myc__driver_connect(socket->base.driver, &self->connect, fd,
                        (const struct sockaddr *)&socket->target.address,
                        socket->target.address_bytes);
    myc__socket_arm_timer(socket, socket->options.connect_timeout_ns);
}

static void leave(connection *self, int os_error)
{
    myc__socket *socket = &self->socket;
    self->os_error = os_error;
    self->state = LEAVING;
    socket->flow.is_ready = false;
    myc__wheel_disarm(&socket->base.shard->wheel, &socket->timer);
    myc__intake_stop(&socket->in);
    if (socket->flow.is_sending) {
        myc__driver_cancel(socket->base.driver, &socket->flow.operation);
    }
}

static void look_at_connect(connection *self)
{
    myc__socket *socket = &self->socket;
    if (self->is_connecting) {
        return;
    }
    if (!self->is_connected) {
        leave(self, self->os_error);
    } else if (myc__socket_say(socket, MYC_STREAM_OPENED, true)) {
        self->state = OPEN;
        self->opened_ns = myc__shard_now_ns(socket->base.shard);
        myc__wheel_disarm(&socket->base.shard->wheel, &socket->timer);
    }
}

/* ---- open ---- */

/* The peer has closed its side: true when the owner has had its chance to answer. */
static bool is_answered(connection *self, const myc__actor *owner)
{
    myc__socket *socket = &self->socket;
    return myc__hand_over_is_done(&socket->out, &socket->base, owner) && !socket->flow.is_sending &&
           (socket->flow.queue.count == 0 || socket->flow.has_failed);
}

/* What could not be written is known to the receiving side too, which may have more to give. */
static void go_on(connection *self, const myc__actor *owner)
{
    myc__socket *socket = &self->socket;
    (void)myc__outflow_start(&socket->flow);
    if (socket->flow.has_failed && socket->base.writes && !reconnects(self)) {
        myc__outflow_end(&socket->flow);
    }
    if (socket->in.has_ended && socket->in.os_error) {
        leave(self, socket->in.os_error);
    } else if (socket->in.has_ended && is_answered(self, owner)) {
        leave(self, socket->flow.has_failed ? socket->flow.os_error : 0);
    }
}

/* ---- lost, and back ---- */

static void look_at_leaving(connection *self)
{
    myc__socket *socket = &self->socket;
    if (socket->in_flight == 0) {
        close(socket->fd);
        socket->fd = -1;
        myc__outflow_drop(&socket->flow);
        self->state = LOST;
    }
}

/* Twice the last one, less up to half of it by chance, so that those who lost the same peer do not
 * all come back at the same time. A connection that has held for longer than it had been waited for
 * begins anew. */
static uint64_t next_delay(connection *self)
{
    const myc_stream_options *options = &self->socket.options;
    uint64_t held_ns =
        self->opened_ns ? myc__shard_now_ns(self->socket.base.shard) - self->opened_ns : 0;
    if (self->delay_ns == 0 || held_ns > self->delay_ns) {
        self->delay_ns = options->reconnect_first_ns;
    } else {
        self->delay_ns = self->delay_ns > options->reconnect_max_ns / 2 ? options->reconnect_max_ns
                                                                        : 2 * self->delay_ns;
    }
    self->opened_ns = 0;
    return self->delay_ns - myc__random_next(&self->random) % (self->delay_ns / 2 + 1);
}

static myc_stream_event *event_of_loss(connection *self)
{
    myc__hand_over *out = &self->socket.out;
    myc_stream_event *event = myc__hand_over_last_event(out, MYC_STREAM_LOST);
    return event ? event : myc__hand_over_event(out, &self->socket.base, MYC_STREAM_LOST);
}

static void say_loss(connection *self)
{
    myc__socket *socket = &self->socket;
    myc_stream_event *event = event_of_loss(self);
    if (!event) {
        myc__socket_retry_soon(socket);
        return;
    }
    event->error = myc__error_of_os(self->os_error);
    event->os_error = self->os_error;
    event->count += socket->flow.unwritten_bytes;
    socket->flow.unwritten_bytes = 0; /* said */
    self->state = WAITING;
    myc__socket_arm_timer(socket, next_delay(self));
}

static void look_at_loss(connection *self)
{
    myc__socket *socket = &self->socket;
    if (reconnects(self)) {
        say_loss(self);
    } else {
        myc__outflow_end(&socket->flow);
        myc__socket_say_end(socket, self->os_error);
        self->state = ENDED;
    }
}

static void connect_again(connection *self)
{
    myc__socket *socket = &self->socket;
    int fd = myc__socket_make_again(&socket->target, &socket->options);
    if (fd < 0) {
        self->os_error = -fd;
        self->state = LOST;
        return;
    }
    socket->in.has_ended = false;
    socket->in.os_error = 0;
    socket->flow.has_failed = false;
    start_connecting(self, fd);
}

/* ---- the source ---- */

static void on_timer(myc__socket *socket)
{
    connection *self = connection_of(socket);
    if (self->state == CONNECTING && self->is_connecting) {
        self->is_late = true;
        myc__driver_cancel(socket->base.driver, &self->connect);
    } else if (self->state == WAITING) {
        connect_again(self);
    }
    myc__source_wake(&socket->base);
}

static void step(connection *self, const myc__actor *owner)
{
    switch (self->state) {
    case CONNECTING: look_at_connect(self); break;
    case OPEN: go_on(self, owner); break;
    case WAITING:
    case ENDED:
    case LEAVING:
    case LOST: break;
    }
    if (self->state == LEAVING) {
        look_at_leaving(self);
    }
    if (self->state == LOST) {
        look_at_loss(self);
    }
}

static void note_delivery(connection *self, uint32_t count)
{
    if (count > 0 && self->listener) {
        myc__listener_said(self->socket.base.shard, self->listener);
        self->listener = 0;
    }
}

/* True when there is nothing to do until a completion, a write or a timer. */
static bool may_rest(connection *self, const myc__actor *owner)
{
    bool is_open = self->state == OPEN;
    bool regulated = !is_open || myc__intake_regulate(&self->socket.in, owner);
    return regulated && self->state != ENDED && myc__hand_over_is_empty(&self->socket.out);
}

static uint32_t poll_connection(myc__source *source)
{
    connection *self = (connection *)(void *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    if (source->drained) {
        return myc__socket_poll_drained(&self->socket);
    }
    step(self, owner);
    uint32_t done = myc__hand_over_deliver(&self->socket.out, source, owner);
    note_delivery(self, done);
    if (self->state == ENDED && myc__hand_over_is_empty(&self->socket.out)) {
        myc__source_close(source);
    } else if (may_rest(self, owner)) {
        myc__source_rest(source);
    }
    return done;
}

/* What waits for a connection that is not being made is not written. */
static void close_connection(myc__source *source)
{
    connection *self = (connection *)(void *)source;
    if (self->state != CONNECTING && self->state != OPEN) {
        self->socket.flow.has_failed = true;
    }
    note_delivery(self, 1);
    myc__socket_close(source);
}

static void cancel(myc__socket *socket)
{
    connection *self = connection_of(socket);
    if (self->is_connecting) {
        myc__driver_cancel(socket->base.driver, &self->connect);
    }
}

static const myc__socket_kind kind = {
    .source = {.poll = poll_connection,
               .close = close_connection,
               .drain = myc__socket_drain,
               .hurry = myc__socket_hurry},
    .size_bytes = sizeof(connection),
    .on_timer = on_timer,
    .cancel = cancel,
};

static int make(myc__socket_order *order, myc__driver *driver, int fd, connection **self)
{
    myc__buffers *buffers;
    int error = myc__io_buffers(order->shard->io, MYC__GROUP_STREAM, &buffers);
    *self = error ? NULL : (void *)myc__socket_source_make(&kind, order, driver, fd);
    if (!*self) {
        return error ? error : MYC_ENOMEM;
    }
    myc__socket *socket = &(*self)->socket;
    socket->base.writes = &socket->flow.queue;
    myc__intake_init(&socket->in, socket, buffers);
    (*self)->connect.complete = on_connected;
    (*self)->random = myc__source_wall_ns(&socket->base) ^ (uint64_t)socket->base.number << 40;
    order->number = socket->base.number;
    return 0;
}

int myc__connection_open(myc__socket_order *order)
{
    myc__driver *driver;
    connection *self;
    myc__bound_file file;
    int fd;
    int error = myc__io_driver(order->shard->io, &driver);
    error = error ? error
                  : myc__socket_make(&(myc__socket_plan){.text = order->text,
                                                         .target = order->target,
                                                         .options = order->options,
                                                         .log = &order->shard->context.fabric->log,
                                                         .blocks = true},
                                     &fd, &file);
    if (error) {
        return error;
    }
    error = make(order, driver, fd, &self);
    if (error) {
        close(fd);
        return error;
    }
    start_connecting(self, fd);
    return 0;
}

static void say_accepted(const connection *self, uint32_t listener, myc_stream_event *event)
{
    event->accepted.number = self->socket.base.number;
    event->stream.number = listener;
}

int myc__connection_accept(const myc__socket *listener, int fd)
{
    myc__shard *shard = listener->base.shard;
    myc__socket_order order = {.shard = shard,
                               .owner = listener->base.owner,
                               .rows = listener->base.rows,
                               .target = &listener->target,
                               .options = &listener->options};
    connection *self;
    if (myc__io_is_full(shard->io)) {
        return MYC_ELIMIT;
    }
    int error = make(&order, listener->base.driver, fd, &self);
    if (error) {
        return error;
    }
    myc__socket *socket = &self->socket;
    if (!myc__socket_say(socket, MYC_STREAM_ACCEPTED, true)) {
        socket->fd = -1; /* the listener's to close */
        myc__source_close(&socket->base);
        return MYC_ENOMEM;
    }
    say_accepted(self, listener->base.number, socket->out.last);
    self->listener = listener->base.number;
    self->state = OPEN;
    socket->flow.is_ready = true;
    socket->options.reconnect_first_ns = 0;
    myc__socket_tune(fd, &socket->target, &socket->options);
    return 0;
}
