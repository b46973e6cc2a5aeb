/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_TALKER_H
#define TESTS_IO_TALKER_H

/*
 * An actor that opens a socket, checks every byte that comes, writes what it is to write and notes
 * what it was told; and plain sockets for the other end, which the test drives itself.
 *
 * Each direction of a connection carries byte_at() of its own offset.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "source_frame.h"

enum { TALK_STREAMS_MAX = 128, WHATS = MYC_STREAM_SENDER + 1 };

/** What became of one stream. */
struct seen {
    uint32_t number;
    uint64_t received, sent;
};

/** What a talker is to do, and what it was told. The latter is atomic where it says so; the rest is
 * to be read when nothing comes any more. */
struct talk {
    char target[128];
    myc_stream_options options;
    bool echoes;          /* writes back what comes, as it is */
    uint64_t to_send;     /* bytes of byte_at(), to each connection when it is open */
    uint32_t piece_bytes; /* in chunks of so many; 0 = 1000 */
    bool pauses;          /* when a write is refused; else the rest is not sent */
    bool closes;          /* when all is written */
    bool stays;           /* its end does not stop it */
    uint64_t stop_at;     /* stops when so many bytes have come; 0 = never */
    uint64_t fail_at;     /* the same, but fails */
    uint64_t close_at;    /* the same, but closes the stream */
    bool retains;         /* keeps every chunk until it ends */
    bool checks_no_bytes; /* what comes is not byte_at() */
    uint32_t is_held;     /* atomic: chunks have to wait */
    uint32_t restarts;

    uint32_t started; /* atomic: myc_stream_open() has returned */
    int error;        /* of it */
    myc_stream stream;
    uint64_t received;      /* atomic: bytes in all, */
    uint64_t chunks;        /* atomic */
    uint64_t sent;          /* atomic: taken by myc_stream_write() */
    uint32_t full, dead;    /* atomic: refused writes */
    uint32_t wrong;         /* atomic: bytes, offsets, streams */
    uint32_t what[WHATS];   /* atomic: events of each kind */
    uint64_t counts[WHATS]; /* atomic: their counts */
    myc_stream_event last[WHATS];
    char address[256];  /* of what was opened first */
    uint32_t ends;      /* atomic */
    uint32_t stopped;   /* atomic: on_stop has run */
    myc_stream_end end; /* the last */
    uint64_t end_bytes; /* of all ends */
    uint32_t streams;
    struct seen seen[TALK_STREAMS_MAX];
    const myc_chunk *kept[1024];
    uint32_t kept_count;
};

struct talker {
    struct talk *talk;
};

static int talker_on_start(struct talker *self, myc_context *ctx);
static void talker_on_stop(struct talker *self, myc_context *ctx, myc_exit why);
static myc_next talker_on_chunk(struct talker *self, myc_context *ctx, const myc_chunk *chunk);
static myc_next talker_on_event(struct talker *self, myc_context *ctx,
                                const myc_stream_event *event);
static myc_next talker_on_end(struct talker *self, myc_context *ctx, const myc_stream_end *end);
MYC_ACTOR_WITH_LIFECYCLE(talker, myc_reader, MYC_READER_ROWS)

#define GET(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define SET(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define ADD(place, value) __atomic_fetch_add(&(place), (value), __ATOMIC_ACQ_REL)

static int talker_on_start(struct talker *self, myc_context *ctx)
{
    struct talk *talk = self->talk;
    talk->error = myc_stream_open(ctx, talk->target, &talk->options, &talk->stream);
    ADD(talk->started, 1);
    return 0;
}

static void talker_on_stop(struct talker *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    for (uint32_t index = 0; index < self->talk->kept_count; index++)
        myc_chunk_release(ctx, self->talk->kept[index]);
    self->talk->kept_count = 0;
    ADD(self->talk->stopped, 1);
}

static struct seen *seen_of(struct talk *talk, uint32_t number)
{
    for (uint32_t index = 0; index < talk->streams; index++)
        if (talk->seen[index].number == number)
            return &talk->seen[index];
    struct seen *seen = &talk->seen[talk->streams++ % TALK_STREAMS_MAX];
    *seen = (struct seen){.number = number};
    return seen;
}

