/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Silence, by a clock that the test moves: the workers are driven by hand, so a tick comes exactly
 * when it is due.
 */
#include <criterion/criterion.h>

#include "net/local_server.h"
#include "support/leaks.h"

#include <mycelium/mycelium.h>
#include <mycelium/websocket.h>

enum { PASSES_MAX = 20000, MAILBOX = 8, FLOOD = 300 };
#define PERIOD_NS UINT64_C(1000000000)

struct silence {
    myc_system *system;
    myc_context *ctx;
    struct local_server *server;
    uint64_t now_ns;
    uint32_t may_take; /* messages; the ear is full beyond them */
    uint32_t taken;
    uint32_t opened;
    uint32_t lost;
    int32_t error; /* of the last loss */
};

struct ear {
    struct silence *silence;
};

static myc_next ear_on_chunk(struct ear *self, myc_context *ctx, const myc_chunk *chunk)
{
    (void)ctx;
    (void)chunk;
    if (self->silence->may_take == 0) {
        return MYC_AGAIN;
    }
    self->silence->may_take--;
    self->silence->taken++;
    return MYC_CONTINUE;
}

static myc_next ear_on_event(struct ear *self, myc_context *ctx, const myc_stream_event *event)
{
    (void)ctx;
    self->silence->opened += event->what == MYC_STREAM_OPENED;
    self->silence->lost += event->what == MYC_STREAM_LOST;
    self->silence->error = event->what == MYC_STREAM_LOST ? event->error : self->silence->error;
    return MYC_CONTINUE;
}

static myc_next ear_on_end(struct ear *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self;
    (void)ctx;
    (void)end;
    return MYC_CONTINUE;
}

MYC_ACTOR(ear, myc_reader, MYC_READER_ROWS)

static uint64_t now(void *user)
{
    return ((struct silence *)user)->now_ns;
}

static void pass(struct silence *silence, uint32_t passes)
{
    for (uint32_t index = 0; index < passes; index++) {
        cr_assert_geq(myc_system_run_once(silence->system), 0);
    }
}

/* What comes over a socket takes as long as it takes; the clock stands meanwhile. */
#define PASS_UNTIL(silence, what)                                                                  \
    for (uint32_t passes = 0; !(what); passes++) {                                                 \
        cr_assert_lt(passes, PASSES_MAX, "in vain: " #what);                                       \
        pass(silence, 1);                                                                          \
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);                                   \
    }

static uint32_t pings(struct local_server *server)
{
    pthread_mutex_lock(&server->lock);
    uint32_t count = server->pings;
    pthread_mutex_unlock(&server->lock);
    return count;
}

static struct silence *silence_open(myc_io_backend io)
{
    struct silence *made = calloc(1, sizeof *made);
    cr_assert_not_null(made);
    made->now_ns = PERIOD_NS;
    made->may_take = UINT32_MAX;
    myc_system_options options = {
        .workers = 1, .caller_driven = true, .io = io, .now_ns = now, .clock_user = made};
    cr_assert_eq(0, myc_system_create(&options, &made->system));
    made->ctx = myc_context_of(made->system);
    made->server = local_server_open(NULL);
    myc_reader_ref ear;
    cr_assert_eq(0, ear_spawn(made->ctx, &(struct ear){made},
                              &(myc_spawn_options){.mailbox_bound = MAILBOX}, &ear));
    char url[64];
    myc_websocket_ref client;
    snprintf(url, sizeof url, "ws://127.0.0.1:%u", made->server->port);
    myc_websocket_options given = {.keepalive_ns = PERIOD_NS, .attempts_max = 1};
    cr_assert_eq(0, myc_websocket_connect(made->ctx, url, &given, ear, &client));
    PASS_UNTIL(made, made->opened);
    return made;
}

static void silence_close(struct silence *silence)
{
    cr_expect_eq(0, myc_system_destroy(silence->system));
    local_server_close(silence->server);
    free(silence);
}

/* Moves the clock on by a period. */
static void tick(struct silence *silence)
{
    silence->now_ns += PERIOD_NS;
    pass(silence, 20);
}

static void ping_and_stay(myc_io_backend io)
{
    struct silence *silence = silence_open(io);
    for (uint32_t round = 1; round <= 5; round++) {
        tick(silence);
        PASS_UNTIL(silence, pings(silence->server) == round);
        /* The answer is behind this. */
        local_server_say(silence->server, WSLAY_TEXT_FRAME, "x", 1);
        PASS_UNTIL(silence, silence->taken == round);
        tick(silence);
        cr_expect_eq(round, pings(silence->server), "it was no silence");
    }
    cr_expect_eq(0, silence->lost);
    silence_close(silence);
}

Test(client_time, pings_in_silence_and_stays)
{
    ping_and_stay(MYC_IO_AUTO);
    ping_and_stay(MYC_IO_EPOLL);
    NO_LEAKS();
}

Test(client_time, is_lost_when_a_ping_is_not_answered)
{
    struct silence *silence = silence_open(MYC_IO_AUTO);
    pthread_mutex_lock(&silence->server->lock);
    silence->server->mute = true;
    pthread_mutex_unlock(&silence->server->lock);
    tick(silence);
    cr_expect_eq(0, silence->lost, "it was lost before it had pinged");
    tick(silence);
    cr_expect_eq(1, silence->lost);
    cr_expect_eq(MYC_ETIMEDOUT, silence->error);
    silence_close(silence);
    NO_LEAKS();
}

/* A tick that comes late tells nothing: what the server said may lie in the socket. */
Test(client_time, stays_when_nobody_looked)
{
    struct silence *silence = silence_open(MYC_IO_AUTO);
    pthread_mutex_lock(&silence->server->lock);
    silence->server->mute = true;
    pthread_mutex_unlock(&silence->server->lock);
    tick(silence);
    silence->now_ns += PERIOD_NS / 2;
    tick(silence);
    cr_expect_eq(0, silence->lost);
    silence_close(silence);
    NO_LEAKS();
}

/* One chunk whose messages take the receiver many periods: nothing is heard meanwhile. */
Test(client_time, stays_while_the_receiver_is_slow)
{
    struct silence *silence = silence_open(MYC_IO_AUTO);
    silence->may_take = 0;
    for (uint32_t index = 0; index < FLOOD; index++) {
        local_server_say(silence->server, WSLAY_TEXT_FRAME, "slow", 4);
    }
    pass(silence, 1000);
    while (silence->taken < FLOOD) {
        silence->may_take = MAILBOX;
        PASS_UNTIL(silence, silence->may_take == 0 || silence->taken == FLOOD);
        tick(silence);
        cr_assert_eq(0, silence->lost, "after %u messages", silence->taken);
    }
    silence_close(silence);
    NO_LEAKS();
}
