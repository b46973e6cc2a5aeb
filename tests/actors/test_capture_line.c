/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/feed_support.h"
#include "feeds/capture_line.h"
#include "support/leaks.h"

static capture_form split(const char *text, capture_line *line)
{
    char *copy = exact_copy(text, strlen(text));
    capture_form form = capture_line_split(copy, strlen(text), line);
    if (line->frame) /* into the literal, which lives on */
        line->frame = text + (line->frame - copy);
    free(copy);
    return form;
}

Test(capture_line, reads_the_time_of_each_form)
{
    static const struct {
        const char *text;
        uint64_t ns;
        const char *frame;
    } cases[] = {
        {"1723161253937085768 {}", 1723161253937085768, "{}"},
        {"1618677817.061845: {}", 1618677817061845000, "{}"},
        {"1618677817: []", 1618677817000000000, "[]"},
        {"1.0000000019: x", 1000000001, "x"}, /* what is below 1 ns is cut off */
        {"0.000000001: ", 1, ""},
        {"5 ", 5, ""},
        {"18446744073.709551615: {}", UINT64_MAX, "{}"},
        {"18446744073709551615 {}", UINT64_MAX, "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        capture_line line;
        cr_assert_eq(CAPTURE_TIMED, split(cases[i].text, &line), "%s", cases[i].text);
        cr_assert_eq(cases[i].ns, line.received_ns, "%s", cases[i].text);
        cr_assert_eq(strlen(cases[i].frame), line.size, "%s", cases[i].text);
        cr_assert_str_eq(cases[i].frame, line.frame);
    }
    NO_LEAKS();
}

Test(capture_line, tells_live_frames_notes_and_bad_times_apart)
{
    static const struct {
        const char *text;
        capture_form form;
    } cases[] = {
        {"{}", CAPTURE_LIVE},
        {"[1]", CAPTURE_LIVE},
        {"", CAPTURE_NOTE},
        {"wss://x <-> 1.5", CAPTURE_NOTE},
        {" {}", CAPTURE_NOTE},
        {"1.5 {}", CAPTURE_BAD},
        {"1.5:{}", CAPTURE_BAD},
        {"1.: {}", CAPTURE_BAD},
        {"1", CAPTURE_BAD},
        {"12x {}", CAPTURE_BAD},
        {"18446744073709551616 {}", CAPTURE_BAD},
        {"18446744073.709551616: {}", CAPTURE_BAD},
        {"1.1234567890123456789: {}", CAPTURE_BAD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        capture_line line;
        cr_assert_eq(cases[i].form, split(cases[i].text, &line), "%s", cases[i].text);
        if (cases[i].form != CAPTURE_LIVE)
            cr_assert_null(line.frame);
    }
    NO_LEAKS();
}
