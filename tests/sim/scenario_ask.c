/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actor/handshake.h"
#include "scenario.h"

/*
 * A foreign thread has asked and waits: it sleeps, or looks and gives up. Two others hold a token
 * each, one a worker, which keeps references in stock; each replies or not, and drops its token. The
 * waiter sees one answer or has given up; each reply is taken or late; the block is freed once, when
 * both sides are done. What actor/request.c does with a token is written out here: that file needs a
 * whole system.
 */
enum { NOBODY = 100 }; /* an outcome that is no reply; replies are the numbers of their senders */

typedef struct request {
    uint32_t outcome;
    myc__handshake shake;
} request;

static myc__heap *heap;
static myc__memory *memories[3];
static request *asked;

static uint32_t replies;
static uint32_t late;
static uint32_t taken;
static uint32_t frees;

static void free_request(request *freed)
{
    SIM_EXPECT(frees++ == 0, "the request is freed twice");
    freed->outcome = UINT32_MAX;
    freed->shake.future = UINT32_MAX;
    freed->shake.left = UINT32_MAX;
}

static void tokens_end(myc_context *ctx, void *block)
{
    request *ended = block;
    myc__store_relaxed_u32(&myc__header_of(block)->references, 1);
    if (myc__handshake_claim(&ended->shake, true)) {
        ended->outcome = NOBODY;
        (void)myc__handshake_answer(&ended->shake);
        myc__release_header((myc__memory *)(void *)ctx, myc__header_of(block));
    } else if (myc__handshake_leave(&ended->shake, MYC__TOKENS_LEFT)) {
        free_request(ended);
    }
}

static const myc_type request_type = {
    .name = "request", .size_bytes = sizeof(request), .alignment_bytes = 16, .destroy = tokens_end};

static void setup(void)
{
    replies = late = taken = frees = 0;
    heap = sim_heap_new();
    memories[0] = sim_memory_new(heap, 0, false, "memory of waiter");
    memories[1] = sim_memory_new(heap, 1, true, "memory of worker");
    memories[2] = sim_memory_new(heap, 2, false, "memory of replier");
    asked = myc__memory_new(memories[0], &request_type, sizeof *asked, 16);
    memset(asked, 0, sizeof *asked);
    sim_name_payload(asked, "request");
    sim_name_part("request", &asked->shake.claimed, sizeof(uint32_t), 1, "claimed");
    sim_name_part("request", &asked->shake.future, sizeof(uint32_t), 1, "future");
    sim_name_part("request", &asked->shake.left, sizeof(uint32_t), 1, "left");
    myc__header_of(asked)->outlives_hook = 1;
    myc__header_of(asked)->references = 2;
}

static void reply(uint32_t from)
{
    replies++;
    bool is_only = myc__load_acquire_u32(&myc__header_of(asked)->references) == 1;
    if (myc__handshake_claim(&asked->shake, is_only)) {
        asked->outcome = from;
        if (myc__handshake_answer(&asked->shake)) {
            return;
        }
    }
    late++;
}

static void hold_token(uint32_t self)
{
    for (uint32_t tries = sim_random(3); tries > 0; tries--) {
        reply(self);
    }
    myc__release_header(memories[self], myc__header_of(asked));
    myc__settle(memories[self]);
}

static void hold_first(void)
{
    hold_token(1);
}

static void hold_second(void)
{
    hold_token(2);
}

static void take(void)
{
    uint32_t outcome = asked->outcome;
    SIM_EXPECT(outcome == 1 || outcome == 2 || outcome == NOBODY, "no answer is there");
    taken += outcome != NOBODY;
}

static bool await(void)
{
    while (!myc__handshake_is_answered(&asked->shake)) {
        if (myc__handshake_sleep(&asked->shake, -1)) {
            return true;
        }
    }
    return true;
}

static bool look_some_times(void)
{
    for (uint32_t looks = sim_random(6); looks > 0; looks--) {
        if (myc__handshake_is_answered(&asked->shake)) {
            return true;
        }
        myc__pause();
    }
    return myc__handshake_give_up(&asked->shake);
}

static void wait_for_answer(void)
{
    if (sim_random(2) ? await() : look_some_times()) {
        take();
    }
    if (myc__handshake_leave(&asked->shake, MYC__ASKER_LEFT)) {
        free_request(asked);
    }
}

static void check(void)
{
    SIM_EXPECT(taken + late == replies, "of %u replies %u are taken and %u late", replies, taken,
               late);
    SIM_EXPECT(frees == 1, "the request is never freed");
}

const sim_scenario sim_scenario_ask = {
    .name = "ask",
    .about = "an ask from outside is answered once, and its block freed once",
    .typical_steps = 40,
    .setup = setup,
    .check = check,
    .threads = {{"waiter", wait_for_answer}, {"worker", hold_first}, {"replier", hold_second}},
};
