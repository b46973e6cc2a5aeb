/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/feed_support.h"
#include "feeds/sbe_reader.h"
#include "support/leaks.h"

enum { FRAMES = 6, ROOM = FRAMES * LIBTYPES_MESSAGE_BYTES_MAX };

static const quote_update QUOTE = {.timestamp_ns = 1,
                                   .received_ns = 2,
                                   .sequence = 3,
                                   .bid = {100, 5},
                                   .ask = {101, 6},
                                   .instrument = {"BTCUSDT"},
                                   .venue = 7};

/* Quotes and books in turn, with their number as sequence. */
typedef struct stream {
    uint8_t bytes[ROOM];
    size_t size;
    size_t ends[FRAMES];
} stream;

static size_t encode(const myc_type *type, const void *payload, uint8_t *bytes)
{
    myc_codec_error error;
    int64_t size = type->encode(payload, bytes, LIBTYPES_MESSAGE_BYTES_MAX, &error);
    cr_assert_gt(size, 0, "%s", error.reason);
    return (size_t)size;
}

static stream make_stream(void)
{
    stream made = {.size = 0};
    for (uint64_t i = 0; i < FRAMES; i++) {
        quote_update quote = QUOTE;
        order_book_snapshot book = {.sequence = i, .instrument = {"XBT/USD"}, .bid_count = 20};
        quote.sequence = i;
        for (int level = 0; level < 20; level++)
            book.bids[level] = (price_level){100 - level, 1};
        made.size += i % 2 ? encode(&order_book_snapshot_type, &book, made.bytes + made.size)
                           : encode(&quote_update_type, &quote, made.bytes + made.size);
        made.ends[i] = made.size;
    }
    return made;
}

static uint64_t sequence_of(const sbe_reader *reader)
{
    return reader->type == &quote_update_type ? reader->message.quote.sequence
                                              : reader->message.order_book.sequence;
}

/* The last report and how many there were. */
typedef struct reports {
    char text[SBE_ERROR_SIZE];
    unsigned count;
} reports;

static void keep_report(void *user, const char *text)
{
    reports *self = user;
    snprintf(self->text, sizeof self->text, "%s", text);
    self->count++;
}

/* Feeds a piece on memory of its own and expects the messages from `*next` on. */
static void feed_piece(sbe_reader *reader, const uint8_t *bytes, size_t size, uint64_t *next)
{
    char *copy = exact_copy((const char *)bytes, size);
    sbe_step step;
    sbe_reader_feed(reader, (const uint8_t *)copy, size, false);
    while ((step = sbe_reader_step(reader, (sbe_report){NULL, NULL})) == SBE_STEP_MESSAGE)
        cr_assert_eq((*next)++, sequence_of(reader));
    cr_assert_eq(SBE_STEP_DRY, step, "%s", reader->error);
    free(copy);
}

Test(sbe_reader, reads_a_stream_cut_into_pieces_of_any_size)
{
    stream in = make_stream();
    for (size_t piece = 1; piece <= in.size; piece++) {
        sbe_reader reader;
        uint64_t next = 0;
        sbe_reader_init(&reader, "test");
        for (size_t at = 0; at < in.size; at += piece)
            feed_piece(&reader, in.bytes + at, in.size - at < piece ? in.size - at : piece, &next);
        cr_assert_eq(FRAMES, next, "pieces of %zu", piece);
        cr_assert_eq(SBE_STEP_DRY, sbe_reader_end(&reader, (sbe_report){NULL, NULL}));
        cr_assert_eq(FRAMES, reader.counts.frames);
        cr_assert_eq(in.size, reader.counts.bytes);
        cr_assert_eq(FRAMES / 2, reader.counts.messages[QUOTE_UPDATE_ID]);
    }
    NO_LEAKS();
}

Test(sbe_reader, gives_the_message_as_it_was)
{
    uint8_t bytes[LIBTYPES_MESSAGE_BYTES_MAX];
    sbe_reader reader;
    sbe_reader_init(&reader, "test");
    sbe_reader_feed(&reader, bytes, encode(&quote_update_type, &QUOTE, bytes), true);
    cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){NULL, NULL}));
    cr_assert_eq(0, memcmp(&QUOTE, &reader.message.quote, sizeof QUOTE));
    cr_assert_eq(SBE_STEP_DRY, sbe_reader_step(&reader, (sbe_report){NULL, NULL}));
    NO_LEAKS();
}

