/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_REGISTRY_H
#define MYC_MESSAGE_REGISTRY_H

/*
 * Types by id, for bytes that come from outside. An open-addressing table: entries are published
 * once (release) and never change, so lookups (acquire) need no lock.
 */
#include <pthread.h>

#include <mycelium/message.h>

#include "base/limits.h"

typedef struct myc__registry {
    const myc_type *entries[2 * MYC__TYPES_MAX]; /* atomic */
    uint32_t count;                              /* guarded by lock, as is every insertion */
    pthread_mutex_t lock;
} myc__registry;

void myc__registry_init(myc__registry *registry);
void myc__registry_fini(myc__registry *registry);

/** Borrows `type` for the registry's life. Returns 0, MYC_EINVAL or MYC_ELIMIT. Any thread. */
int myc__registry_add(myc__registry *registry, const myc_type *type);

/** The type with that id, or NULL. Any thread. */
const myc_type *myc__registry_find(const myc__registry *registry, uint32_t id);

#endif
