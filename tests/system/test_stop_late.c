/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

Test(stop_late, refuses_sends_and_spawns_from_outside)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal log = {0};
    desk_ref ref = hire(&at, &log, 1);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(MYC_DEAD, send_note(at.ctx, ref, 1));
    cr_expect_eq(MYC_DEAD, desk_send_wait_note(at.ctx, ref, note_new(at.ctx), LONG_NS));
    cr_expect_eq(2, atomic_load(&at.letters[MYC_DEAD_DISCARDED]));
    desk_ref late = {{0, 0}};
    cr_expect_eq(MYC_ESTOPPING, clerk_spawn(at.ctx, &(struct clerk){&log}, NULL, &late));
    cr_expect_eq(0, late.address.life);
    cr_expect_eq(0, myc_room(at.ctx, ref.address));
    office_close(&at);
    NO_LEAKS();
}

static void spawn_in_goodbye(myc_context *ctx, void *user)
{
    desk_ref late;
    journal *other = user;
    atomic_store(&other->last_value,
                 (unsigned)-clerk_spawn(ctx, &(struct clerk){other}, NULL, &late));
}

Test(stop_late, refuses_spawns_from_inside)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    journal other = {0}, log = {.on_stop = spawn_in_goodbye, .user = &other};
    hire(&at, &log, 0);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(-MYC_ESTOPPING, atomic_load(&other.last_value));
    cr_expect_eq(0, atomic_load(&other.started));
    office_close(&at);
    NO_LEAKS();
}

static void send_in_goodbye(myc_context *ctx, void *user)
{
    desk_ref other = *(desk_ref *)user;
    for (uint64_t i = 0; i < 1000; i++) {
        myc_ignore(send_note(ctx, other, i));
    }
}

/* Goodbyes cross each other: what arrives is handled or dead, destroy accounts for all of it. */
Test(stop_late, accounts_for_messages_sent_in_goodbyes)
{
    office at;
    desk_ref refs[2];
    journal journals[2] = {{.on_stop = send_in_goodbye, .user = &refs[1]},
                           {.on_stop = send_in_goodbye, .user = &refs[0]}};
    office_open(&at, (myc_system_options){.workers = 2});
    refs[0] = hire(&at, &journals[0], 0);
    refs[1] = hire(&at, &journals[1], 1);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    myc_counts counts;
    myc_system_counts(at.system, &counts);
    office_close(&at);
    uint64_t letters = 0;
    for (uint32_t reason = 0; reason < MYC_DEAD_REASONS; reason++) {
        letters += atomic_load(&at.letters[reason]);
    }
    uint64_t handled = atomic_load(&journals[0].notes) + atomic_load(&journals[1].notes);
    cr_expect_eq(counts.accepted, handled + letters);
    cr_expect_eq(2000, counts.accepted + counts.refused);
    NO_LEAKS();
}
