/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_SIZE_CLASS_H
#define MYC_MESSAGE_SIZE_CLASS_H

/*
 * Block sizes: 64, 128, 192, 256, 384, 512, 768, ... 96 K, 128 K: powers of two and halfway between,
 * so at most a third of a block is lost.
 */
#include "base/check.h"
#include "base/limits.h"

/** The class of a block that holds `size_bytes`, 1 to MYC__BLOCK_MAX. */
static inline uint32_t myc__size_class(uint32_t size_bytes)
{
    uint32_t last_unit = (size_bytes - 1) / MYC__BLOCK_UNIT;
    if (last_unit < 2) {
        return last_unit;
    }
    uint32_t exponent = 31u - (uint32_t)__builtin_clz(last_unit);
    return 2 * exponent + ((last_unit >> (exponent - 1)) & 1);
}

/** The size of the blocks of a class. */
static inline uint32_t myc__class_bytes(uint32_t size_class)
{
    MYC__DEBUG_CHECK(size_class < MYC__SIZE_CLASSES);
    if (size_class < 2) {
        return (size_class + 1) * MYC__BLOCK_UNIT;
    }
    uint32_t half = 1u << (size_class / 2 - 1); /* the step between two classes, in units */
    return (2 * half + ((size_class & 1) + 1) * half) * MYC__BLOCK_UNIT;
}

#endif