static void note_chunk(struct talk *talk, myc_context *ctx, const myc_chunk *chunk)
{
    struct seen *seen = seen_of(talk, chunk->stream.number);
    bool is_whole = chunk->flags & MYC_CHUNK_WHOLE;
    uint32_t wrong = chunk->offset != seen->received;
    wrong += !is_whole && chunk->size_bytes == 0;
    wrong += chunk->size_bytes > chunk->capacity_bytes || chunk->received_ns == 0;
    for (uint32_t index = 0; !talk->checks_no_bytes && index < chunk->size_bytes; index++)
        wrong += chunk->bytes[index] != byte_at(chunk->offset + index);
    seen->received += is_whole ? 1 : chunk->size_bytes;
    if (talk->retains)
        talk->kept[talk->kept_count++] = myc_chunk_retain(ctx, chunk);
    ADD(talk->wrong, wrong);
    ADD(talk->chunks, 1);
    ADD(talk->received, chunk->size_bytes);
}

/* Returns false when it has to be tried again. */
static bool write_chunk(struct talk *talk, myc_context *ctx, myc_stream stream,
                        const myc_chunk *chunk)
{
    uint32_t size_bytes = chunk->size_bytes;
    switch (myc_stream_write(ctx, stream, chunk)) {
    case MYC_SENT: ADD(talk->sent, size_bytes); return true;
    case MYC_FULL: ADD(talk->full, 1); return false;
    default: ADD(talk->dead, 1); return true;
    }
}

static bool send_piece(struct talk *talk, myc_context *ctx, myc_stream stream, struct seen *seen)
{
    uint32_t piece_bytes = talk->piece_bytes ? talk->piece_bytes : 1000;
    uint64_t left = talk->to_send - seen->sent;
    uint32_t size_bytes = left < piece_bytes ? (uint32_t)left : piece_bytes;
    myc_chunk *chunk = myc_chunk_make(ctx, size_bytes);
    if (!chunk)
        return false;
    for (uint32_t index = 0; index < size_bytes; index++)
        chunk->bytes[index] = byte_at(seen->sent + index);
    chunk->size_bytes = size_bytes;
    if (!write_chunk(talk, ctx, stream, chunk))
        return false;
    seen->sent += size_bytes;
    return true;
}

static myc_next send_all(struct talk *talk, myc_context *ctx, myc_stream stream)
{
    struct seen *seen = seen_of(talk, stream.number);
    while (seen->sent < talk->to_send && GET(talk->dead) == 0) {
        if (!send_piece(talk, ctx, stream, seen)) {
            if (!talk->pauses)
                return MYC_CONTINUE;
            myc_stream_pause_until_writable(ctx, stream);
            return MYC_AGAIN;
        }
    }
    if (talk->closes && talk->to_send)
        myc_stream_close(ctx, stream);
    return MYC_CONTINUE;
}

static myc_next obey(struct talk *talk, myc_context *ctx, myc_stream stream)
{
    uint64_t received = GET(talk->received);
    if (talk->close_at && received >= talk->close_at)
        myc_stream_close(ctx, stream);
    if (talk->fail_at && received >= talk->fail_at)
        return MYC_FAIL(MYC_EINVAL);
    return talk->stop_at && received >= talk->stop_at ? MYC_STOP : MYC_CONTINUE;
}

static myc_next talker_on_chunk(struct talker *self, myc_context *ctx, const myc_chunk *chunk)
{
    struct talk *talk = self->talk;
    if (GET(talk->is_held))
        return MYC_AGAIN;
    if (talk->echoes && !write_chunk(talk, ctx, chunk->stream, myc_chunk_retain(ctx, chunk))) {
        myc_stream_pause_until_writable(ctx, chunk->stream);
        return MYC_AGAIN;
    }
    note_chunk(talk, ctx, chunk);
    return obey(talk, ctx, chunk->stream);
}

static void note_event(struct talk *talk, const myc_stream_event *event)
{
    talk->last[event->what] = *event;
    if (event->what == MYC_STREAM_OPENED && talk->address[0] == '\0')
        strcpy(talk->address, event->name);
    ADD(talk->counts[event->what], event->count);
    ADD(talk->what[event->what], 1);
}

