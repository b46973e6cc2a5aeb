/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Receives that start and are cancelled while other threads send: whichever comes first, every byte
 * arrives once and in order, every datagram too, and each buffer goes home. With io_uring, with what
 * older kernels leave out of it, with completions that overflow, and with epoll.
 */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/buffers.h"
#include "io/driver.h"
#include "stress.h"

enum { STREAMS = 4, DATAGRAMS = 2, SOCKETS = STREAMS + DATAGRAMS, PIECE = 700, BUFFERS = 16 };

typedef struct peer {
    int fd;
    bool is_stream;
    uint64_t random;
    uint64_t size_bytes; /* of a stream; of datagrams: how many */
} peer;

/* What lies at `offset` of each stream. */
static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 31 + (offset >> 8));
}

static uint64_t send_piece(peer *self, uint64_t offset)
{
    uint8_t bytes[2000];
    uint64_t size = 1 + random_below(&self->random, sizeof bytes);
    size = size < self->size_bytes - offset ? size : self->size_bytes - offset;
    for (uint64_t i = 0; i < size; i++) {
        bytes[i] = byte_at(offset + i);
    }
    ssize_t sent = send(self->fd, bytes, size, MSG_NOSIGNAL);
    require(sent > 0 || errno == EINTR, "a send failed: %s", strerror(errno));
    return sent > 0 ? (uint64_t)sent : 0;
}

static uint64_t send_datagram(peer *self, uint64_t number)
{
    ssize_t sent = send(self->fd, &number, sizeof number, MSG_NOSIGNAL);
    require(sent == sizeof number || errno == EINTR, "a send failed: %s", strerror(errno));
    return sent > 0;
}

static void *run_peer(void *argument)
{
    peer *self = argument;
    for (uint64_t sent = 0; sent < self->size_bytes;) {
        sent += (self->is_stream ? send_piece : send_datagram)(self, sent);
    }
    return NULL;
}

typedef struct taker {
    myc__operation operation; /* first */
    struct world *world;
    int fd;
    bool is_stream, is_on;
    uint64_t taken, size_bytes; /* as the peer's */
} taker;

typedef struct world {
    myc__driver *driver;
    myc__buffers *streams, *datagrams;
    uint32_t live; /* buffers */
    uint64_t random;
    uint64_t cancels, empties;
    taker takers[SOCKETS];
} world;

static void *make(void *user, uint8_t **bytes)
{
    world *self = user;
    if (self->live >= 2 * BUFFERS || one_in(&self->random, 8)) {
        return NULL;
    }
    self->live++;
    return *bytes = malloc(PIECE + MYC__DATAGRAM_HEAD_BYTES);
}

static void drop(void *user, void *buffer)
{
    world *self = user;
    require(self->live > 0, "more buffers came home than there were");
    self->live--;
    free(buffer);
}

static void check_piece(taker *self, const uint8_t *bytes, uint32_t size_bytes)
{
    for (uint32_t i = 0; i < size_bytes; i++) {
        require(bytes[i] == byte_at(self->taken + i), "byte %llu is wrong",
                (unsigned long long)(self->taken + i));
    }
    self->taken += size_bytes;
}

static void check_datagram(taker *self, const uint8_t *bytes, uint32_t size_bytes)
{
    uint64_t number;
    require(size_bytes == sizeof number, "a datagram of %u bytes", size_bytes);
    memcpy(&number, bytes, sizeof number);
    require(number == self->taken, "datagram %llu instead of %llu", (unsigned long long)number,
            (unsigned long long)self->taken);
    self->taken++;
}

static void on_receive(myc__operation *operation, int32_t result, uint32_t flags)
{
    taker *self = (taker *)(void *)operation;
    require(self->is_on, "a completion after the last one");
    if (operation->received) {
        (self->is_stream ? check_piece : check_datagram)(self, operation->received->bytes,
                                                         (uint32_t)result);
        drop(self->world, operation->received->buffer);
    } else {
        require(!(flags & MYC__MORE), "a completion that brings nothing is the last");
        require(result == -ECANCELED || result == -ENOBUFS, "a receive failed: %d", result);
        self->world->empties += result == -ENOBUFS;
    }
    self->is_on = flags & MYC__MORE;
}

static void toggle(world *self, taker *one)
{
    if (one->is_on) {
        self->cancels++;
        myc__driver_cancel(self->driver, &one->operation);
        return;
    }
    one->is_on = true;
    if (one->is_stream) {
        myc__driver_receive(self->driver, &one->operation, one->fd, self->streams);
    } else {
        myc__driver_receive_datagrams(self->driver, &one->operation, one->fd, self->datagrams);
    }
}

