/* SPDX-License-Identifier: Apache-2.0 */
#include "intake.h"

#include "intake_state.h"

MYC_MESSAGE_TYPE(intake_order, .id = 0)

enum { FINISH_CLOSE = 0, FINISH_DONE = 1 };

/* What a turn came to. */
typedef enum run_result {
    RUN_IDLE,  /* something has to come in, or to become due */
    RUN_AGAIN, /* no room downstream, or a turn's worth of frames: go on here next time */
} run_result;

struct intake {
    intake_state state;
};

MYC_ACTOR_WITH_LIFECYCLE(intake, intake, INTAKE_ROWS)

static void log_bad_frame(void *ctx, const char *text)
{
    myc_log(ctx, MYC_LOG_WARNING, "%s", text);
}

/* The feed of what was in hand when its receiver was found to be gone is told apart by nothing:
 * it is all over. */
static run_result fail_to_send(intake_state *self, myc_context *ctx, outlet_result result)
{
    intake_fail(self, ctx,
                result == OUTLET_GONE ? "the receiver of its events has stopped"
                                      : "out of memory for a message");
    return RUN_IDLE;
}

static void wait_for_due(intake_state *self, myc_context *ctx, uint64_t wait_ns)
{
    intake_order *order = self->is_waiting ? NULL : intake_order_new(ctx);
    if (self->is_waiting) {
        return;
    }
    self->is_waiting = true;
    if (intake_after_due(ctx, wait_ns, order, &self->timer)) {
        intake_fail(self, ctx, "out of memory for a timer");
    }
}

/* Arms a timer when it is not. */
static bool is_due(intake_state *self, myc_context *ctx, const inlet *from)
{
    if (self->pace.options.kind == PACE_MAX) {
        return true;
    }
    uint64_t wait_ns = pace_wait_ns(&self->pace, from->frame_ns, myc_now_ns(ctx));
    if (wait_ns > 0) {
        wait_for_due(self, ctx, wait_ns);
    }
    return wait_ns == 0;
}

static void take(intake_state *self, myc_context *ctx, inlet *from)
{
    from->has_frame = false;
    self->frames++;
    pace_advance(&self->pace);
    feed_decoder_take(from->feed->decoder, &from->frame, myc_wall_ns(ctx),
                      (feed_report){log_bad_frame, ctx});
    self->sending = from;
}

/*
 * Takes and sends what is at hand, at most a turn's worth. A turn ends after an event that was
 * sent: until then it waits on this worker, and the next frame takes longer than a turn costs.
 */
static run_result run(intake_state *self, myc_context *ctx)
{
    for (uint32_t budget = INTAKE_FRAMES_PER_TURN; budget > 0 && !self->is_over; budget--) {
        if (self->sending) {
            uint64_t events = self->events;
            outlet_result result = intake_send(self, ctx);
            if (result == OUTLET_AGAIN || self->events > events) {
                return RUN_AGAIN;
            }
            if (result != OUTLET_TAKEN) {
                return fail_to_send(self, ctx, result);
            }
        } else {
            inlet *from = intake_pick(self, ctx);
            if (!from || !is_due(self, ctx, from)) {
                return RUN_IDLE;
            }
            take(self, ctx, from);
        }
    }
    return self->is_over ? RUN_IDLE : RUN_AGAIN;
}

/* The end of the recording is noted before it is said that this is over. */
static void publish_counts(intake_state *self, myc_context *ctx)
{
    if (self->is_over) {
        intake_note_closed(self, ctx);
    }
    live_count_set(&self->stats->bytes, self->bytes);
    live_count_set(&self->stats->frames, self->frames);
    live_count_set(&self->stats->events, self->events);
    live_count_set(&self->stats->is_over, self->is_over);
}

/* Goes on as far as it can; the message in hand comes again while there is more to do. */
static myc_next go_on(intake_state *self, myc_context *ctx, intake_hand hand)
{
    run_result result = run(self, ctx);
    self->hand = result == RUN_AGAIN ? hand : HAND_NONE;
    if (result == RUN_IDLE) {
        intake_sweep(self, ctx);
    }
    publish_counts(self, ctx);
    return result == RUN_AGAIN ? MYC_AGAIN : MYC_CONTINUE;
}