static myc_next talker_on_event(struct talker *self, myc_context *ctx,
                                const myc_stream_event *event)
{
    struct talk *talk = self->talk;
    bool is_listening = strstr(talk->target, "-listen://") != NULL;
    if (talk->to_send && event->what == MYC_STREAM_ACCEPTED) {
        myc_next next = send_all(talk, ctx, event->accepted);
        if (myc_next_verdict(next) == MYC__AGAIN)
            return next;
    }
    if (talk->to_send && event->what == MYC_STREAM_OPENED && !is_listening) {
        myc_next next = send_all(talk, ctx, event->stream);
        if (myc_next_verdict(next) == MYC__AGAIN)
            return next;
    }
    note_event(talk, event);
    return MYC_CONTINUE;
}

static myc_next talker_on_end(struct talker *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    struct talk *talk = self->talk;
    bool is_own = end->stream.number == talk->stream.number;
    talk->end = *end;
    talk->end_bytes += end->size_bytes;
    ADD(talk->ends, 1);
    return is_own && !talk->stays ? MYC_STOP : MYC_CONTINUE;
}

/** Spawns a talker on `worker`, which borrows `talk` until it has ended. Its socket is open then. */
MYC_UNUSED static myc_reader_ref spawn_talker_on(struct frame *frame, struct talk *talk,
                                                 uint32_t worker)
{
    myc_reader_ref ref;
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = worker};
    uint32_t started = GET(talk->started);
    cr_assert_eq(0, talker_spawn(frame->ctx, &(struct talker){talk}, &options, &ref));
    AWAIT(frame, GET(talk->started) > started);
    return ref;
}

MYC_UNUSED static myc_reader_ref spawn_talker(struct frame *frame, struct talk *talk)
{
    return spawn_talker_on(frame, talk, 0);
}

/** The same, and waits until it is connected, bound or listening. */
MYC_UNUSED static myc_reader_ref open_talker(struct frame *frame, struct talk *talk)
{
    myc_reader_ref ref = spawn_talker(frame, talk);
    cr_assert_eq(0, talk->error, "%s", myc_error_text(talk->error));
    AWAIT(frame, GET(talk->what[MYC_STREAM_OPENED]) > 0);
    return ref;
}

MYC_UNUSED static void expect_nothing_wrong(const struct talk *talk)
{
    cr_expect_eq(0, talk->wrong, "%u wrong", talk->wrong);
    cr_expect_eq(0, talk->dead, "%u writes to nobody", talk->dead);
}

/** Ends a talker, if it is not gone. */
MYC_UNUSED static void stop_talker(struct frame *frame, struct talk *talk, myc_reader_ref ref)
{
    myc_stop(frame->ctx, ref.address);
    AWAIT(frame, GET(talk->stopped) > 0);
}

/* ---- plain sockets, none of which ever sleeps ---- */

enum family { FAMILY_TCP, FAMILY_UNIX, FAMILIES };

struct plain_address {
    struct sockaddr_storage address;
    socklen_t bytes;
};

MYC_UNUSED static struct plain_address address_of_text(const char *text)
{
    struct plain_address made = {.bytes = sizeof(struct sockaddr_in)};
    const char *colon = strrchr(text, ':');
    if (text[0] == '/') {
        struct sockaddr_un *local = (void *)&made.address;
        local->sun_family = AF_UNIX;
        strcpy(local->sun_path, text);
        made.bytes = sizeof *local;
    } else if (text[0] == '[') {
        struct sockaddr_in6 *v6 = (void *)&made.address;
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                    .sin6_addr = in6addr_loopback,
                                    .sin6_port = htons((uint16_t)atoi(colon + 1))};
        made.bytes = sizeof *v6;
    } else {
        struct sockaddr_in *v4 = (void *)&made.address;
        *v4 = (struct sockaddr_in){.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                   .sin_port = htons((uint16_t)atoi(colon + 1))};
    }
    return made;
}