Test(sbe_reader, ends_inside_a_frame_with_an_error)
{
    stream in = make_stream();
    reports told = {.count = 0};
    for (size_t cut = 1; cut < in.ends[0]; cut++) {
        sbe_reader reader;
        uint64_t next = 0;
        sbe_reader_init(&reader, "test");
        feed_piece(&reader, in.bytes, cut, &next);
        cr_assert_eq(SBE_STEP_FAILED, sbe_reader_end(&reader, (sbe_report){keep_report, &told}));
        cr_assert_not_null(strstr(reader.error, "the stream has ended"), "%s", reader.error);
        cr_assert_eq(1, reader.counts.bad_frames);
    }
    NO_LEAKS();
}

/* Spoils the instrument of the first quote: bytes 40 to 55 of its block. */
static void spoil_field(stream *in)
{
    uint8_t *name = memmem(in->bytes, in->ends[0], "BTCUSDT", 7);
    cr_assert_not_null(name);
    *name = 0xff;
}

Test(sbe_reader, leaves_a_message_with_a_bad_field_out_and_names_it)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    spoil_field(&in);
    sbe_reader_init(&reader, "tcp://here");
    sbe_reader_feed(&reader, in.bytes, in.size, false);
    for (uint64_t next = 1; next < FRAMES; next++) {
        cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
        cr_assert_eq(next, sequence_of(&reader));
    }
    cr_assert_eq(1, reader.counts.bad_frames);
    cr_assert_eq(FRAMES, reader.counts.frames);
    cr_assert_eq(1, told.count);
    cr_assert_not_null(strstr(told.text, "tcp://here: frame 1 at byte 0: quote_update.instrument"),
                       "%s", told.text);
    NO_LEAKS();
}

Test(sbe_reader, ends_a_stream_at_a_header_it_does_not_know)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    in.bytes[in.ends[1] + 2] = 99; /* the template of the third */
    sbe_reader_init(&reader, "test");
    sbe_reader_feed(&reader, in.bytes, in.size, false);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    for (int i = 0; i < 2; i++)
        cr_assert_eq(SBE_STEP_FAILED, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    cr_assert_not_null(strstr(reader.error, "template 99"), "%s", reader.error);
    cr_assert_eq(1, told.count);
    NO_LEAKS();
}

/* Each frame a datagram; the one with the unknown template costs only itself. */
Test(sbe_reader, skips_a_datagram_it_does_not_know)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    unsigned messages = 0;
    in.bytes[in.ends[1] + 2] = 99;
    sbe_reader_init(&reader, "test");
    for (size_t i = 0, at = 0; i < FRAMES; at = in.ends[i++]) {
        sbe_reader_feed(&reader, in.bytes + at, in.ends[i] - at, true);
        while (sbe_reader_step(&reader, (sbe_report){keep_report, &told}) == SBE_STEP_MESSAGE)
            messages++;
        cr_assert_eq(SBE_STEP_DRY, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    }
    cr_assert_eq(FRAMES - 1, messages);
    cr_assert_eq(FRAMES, reader.counts.datagrams);
    cr_assert_eq(1, reader.counts.bad_frames);
    cr_assert_eq(1, told.count);
    NO_LEAKS();
}

Test(sbe_reader, takes_several_frames_from_a_datagram_and_counts_a_cut_one)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    sbe_reader_init(&reader, "test");
    sbe_reader_feed(&reader, in.bytes, in.ends[2] - 1, true);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    cr_assert_eq(SBE_STEP_DRY, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    cr_assert_eq(1, reader.counts.bad_frames);
    cr_assert_not_null(strstr(told.text, "expected the rest of it"), "%s", told.text);
    sbe_reader_feed(&reader, in.bytes, in.ends[0], true); /* the next one is whole again */
    cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    NO_LEAKS();
}

Test(sbe_reader, reads_a_newer_version_from_a_datagram_only)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    in.bytes[6] = 1;
    sbe_reader_init(&reader, "test");
    sbe_reader_feed(&reader, in.bytes, in.ends[0], true);
    cr_assert_eq(SBE_STEP_MESSAGE, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    sbe_reader_init(&reader, "test");
    sbe_reader_feed(&reader, in.bytes, in.ends[0], false);
    cr_assert_eq(SBE_STEP_FAILED, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    NO_LEAKS();
}

Test(sbe_reader, reports_the_first_bad_frames_only)
{
    stream in = make_stream();
    reports told = {.count = 0};
    sbe_reader reader;
    spoil_field(&in);
    sbe_reader_init(&reader, "test");
    for (int i = 0; i < 3 * SBE_REPORTS_MAX; i++) {
        sbe_reader_feed(&reader, in.bytes, in.ends[0], true);
        cr_assert_eq(SBE_STEP_DRY, sbe_reader_step(&reader, (sbe_report){keep_report, &told}));
    }
    cr_assert_eq(3 * SBE_REPORTS_MAX, reader.counts.bad_frames);
    cr_assert_eq(SBE_REPORTS_MAX + 1, told.count);
    NO_LEAKS();
}
