/* SPDX-License-Identifier: Apache-2.0 */
#include "message/registry.h"

#include <stdbool.h>

#include "base/check.h"
#include "base/sync.h"

enum { SLOTS = 2 * MYC__TYPES_MAX };

void myc__registry_init(myc__registry *registry)
{
    *registry = (myc__registry){0};
    int failed = pthread_mutex_init(&registry->lock, NULL);
    MYC__CHECK(failed == 0);
}

void myc__registry_fini(myc__registry *registry)
{
    pthread_mutex_destroy(&registry->lock);
}

static const myc_type *entry_at(const myc__registry *registry, uint32_t index)
{
    return myc__load_acquire_ptr((void *const *)&registry->entries[index]);
}

/* The place of `id`, or the free place where it belongs. The table is never more than half full. */
static uint32_t place_of(const myc__registry *registry, uint32_t id)
{
    uint32_t index = (id * UINT32_C(2654435761)) % SLOTS;
    const myc_type *type = entry_at(registry, index);
    while (type && type->id != id) {
        index = (index + 1) % SLOTS;
        type = entry_at(registry, index);
    }
    return index;
}

static int add_locked(myc__registry *registry, const myc_type *type)
{
    uint32_t index = place_of(registry, type->id);
    const myc_type *present = entry_at(registry, index);
    if (present) {
        return present == type ? 0 : MYC_EINVAL;
    }
    if (registry->count == MYC__TYPES_MAX) {
        return MYC_ELIMIT;
    }
    registry->count++;
    myc__store_release_ptr((void **)&registry->entries[index], (void *)(uintptr_t)type);
    return 0;
}

int myc__registry_add(myc__registry *registry, const myc_type *type)
{
    if (!type || type->id == 0 || !type->encode || !type->decode) {
        return MYC_EINVAL;
    }
    pthread_mutex_lock(&registry->lock);
    int error = add_locked(registry, type);
    pthread_mutex_unlock(&registry->lock);
    return error;
}

const myc_type *myc__registry_find(const myc__registry *registry, uint32_t id)
{
    return entry_at(registry, place_of(registry, id));
}
