/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

/*
 * Payloads that workers make and a foreign thread releases, or the other way round: their memory
 * goes home and is used again, so that a program in a steady state does not grow.
 */
enum { BURST = 4000, ROUNDS = 12, WARM = 4 };

static const note *handed_over[BURST];

static void make_burst(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    (void)user;
    for (uint32_t i = 0; i < BURST; i++) {
        handed_over[i] = note_new(ctx);
    }
}

static void release_burst(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    (void)user;
    for (uint32_t i = 0; i < BURST; i++) {
        note_release(ctx, handed_over[i]);
    }
}

/* What is on its way home when a burst begins may come too late for it, once or twice; memory that
 * does not come home would make each of the rounds grow. */
static void expect_steady(office *at, uint64_t warm_bytes)
{
    cr_expect_leq(myc_system_memory_bytes(at->system), warm_bytes + warm_bytes / 2);
}

/* The handing over is ordered by the quiescence between making and releasing. */
Test(foreign_memory, goes_home_to_a_worker)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {.on_note = make_burst};
    desk_ref ref = hire(&at, &log, 0);
    uint64_t warm_bytes = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, 1));
        expect_quiet(&at);
        release_burst(at.ctx, NULL, NULL);
        warm_bytes = round == WARM ? myc_system_memory_bytes(at.system) : warm_bytes;
    }
    expect_steady(&at, warm_bytes);
    office_close(&at);
    NO_LEAKS();
}

Test(foreign_memory, comes_home_from_a_worker)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    journal log = {.on_note = release_burst};
    desk_ref ref = hire(&at, &log, 0);
    uint64_t warm_bytes = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        make_burst(at.ctx, NULL, NULL);
        cr_assert_eq(MYC_SENT, send_note(at.ctx, ref, 1));
        expect_quiet(&at);
        warm_bytes = round == WARM ? myc_system_memory_bytes(at.system) : warm_bytes;
    }
    expect_steady(&at, warm_bytes);
    office_close(&at);
    NO_LEAKS();
}
