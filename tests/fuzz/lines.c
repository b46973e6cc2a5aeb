/* SPDX-License-Identifier: Apache-2.0 */
/* The splitter of lines against cutting the whole text. */
#include "text/lines.h"

#include "fuzz.h"

enum { SIZE_MAX_BELOW = 64 };

/* The next line of the text, empty ones skipped. */
typedef struct naive {
    const uint8_t *bytes;
    size_t size_bytes, at, size_max;
    uint64_t number;
} naive;

static bool naive_next(naive *self, line_view *line)
{
    while (self->at < self->size_bytes) {
        size_t start = self->at, end = start;
        while (end < self->size_bytes && self->bytes[end] != '\n')
            end++;
        self->at = end + 1;
        self->number++;
        size_t size = end - start;
        if (size && self->bytes[end - 1] == '\r')
            size--;
        bool is_bad = size > self->size_max;
        *line = (line_view){.text = is_bad ? NULL : (const char *)self->bytes + start,
                            .size = is_bad ? 0 : size,
                            .number = self->number,
                            .error = is_bad ? "too long" : NULL};
        if (size)
            return true;
    }
    return false;
}

static void compare(naive *model, lines *splitter)
{
    line_view found, expected;
    while (lines_next(splitter, &found)) {
        FUZZ_CHECK(naive_next(model, &expected), "a line %llu too many",
                   (unsigned long long)found.number);
        FUZZ_CHECK(found.number == expected.number, "line %llu", (unsigned long long)found.number);
        FUZZ_CHECK(!found.error == !expected.error, "%s", found.error ? found.error : "good");
        FUZZ_CHECK(found.size == expected.size, "%zu, not %zu", found.size, expected.size);
        FUZZ_CHECK(!found.size || !memcmp(found.text, expected.text, found.size), "text differs");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size_bytes)
{
    fuzz_input input = fuzz_open(bytes, size_bytes);
    size_t size_max = 1 + fuzz_below(&input, SIZE_MAX_BELOW);
    fuzz_pieces pieces = fuzz_cut(&input);
    naive model = {.bytes = input.bytes, .size_bytes = input.size_bytes, .size_max = size_max};
    lines splitter;
    line_view line;
    lines_init(&splitter, size_max);
    while (fuzz_next_piece(&pieces)) {
        lines_feed(&splitter, (const char *)pieces.piece, pieces.piece_bytes);
        compare(&model, &splitter);
    }
    lines_end(&splitter);
    compare(&model, &splitter);
    FUZZ_CHECK(!naive_next(&model, &line), "a line is missing");
    lines_fini(&splitter);
    return 0;
}
