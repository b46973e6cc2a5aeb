/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_WELL_H
#define TESTS_SUPPORT_WELL_H

/*
 * An allocator that can run dry, on one thread.
 *
 *     struct well well = {0};
 *     options.allocator = well_allocator(&well);
 *     well.dry = true;                          nothing more,
 *     well.drops = 1;                           but one block
 *     struct well well = {.fail_at = 3};        the third allocation fails
 */
#include <mycelium/mycelium.h>
#include <stdlib.h>

struct well {
    bool dry;
    uint32_t drops;   /* how many more blocks it gives when it is dry */
    uint32_t fail_at; /* this allocation fails, the first is 1; 0: none */
    bool fails_after; /* and so do all after it */
    uint32_t calls;
    uint64_t asked_in_vain;
    uint64_t blocks; /* that are out */
};

MYC_UNUSED static bool well_is_out(struct well *well)
{
    uint32_t call = ++well->calls;
    if (well->fail_at && (call == well->fail_at || (well->fails_after && call > well->fail_at)))
        return true;
    if (!well->dry)
        return false;
    bool is_empty = well->drops == 0;
    well->drops -= !is_empty;
    return is_empty;
}

MYC_UNUSED static void *well_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    struct well *well = user;
    void *memory = NULL;
    if (well_is_out(well) || posix_memalign(&memory, alignment_bytes, size_bytes) != 0) {
        well->asked_in_vain++;
        return NULL;
    }
    well->blocks++;
    return memory;
}

MYC_UNUSED static void well_free(void *user, void *memory, size_t size_bytes)
{
    struct well *well = user;
    (void)size_bytes;
    well->blocks--;
    free(memory);
}

MYC_UNUSED static myc_allocator well_allocator(struct well *well)
{
    return (myc_allocator){well_allocate, well_free, well};
}

#endif
