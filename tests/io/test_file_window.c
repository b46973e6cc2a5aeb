/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <criterion/criterion.h>

#include "io/file_window.h"
#include "support/leaks.h"

/* A simulated file: byte k has the value k, as it were. */
struct file {
    uint64_t size_bytes;
    uint64_t error_offset; /* a read that begins here or later fails; UINT64_MAX = none does */
    bool is_stream;
};

/* The kernel and the one who takes, seen from the window. */
struct model {
    struct file file;
    myc__file_window window;
    uint64_t random;
    uint32_t in_flight[MYC__READ_DEPTH_MAX]; /* indices of slots */
    uint32_t in_flight_count;
    uint64_t stream_offset; /* where the next read of a stream begins */
    uint64_t taken_bytes;
    bool has_ended;
    int os_error;
};

static uint64_t random_next(struct model *model)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return model->random;
}

static uint64_t random_below(struct model *model, uint64_t limit)
{
    return random_next(model) % limit;
}

/* As read(2) does it: maybe short, never past the end, never past a bad place. */
static int32_t read_some(struct model *model, uint64_t offset, uint32_t size_bytes)
{
    uint64_t end = model->file.size_bytes;
    if (offset >= model->file.error_offset)
        return -EIO;
    if (offset >= end)
        return 0;
    if (end > model->file.error_offset)
        end = model->file.error_offset;
    uint64_t available = end - offset < size_bytes ? end - offset : size_bytes;
    bool is_short = random_below(model, 3) == 0;
    return (int32_t)(is_short ? 1 + random_below(model, available) : available);
}

static void check_limits(const struct model *model)
{
    const myc__file_window *window = &model->window;
    cr_assert_leq(window->count, window->options.depth);
    cr_assert_eq(model->in_flight_count, window->reading);
    if (window->options.is_stream)
        cr_assert_leq(window->reading, 1);
}

static void add(struct model *model)
{
    bool is_alone = model->in_flight_count == 0;
    uint32_t index = myc__file_window_add(&model->window);
    const myc__file_slot *slot = &model->window.slots[index];
    if (!model->file.is_stream)
        cr_assert(is_alone || slot->offset < model->window.options.expected_bytes);
    for (uint32_t each = 0; each < model->in_flight_count; each++)
        cr_assert_neq(index, model->in_flight[each]);
    model->in_flight[model->in_flight_count++] = index;
}

/* Any of the reads completes; a short one goes on. */
static void complete(struct model *model)
{
    uint32_t which = (uint32_t)random_below(model, model->in_flight_count);
    uint32_t index = model->in_flight[which];
    const myc__file_slot *slot = &model->window.slots[index];
    uint64_t offset =
        model->file.is_stream ? model->stream_offset : slot->offset + slot->size_bytes;
    int32_t result = read_some(model, offset, model->window.options.slot_bytes - slot->size_bytes);
    model->stream_offset += result > 0 ? (uint64_t)result : 0;
    if (!myc__file_window_complete(&model->window, index, result))
        model->in_flight[which] = model->in_flight[--model->in_flight_count];
}

static void take(struct model *model)
{
    const myc__file_slot *slot = &model->window.slots[model->window.first];
    if (!model->file.is_stream)
        cr_assert_eq(model->taken_bytes, slot->offset, "in order, without a gap");
    cr_assert_gt(slot->size_bytes, 0);
    model->taken_bytes += slot->size_bytes;
    myc__file_window_take(&model->window);
}

static void step(struct model *model)
{
    bool may_complete = model->in_flight_count > 0;
    switch (random_below(model, 3)) {
    case 0:
        if (myc__file_window_may_add(&model->window))
            add(model);
        break;
    case 1:
        if (may_complete)
            complete(model);
        break;
    default:
        if (myc__file_window_front(&model->window) == MYC__FRONT_BYTES)
            take(model);
    }
    if (myc__file_window_front(&model->window) == MYC__FRONT_END) {
        model->has_ended = true;
        model->os_error = model->window.slots[model->window.first].os_error;
    }
    check_limits(model);
}

static void expect_whole_file(const struct file *file, const myc__file_window_options *options,
                              uint64_t seed)
{
    struct model model = {.file = *file, .random = seed * 2 + 1};
    myc__file_window_init(&model.window, options);
    for (uint64_t budget = 100 * (file->size_bytes + 100); !model.has_ended; budget--) {
        cr_assert_gt(budget, 0, "it does not end");
        step(&model);
    }
    bool fails = file->error_offset <= file->size_bytes;
    cr_assert_eq(fails ? file->error_offset : file->size_bytes, model.taken_bytes);
    cr_assert_eq(fails ? EIO : 0, model.os_error);
    cr_assert_not(myc__file_window_may_add(&model.window));
}

