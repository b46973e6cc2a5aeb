/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "support/leaks.h"
#include "text/lines.h"

/* Feeds `text` in chunks of `step` bytes, each in memory of its own, and writes what comes out as
 * "number:text|" or "number!|" for a bad line. Returns the count of bytes written. */
typedef struct recorder {
    char text[1 << 16];
    size_t size;
} recorder;

static void record_all(recorder *to, lines *splitter)
{
    line_view line;
    while (lines_next(splitter, &line)) {
        int size = snprintf(to->text + to->size, sizeof to->text - to->size, "%llu%s%.*s|",
                            (unsigned long long)line.number, line.error ? "!" : ":",
                            line.error ? 0 : (int)line.size, line.error ? "" : line.text);
        to->size += (size_t)size;
        cr_assert(to->size < sizeof to->text);
    }
}

static void record_text(recorder *to, const char *text, size_t size, size_t step, size_t size_max)
{
    lines splitter;
    lines_init(&splitter, size_max);
    *to = (recorder){.size = 0};
    for (size_t at = 0; at < size; at += step) {
        size_t count = size - at < step ? size - at : step;
        char *chunk = exact_copy(text + at, count);
        lines_feed(&splitter, chunk, count);
        record_all(to, &splitter);
        free(chunk);
    }
    lines_end(&splitter);
    record_all(to, &splitter);
    record_all(to, &splitter);
    lines_fini(&splitter);
}

static void expect_at_all_steps(const char *expected, const char *text, size_t size_max)
{
    recorder found;
    for (size_t step = 1; step <= strlen(text) + 1; step++) {
        record_text(&found, text, strlen(text), step, size_max);
        cr_assert_str_eq(expected, found.text, "chunks of %zu bytes", step);
    }
}

Test(lines, splits_at_newlines_wherever_chunks_end)
{
    expect_at_all_steps("1:one|2:two|3:three|", "one\ntwo\nthree\n", 0);
    NO_LEAKS();
}

Test(lines, yields_the_last_line_without_newline)
{
    expect_at_all_steps("1:one|2:two|", "one\ntwo", 0);
    expect_at_all_steps("1:one|2:two|", "one\r\ntwo\r", 0);
    NO_LEAKS();
}

Test(lines, numbers_but_skips_empty_lines)
{
    expect_at_all_steps("3:a|6:b|", "\n\na\n\r\n\nb\n\r\n\n", 0);
    expect_at_all_steps("", "", 0);
    expect_at_all_steps("", "\n", 0);
    NO_LEAKS();
}

Test(lines, takes_one_carriage_return_off)
{
    expect_at_all_steps("1:a|2:b\r|3:c\rd|", "a\r\nb\r\r\nc\rd\r\n", 0);
    NO_LEAKS();
}

Test(lines, reports_a_long_line_once_and_goes_on_behind_it)
{
    expect_at_all_steps("1:12345|2!|3:ok|4!|", "12345\n123456\nok\n1234567890123", 5);
    expect_at_all_steps("1:12345|2!|3!|4:x|", "12345\r\n123456\r\n12345\r\r\nx\n", 5);
    NO_LEAKS();
}

Test(lines, names_the_limit_of_a_long_line)
{
    lines splitter;
    line_view line;
    lines_init(&splitter, 5);
    lines_feed(&splitter, "\n1234567", 8);
    cr_assert(lines_next(&splitter, &line), "known before the newline comes");
    cr_assert_str_eq("expected a line of at most 5 bytes", line.error);
    cr_assert_eq(2, line.number);
    lines_fini(&splitter);
    NO_LEAKS();
}

Test(lines, does_not_copy_a_line_inside_a_chunk)
{
    static const char text[] = "first\nsecond\n";
    lines splitter;
    line_view line;
    lines_init(&splitter, 0);
    lines_feed(&splitter, text, sizeof text - 1);
    cr_assert(lines_next(&splitter, &line));
    cr_assert_eq(text, line.text);
    cr_assert(lines_next(&splitter, &line));
    cr_assert_eq(text + 6, line.text);
    cr_assert_null(splitter.framer.carry);
    lines_fini(&splitter);
    NO_LEAKS();
}

Test(lines, can_stop_between_two_lines_of_a_chunk)
{
    lines splitter;
    line_view line;
    lines_init(&splitter, 0);
    lines_feed(&splitter, "a", 1);
    cr_assert_not(lines_next(&splitter, &line));
    lines_feed(&splitter, "b\nc\nd", 5);
    cr_assert(lines_next(&splitter, &line));
    cr_assert_eq(0, memcmp("ab", line.text, 2));
    cr_assert(lines_next(&splitter, &line));
    cr_assert_eq(0, memcmp("c", line.text, 1));
    lines_fini(&splitter); /* "d" is dropped with it */
    NO_LEAKS();
}

Test(lines, takes_a_line_of_one_mebibyte_and_no_more)
{
    size_t size = LINES_SIZE_MAX + 2;
    char *text = malloc(size);
    memset(text, 'x', size);
    for (size_t over = 0; over < 2; over++) {
        lines splitter;
        line_view line;
        lines_init(&splitter, 0);
        lines_feed(&splitter, text, LINES_SIZE_MAX + over);
        bool is_known_early = lines_next(&splitter, &line);
        cr_assert(!is_known_early, "a carriage return might be the last byte");
        lines_feed(&splitter, "\n", 1);
        cr_assert(lines_next(&splitter, &line));
        cr_assert_eq(over == 0, line.error == NULL);
        cr_assert_eq(over ? 0 : LINES_SIZE_MAX, line.size);
        lines_fini(&splitter);
    }
    free(text);
    NO_LEAKS();
}

/* What the splitter should record, by cutting the whole text. */
static void record_by_model(recorder *to, const char *text, size_t size, size_t size_max)
{
    *to = (recorder){.size = 0};
    unsigned long long number = 1;
    for (size_t at = 0; at < size; number++) {
        size_t end = at;
        while (end < size && text[end] != '\n')
            end++;
        size_t count = end - at;
        if (count > 0 && text[end - 1] == '\r')
            count--;
        bool is_bad = count > size_max;
        if (count > 0)
            to->size += (size_t)sprintf(to->text + to->size, "%llu%s%.*s|", number,
                                        is_bad ? "!" : ":", is_bad ? 0 : (int)count, text + at);
        at = end + 1;
    }
}

Test(lines, agrees_with_cutting_the_whole_text)
{
    test_random random = random_start(7);
    static recorder expected, found;
    for (int round = 0; round < 3000; round++) {
        char text[600];
        size_t size = random_below(&random, sizeof text);
        for (size_t i = 0; i < size; i++)
            text[i] = "abc\r\r\n\n\nxyzw"[random_below(&random, 3 + random_below(&random, 9))];
        size_t step = 1 + random_below(&random, 40);
        record_by_model(&expected, text, size, 6);
        record_text(&found, text, size, step, 6);
        cr_assert_str_eq(expected.text, found.text, "round %d, chunks of %zu", round, step);
    }
    NO_LEAKS();
}
