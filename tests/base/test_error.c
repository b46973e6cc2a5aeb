/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include <criterion/criterion.h>

#include <mycelium/error.h>

#include "support/leaks.h"

struct row {
    int code;
    const char *name;
    const char *text;
};

#define ROW(name, code, text) {code, #name, text},
static const struct row rows[] = {MYC_ERROR_MAP(ROW)};
#undef ROW

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

Test(error, names_and_explains_each_code)
{
    for (int index = 0; index < ROW_COUNT; index++) {
        cr_expect_str_eq(myc_error_name(rows[index].code), rows[index].name);
        cr_expect_str_eq(myc_error_text(rows[index].code), rows[index].text);
    }
    NO_LEAKS();
}

/* The numbers are part of the interface: programs keep them in logs and send them to others. */
Test(error, counts_down_from_minus_one_without_holes)
{
    for (int index = 0; index < ROW_COUNT; index++)
        cr_expect_eq(-1 - index, rows[index].code, "%s is %d", rows[index].name, rows[index].code);
    NO_LEAKS();
}

Test(error, gives_no_two_codes_the_same_text)
{
    for (int left = 0; left < ROW_COUNT; left++)
        for (int right = 0; right < left; right++)
            cr_expect_str_neq(rows[left].text, rows[right].text);
    NO_LEAKS();
}

Test(error, calls_zero_no_error)
{
    cr_expect_str_eq(myc_error_name(0), "MYC_OK");
    cr_expect_str_neq(myc_error_text(0), "unknown error");
    NO_LEAKS();
}

Test(error, has_an_answer_for_any_number)
{
    static const int strangers[] = {1, 42, -1 - ROW_COUNT, -9999, INT32_MAX, INT32_MIN};
    for (size_t index = 0; index < sizeof strangers / sizeof strangers[0]; index++) {
        cr_expect_str_eq(myc_error_text(strangers[index]), "unknown error");
        cr_expect_not_null(myc_error_name(strangers[index]));
    }
    NO_LEAKS();
}
