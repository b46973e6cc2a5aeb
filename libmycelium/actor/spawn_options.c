/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/spawn_options.h"

#include "actor/policy.h"

static myc_spawn_options with_defaults(const myc_spawn_options *given)
{
    myc_spawn_options options = *given;
    if (options.mailbox_bound == 0) {
        options.mailbox_bound = myc__spawn_defaults.mailbox_bound;
    }
    if (options.batch_max == 0) {
        options.batch_max = myc__spawn_defaults.batch_max;
    }
    return options;
}

/* What is wrong with them, or NULL. */
static const char *fault_of(const myc_context *ctx, const myc_spawn_options *options)
{
    if (options->mailbox_bound > MYC__MAILBOX_BOUND_MAX) {
        return "mailbox_bound is over 16777216";
    }
    if ((unsigned)options->overflow > MYC_OVERFLOW_DROP_OLDEST) {
        return "overflow is no myc_overflow";
    }
    if ((unsigned)options->place > MYC_PLACE_DEDICATED) {
        return "place is no myc_place";
    }
    if (options->stash_bound > MYC__STASH_BOUND_MAX) {
        return "stash_bound is over 16777216";
    }
    bool is_there = options->worker < ctx->fabric->worker_count;
    return options->place == MYC_PLACE_ON_WORKER && !is_there ? "there is no such worker" : NULL;
}

int myc__spawn_refuse(const myc_context *ctx, const myc_behaviour *behaviour, const char *fault)
{
    myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR, "actor %s cannot be spawned: %s",
                  behaviour->name, fault);
    return MYC_EINVAL;
}

int myc__spawn_options_complete(const myc_context *ctx, const myc_behaviour *behaviour,
                                const myc_spawn_options *given, myc_spawn_options *complete)
{
    *complete = with_defaults(given);
    const char *fault = fault_of(ctx, complete);
    if (fault) {
        return myc__spawn_refuse(ctx, behaviour, fault);
    }
    char text[MYC__POLICY_FAULT_BYTES];
    if (complete->policy && myc__policy_fault(behaviour, complete, text)) {
        return myc__spawn_refuse(ctx, behaviour, text);
    }
    return 0;
}
