/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <zlib.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "support/leaks.h"
#include "text/inflate.h"

enum { ROOM = 1 << 20 };

typedef struct bytes {
    char *data;
    size_t size;
} bytes;

static bytes bytes_of(size_t room)
{
    bytes made = {malloc(room), 0};
    cr_assert_not_null(made.data);
    return made;
}

/* Adds one gzip member with `text` in it. */
static void add_member(bytes *to, const void *text, size_t size)
{
    z_stream stream = {.next_in = (z_const Bytef *)text, .avail_in = (uInt)size};
    cr_assert_eq(Z_OK, deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY));
    stream.next_out = (Bytef *)to->data + to->size;
    stream.avail_out = (uInt)(ROOM - to->size);
    cr_assert_eq(Z_STREAM_END, deflate(&stream, Z_FINISH));
    to->size += stream.total_out;
    deflateEnd(&stream);
}

static void add(bytes *to, const void *from, size_t size)
{
    cr_assert(to->size + size <= 4 * ROOM);
    memcpy(to->data + to->size, from, size);
    to->size += size;
}

static inflater_result drain(inflater *from, bytes *to)
{
    inflater_chunk chunk;
    inflater_result result;
    while ((result = inflater_next(from, &chunk)) == INFLATER_CHUNK) {
        cr_assert(chunk.size > 0);
        add(to, chunk.bytes, chunk.size);
    }
    return result;
}

/* Feeds `from` by `step` bytes, each piece in memory of its own. Returns the last result. */
static inflater_result run(inflater *self, const bytes *from, size_t step, bytes *to)
{
    inflater_result result = INFLATER_HUNGRY;
    for (size_t at = 0; at < from->size && result == INFLATER_HUNGRY; at += step) {
        size_t count = from->size - at < step ? from->size - at : step;
        char *piece = exact_copy(from->data + at, count);
        inflater_feed(self, piece, count);
        result = drain(self, to);
        free(piece);
    }
    if (result == INFLATER_HUNGRY) {
        inflater_end(self);
        result = drain(self, to);
    }
    return result;
}

static void expect_text(const bytes *from, const void *text, size_t size, bool is_gzip)
{
    static const size_t steps[] = {1, 2, 7, 4096, ROOM};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        inflater *self = inflater_create();
        bytes found = bytes_of(4 * ROOM);
        cr_assert_eq(INFLATER_END, run(self, from, steps[i], &found), "%s", inflater_error(self));
        cr_assert_eq(size, found.size, "chunks of %zu", steps[i]);
        cr_assert_eq(0, memcmp(text, found.data, size));
        cr_assert_eq(is_gzip, inflater_is_gzip(self));
        free(found.data);
        inflater_destroy(self);
    }
}

/* Expects an error whose text has `reason` and the byte offset, after at least `size` good bytes.
 */
static void expect_error(const bytes *from, const char *reason, size_t size, size_t offset)
{
    static const size_t steps[] = {1, 7, ROOM};
    char expected[200];
    snprintf(expected, sizeof expected, "gzip data: %s at byte %zu", reason, offset);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        inflater *self = inflater_create();
        bytes found = bytes_of(4 * ROOM);
        inflater_chunk chunk;
        cr_assert_eq(INFLATER_ERROR, run(self, from, steps[i], &found));
        cr_assert_str_eq(expected, inflater_error(self), "chunks of %zu", steps[i]);
        cr_assert_eq(size, found.size);
        cr_assert_eq(INFLATER_ERROR, inflater_next(self, &chunk), "it stays an error");
        free(found.data);
        inflater_destroy(self);
    }
}

/* A text of which gzip makes neither nothing nor the same. */
static bytes sample_text(size_t size)
{
    test_random random = random_start(8);
    bytes text = bytes_of(size + 1);
    for (; text.size < size; text.size++)
        text.data[text.size] = "0123456789abcdef\n{}"[random_below(&random, 19)];
    return text;
}

Test(inflate, passes_plain_bytes_through)
{
    static const char *const texts[] = {"", "{", "{}\n", "\x1f", "\x1f\x8a", "\x1f\n", "\x8b\x1f"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bytes from = {(char *)texts[i], strlen(texts[i])};
        expect_text(&from, texts[i], from.size, false);
    }
    NO_LEAKS();
}

