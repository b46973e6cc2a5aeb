/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_WATCH_H
#define MYC_ACTOR_WATCH_H

/*
 * One actor that is told of the end of another, on any worker. The protocol is in watch_sides.h;
 * links (link.c) use the same one.
 */
#include <mycelium/watch.h>

#include "actor/urgent.h"

/** What the watcher's side knows of a watch. The target's side does not look at it. */
typedef enum myc__watch_state {
    MYC__WATCHING,  /* in the watcher's table; the target's side has it, or its notice comes */
    MYC__TOLD,      /* in the table; the notice is queued */
    MYC__DEAF,      /* the notice is queued, and nobody wants it any more */
    MYC__FORGOTTEN, /* the target's side was asked to give it back */
    MYC__HEARD,     /* and its DOWN has come */
    MYC__UNASKED,   /* nothing but its DOWN is to come */
} myc__watch_state;

typedef struct myc__watch {
    myc__urgent urgent; /* first: queued for the watcher when the target has ended */
    myc_address watcher;
    myc_address target;
    bool is_link; /* the watcher is killed instead of told, and the target with the watcher */

    /* the watcher's worker */
    uint8_t state; /* myc__watch_state */
    bool counted;  /* the notice was begun to be handled: it is a message */
    uint32_t tag;
    myc_down *notice;              /* a link has none */
    struct myc__watch *next_alike; /* in its bucket of the table */
    myc_exit left;                 /* of a link: why the watcher has ended; set before UNWATCH */

    /* the target's worker */
    struct myc__watch *next; /* in the list of those who watch the target, with `is_listed` */
    struct myc__watch *previous;
    bool is_listed;
    bool is_told; /* DOWN was sent */
    myc_exit why; /* why the target has ended; set before DOWN */
} myc__watch;

/** Makes a watch or link of the calling actor, or finds the one there is. As myc_watch(). */
int myc__watch_begin(myc_context *ctx, myc_address target, bool is_link, uint32_t tag);

/** Ends the calling actor's watch or link, if there is one. */
void myc__watch_end(myc_context *ctx, myc_address target, bool is_link);

/** One of the orders from MYC__CONTROL_WATCH to MYC__CONTROL_UNWATCHED; `actor` is whom it is for,
 * NULL when it does not live. */
void myc__watch_obey(myc__shard *shard, struct myc__actor *actor, myc__control what,
                     myc__watch *watch);

/** Takes the watch off its target's list and says DOWN to its watcher. The target's worker. */
void myc__watch_tell(myc__shard *shard, struct myc__actor *target, myc__watch *watch, myc_exit why);

/** Ends the actor's own watches, not its links: it starts anew. The annex is there. */
void myc__watches_drop(myc__shard *shard, struct myc__actor *actor);

/** Ends the actor's watches and links, and tells all who watch it: it ends, because of `why` in the
 * cell. The annex is there. */
void myc__watches_end(myc__shard *shard, struct myc__actor *actor);

/** Frees what memory was too short to give back. The end of the system. */
void myc__watch_fini(myc__shard *shard);

/** The watcher's side of a link: its target has ended. May free the watch. */
void myc__link_down(myc__shard *shard, struct myc__actor *watcher, const myc__watch *link);

/** The target's side of a link: its watcher has ended, or wants no link any more. */
void myc__link_left(myc__shard *shard, struct myc__actor *target, const myc__watch *link);

#endif