static uint64_t random_seed(void)
{
    const char *text = getenv("MYC_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : 1;
    cr_log_info("MYC_TEST_SEED=%llu", (unsigned long long)seed);
    return seed;
}

/* Sizes around the borders of slots, right, short and long guesses of the size. */
static void expect_whole_files(bool is_stream, bool fails)
{
    enum { ROUNDS = 20000, SLOT_BYTES = 8 };
    uint64_t first = random_seed();
    for (uint64_t seed = first; seed < first + ROUNDS; seed++) {
        struct model dice = {.random = seed * 2 + 1};
        struct file file = {random_below(&dice, 6 * SLOT_BYTES), UINT64_MAX, is_stream};
        if (fails)
            file.error_offset = random_below(&dice, file.size_bytes + 1);
        uint64_t guesses[] = {file.size_bytes, 0, file.size_bytes / 2, file.size_bytes + 20};
        myc__file_window_options options = {
            .depth = 1 + (uint32_t)random_below(&dice, 5),
            .slot_bytes = SLOT_BYTES,
            .expected_bytes = guesses[random_below(&dice, 4)],
            .is_stream = is_stream,
        };
        expect_whole_file(&file, &options, random_next(&dice));
    }
}

Test(file_window, gives_a_file_whole_and_in_order)
{
    expect_whole_files(false, false);
    NO_LEAKS();
}

Test(file_window, gives_a_file_up_to_an_error)
{
    expect_whole_files(false, true);
    NO_LEAKS();
}

Test(file_window, gives_a_stream_whole_and_in_order)
{
    expect_whole_files(true, false);
    NO_LEAKS();
}

Test(file_window, gives_a_stream_up_to_an_error)
{
    expect_whole_files(true, true);
    NO_LEAKS();
}

static myc__file_window window_of(uint32_t depth, uint64_t expected_bytes)
{
    myc__file_window window;
    myc__file_window_init(&window, &(myc__file_window_options){.depth = depth,
                                                               .slot_bytes = 8,
                                                               .expected_bytes = expected_bytes});
    return window;
}

static uint32_t add_all(myc__file_window *window)
{
    uint32_t count = 0;
    while (myc__file_window_may_add(window)) {
        (void)myc__file_window_add(window);
        count++;
    }
    return count;
}

Test(file_window, reads_ahead_up_to_the_expected_size)
{
    myc__file_window window = window_of(64, 24);
    cr_expect_eq(3, add_all(&window));
    window = window_of(64, 25);
    cr_expect_eq(4, add_all(&window));
    window = window_of(2, 25);
    cr_expect_eq(2, add_all(&window));
    window = window_of(64, 0);
    cr_expect_eq(1, add_all(&window));
    NO_LEAKS();
}

Test(file_window, looks_past_the_expected_size_when_nothing_else_is_read)
{
    myc__file_window window = window_of(4, 8);
    cr_assert_eq(1, add_all(&window));
    cr_assert_not(myc__file_window_complete(&window, 0, 8));
    cr_expect_eq(1, add_all(&window));
    cr_expect_eq(8, window.slots[1].offset);
    NO_LEAKS();
}

Test(file_window, drops_what_is_behind_the_end)
{
    myc__file_window window = window_of(4, 32);
    cr_assert_eq(4, add_all(&window));
    cr_assert_not(myc__file_window_complete(&window, 3, 8));
    cr_assert_not(myc__file_window_complete(&window, 2, -EIO));
    cr_assert(myc__file_window_complete(&window, 1, 3), "short: read on");
    cr_assert_not(myc__file_window_complete(&window, 1, 0));
    cr_expect_eq(MYC__FRONT_NOTHING, myc__file_window_front(&window));
    cr_assert_not(myc__file_window_complete(&window, 0, 8));
    myc__file_window_take(&window);
    cr_expect_eq(3, window.slots[window.first].size_bytes);
    myc__file_window_take(&window);
    cr_expect_eq(MYC__FRONT_END, myc__file_window_front(&window));
    cr_expect_eq(0, window.slots[window.first].os_error);
    NO_LEAKS();
}