Test(inflate, hands_plain_chunks_on_without_a_copy)
{
    static const char text[] = "{}\n";
    inflater *self = inflater_create();
    inflater_chunk chunk;
    inflater_feed(self, text, 3);
    cr_assert_eq(INFLATER_CHUNK, inflater_next(self, &chunk));
    cr_assert_eq(text, chunk.bytes);
    inflater_destroy(self);
    NO_LEAKS();
}

Test(inflate, decodes_gzip_by_its_first_bytes)
{
    bytes text = sample_text(300000), zipped = bytes_of(ROOM);
    add_member(&zipped, text.data, text.size);
    cr_assert(zipped.size < text.size);
    expect_text(&zipped, text.data, text.size, true);
    free(zipped.data);
    free(text.data);
    NO_LEAKS();
}

Test(inflate, bounds_its_output_however_well_the_data_packs)
{
    size_t size = 3 * ROOM;
    bytes text = {calloc(1, size), size}, zipped = bytes_of(ROOM);
    add_member(&zipped, text.data, text.size);
    cr_assert(zipped.size < 8192);
    expect_text(&zipped, text.data, text.size, true);
    free(zipped.data);
    free(text.data);
    NO_LEAKS();
}

Test(inflate, reads_members_one_after_the_other)
{
    bytes zipped = bytes_of(ROOM);
    add_member(&zipped, "one\n", 4);
    add_member(&zipped, "", 0);
    add_member(&zipped, "two\n", 4);
    expect_text(&zipped, "one\ntwo\n", 8, true);
    free(zipped.data);
    NO_LEAKS();
}

Test(inflate, reports_data_that_is_cut_short_at_any_byte)
{
    bytes zipped = bytes_of(ROOM);
    add_member(&zipped, "one two three\n", 14);
    for (size_t size = 2; size < zipped.size; size++) {
        inflater *self = inflater_create();
        bytes cut = {zipped.data, size}, found = bytes_of(ROOM);
        char expected[64];
        snprintf(expected, sizeof expected, "gzip data: cut short at byte %zu", size);
        cr_assert_eq(INFLATER_ERROR, run(self, &cut, 3, &found), "%zu bytes", size);
        cr_assert_str_eq(expected, inflater_error(self));
        free(found.data);
        inflater_destroy(self);
    }
    free(zipped.data);
    NO_LEAKS();
}

Test(inflate, reports_bytes_behind_the_end)
{
    bytes zipped = bytes_of(ROOM);
    add_member(&zipped, "one\n", 4);
    size_t end = zipped.size;
    add(&zipped, "\nx", 2);
    expect_error(&zipped, "trailing bytes that are not another gzip member", 4, end);
    zipped.size = end;
    add(&zipped, "\x1f\x8a", 2);
    expect_error(&zipped, "trailing bytes that are not another gzip member", 4, end + 2);
    free(zipped.data);
    NO_LEAKS();
}

Test(inflate, reports_corrupt_data)
{
    bytes zipped = bytes_of(ROOM);
    add_member(&zipped, "one\n", 4);
    zipped.data[zipped.size - 1] ^= 1; /* of the length at the end */
    expect_error(&zipped, "incorrect length check", 4, zipped.size);
    zipped.data[zipped.size - 1] ^= 1;
    zipped.data[zipped.size - 5] ^= 1; /* of the checksum before it */
    expect_error(&zipped, "incorrect data check", 4, zipped.size - 4);
    zipped.data[2] = 7; /* the method */
    expect_error(&zipped, "unknown compression method", 0, 4);
    free(zipped.data);
    NO_LEAKS();
}

Test(inflate, survives_any_change_of_the_bytes)
{
    test_random random = random_start(9);
    bytes text = sample_text(2000), zipped = bytes_of(ROOM);
    int errors = 0;
    add_member(&zipped, text.data, text.size);
    for (int round = 0; round < 2000; round++) {
        inflater *self = inflater_create();
        bytes found = bytes_of(4 * ROOM);
        size_t at = random_below(&random, zipped.size);
        char old = zipped.data[at];
        zipped.data[at] ^= (char)(1 + random_below(&random, 255));
        inflater_result result = run(self, &zipped, 1 + random_below(&random, 500), &found);
        cr_assert(result == INFLATER_ERROR || result == INFLATER_END);
        errors += result == INFLATER_ERROR;
        zipped.data[at] = old;
        free(found.data);
        inflater_destroy(self);
    }
    cr_assert(errors > 1000, "the checksum must catch nearly all, found %d", errors);
    free(zipped.data);
    free(text.data);
    NO_LEAKS();
}
