/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/human.h"

#include <inttypes.h>
#include <stdio.h>

human_text human_count(uint64_t value)
{
    char digits[HUMAN_TEXT_SIZE];
    human_text result;
    int count = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = result.text;
    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = '\0';
    return result;
}

/* How many decimals make three digits, once rounded. */
static int decimals_of(double value)
{
    return value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
}

human_text human_duration(uint64_t duration_ns)
{
    static const char *const UNITS[] = {"ns", "us", "ms", "s"};
    human_text result;
    double value = (double)duration_ns;
    unsigned unit = 0;
    for (; unit < 3 && value >= 999.5; unit++) {
        value /= 1000;
    }
    (void)snprintf(result.text, sizeof result.text, "%.*f %s", unit == 0 ? 0 : decimals_of(value),
                   value, UNITS[unit]);
    return result;
}