MYC_UNUSED static int plain_socket(const struct plain_address *at, int type)
{
    int fd = socket(at->address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    cr_assert_geq(fd, 0);
    return fd;
}

/** Connects to what a talker listens at. */
MYC_UNUSED static int plain_connect(struct frame *frame, const struct talk *talk)
{
    struct plain_address at = address_of_text(talk->address);
    int fd = plain_socket(&at, SOCK_STREAM);
    int result;
    AWAIT(frame, (result = connect(fd, (void *)&at.address, at.bytes)) == 0 ||
                     (errno != EINPROGRESS && errno != EALREADY && errno != EAGAIN));
    cr_assert(result == 0 || errno == EISCONN, "%s", strerror(errno));
    return fd;
}

/** Fills in the target of a listener of this family. */
MYC_UNUSED static void listen_target(struct frame *frame, struct talk *talk, enum family family)
{
    if (family == FAMILY_TCP)
        strcpy(talk->target, "tcp-listen://127.0.0.1:0");
    else
        snprintf(talk->target, sizeof talk->target, "unix-listen://%s/socket", frame->directory);
}

/** A plain listener, and the target of a connection to it. At `port` when it is not 0. */
MYC_UNUSED static int plain_listen_at(struct frame *frame, struct talk *talk, enum family family,
                                      uint16_t port)
{
    char text[64];
    if (family == FAMILY_TCP)
        snprintf(text, sizeof text, "127.0.0.1:%u", port);
    else
        snprintf(text, sizeof text, "%s/socket", frame->directory);
    struct plain_address at = address_of_text(text);
    int fd = plain_socket(&at, SOCK_STREAM);
    cr_assert_eq(0, setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)));
    cr_assert_eq(0, bind(fd, (void *)&at.address, at.bytes), "%s", strerror(errno));
    cr_assert_eq(0, listen(fd, 16));
    cr_assert_eq(0, getsockname(fd, (void *)&at.address, &at.bytes));
    if (family == FAMILY_TCP)
        snprintf(talk->target, sizeof talk->target, "tcp://localhost:%u",
                 ntohs(((struct sockaddr_in *)&at.address)->sin_port));
    else
        snprintf(talk->target, sizeof talk->target, "unix://%s", text);
    return fd;
}

MYC_UNUSED static int plain_listen(struct frame *frame, struct talk *talk, enum family family)
{
    return plain_listen_at(frame, talk, family, 0);
}

MYC_UNUSED static int plain_accept(struct frame *frame, int listener)
{
    int fd;
    AWAIT(frame, (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0);
    return fd;
}

/** Sends what fits now of byte_at() from `offset` on, at most `size_bytes`. */
MYC_UNUSED static size_t plain_send_some(int fd, uint64_t offset, size_t size_bytes)
{
    uint8_t bytes[4096];
    size_t most = size_bytes < sizeof bytes ? size_bytes : sizeof bytes;
    for (size_t index = 0; index < most; index++)
        bytes[index] = byte_at(offset + index);
    ssize_t sent = send(fd, bytes, most, MSG_NOSIGNAL);
    cr_assert(sent >= 0 || errno == EAGAIN, "%s", strerror(errno));
    return sent < 0 ? 0 : (size_t)sent;
}

MYC_UNUSED static void plain_send(struct frame *frame, int fd, uint64_t offset, size_t size_bytes)
{
    for (size_t sent = 0; sent < size_bytes;) {
        size_t some = plain_send_some(fd, offset + sent, size_bytes - sent);
        sent += some;
        if (some == 0)
            step(frame);
    }
}

/** Checks what is there now. Returns how many bytes, 0 = nothing yet, -1 = the end. */
MYC_UNUSED static ssize_t plain_receive_some(int fd, uint64_t offset)
{
    uint8_t bytes[8192];
    ssize_t size = recv(fd, bytes, sizeof bytes, 0);
    if (size < 0 && errno == EAGAIN)
        return 0;
    for (ssize_t index = 0; index < size; index++)
        cr_assert_eq(byte_at(offset + (uint64_t)index), bytes[index], "at %zu",
                     (size_t)(offset + (uint64_t)index));
    return size > 0 ? size : -1;
}

/** Receives and checks so many bytes; fewer when the end comes first. Returns how many. */
MYC_UNUSED static uint64_t plain_receive(struct frame *frame, int fd, uint64_t offset,
                                         uint64_t size_bytes)
{
    uint64_t received = 0;
    while (received < size_bytes) {
        ssize_t some = plain_receive_some(fd, offset + received);
        if (some < 0)
            break;
        received += (uint64_t)some;
        if (some == 0)
            step(frame);
    }
    return received;
}

MYC_UNUSED static uint64_t plain_receive_to_end(struct frame *frame, int fd)
{
    return plain_receive(frame, fd, 0, UINT64_MAX);
}

/** Closes a TCP connection so that the other end gets a reset. */
MYC_UNUSED static void plain_reset(int fd)
{
    struct linger none = {.l_onoff = 1};
    cr_assert_eq(0, setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none));
    close(fd);
}

#endif
