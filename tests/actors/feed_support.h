/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_FEED_SUPPORT_H
#define TESTS_ACTORS_FEED_SUPPORT_H

/*
 * Files, byte copies and mutations for tests of the feeds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "actors/market_random.h"

/** A path in the folder of recorded data: $MYC_DATA_DIR, else ../shared/data beside the tree. */
MYC_UNUSED static const char *data_path(const char *name)
{
    static char path[4096];
    const char *folder = getenv("MYC_DATA_DIR");
    snprintf(path, sizeof path, "%s/%s", folder ? folder : MYC_SOURCE_DIR "/../shared/data", name);
    return path;
}

/** Skips the test when the recorded file is not there. Call it before anything is allocated. */
#define NEED_DATA(name)                                                                            \
    do {                                                                                           \
        if (access(data_path(name), R_OK) != 0)                                                    \
            cr_skip_test("no recorded data: %s (set MYC_DATA_DIR)", data_path(name));              \
    } while (0)

/** A file with a name of its own. Remove with temporary_remove(). */
typedef struct temporary_file {
    char path[32];
} temporary_file;

MYC_UNUSED static temporary_file temporary_write(const void *bytes, size_t size)
{
    temporary_file file = {"/tmp/mycelium-test-XXXXXX"};
    int fd = mkstemp(file.path);
    cr_assert(fd >= 0, "cannot make %s", file.path);
    cr_assert_eq((ssize_t)size, write(fd, bytes, size));
    close(fd);
    return file;
}

MYC_UNUSED static void temporary_remove(const temporary_file *file)
{
    unlink(file->path);
}

/** A copy of exactly `size` bytes, so that AddressSanitizer sees a read past the end. free() it. */
MYC_UNUSED static char *exact_copy(const char *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    cr_assert_not_null(copy);
    memcpy(copy, bytes, size);
    return copy;
}

/** A text that can be changed in place. */
typedef struct mutable_text {
    char bytes[16384];
    size_t size;
} mutable_text;

/** Replaces `old_size` bytes at `at`; does nothing when there is no room. */
MYC_UNUSED static void text_splice(mutable_text *text, size_t at, size_t old_size,
                                   const char *new_bytes, size_t new_size)
{
    size_t size = text->size - old_size + new_size;
    if (size > sizeof text->bytes)
        return;
    memmove(text->bytes + at + new_size, text->bytes + at + old_size, text->size - at - old_size);
    memcpy(text->bytes + at, new_bytes, new_size);
    text->size = size;
}

static const char *const JSON_SCRAPS[] = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u",
    "\\u00e9",
    "\\ud800",
    "\\udc00",
    "\\u0000",
    "\\n",
    "\\x",
    "\xc3\xa9",
    "\xff",
    "\x80",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xe0\x80\x80",
    "\xf0\x9f\x8d\x84",
    "\t",
    " ",
    "\n",
    "\x01",
    "0",
    "00",
    "-",
    "-0",
    "1.5",
    "1.",
    ".5",
    "1e5",
    "1e+",
    "true",
    "tru",
    "null",
    "nulll",
    "false",
    "NaN",
    "'",
    "/*x*/",
    "{}",
    "[]",
    "[1,2]",
    "{\"a\":1}",
    "\"\"",
    "\"k\":",
    "0x",
    ",,",
    ",\"a\":[[],{}]",
    "#",
};

MYC_UNUSED static void mutate_splice_scrap(test_random *random, mutable_text *text)
{
    const char *scrap = JSON_SCRAPS[random_below(random, sizeof JSON_SCRAPS / sizeof *JSON_SCRAPS)];
    size_t at = random_below(random, text->size + 1);
    size_t old_size = random_below(random, 2) ? 0 : random_below(random, 3);
    if (old_size > text->size - at)
        old_size = text->size - at;
    text_splice(text, at, old_size, scrap, strlen(scrap));
}

MYC_UNUSED static void mutate_remove(test_random *random, mutable_text *text)
{
    size_t at = random_below(random, text->size);
    size_t size = 1 + random_below(random, random_below(random, 4) ? 2 : 80);
    if (size > text->size - at)
        size = text->size - at;
    text_splice(text, at, size, "", 0);
}

MYC_UNUSED static void mutate_repeat(test_random *random, mutable_text *text)
{
    char piece[64];
    size_t at = random_below(random, text->size);
    size_t size = 1 + random_below(random, sizeof piece);
    if (size > text->size - at)
        size = text->size - at;
    memcpy(piece, text->bytes + at, size);
    text_splice(text, random_below(random, text->size + 1), 0, piece, size);
}

MYC_UNUSED static void mutate_byte(test_random *random, mutable_text *text)
{
    text->bytes[random_below(random, text->size)] = (char)random_next(random);
}

/** Changes the text a little, mostly in ways that matter to JSON. */
MYC_UNUSED static void mutate(test_random *random, mutable_text *text)
{
    if (text->size == 0)
        return;
    switch (random_below(random, 6)) {
    case 0: mutate_byte(random, text); break;
    case 1: mutate_remove(random, text); break;
    case 2: mutate_repeat(random, text); break;
    default: mutate_splice_scrap(random, text); break;
    }
}

#endif
