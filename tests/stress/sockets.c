/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Echo servers on several workers, over TCP and Unix sockets, and clients who connect, send, check
 * what comes back, and leave: in order, in the middle, by the end of their actor, or killed. Every
 * byte has its place in its direction, so that a lost, doubled or mixed one is seen at both ends.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stress.h"

enum { WORKERS = 3, SERVERS = 2 * WORKERS, CLIENTS = 8 * WORKERS, KILLERS = 2 };

static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)((offset * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

static void check_bytes(const char *who, const myc_chunk *chunk)
{
    for (uint32_t index = 0; index < chunk->size_bytes; index++)
        require(chunk->bytes[index] == byte_at(chunk->offset + index), "%s: a wrong byte at %llu",
                who, (unsigned long long)(chunk->offset + index));
}

/* ---- what all know ---- */

static struct shared {
    uint64_t seed;
    uint32_t cycles; /* of each client */
    char directory[32];
    char addresses[SERVERS][128]; /* valid once `listening` */
    atomic_uint listening;
    atomic_uint finished;                     /* clients */
    atomic_ullong opened, whole, cut, ends;   /* connections of clients */
    atomic_ullong accepted, closed_by_server; /* of servers */
    atomic_ullong bytes, killed, paused, unwritten;
} shared;

/* ---- servers ---- */

struct server {
    uint32_t number;
    uint64_t random;
};

static int server_on_start(struct server *self, myc_context *ctx);
static void server_on_stop(struct server *self, myc_context *ctx, myc_exit why);
static myc_next server_on_chunk(struct server *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next server_on_event(struct server *self, myc_context *ctx,
                                const myc_stream_event *event);
static myc_next server_on_end(struct server *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(server, myc_reader, MYC_READER_ROWS)

static int server_on_start(struct server *self, myc_context *ctx)
{
    char target[64] = "tcp-listen://127.0.0.1:0";
    if (self->number % 2)
        snprintf(target, sizeof target, "unix-listen://%s/%u", shared.directory, self->number);
    return myc_stream_open(ctx, target, &(myc_stream_options){.queue_bytes = 50000}, NULL);
}

static void server_on_stop(struct server *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
}

static myc_next server_on_event(struct server *self, myc_context *ctx,
                                const myc_stream_event *event)
{
    (void)ctx;
    if (event->what == MYC_STREAM_OPENED) {
        const char *scheme = self->number % 2 ? "unix" : "tcp";
        snprintf(shared.addresses[self->number], sizeof shared.addresses[0], "%s://%.100s", scheme,
                 event->name);
        atomic_fetch_add(&shared.listening, 1);
    } else {
        require(event->what == MYC_STREAM_ACCEPTED, "a listener said %d", event->what);
        atomic_fetch_add(&shared.accepted, 1);
    }
    return MYC_CONTINUE;
}

static myc_next server_on_chunk(struct server *self, myc_context *ctx, const myc_chunk *chunk)
{
    check_bytes("server", chunk);
    if (one_in(&self->random, 300)) {
        atomic_fetch_add(&shared.closed_by_server, 1);
        myc_stream_close(ctx, chunk->stream);
        return MYC_CONTINUE;
    }
    if (myc_stream_write(ctx, chunk->stream, myc_chunk_retain(ctx, chunk)) == MYC_FULL) {
        atomic_fetch_add(&shared.paused, 1);
        myc_stream_pause_until_writable(ctx, chunk->stream);
        return MYC_AGAIN;
    }
    return MYC_CONTINUE;
}

static myc_next server_on_end(struct server *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self, (void)ctx;
    atomic_fetch_add(&shared.unwritten, end->unwritten_bytes);
    return MYC_CONTINUE;
}

/* ---- clients ---- */

struct client {
    uint32_t number, cycle;
    uint64_t random;
    myc_stream stream;
    uint64_t to_send, sent, received, leaves_at;
};

static int client_on_start(struct client *self, myc_context *ctx);
static void client_on_stop(struct client *self, myc_context *ctx, myc_exit why);
static myc_next client_on_chunk(struct client *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next client_on_event(struct client *self, myc_context *ctx,
                                const myc_stream_event *event);
static myc_next client_on_end(struct client *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(client, myc_reader, MYC_READER_ROWS)

static uint64_t draw_size(uint64_t *random)
{
    return 1 + random_below(random, one_in(random, 20) ? 600000 : 5000);
}

/* The next connection of a client, or its end. */
static myc_next connect_next(struct client *self, myc_context *ctx)
{
    if (self->cycle++ == shared.cycles) {
        atomic_fetch_add(&shared.finished, 1);
        return MYC_STOP;
    }
    myc_stream_options options = {.depth = 1 + random_below(&self->random, 8),
                                  .queue_bytes = 1 + random_below(&self->random, 40000)};
    self->to_send = draw_size(&self->random);
    self->sent = self->received = 0;
    self->leaves_at = one_in(&self->random, 4) ? random_below(&self->random, 4000) : UINT64_MAX;
    int error = myc_stream_open(ctx, shared.addresses[random_below(&self->random, SERVERS)],
                                &options, &self->stream);
    require(error == 0, "a connection was refused: %s", myc_error_text(error));
    atomic_fetch_add(&shared.opened, 1);
    return MYC_CONTINUE;
}

static int client_on_start(struct client *self, myc_context *ctx)
{
    (void)connect_next(self, ctx);
    return 0;
}

static void client_on_stop(struct client *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx;
    require(why.reason == MYC_EXIT_DONE || why.reason == MYC_EXIT_SYSTEM, "a client failed");
}

static bool send_piece(struct client *self, myc_context *ctx, myc_sent *sent)
{
    uint64_t left = self->to_send - self->sent;
    uint32_t most = 1 + random_below(&self->random, 9000);
    uint32_t size_bytes = left < most ? (uint32_t)left : most;
    myc_chunk *chunk = myc_chunk_make(ctx, size_bytes);
    require(chunk != NULL, "memory is out");
    for (uint32_t index = 0; index < size_bytes; index++)
        chunk->bytes[index] = byte_at(self->sent + index);
    chunk->size_bytes = size_bytes;
    *sent = myc_stream_write(ctx, self->stream, chunk);
    self->sent += *sent == MYC_SENT ? size_bytes : 0;
    return *sent == MYC_SENT;
}

/* A client that sent all before it read anything would wait for a server that waits for it: so it
 * sends some, and more with each answer. */
static void send_some(struct client *self, myc_context *ctx)
{
    myc_sent sent = MYC_SENT;
    while (self->sent < self->to_send && self->sent < self->received + 30000 &&
           send_piece(self, ctx, &sent)) {
    }
}

static myc_next client_on_event(struct client *self, myc_context *ctx,
                                const myc_stream_event *event)
{
    require(event->what == MYC_STREAM_OPENED, "a client was told %d", event->what);
    if (event->stream.number == self->stream.number)
        send_some(self, ctx);
    return MYC_CONTINUE;
}

static myc_next leave(struct client *self, myc_context *ctx, atomic_ullong *count)
{
    atomic_fetch_add(count, 1);
    myc_stream_close(ctx, self->stream);
    return connect_next(self, ctx);
}

static myc_next client_on_chunk(struct client *self, myc_context *ctx, const myc_chunk *chunk)
{
    check_bytes("client", chunk);
    if (chunk->stream.number != self->stream.number)
        return MYC_CONTINUE; /* of one it has left */
    require(chunk->offset == self->received, "a chunk is out of its place");
    self->received += chunk->size_bytes;
    require(self->received <= self->sent, "more came back than was sent");
    atomic_fetch_add(&shared.bytes, chunk->size_bytes);
    if (self->received >= self->leaves_at)
        return leave(self, ctx, &shared.cut);
    if (self->received == self->to_send)
        return leave(self, ctx, &shared.whole);
    send_some(self, ctx);
    return MYC_CONTINUE;
}

static myc_next client_on_end(struct client *self, myc_context *ctx, const myc_stream_end *end)
{
    require(end->stream.number == self->stream.number, "an end of a stream that was closed");
    require(end->size_bytes == self->received, "an end before its bytes");
    require(end->written_bytes + end->unwritten_bytes == self->sent, "bytes are unaccounted for");
    atomic_fetch_add(&shared.ends, 1);
    return connect_next(self, ctx);
}

/* ---- plain sockets that are killed ---- */

struct killer {
    uint64_t random;
};

static void kill_one(uint64_t *random)
{
    uint32_t server = 2 * random_below(random, SERVERS / 2);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port =
                                 htons((uint16_t)atoi(strrchr(shared.addresses[server], ':') + 1))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    require(fd >= 0 && connect(fd, (void *)&to, sizeof to) == 0, "connect: %s", strerror(errno));
    uint8_t bytes[3000];
    for (uint32_t index = 0; index < sizeof bytes; index++)
        bytes[index] = byte_at(index);
    (void)!send(fd, bytes, 1 + random_below(random, sizeof bytes), MSG_NOSIGNAL);
    if (one_in(random, 2))
        sched_yield();
    struct linger none = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
    atomic_fetch_add(&shared.killed, 1);
}

static void *killer_run(void *argument)
{
    struct killer *self = argument;
    while (atomic_load(&shared.finished) < CLIENTS) {
        kill_one(&self->random);
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    return NULL;
}

/* ---- one run ---- */

static uint32_t open_descriptors(void)
{
    uint32_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void spawn_all(myc_context *ctx)
{
    myc_reader_ref ref;
    for (uint32_t number = 0; number < SERVERS; number++) {
        myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = number / 2};
        require(server_spawn(ctx, &(struct server){number, shared.seed + number}, &options, &ref) ==
                    0,
                "a spawn was refused");
    }
    while (atomic_load(&shared.listening) < SERVERS)
        sched_yield();
    for (uint32_t number = 0; number < CLIENTS; number++) {
        myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = number % WORKERS};
        struct client client = {.number = number, .random = shared.seed ^ (number + 99)};
        require(client_spawn(ctx, &client, &options, &ref) == 0, "a spawn was refused");
    }
}

static void await_clients(void)
{
    struct killer killers[KILLERS] = {{shared.seed + 1}, {shared.seed + 2}};
    run_threads(KILLERS, killer_run, killers, sizeof killers[0]);
}

static void check_counts(void)
{
    uint64_t opened = atomic_load(&shared.opened);
    require(opened == (uint64_t)CLIENTS * shared.cycles, "connections are missing");
    require(opened ==
                atomic_load(&shared.whole) + atomic_load(&shared.cut) + atomic_load(&shared.ends),
            "connections are unaccounted for");
}

static void run_on(const stress *run, myc_io_backend io)
{
    atomic_llong memory = 0;
    memset(&shared, 0, sizeof shared);
    shared.seed = run->seed;
    shared.cycles = run->quick ? 60 : 420;
    strcpy(shared.directory, "/tmp/mycelium-XXXXXX");
    require(mkdtemp(shared.directory) != NULL, "no directory");
    uint32_t before = open_descriptors();
    myc_system *system;
    myc_system_options options = {.workers = WORKERS,
                                  .io = io,
                                  .log = stress_log,
                                  .idle = io == MYC_IO_EPOLL ? MYC_IDLE_PARK : MYC_IDLE_SPIN_PARK,
                                  .allocator = counted_allocator(&memory)};
    require(myc_system_create(&options, &system) == 0, "no system");
    spawn_all(myc_context_of(system));
    await_clients();
    require(myc_system_stop(system, NULL, NULL) == 0, "it does not stop");
    require(myc_system_destroy(system) == 0, "payloads are lost");
    require(atomic_load(&memory) == 0, "memory is lost");
    require(open_descriptors() == before, "descriptors are lost");
    require(rmdir(shared.directory) == 0, "files of sockets are left");
    check_counts();
    printf("%s: %llu connections, %llu whole, %llu left, %llu ended, %llu killed, %llu bytes\n",
           io == MYC_IO_EPOLL ? "epoll" : "auto", atomic_load(&shared.opened),
           atomic_load(&shared.whole), atomic_load(&shared.cut), atomic_load(&shared.ends),
           atomic_load(&shared.killed), atomic_load(&shared.bytes));
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    run_on(&run, MYC_IO_AUTO);
    run_on(&run, MYC_IO_EPOLL);
    return 0;
}
