/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "base/log.h"
#include "support/leaks.h"

struct line {
    uint32_t count;
    myc_log_level level;
    char text[2 * MYC__LOG_LINE_BYTES];
};

static void keep_line(void *user, myc_log_level level, const char *text)
{
    struct line *line = user;
    line->count++;
    line->level = level;
    snprintf(line->text, sizeof line->text, "%s", text);
}

Test(log, hands_on_one_formatted_line_with_its_level)
{
    struct line line = {0};
    myc__log log = {keep_line, &line};
    myc__log_line(&log, MYC_LOG_INFO, "worker %u: %s", 7u, "ready");
    cr_expect_eq(1, line.count);
    cr_expect_eq(MYC_LOG_INFO, line.level);
    cr_expect_str_eq(line.text, "worker 7: ready");
    NO_LEAKS();
}

Test(log, does_nothing_without_a_callback)
{
    static const myc__log log;
    myc__log_line(&log, MYC_LOG_ERROR, "%s", "nobody reads this");
    NO_LEAKS();
}

Test(log, cuts_a_line_at_its_limit_and_closes_it)
{
    char word[3 * MYC__LOG_LINE_BYTES];
    memset(word, 'x', sizeof word);
    for (size_t length = MYC__LOG_LINE_BYTES - 3; length < MYC__LOG_LINE_BYTES + 3; length++) {
        struct line line = {0};
        myc__log log = {keep_line, &line};
        myc__log_line(&log, MYC_LOG_ERROR, "%.*s", (int)length, word);
        size_t kept = length < MYC__LOG_LINE_BYTES ? length : MYC__LOG_LINE_BYTES - 1;
        cr_expect_eq(kept, strlen(line.text), "%zu bytes of %zu", strlen(line.text), length);
    }
    NO_LEAKS();
}
