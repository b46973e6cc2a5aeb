/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SYSTEM_LISTED_H
#define TESTS_SYSTEM_LISTED_H

/* What myc_system_each_actor() tells, kept. */
#include <mycelium/mycelium.h>

enum { LISTED_MAX = 1024 };

typedef struct list {
    myc_actor_info infos[LISTED_MAX];
    uint32_t count;
} list;

MYC_UNUSED static void list_add(void *user, const myc_actor_info *info)
{
    list *seen = user;
    if (seen->count < LISTED_MAX)
        seen->infos[seen->count] = *info;
    seen->count++;
}

MYC_UNUSED static const myc_actor_info *list_find(const list *seen, myc_address actor)
{
    for (uint32_t i = 0; i < seen->count && i < LISTED_MAX; i++) {
        if (myc_address_equal(actor, seen->infos[i].address))
            return &seen->infos[i];
    }
    return NULL;
}

#endif
