/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "io/socket.h"

/*
 * A socket that receives datagrams, or one that sends them. Each chunk is one.
 *
 * The kernel says with a datagram how many the socket had lost when it came, so a loss is known by
 * the next one that finds room. When it was the end of a burst, no other may come for long: so a
 * little after something has come the kernel is asked, at most some times in a second.
 */
typedef struct datagram {
    myc__socket socket; /* first */
    bool is_said;       /* its owner knows that it is open */
    bool has_end;
    uint64_t looked_at; /* how many had come when the kernel was asked last */
} datagram;

enum { LOOK_NS = 100000000 };

static bool receives(const datagram *self)
{
    return myc__target_is_bound(&self->socket.target);
}

static void on_timer(myc__socket *socket)
{
    myc__intake_look_for_drops(&socket->in);
    myc__source_wake(&socket->base);
}

static void look_soon(datagram *self)
{
    uint64_t taken = self->socket.in.taken;
    if (taken != self->looked_at && !myc__wheel_is_armed(&self->socket.timer)) {
        self->looked_at = taken;
        myc__socket_arm_timer(&self->socket, LOOK_NS);
    }
}

static void end(datagram *self, int os_error)
{
    if (!self->has_end && self->socket.in_flight == 0) {
        if (receives(self)) {
            myc__intake_look_for_drops(&self->socket.in);
        }
        myc__intake_say_drops(&self->socket.in);
        myc__outflow_end(&self->socket.flow);
        myc__socket_say_end(&self->socket, os_error);
        self->has_end = true;
    }
}

/* What there is to say comes into the order. */
static void step(datagram *self)
{
    myc__socket *socket = &self->socket;
    if (!self->is_said) {
        self->is_said = myc__socket_say(socket, MYC_STREAM_OPENED, !receives(self));
    } else if (socket->in.has_ended || socket->flow.has_failed) {
        end(self, socket->in.has_ended ? socket->in.os_error : socket->flow.os_error);
    } else {
        myc__intake_say_drops(&socket->in);
        (void)myc__outflow_start(&socket->flow);
    }
}

/* Returns true when there is nothing to do until a completion or a write. */
static bool may_rest(datagram *self, const myc__actor *owner)
{
    myc__socket *socket = &self->socket;
    if (!self->is_said || self->has_end) {
        return false;
    }
    bool rests = myc__hand_over_is_empty(&socket->out);
    if (receives(self)) {
        rests = myc__intake_regulate(&socket->in, owner);
        look_soon(self);
    }
    return rests && socket->in.drops_unsaid == 0;
}

static uint32_t poll_datagram(myc__source *source)
{
    datagram *self = (datagram *)(void *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    if (source->drained) {
        return myc__socket_poll_drained(&self->socket);
    }
    step(self);
    uint32_t done = myc__hand_over_deliver(&self->socket.out, source, owner);
    if (self->has_end && myc__hand_over_is_empty(&self->socket.out)) {
        myc__source_close(source);
    } else if (may_rest(self, owner)) {
        myc__source_rest(source);
    }
    return done;
}

static const myc__socket_kind kind = {
    .source = {.poll = poll_datagram,
               .close = myc__socket_close,
               .drain = myc__socket_drain,
               .hurry = myc__socket_hurry},
    .size_bytes = sizeof(datagram),
    .on_timer = on_timer,
};

static myc__group group_of(const myc_stream_options *options)
{
    return options->datagram_bytes > MYC__DATAGRAM_BYTES_DEFAULT ? MYC__GROUP_LARGE_DATAGRAM
                                                                 : MYC__GROUP_DATAGRAM;
}

static int make_source(myc__socket_order *order, myc__driver *driver, int fd,
                       const myc__bound_file *file)
{
    bool receives = myc__target_is_bound(order->target);
    myc__buffers *buffers = NULL;
    int error =
        receives ? myc__io_buffers(order->shard->io, group_of(order->options), &buffers) : 0;
    myc__socket *socket = error ? NULL : myc__socket_source_make(&kind, order, driver, fd);
    if (!socket) {
        return error ? error : MYC_ENOMEM;
    }
    socket->file = *file;
    socket->base.writes = receives ? NULL : &socket->flow.queue;
    socket->flow.is_ready = !receives;
    myc__intake_init(&socket->in, socket, buffers);
    order->number = socket->base.number;
    return 0;
}

int myc__datagram_open(myc__socket_order *order)
{
    myc__driver *driver;
    int fd;
    myc__bound_file file;
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
    error = make_source(order, driver, fd, &file);
    if (error) {
        close(fd);
        myc__bound_file_remove(&file, order->target);
    }
    return error;
}