static myc_next intake_on_chunk(struct intake *actor, myc_context *ctx, const myc_chunk *chunk)
{
    intake_state *self = &actor->state;
    if (self->is_over) {
        return MYC_CONTINUE;
    }
    if (self->hand == HAND_NONE) {
        intake_absorb_chunk(self, ctx, chunk);
    }
    return go_on(self, ctx, HAND_INPUT);
}

static myc_next intake_on_end(struct intake *actor, myc_context *ctx, const myc_stream_end *end)
{
    intake_state *self = &actor->state;
    if (self->is_over) {
        return MYC_CONTINUE;
    }
    if (self->hand == HAND_NONE) {
        intake_absorb_end(self, ctx, end);
    }
    return go_on(self, ctx, HAND_INPUT);
}

static myc_next intake_on_event(struct intake *actor, myc_context *ctx,
                                const myc_stream_event *event)
{
    intake_state *self = &actor->state;
    if (!self->is_over) {
        intake_take_event(self, ctx, event);
        intake_sweep(self, ctx);
        publish_counts(self, ctx);
    }
    return MYC_CONTINUE;
}

/* Timers go ahead of the message in hand, which then goes on by itself. */
static myc_next intake_on_due(struct intake *actor, myc_context *ctx, const intake_order *due)
{
    (void)due;
    intake_state *self = &actor->state;
    if (self->hand == HAND_INPUT || self->is_over) {
        self->is_waiting = false;
        return MYC_CONTINUE;
    }
    if (self->hand == HAND_NONE) {
        self->is_waiting = false;
    }
    return go_on(self, ctx, HAND_DUE);
}

/* What the sources have brought before they are closed stands in the mailbox before the second. That
 * has room: the chunks of all streams are few. */
static myc_next intake_on_finish(struct intake *actor, myc_context *ctx, const intake_order *finish)
{
    intake_state *self = &actor->state;
    if (self->is_over) {
        return MYC_CONTINUE;
    }
    if (finish->step == FINISH_DONE) {
        intake_be_over(self);
        publish_counts(self, ctx);
        return MYC_CONTINUE;
    }
    intake_order *order = intake_order_new(ctx);
    self->is_finishing = true;
    intake_close(self, ctx);
    if (order) {
        order->step = FINISH_DONE;
    }
    if (intake_send_finish(ctx, intake_self(ctx), order) != MYC_SENT) {
        intake_fail(self, ctx, "what came in last was not looked at");
        publish_counts(self, ctx);
    }
    return MYC_CONTINUE;
}

static int intake_on_start(struct intake *actor, myc_context *ctx)
{
    intake_state *self = &actor->state;
    intake_open(self, ctx);
    intake_sweep(self, ctx);
    intake_check_over(self);
    publish_counts(self, ctx);
    return 0;
}

static uint64_t count_unsent(const intake_state *self)
{
    feed_event event;
    return self->sending && feed_decoder_event(self->sending->feed->decoder, &event) ? 1 : 0;
}

static void intake_on_stop(struct intake *actor, myc_context *ctx, myc_exit why)
{
    (void)why;
    intake_state *self = &actor->state;
    self->stats->unsent = count_unsent(self);
    if (!self->is_over) {
        self->is_finishing = true;
        intake_be_over(self);
    }
    intake_replay_close(self, ctx);
    intake_free_inlets(self, ctx);
    publish_counts(self, ctx);
}

int intake_start(myc_context *ctx, const intake_options *options, intake_stats *stats,
                 const myc_spawn_options *spawn, intake_ref *ref)
{
    if (options->feed_count == 0) {
        return MYC_EINVAL;
    }
    *stats = (intake_stats){0};
    return intake_spawn(ctx,
                        &(struct intake){.state = {.options = options,
                                                   .stats = stats,
                                                   .market = {.to = options->market.address},
                                                   .signals = {.to = options->signals.address},
                                                   .pace = {.options = options->pace}}},
                        spawn, ref);
}
