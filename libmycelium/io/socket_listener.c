/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "io/os_error.h"
#include "io/socket.h"

/*
 * Accepts connections for its owner: each is a stream of its own, whose first message is
 * MYC_STREAM_ACCEPTED, so it comes before what the connection brings.
 *
 * Without a descriptor, a source or memory for one more, it pauses: those who come wait in the
 * kernel's backlog and are served later. (A descriptor kept in reserve, to accept and close them at
 * once, would turn them away instead, and they would come back at once.) It also pauses when its
 * owner does not handle the news of those accepted before.
 */
typedef struct listener {
    myc__socket socket; /* first */
    myc__operation accept;
    bool is_said;
    bool is_armed;      /* the driver has `accept` */
    bool is_stopped;    /* and was told to end it */
    bool is_short;      /* of descriptors, sources or memory */
    bool is_short_said; /* in the log, since it went well last */
    bool has_ended;
    bool has_end;
    int os_error;     /* with has_ended */
    uint32_t unsaid;  /* connections whose owner does not know of them */
    uint32_t removed; /* sources that were gone when it fell short */
} listener;

enum { UNSAID_MAX = 64 };

static listener *listener_of(myc__socket *socket)
{
    return (listener *)(void *)socket;
}

/* ---- short of something ---- */

static void fall_short(listener *self, const char *of, const char *advice)
{
    myc__socket *socket = &self->socket;
    self->is_short = true;
    self->removed = myc__io_removed_count(socket->base.shard->io);
    myc__socket_arm_timer(socket, MYC__ACCEPT_RETRY_NS);
    if (!self->is_short_said) {
        self->is_short_said = true;
        myc__log_line(&socket->base.shard->context.fabric->log, MYC_LOG_WARNING,
                      "stream %u accepts no connections until there is %s for one%s",
                      socket->base.number, of, advice);
    }
}

static bool is_short_of_descriptors(int os_error)
{
    return os_error == EMFILE || os_error == ENFILE || os_error == ENOBUFS || os_error == ENOMEM;
}

/* What the kernel passes on from a connection that broke before it was accepted. */
static bool is_passing(int os_error)
{
    switch (os_error) {
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
    case EPERM: /* a firewall's */
    case EINTR:
    case EAGAIN:
    case ECANCELED: return true;
    default: return false;
    }
}

static void note_failure(listener *self, int os_error)
{
    if (os_error == EMFILE) {
        fall_short(self, "a descriptor", "; raise RLIMIT_NOFILE (ulimit -n)");
    } else if (is_short_of_descriptors(os_error)) {
        fall_short(self, "a descriptor", " in the system");
    } else if (!is_passing(os_error)) {
        self->has_ended = true;
        self->os_error = os_error;
    }
}

/* ---- accepting ---- */

static void turn_away(listener *self, int fd, int error)
{
    close(fd);
    if (error == MYC_ELIMIT) {
        fall_short(self, "a source", ": the worker has as many as it may");
    } else {
        fall_short(self, "memory", "");
    }
}

static void take(listener *self, int fd)
{
    const myc__source *source = &self->socket.base;
    if (source->closing || source->drained) {
        close(fd);
        return;
    }
    int error = myc__connection_accept(&self->socket, fd);
    if (error) {
        turn_away(self, fd, error);
    } else {
        self->unsaid++;
        self->is_short_said = false;
    }
}

static void stop(listener *self)
{
    if (self->is_armed && !self->is_stopped) {
        self->is_stopped = true;
        myc__driver_cancel(self->socket.base.driver, &self->accept);
    }
}

static void on_accept(myc__operation *operation, int32_t result, uint32_t flags)
{
    listener *self = (listener *)(void *)((uint8_t *)operation - offsetof(listener, accept));
    if (result >= 0) {
        take(self, result);
    }
    if (flags & MYC__MORE) {
        myc__source_wake(&self->socket.base);
        return;
    }
    self->is_armed = false;
    self->is_stopped = false;
    if (result < 0) {
        note_failure(self, -result);
    }
    myc__socket_completed(&self->socket);
}

static void start(listener *self)
{
    myc__socket *socket = &self->socket;
    self->is_armed = true;
    socket->in_flight++;
    myc__driver_accept(socket->base.driver, &self->accept, socket->fd);
}

static void regulate(listener *self)
{
    if (self->is_short && myc__io_removed_count(self->socket.base.shard->io) != self->removed) {
        self->is_short = false;
    }
    if (self->is_short || self->unsaid > UNSAID_MAX) {
        stop(self);
    } else if (!self->is_armed && self->unsaid <= UNSAID_MAX / 2) {
        start(self);
    }
}

void myc__listener_said(myc__shard *shard, uint32_t number)
{
    myc__source *source = myc__io_find(shard->io, number);
    if (source) { /* it may have been closed; its number is not given again so soon */
        listener_of((myc__socket *)source)->unsaid--;
        myc__source_wake(source);
    }
}

/* ---- the source ---- */

static void on_timer(myc__socket *socket)
{
    listener_of(socket)->is_short = false;
    myc__source_wake(&socket->base);
}

static void step(listener *self)
{
    if (!self->is_said) {
        self->is_said = myc__socket_say(&self->socket, MYC_STREAM_OPENED, false);
    } else if (self->has_ended && !self->has_end) {
        myc__socket_say_end(&self->socket, self->os_error);
        self->has_end = true;
    }
    if (self->is_said && !self->has_ended) {
        regulate(self);
    }
}

static bool may_rest(const listener *self)
{
    return self->is_armed && !self->is_short && myc__hand_over_is_empty(&self->socket.out);
}

static uint32_t poll_listener(myc__source *source)
{
    listener *self = (listener *)(void *)source;
    const myc__actor *owner = myc__actor_find(source->shard, source->owner);
    if (!owner) {
        myc__source_close(source);
        return 1;
    }
    step(self);
    uint32_t done = myc__hand_over_deliver(&self->socket.out, source, owner);
    if (self->has_end && myc__hand_over_is_empty(&self->socket.out)) {
        myc__source_close(source);
    } else if (may_rest(self)) {
        myc__source_rest(source);
    }
    return done;
}

static void cancel(myc__socket *socket)
{
    stop(listener_of(socket));
}

static const myc__socket_kind kind = {
    .source = {.poll = poll_listener, .close = myc__socket_close, .hurry = myc__socket_hurry},
    .size_bytes = sizeof(listener),
    .on_timer = on_timer,
    .cancel = cancel,
};

int myc__listener_open(myc__socket_order *order)
{
    myc__driver *driver;
    myc__bound_file file;
    int fd;
    int error = myc__io_driver(order->shard->io, &driver);
    bool is_uring = !error && strcmp(myc__driver_name(driver), "io_uring") == 0;
    error = error ? error
                  : myc__socket_make(&(myc__socket_plan){.text = order->text,
                                                         .target = order->target,
                                                         .options = order->options,
                                                         .log = &order->shard->context.fabric->log,
                                                         .blocks = is_uring},
                                     &fd, &file);
    if (error) {
        return error;
    }
    listener *self = (void *)myc__socket_source_make(&kind, order, driver, fd);
    if (!self) {
        close(fd);
        myc__bound_file_remove(&file, order->target);
        return MYC_ENOMEM;
    }
    self->socket.file = file;
    self->accept.complete = on_accept;
    myc__intake_init(&self->socket.in, &self->socket, NULL);
    order->number = self->socket.base.number;
    return 0;
}