static bool is_done(const world *self)
{
    for (int i = 0; i < SOCKETS; i++) {
        if (self->takers[i].taken < self->takers[i].size_bytes) {
            return false;
        }
    }
    return true;
}

static void turn(world *self)
{
    taker *one = &self->takers[random_below(&self->random, SOCKETS)];
    if (!one->is_on || one_in(&self->random, 4)) {
        toggle(self, one);
    }
    if (one_in(&self->random, 4)) {
        myc__driver_wait(self->driver, 100000);
    }
    (void)myc__driver_poll(self->driver);
}

static void end(world *self)
{
    for (int i = 0; i < SOCKETS; i++) {
        myc__driver_cancel(self->driver, &self->takers[i].operation);
    }
    while (myc__driver_in_flight(self->driver) > 0) {
        myc__driver_wait(self->driver, -1);
        (void)myc__driver_poll(self->driver);
    }
}

static void open_tcp(int fds[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(bind(listener, (struct sockaddr *)&address, size) == 0, "bind");
    require(listen(listener, 1) == 0, "listen");
    require(getsockname(listener, (struct sockaddr *)&address, &size) == 0, "getsockname");
    require(connect(fds[1], (struct sockaddr *)&address, size) == 0, "connect");
    fds[0] = accept(listener, NULL, NULL);
    require(fds[0] >= 0, "accept");
    close(listener);
}

static void open_socket(world *self, peer *other, int index, const stress *run)
{
    int fds[2];
    bool is_stream = index < STREAMS;
    if (is_stream && index % 2) {
        open_tcp(fds);
    } else {
        int type = is_stream ? SOCK_STREAM : SOCK_DGRAM;
        require(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0, "socketpair");
    }
    uint64_t size_bytes = (is_stream ? 4000000 : 100000) / (run->quick ? 10 : 1);
    *other = (struct peer){fds[1], is_stream, random_next(&self->random), size_bytes};
    self->takers[index] = (taker){
        .operation.complete = on_receive,
        .world = self,
        .fd = fds[0],
        .is_stream = is_stream,
        .size_bytes = size_bytes,
    };
}

static myc__buffers *open_group(world *self)
{
    const myc__buffers_options options = {
        .count = BUFFERS,
        .size_bytes = PIECE,
        .make = make,
        .drop = drop,
        .user = self,
    };
    myc__buffers *buffers;
    require(myc__buffers_create(self->driver, &options, &buffers) == 0, "a group was refused");
    return buffers;
}

static void play(world *self, const stress *run)
{
    peer peers[SOCKETS];
    pthread_t threads[SOCKETS];
    self->streams = open_group(self);
    self->datagrams = open_group(self);
    for (int i = 0; i < SOCKETS; i++) {
        open_socket(self, &peers[i], i, run);
        require(pthread_create(&threads[i], NULL, run_peer, &peers[i]) == 0, "a thread");
    }
    while (!is_done(self)) {
        turn(self);
    }
    end(self);
    for (int i = 0; i < SOCKETS; i++) {
        pthread_join(threads[i], NULL);
        close(peers[i].fd);
        close(self->takers[i].fd);
    }
    myc__buffers_destroy(self->streams);
    myc__buffers_destroy(self->datagrams);
    require(self->live == 0, "%u buffers are lost", self->live);
}

static void play_with(const char *name, const myc__driver_options *wanted, const stress *run)
{
    static world self;
    myc__allocator allocator;
    const myc__log log = {NULL, NULL}; /* an old kernel refuses io_uring: that is said below */
    myc__allocator_init(&allocator, NULL, &log);
    memset(&self, 0, sizeof self);
    self.random = run->seed;
    myc__driver_options options = *wanted;
    options.wake_fd = -1;
    options.allocator = &allocator;
    options.log = &log;
    if (myc__driver_create(&options, &self.driver) != 0) {
        printf("%s: refused by the kernel, left out\n", name);
        return;
    }
    play(&self, run);
    myc__driver_destroy(self.driver);
    require(allocator.bytes == 0, "the driver kept memory");
    printf("%s: %llu cancels, %llu times without a buffer\n", name,
           (unsigned long long)self.cancels, (unsigned long long)self.empties);
}

int main(int count, char **arguments)
{
    const stress run = stress_start(count, arguments);
    const struct {
        const char *name;
        myc__driver_options options;
    } kinds[] = {
        {"io_uring", {.backend = MYC_IO_URING}},
        {"io_uring, overflowing", {.backend = MYC_IO_URING, .entries = 8, .faults.cq_entries = 8}},
        {"io_uring of old", {.backend = MYC_IO_URING, .faults.no_multishot = true}},
        {"epoll", {.backend = MYC_IO_EPOLL}},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        play_with(kinds[i].name, &kinds[i].options, &run);
    }
    return 0;
}
