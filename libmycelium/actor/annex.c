/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/annex.h"

#include <string.h>

#include "actor/become.h"
#include "actor/dedicated.h"
#include "actor/load.h"
#include "actor/policy.h"
#include "actor/profile.h"
#include "actor/request.h"
#include "actor/restart.h"
#include "actor/stash.h"
#include "actor/timer.h"
#include "actor/trace.h"
#include "actor/urgent.h"
#include "actor/wait.h"
#include "actor/watch.h"

static myc__annex *make(myc_context *ctx)
{
    myc__annex *annex = myc__memory_new_internal(&ctx->memory, sizeof *annex);
    return annex ? memset(annex, 0, sizeof *annex) : NULL;
}

myc__annex *myc__annex_of(myc_context *ctx, myc__actor *actor)
{
    if (!actor->annex) { /* release: who lists actors from outside reads its name */
        myc__store_release_ptr((void **)&actor->annex, make(ctx));
    }
    return actor->annex;
}

void myc__annex_add_ending(myc__actor *actor, myc__ending *ending)
{
    ending->next = actor->annex->endings;
    actor->annex->endings = ending;
}

bool myc__annex_has_ending(const myc__actor *actor,
                           void (*run)(myc__ending *, myc__shard *, myc__actor *))
{
    const myc__ending *ending = actor->annex ? actor->annex->endings : NULL;
    while (ending && ending->run != run) {
        ending = ending->next;
    }
    return ending != NULL;
}

void myc__endings_renew(myc__shard *shard, myc__actor *actor)
{
    for (myc__ending *ending = actor->annex->endings; ending; ending = ending->next) {
        if (ending->renew) {
            ending->renew(ending, shard, actor);
        }
    }
}

static void run_endings(myc__shard *shard, myc__actor *actor)
{
    while (actor->annex->endings) {
        myc__ending *ending = actor->annex->endings;
        actor->annex->endings = ending->next;
        ending->run(ending, shard, actor);
    }
}

void myc__annex_renew(myc__shard *shard, myc__actor *actor)
{
    actor->annex->era++; /* offloaded work of before is no message for it any more */
    myc__watches_drop(shard, actor);
    myc__timers_cancel(shard, actor);
    myc__asks_end(shard, actor);
    myc__modes_reset(actor);
    myc__endings_renew(shard, actor);
    (void)myc__stash_put_back(shard, actor); /* accepted, like what is in the mailbox */
}

void myc__annex_end(myc__shard *shard, myc__actor *actor)
{
    if (!actor->annex) {
        return;
    }
    myc__lineage_end(shard, actor);
    myc__watches_end(shard, actor); /* before what is queued: notices are */
    myc__profile_end(shard, actor); /* their steps are in a list with others */
    myc__trace_end(shard, actor);
    myc__urgent_end(shard, actor);
    myc__timers_end(shard, actor);
    myc__asks_end(shard, actor);
    myc__waits_end(shard, actor);
    myc__stash_end(shard, actor);
    myc__modes_end(shard, actor);
    myc__policy_end(&shard->context, actor);
    if (actor->annex->dedicated) {
        myc__dedicated_leave(shard->context.fabric, myc__address_worker(actor->address));
    }
    myc__load_end(shard, actor);
    run_endings(shard, actor);
    myc__memory_free(&shard->context.memory, myc__header_of(actor->annex));
    actor->annex = NULL;
}
