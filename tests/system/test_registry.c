/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

Test(registry, takes_a_type_once_and_no_other_with_its_id)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .caller_driven = true});
    static const myc_type other = {
        .name = "other", .id = 1, .encode = note__encode, .decode = note__decode};
    static const myc_type no_codec = {.name = "no_codec", .id = 2};
    cr_expect_eq(0, myc_system_register(at.system, &note_type));
    cr_expect_eq(0, myc_system_register(at.system, &note_type));
    cr_expect_eq(MYC_EINVAL, myc_system_register(at.system, &other));
    cr_expect_eq(MYC_EINVAL, myc_system_register(at.system, &no_codec));
    cr_expect_eq(MYC_EINVAL, myc_system_register(at.system, &gate_type), "it has no id");
    cr_expect_eq(MYC_EINVAL, myc_system_register(at.system, NULL));
    office_close(&at);
    NO_LEAKS();
}

Test(registry, makes_payloads_of_bytes_or_says_what_is_wrong)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1, .caller_driven = true});
    cr_expect_eq(0, myc_system_register(at.system, &note_type));
    note original = {77};
    const void *made = NULL;
    myc_codec_error error = {0};
    const uint8_t *bytes = (const uint8_t *)&original;
    cr_expect_eq(0, myc_from_bytes(at.ctx, 1, bytes, sizeof original, &made, &error));
    cr_expect_eq(77, note_cast(made)->value);
    cr_expect_null(gate_cast(made));
    note_release(at.ctx, made);
    cr_expect_eq(MYC_ETYPE, myc_from_bytes(at.ctx, 99, bytes, sizeof original, &made, &error));
    cr_expect_null(made);
    cr_expect_null(error.type);
    cr_expect_eq(MYC_ESHORT, myc_from_bytes(at.ctx, 1, bytes, 7, &made, &error));
    cr_expect_null(made);
    cr_expect_str_eq("note", error.type);
    cr_expect_eq(MYC_ESHORT, myc_from_bytes(at.ctx, 1, bytes, 7, &made, NULL));
    office_close(&at);
    NO_LEAKS();
}
