/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/breaker.h>
#include <string.h>

#include "base/limits.h"
#include "service/config.h"

#define SECOND_NS UINT64_C(1000000000)

MYC_MESSAGE_TYPE(myc_breaker_change, .id = 0)

static myc_breaker_options complete(const myc_breaker_options *given)
{
    myc_breaker_options options = given ? *given : (myc_breaker_options){0};
    options.name = options.name ? options.name : "breaker";
    options.failure_threshold = options.failure_threshold ? options.failure_threshold : 5;
    options.success_threshold = options.success_threshold ? options.success_threshold : 2;
    options.half_open_max_calls = options.half_open_max_calls ? options.half_open_max_calls : 3;
    options.timeout_ns = options.timeout_ns ? options.timeout_ns : 30 * SECOND_NS;
    return options;
}

static int check_numbers(myc_context *ctx, const myc_breaker_options *options)
{
    if (options->failure_threshold > MYC__BREAKER_CALLS_MAX) {
        return myc__config_refuse(ctx, "breaker", "failure_threshold", options->failure_threshold,
                                  "1 to 1000000");
    }
    if (options->success_threshold > MYC__BREAKER_CALLS_MAX) {
        return myc__config_refuse(ctx, "breaker", "success_threshold", options->success_threshold,
                                  "1 to 1000000");
    }
    if (options->half_open_max_calls > MYC__BREAKER_CALLS_MAX) {
        return myc__config_refuse(ctx, "breaker", "half_open_max_calls",
                                  options->half_open_max_calls, "1 to 1000000");
    }
    if (options->timeout_ns < 1000 || options->timeout_ns > 86400 * SECOND_NS) {
        return myc__config_refuse(ctx, "breaker", "timeout_ns", options->timeout_ns,
                                  "1 us to 1 day");
    }
    return 0;
}

static bool is_nobody(myc_address address)
{
    return address.slot == 0 && address.life == 0;
}

static int check_observer(myc_context *ctx, const myc_breaker_options *options)
{
    const myc_protocol *protocol = options->observer_protocol;
    if (is_nobody(options->observer)) {
        return 0;
    }
    if (!protocol) {
        return myc__config_refuse(ctx, "breaker", "observer_protocol", 0,
                                  "the protocol of the observer");
    }
    bool fits = options->observer_row < protocol->row_count &&
                protocol->rows[options->observer_row].type == &myc_breaker_change_type;
    return fits ? 0
                : myc__config_refuse(ctx, "breaker", "observer_row", options->observer_row,
                                     "a row that carries myc_breaker_change");
}

int myc_breaker_init(myc_context *ctx, myc_breaker *breaker, const myc_breaker_options *given)
{
    myc_breaker_options options = complete(given);
    int error = check_numbers(ctx, &options);
    error = error ? error : check_observer(ctx, &options);
    if (error) {
        return error;
    }
    *breaker = (myc_breaker){.failure_threshold = options.failure_threshold,
                             .success_threshold = options.success_threshold,
                             .half_open_max_calls = options.half_open_max_calls,
                             .timeout_ns = options.timeout_ns,
                             .observer = options.observer,
                             .observer_row = options.observer_row,
                             .round = 1};
    strncpy(breaker->name, options.name, sizeof breaker->name - 1);
    return 0;
}

static void tell(myc_context *ctx, const myc_breaker *breaker, uint32_t from, uint64_t now_ns)
{
    myc_breaker_change *change = is_nobody(breaker->observer) ? NULL : myc_breaker_change_new(ctx);
    if (change) {
        memcpy(change->name, breaker->name, sizeof change->name);
        change->subject = breaker->subject;
        change->from = (myc_breaker_state)from;
        change->to = (myc_breaker_state)breaker->state;
        change->failures = breaker->failures;
        change->at_ns = now_ns;
        myc_ignore(myc_send(ctx, breaker->observer, breaker->observer_row, change));
    }
}

/* 0 is no round: it is the answer to a refused call. */
static void enter_state(myc_context *ctx, myc_breaker *breaker, uint32_t state, uint64_t now_ns)
{
    uint32_t from = breaker->state;
    breaker->state = state;
    breaker->round = breaker->round == UINT32_MAX ? 1 : breaker->round + 1;
    breaker->successes = 0;
    breaker->under_way = 0;
    tell(ctx, breaker, from, now_ns);
}

static bool has_rested(const myc_breaker *breaker, uint64_t now_ns)
{
    return now_ns - breaker->opened_ns >= breaker->timeout_ns;
}

bool myc_breaker_allows(myc_context *ctx, const myc_breaker *breaker)
{
    switch (breaker->state) {
    case MYC_BREAKER_CLOSED: return true;
    case MYC_BREAKER_OPEN: return has_rested(breaker, myc_now_ns(ctx));
    default: return breaker->under_way < breaker->half_open_max_calls;
    }
}

uint32_t myc_breaker_enter(myc_context *ctx, myc_breaker *breaker)
{
    if (!myc_breaker_allows(ctx, breaker)) {
        return 0;
    }
    if (breaker->state == MYC_BREAKER_OPEN) {
        enter_state(ctx, breaker, MYC_BREAKER_HALF_OPEN, myc_now_ns(ctx));
    }
    breaker->under_way += breaker->state == MYC_BREAKER_HALF_OPEN;
    return breaker->round;
}

static void open(myc_context *ctx, myc_breaker *breaker)
{
    breaker->opened_ns = myc_now_ns(ctx);
    enter_state(ctx, breaker, MYC_BREAKER_OPEN, breaker->opened_ns);
}

static void count_success(myc_context *ctx, myc_breaker *breaker)
{
    breaker->failures = 0;
    breaker->successes += breaker->state == MYC_BREAKER_HALF_OPEN;
    if (breaker->successes >= breaker->success_threshold) {
        enter_state(ctx, breaker, MYC_BREAKER_CLOSED, myc_now_ns(ctx));
    }
}

static void count_failure(myc_context *ctx, myc_breaker *breaker)
{
    breaker->failures += breaker->failures < UINT32_MAX;
    if (breaker->state == MYC_BREAKER_HALF_OPEN ||
        breaker->failures >= breaker->failure_threshold) {
        open(ctx, breaker);
    }
}

void myc_breaker_leave(myc_context *ctx, myc_breaker *breaker, uint32_t call, bool succeeded)
{
    if (call != breaker->round) {
        return; /* it began before the last change, and says nothing of now */
    }
    breaker->under_way -= breaker->state == MYC_BREAKER_HALF_OPEN;
    if (succeeded) {
        count_success(ctx, breaker);
    } else {
        count_failure(ctx, breaker);
    }
}
