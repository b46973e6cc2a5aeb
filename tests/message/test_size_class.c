/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "message/size_class.h"
#include "support/leaks.h"

Test(size_class, is_the_smallest_that_holds_each_size)
{
    for (uint32_t size = 1; size <= MYC__BLOCK_MAX; size++) {
        uint32_t size_class = myc__size_class(size);
        cr_assert_lt(size_class, MYC__SIZE_CLASSES, "size %u", size);
        cr_assert_geq(myc__class_bytes(size_class), size);
        if (size_class > 0)
            cr_assert_lt(myc__class_bytes(size_class - 1), size, "size %u has a smaller class",
                         size);
    }
    NO_LEAKS();
}

Test(size_class, grows_in_units_from_one_cache_line_to_the_largest_block)
{
    cr_expect_eq(64, myc__class_bytes(0));
    cr_expect_eq(MYC__BLOCK_MAX, myc__class_bytes(MYC__SIZE_CLASSES - 1));
    for (uint32_t size_class = 0; size_class < MYC__SIZE_CLASSES; size_class++) {
        cr_expect_eq(0, myc__class_bytes(size_class) % MYC__BLOCK_UNIT);
        cr_expect_eq(size_class, myc__size_class(myc__class_bytes(size_class)));
    }
    NO_LEAKS();
}

Test(size_class, steps_over_powers_of_two_and_halfway_between)
{
    static const uint32_t expected[] = {64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048};
    for (uint32_t size_class = 0; size_class < sizeof expected / sizeof expected[0]; size_class++)
        cr_expect_eq(expected[size_class], myc__class_bytes(size_class), "class %u", size_class);
    NO_LEAKS();
}

Test(size_class, loses_at_most_a_third_of_a_block_above_192_bytes)
{
    for (uint32_t size = 193; size <= MYC__BLOCK_MAX; size++) {
        uint32_t block = myc__class_bytes(myc__size_class(size));
        cr_assert_leq(3 * (block - size), block, "size %u in %u", size, block);
    }
    NO_LEAKS();
}
