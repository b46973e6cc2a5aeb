/* SPDX-License-Identifier: Apache-2.0 */
#include "system/system.h"

void myc_system_seal_memory(myc_system *system)
{
    myc__allocator *allocator = &system->fabric.allocator;
    myc__store_relaxed_u64(&allocator->breaches, 0);
    myc__store_release_u32(&allocator->sealed, 1);
}

uint64_t myc_system_unseal_memory(myc_system *system)
{
    myc__allocator *allocator = &system->fabric.allocator;
    myc__store_release_u32(&allocator->sealed, 0);
    return myc__load_acquire_u64(&allocator->breaches);
}

uint64_t myc_system_memory_bytes(const myc_system *system)
{
    return myc__load_relaxed_u64(&system->fabric.allocator.bytes);
}
