/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_NAMES_H
#define MYC_SERVICE_NAMES_H

/*
 * The registry of a system: names, and who watches them. All of it is guarded by one lock, which
 * nobody holds while memory is taken or given back, while something is sent or logged: what is to
 * be done afterwards is put down in a myc__names_after.
 *
 *   names.c          the table, under the lock
 *   names_change.c   changes, and their log
 *   names_watch.c    those who watch
 *   names_actor.c    the end of actors that have names or watch
 *   registry.c       the public functions
 *
 * A change is written once, into a log that is as long as the watcher that is furthest behind. Each
 * watcher reads it in order, from its own place, and only it moves that place on; so the order is
 * that of the changes, whichever threads made them. A watcher that has something to read is woken
 * by its bell, an urgent item, of which there is one: nothing is allocated to wake it.
 *
 * The names of an actor go when it ends. It has an ending in its annex for that (actor/annex.h),
 * put there by an urgent item which each registration sends to it: an actor that ends before is
 * noticed when the item is abandoned.
 */
#include <mycelium/registry.h>
#include <pthread.h>

#include "actor/urgent.h"

typedef struct myc__pair {
    char key[MYC__METADATA_KEY_BYTES];
    char value[MYC__METADATA_VALUE_BYTES];
} myc__pair;

/** A change in the log, or one that may come to stand there. */
typedef struct myc__change {
    struct myc__change *next;
    uint32_t readers; /* watchers that have not passed it */
    myc_registry_change *payload;
} myc__change;

typedef struct myc__name {
    struct myc__name *next;         /* in the bucket of its name */
    struct myc__name *next_address; /* in the bucket of its address */
    char name[MYC__REGISTRY_NAME_BYTES];
    myc_address address;
    const myc_protocol *protocol;
    uint64_t version;
    myc__change *farewell; /* for its removal, which must not fail */
    uint32_t pair_count;
    myc__pair pairs[MYC__METADATA_MAX];
} myc__name;

/** An actor that watches. `bell` is on its way or queued while `ringing`; an ended watch is freed
 * when its bell has come to rest. */
typedef struct myc__name_watch {
    myc__urgent bell; /* first */
    struct myc__name_watch *next;
    struct myc__name_watch *next_to_ring; /* in a myc__names_after */
    myc__change *place;                   /* the next change to read; NULL: it has read all */
    bool ringing;
    bool ended;
    myc_address to;
    uint32_t tag;
    char pattern[MYC__REGISTRY_NAME_BYTES];
    /* The watcher's worker only: */
    myc__change *current; /* what was there when it began, and is still to be told */
    const void *in_hand;  /* taken, counted as accepted, and not handled yet */
} myc__name_watch;

typedef struct myc__names {
    pthread_mutex_t lock; /* guards all */
    uint32_t count;
    uint64_t version;
    myc__name *by_name[MYC__NAME_BUCKETS];
    myc__name *by_address[MYC__NAME_BUCKETS];
    myc__name_watch *watches;
    myc__change *log_first;
    myc__change *log_last;
} myc__names;

/** What is to be done when the lock is free again. */
typedef struct myc__names_after {
    myc__name_watch *to_ring;
    myc__name_watch *watches; /* to free, and the lists below */
    myc__change *changes;
    myc__name *names;
} myc__names_after;

/** The registry of a system; NULL when memory is out. */
myc__names *myc__names_create(myc__allocator *allocator);

/** Frees the names that are left, of other nodes. All actors have ended. */
void myc__names_clear(myc__names *names, myc_context *ctx);

/** Frees the registry, which is empty. NULL is ignored. */
void myc__names_destroy(myc__names *names, myc__allocator *allocator);

/* ---- names.c: under the lock ---- */

myc__name *myc__names_find(const myc__names *names, const char *name);
myc__name *myc__names_find_alive(const myc_context *ctx, const char *name);
void myc__names_insert(myc__names *names, myc__name *entry);
void myc__names_move(myc__names *names, myc__name *entry, myc_address address);

/** Takes the entry out and tells it. */
void myc__names_take_out(myc__names *names, myc__name *entry, myc__names_after *after);

/** All entries of `address`. */
void myc__names_take_out_all(myc__names *names, myc_address address, myc__names_after *after);

/** The value of a pair, or NULL. */
myc__pair *myc__name_pair(myc__name *entry, const char *key);

/* ---- names_change.c ---- */

/** A change with its payload; NULL when memory is out. */
myc__change *myc__change_new(myc_context *ctx);

/** Frees a list of changes with their payloads. */
void myc__changes_free(myc_context *ctx, myc__change *changes);

/** Writes what has happened to `entry` into the log. Under the lock; takes `change`. */
void myc__names_tell(myc__names *names, const myc__name *entry, myc_registry_what what,
                     myc_address previous, myc__change *change, myc__names_after *after);

/** `watch` has read its change. Under the lock. */
void myc__names_pass(myc__names *names, myc__name_watch *watch, myc__names_after *after);

/** True when `name` fits `pattern`. */
bool myc__name_fits(const char *pattern, const char *name);

/* ---- names_watch.c ---- */

/** There is something to read for `watch`. Under the lock. */
void myc__names_ring(myc__name_watch *watch, myc__names_after *after);

/** Begins to watch: `watch` has all but its bell and its links. Under the lock; takes it. */
void myc__names_begin_watch(myc__names *names, myc__name_watch *watch, myc__names_after *after);

/** Ends the watches of `to`, those with `pattern` and `tag` or, with NULL, all. Under the lock.
 * Returns how many it were. */
uint32_t myc__names_end_watches(myc__names *names, myc_address to, const char *pattern,
                                uint32_t tag, myc__names_after *after);

/** Does what is left to do. Not under the lock. */
void myc__names_finish(myc_context *ctx, myc__names_after *after);

/* ---- names_actor.c ---- */

/** What makes an actor's names go when it ends: see myc__mark_send(). NULL when memory is out. */
typedef struct myc__mark myc__mark;
myc__mark *myc__mark_new(myc_context *ctx);
void myc__mark_free(myc_context *ctx, myc__mark *mark);

/** Sees to it that the names of `address` go with it. Takes `mark`. */
void myc__mark_send(myc_context *ctx, myc_address address, myc__mark *mark);

/** The same for the calling actor. False when memory is out. */
bool myc__mark_here(myc_context *ctx);

static inline void myc__names_lock(myc__names *names)
{
    pthread_mutex_lock(&names->lock);
}

static inline void myc__names_unlock(myc__names *names)
{
    pthread_mutex_unlock(&names->lock);
}

#endif
