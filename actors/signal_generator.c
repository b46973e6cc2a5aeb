/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_generator.h"

struct signal_generator {
    signal_judge *judge;
    signal_generator_stats *stats;
    publisher_ref publisher; /* all zero: there is none */
};

MYC_ACTOR_WITH_LIFECYCLE(signal_generator, signal, SIGNAL_ROWS)

/* Hands the reference of the message in hand on. It is not held up by who does not take it. */
static void publish(struct signal_generator *self, myc_context *ctx, uint32_t tag,
                    const void *signal)
{
    const myc_address none = {0};
    myc_address to = self->publisher.address;
    if (!myc_address_equal(to, none) && myc_send(ctx, to, tag, myc_move(ctx, signal)) != MYC_SENT) {
        self->stats->unpublished++;
    }
}

static myc_next signal_generator_on_arbitrage(struct signal_generator *self, myc_context *ctx,
                                              const arbitrage_signal *arbitrage)
{
    self->stats->arbitrage++;
    if (signal_judge_take(self->judge, arbitrage, myc_wall_ns(ctx)) == SIGNAL_ACCEPTED) {
        publish(self, ctx, publisher_tag_arbitrage, arbitrage);
    }
    return MYC_CONTINUE;
}

static myc_next signal_generator_on_momentum(struct signal_generator *self, myc_context *ctx,
                                             const momentum_signal *momentum)
{
    self->stats->momentum++;
    signal_judge_take_momentum(self->judge, momentum, myc_wall_ns(ctx));
    publish(self, ctx, publisher_tag_momentum, momentum);
    return MYC_CONTINUE;
}

static myc_next signal_generator_on_cross_venue(struct signal_generator *self, myc_context *ctx,
                                                const cross_venue_signal *cross_venue)
{
    self->stats->cross_venue++;
    signal_judge_take_cross_venue(self->judge, cross_venue, myc_wall_ns(ctx));
    publish(self, ctx, publisher_tag_cross_venue, cross_venue);
    return MYC_CONTINUE;
}

static int signal_generator_on_start(struct signal_generator *self, myc_context *ctx)
{
    (void)self;
    (void)ctx;
    return 0;
}

static void signal_generator_on_stop(struct signal_generator *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    signal_judge_flush(self->judge);
}

int signal_generator_start(myc_context *ctx, signal_judge *judge, signal_generator_stats *stats,
                           publisher_ref publisher, const myc_spawn_options *spawn, signal_ref *ref)
{
    if (!judge->rules || !judge->latency) {
        return MYC_EINVAL;
    }
    *stats = (signal_generator_stats){0};
    return signal_generator_spawn(ctx, &(struct signal_generator){judge, stats, publisher}, spawn,
                                  ref);
}
