/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_WATCH_TABLE_H
#define MYC_ACTOR_WATCH_TABLE_H

/*
 * The watches and links that an actor has made, by their targets: chains in buckets, which double
 * when they get long. Home worker only.
 */
#include "actor/watch.h"

typedef struct myc__watch_table {
    uint32_t count;
    uint32_t mask; /* one less than the count of buckets, a power of two */
    myc__watch *buckets[];
} myc__watch_table;

/** Makes the table if there is none. False when memory is out. */
bool myc__watch_table_make(myc__watch_table **table, myc__memory *memory);

/** Adds `watch`, whose like is not in it. Cannot fail: without memory to grow, chains get
 * longer. */
void myc__watch_table_add(myc__watch_table **table, myc__memory *memory, myc__watch *watch);

/** The watch or link of `target`, or NULL. `table` may be NULL. */
myc__watch *myc__watch_table_find(const myc__watch_table *table, myc_address target, bool is_link);

/** Takes out `watch`, which is in it. */
void myc__watch_table_remove(myc__watch_table *table, const myc__watch *watch);

#endif
