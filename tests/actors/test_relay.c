/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "relay/signal_reader.h"
#include "relay/signal_writer.h"
#include "support/leaks.h"

enum { FRAME_BYTES = LIBTYPES_HEADER_BYTES + 181 };

static int ends[2]; /* what is written to the first is read from the second */
static signal_writer writer;
static signal_reader reader;

static void set_up(void)
{
    cr_assert_eq(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    writer = (signal_writer){.fd = ends[0]};
    reader = (signal_reader){.fd = ends[1]};
}

static void tear_down(void)
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

TestSuite(relay, .init = set_up, .fini = tear_down, .timeout = 60);

static arbitrage_signal sample(uint64_t number)
{
    arbitrage_signal signal = {.timestamp_ns = 1000 + number,
                               .received_ns = 2000 + number,
                               .opportunity_id = number,
                               .position = {.block_number = 3, .log_index = (uint32_t)number},
                               .amount_in = {.low = ~UINT64_C(0), .high = number},
                               .profit = {.low = 7},
                               .profit_usd = 1.5};
    memset(signal.buy_pool.bytes, (int)(number & 0xff), sizeof signal.buy_pool.bytes);
    return signal;
}

static void expect_signal(uint64_t number)
{
    arbitrage_signal expected = sample(number);
    arbitrage_signal signal;
    cr_assert_eq(SIGNAL_READER_SIGNAL, signal_reader_next(&reader, &signal), "%s", reader.error);
    cr_expect_eq(0, memcmp(&expected, &signal, sizeof signal), "signal %llu",
                 (unsigned long long)number);
}

static void expect_failure(const char *reason)
{
    arbitrage_signal signal;
    cr_expect_eq(SIGNAL_READER_FAILED, signal_reader_next(&reader, &signal));
    cr_expect_str_eq(reason, reader.error);
}

/* The frame of sample(number), as the writer makes it. */
static void frame_of(uint64_t number, uint8_t frame[FRAME_BYTES])
{
    arbitrage_signal signal = sample(number);
    cr_assert_eq(0, signal_writer_send(&writer, &signal));
    cr_assert_eq(FRAME_BYTES, read(ends[1], frame, FRAME_BYTES));
}

static void put(const uint8_t *bytes, size_t size)
{
    cr_assert_eq((ssize_t)size, send(ends[0], bytes, size, MSG_NOSIGNAL));
}

Test(relay, signals_come_out_as_they_went_in)
{
    arbitrage_signal signal;
    for (uint64_t i = 0; i < 100; i++) {
        signal = sample(i);
        cr_assert_eq(0, signal_writer_send(&writer, &signal));
    }
    signal_writer_end(&writer);
    for (uint64_t i = 0; i < 100; i++) {
        expect_signal(i);
    }
    cr_expect_eq(SIGNAL_READER_END, signal_reader_next(&reader, &signal));
    cr_expect_eq(100, reader.frames);
    cr_expect_eq(0, reader.bad_frames);
    cr_expect_str_eq("", reader.error);
    NO_LEAKS();
}

/* Two frames in three pieces, cut at every pair of places. The reader gets a piece only when it has
 * used up the one before, because the kernel would join them. */
typedef struct pieces {
    const uint8_t *bytes;
    size_t cuts[4];
} pieces;

static void *put_pieces(void *user)
{
    const pieces *all = user;
    for (int i = 0; i < 3; i++) {
        int unread = 1;
        while (unread > 0) {
            cr_assert_eq(0, ioctl(ends[1], FIONREAD, &unread));
        }
        size_t size = all->cuts[i + 1] - all->cuts[i];
        if (size > 0) {
            put(all->bytes + all->cuts[i], size);
        }
    }
    return NULL;
}

static void expect_whole_after_cuts(const uint8_t *frames, size_t first, size_t second)
{
    pthread_t thread;
    pieces all = {frames, {0, first, second, 2 * FRAME_BYTES}};
    cr_assert_eq(0, pthread_create(&thread, NULL, put_pieces, &all));
    expect_signal(1);
    expect_signal(2);
    cr_assert_eq(0, pthread_join(thread, NULL));
}

Test(relay, frames_may_be_cut_at_every_byte)
{
    uint8_t frames[2 * FRAME_BYTES];
    frame_of(1, frames);
    frame_of(2, frames + FRAME_BYTES);
    for (size_t cut = 1; cut < sizeof frames; cut++) {
        expect_whole_after_cuts(frames, cut, cut);
        size_t rest = sizeof frames - cut;
        expect_whole_after_cuts(frames, cut, cut + rest / 2);
    }
    NO_LEAKS();
}

Test(relay, a_frame_cut_short_by_the_end_is_an_error)
{
    uint8_t frame[FRAME_BYTES];
    frame_of(1, frame);
    for (size_t size = 1; size < FRAME_BYTES; size++) {
        tear_down();
        set_up();
        put(frame, size);
        signal_writer_end(&writer);
        expect_failure("frame 1 of the signal stream: the writer is gone before its end");
    }
    NO_LEAKS();
}

Test(relay, bad_frames_are_counted_and_left_out)
{
    uint8_t frame[FRAME_BYTES];
    frame_of(1, frame);
    uint8_t bad_kind[FRAME_BYTES];
    memcpy(bad_kind, frame, sizeof frame);
    bad_kind[FRAME_BYTES - 1] = 1; /* arbitrage kinds end at 0 */
    /* A whole momentum_signal, which the relay has no use for: header, block of 59 bytes. */
    uint8_t momentum[LIBTYPES_HEADER_BYTES + 59] = {59, 0, MOMENTUM_SIGNAL_ID, 0, 0x4d, 0x59};
    put(bad_kind, sizeof bad_kind);
    put(momentum, sizeof momentum);
    put(frame, sizeof frame);
    expect_signal(1);
    cr_expect_eq(3, reader.frames);
    cr_expect_eq(2, reader.bad_frames);
    NO_LEAKS();
}

Test(relay, a_stream_whose_next_frame_cannot_be_found_is_given_up)
{
    static const struct {
        size_t at;
        uint8_t byte;
        int code;
    } DAMAGE[] = {{4, 0, MYC_ETYPE},     /* schema */
                  {2, 99, MYC_ETYPE},    /* template */
                  {1, 0xff, MYC_EFIELD}, /* length */
                  {6, 1, MYC_ENOTSUP}};  /* version */
    uint8_t frame[FRAME_BYTES];
    frame_of(1, frame);
    for (size_t i = 0; i < sizeof DAMAGE / sizeof DAMAGE[0]; i++) {
        char reason[SIGNAL_READER_ERROR_SIZE];
        uint8_t damaged[FRAME_BYTES];
        memcpy(damaged, frame, sizeof frame);
        damaged[DAMAGE[i].at] = DAMAGE[i].byte;
        tear_down();
        set_up();
        put(frame, sizeof frame);
        put(damaged, sizeof damaged);
        expect_signal(1);
        (void)snprintf(reason, sizeof reason,
                       "frame 2 of the signal stream: expected a message of this schema: %s",
                       myc_error_text(DAMAGE[i].code));
        expect_failure(reason);
    }
    NO_LEAKS();
}

Test(relay, a_reader_that_is_gone_is_told_and_what_is_unsent_counted)
{
    arbitrage_signal signal = sample(1);
    (void)shutdown(ends[1], SHUT_RD);
    cr_expect_eq(EPIPE, signal_writer_send(&writer, &signal));
    cr_expect_eq(EPIPE, signal_writer_send(&writer, &signal));
    cr_expect_eq(EPIPE, writer.os_error);
    cr_expect_eq(0, writer.frames);
    cr_expect_eq(2, writer.unsent);
    NO_LEAKS();
}

Test(relay, a_signal_outside_of_the_schema_is_refused_alone)
{
    arbitrage_signal signal = sample(1);
    signal.profit = (uint128){0};
    cr_expect_eq(EBADMSG, signal_writer_send(&writer, &signal));
    signal = sample(2);
    cr_expect_eq(0, signal_writer_send(&writer, &signal));
    cr_expect_eq(1, writer.unsent);
    expect_signal(2);
    NO_LEAKS();
}

enum { MANY = 20000 };

static void *put_many(void *user)
{
    (void)user;
    for (uint64_t i = 0; i < MANY; i++) {
        arbitrage_signal signal = sample(i);
        cr_assert_eq(0, signal_writer_send(&writer, &signal));
    }
    signal_writer_end(&writer);
    return NULL;
}

/* Far more than a socket holds: the writer has to wait, and nothing is lost. */
Test(relay, a_full_socket_holds_the_writer_back)
{
    pthread_t thread;
    arbitrage_signal signal;
    int room = 1; /* the kernel makes it the least it allows */
    cr_assert_eq(0, setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room));
    cr_assert_eq(0, pthread_create(&thread, NULL, put_many, NULL));
    for (uint64_t i = 0; i < MANY; i++) {
        expect_signal(i);
    }
    cr_expect_eq(SIGNAL_READER_END, signal_reader_next(&reader, &signal));
    cr_assert_eq(0, pthread_join(thread, NULL));
    cr_expect_eq(MANY, writer.frames);
    NO_LEAKS();
}
