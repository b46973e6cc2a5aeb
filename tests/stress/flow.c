/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lossless flow: pipelines of actors over several workers with small mailboxes. Each stage looks at
 * the room, pauses until there is some, or just asks for its message again. Every number arrives
 * once and in order, though all pipelines end in one receiver.
 */
#include "stress.h"

enum { WORKERS = 3, PIPELINES = 6, STAGES_MAX = 5, FOREIGN_PIPELINES = 2 };

typedef struct number {
    uint32_t pipeline;
    uint32_t value;
} number;

MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number)

#define FLOW_ROWS(ROW, P) ROW(P, number, number)
MYC_PROTOCOL(flow, FLOW_ROWS)

/* ---- the stages ---- */

struct stage {
    flow_ref next;
    uint64_t random;
};

static myc_sent forward(struct stage *self, myc_context *ctx, const number *got)
{
    if (one_in(&self->random, 2)) {
        return flow_send_number(ctx, self->next, number_retain(ctx, got));
    }
    number *copy = number_new(ctx);
    require(copy != NULL, "out of memory");
    *copy = *got;
    return flow_send_number(ctx, self->next, copy);
}

static myc_next stage_on_number(struct stage *self, myc_context *ctx, const number *got)
{
    myc_sent sent = forward(self, ctx, got);
    require(sent == MYC_SENT || sent == MYC_FULL, "a stage is gone");
    if (sent == MYC_SENT) {
        return MYC_CONTINUE;
    }
    if (!one_in(&self->random, 8)) { /* else it comes again at once */
        myc_pause_until_room(ctx, self->next.address);
    }
    return MYC_AGAIN;
}

MYC_ACTOR(stage, flow, FLOW_ROWS)

/* ---- the source: one message, which comes again until all numbers are out ---- */

struct source {
    flow_ref next;
    uint32_t sent;
};

static bool emit(struct source *self, myc_context *ctx, uint32_t pipeline)
{
    number *made = number_new(ctx);
    require(made != NULL, "out of memory");
    *made = (number){pipeline, self->sent};
    if (flow_send_number(ctx, self->next, made) == MYC_SENT) {
        self->sent++;
        return true;
    }
    return false;
}

static myc_next source_on_number(struct source *self, myc_context *ctx, const number *order)
{
    uint32_t room = myc_room(ctx, self->next.address);
    for (uint32_t i = 0; i < room && self->sent < order->value; i++) {
        if (!emit(self, ctx, order->pipeline)) {
            break;
        }
    }
    if (self->sent == order->value) {
        return MYC_CONTINUE;
    }
    myc_pause_until_room(ctx, self->next.address);
    return MYC_AGAIN;
}

MYC_ACTOR(source, flow, FLOW_ROWS)

/* ---- the end of all pipelines ---- */

static atomic_uint arrived[PIPELINES]; /* numbers, each in its turn */

struct sink {
    uint32_t expected[PIPELINES];
};

static myc_next sink_on_number(struct sink *self, myc_context *ctx, const number *got)
{
    (void)ctx;
    require(got->value == self->expected[got->pipeline], "pipeline %u: expected %u, got %u",
            got->pipeline, self->expected[got->pipeline], got->value);
    atomic_store(&arrived[got->pipeline], ++self->expected[got->pipeline]);
    return MYC_CONTINUE;
}

MYC_ACTOR(sink, flow, FLOW_ROWS)

static myc_spawn_options any_place(uint64_t *random)
{
    return (myc_spawn_options){.mailbox_bound = 1 + random_below(random, 8),
                               .batch_max = 1 + random_below(random, 8),
                               .place = MYC_PLACE_ON_WORKER,
                               .worker = random_below(random, WORKERS)};
}

static flow_ref build_stages(myc_context *ctx, flow_ref end, uint64_t *random)
{
    for (uint32_t i = random_below(random, STAGES_MAX); i > 0; i--) {
        myc_spawn_options options = any_place(random);
        struct stage state = {end, random_next(random)};
        require(stage_spawn(ctx, &state, &options, &end) == 0, "spawn");
    }
    return end;
}

typedef struct foreign_source {
    myc_system *system;
    flow_ref next;
    uint32_t pipeline;
    uint32_t count;
} foreign_source;

static void *foreign_main(void *argument)
{
    const foreign_source *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    for (uint32_t i = 0; i < self->count; i++) {
        number *made = number_new(ctx);
        require(made != NULL, "out of memory");
        *made = (number){self->pipeline, i};
        require(flow_send_wait_number(ctx, self->next, made, 120 * SECOND_NS) == MYC_SENT,
                "pipeline %u takes no more after %u", self->pipeline, i);
    }
    return NULL;
}

static void start_source(myc_context *ctx, const foreign_source *pipeline, uint64_t *random)
{
    myc_spawn_options options = any_place(random);
    flow_ref ref;
    number *order = number_new(ctx);
    require(order != NULL, "out of memory");
    *order = (number){pipeline->pipeline, pipeline->count};
    require(source_spawn(ctx, &(struct source){.next = pipeline->next}, &options, &ref) == 0,
            "spawn");
    require(flow_send_number(ctx, ref, order) == MYC_SENT, "not sent");
}

static void round_of(uint64_t *random, uint32_t count)
{
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    myc_spawn_options place = any_place(random);
    flow_ref end;
    require(sink_spawn(ctx, NULL, &place, &end) == 0, "spawn");
    foreign_source pipelines[PIPELINES];
    for (uint32_t i = 0; i < PIPELINES; i++) {
        pipelines[i] = (foreign_source){system, build_stages(ctx, end, random), i, count};
        atomic_store(&arrived[i], 0);
    }
    for (uint32_t i = FOREIGN_PIPELINES; i < PIPELINES; i++) {
        start_source(ctx, &pipelines[i], random);
    }
    run_threads(FOREIGN_PIPELINES, foreign_main, pipelines, sizeof pipelines[0]);
    require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "a pipeline is stuck");
    for (uint32_t i = 0; i < PIPELINES; i++) {
        require(atomic_load(&arrived[i]) == count, "pipeline %u: %u of %u arrived", i,
                atomic_load(&arrived[i]), count);
    }
    require(myc_system_destroy(system) == 0, "payloads left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 10 : 100;
    uint32_t numbers = run.quick ? 2000 : 20000;
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run.seed, numbers);
    }
    printf("%u numbers in order\n", rounds * PIPELINES * numbers);
    return 0;
}
