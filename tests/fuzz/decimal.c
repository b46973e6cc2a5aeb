/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals against digit by digit, in all places where 16 readable bytes matter. */
#include "fuzz.h"
#include "naive_json.h"
#include "text/json_decimal.h"

/* With and without bytes behind the text: the quick way and the long one. */
static void check(const char *text, size_t size, size_t behind, unsigned decimals, bool is_good,
                  int64_t expected)
{
    int64_t value = 0;
    char *copy = malloc(size + behind + 1);
    memcpy(copy, text, size);
    memset(copy + size, '7', behind);
    decimal_result result =
        json_decimal_fixed((json_text){copy, size}, copy + size + behind, decimals, &value);
    FUZZ_CHECK((result == DECIMAL_OK) == is_good, "%s: %d", text, result);
    FUZZ_CHECK(!is_good || value == expected, "%s: %lld", text, (long long)value);
    free(copy);
}

static void check_written(const char *text, size_t size)
{
    decimal number;
    int64_t expected = 0;
    unsigned decimals = naive_decimals(text);
    bool is_good = decimals <= DECIMAL_DECIMALS_MAX && naive_fixed(text, decimals, &expected);
    decimal_result result = decimal_written(text, size, &number);
    FUZZ_CHECK((result == DECIMAL_OK) == is_good, "%s: %d", text, result);
    FUZZ_CHECK(!is_good || (number.digits == expected && number.decimals == decimals), "%s", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    unsigned decimals = fuzz_below(&input, DECIMAL_DECIMALS_MAX + 1);
    char text[64] = "";
    size_t size = input.size_bytes < sizeof text - 1 ? input.size_bytes : sizeof text - 1;
    memcpy(text, input.bytes, size);
    if (strlen(text) != size)
        return 0;
    int64_t expected = 0;
    bool is_good = naive_fixed(text, decimals, &expected);
    check(text, size, 0, decimals, is_good, expected);
    check(text, size, 1, decimals, is_good, expected);
    check(text, size, 16, decimals, is_good, expected);
    check_written(text, size);
    return 0;
}
