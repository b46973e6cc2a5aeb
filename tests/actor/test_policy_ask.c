/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests under a policy and in the stash: they are judged by what is asked, their tokens stay
 * with them, and one that is dropped is answered.
 */
#include "special_world.h"

typedef struct figure {
    uint32_t about;
    uint32_t value;
} figure;
MYC_MESSAGE(figure)
__attribute__((weak)) MYC_MESSAGE_TYPE(figure);

#define TILL_ROWS(ROW, P)                                                                          \
    ROW(P, price, figure, figure)                                                                  \
    ROW(P, note, figure)
MYC_PROTOCOL(till, TILL_ROWS)

struct till_log {
    bool closed;  /* what it has in hand comes again */
    bool stashes; /* prices are put aside; a note puts them back */
    int code;
    uint32_t prices;
};

struct till {
    struct till_log *log;
};

static myc_next till_on_price(struct till *self, myc_context *ctx, const figure *price,
                              till_price_token token)
{
    if (self->log->closed)
        return MYC_AGAIN;
    if (self->log->stashes) {
        self->log->code = till_stash_price(ctx, price);
        return MYC_CONTINUE;
    }
    figure *reply = figure_new(ctx);
    cr_assert_not_null(reply);
    *reply = (figure){price->about, 2 * price->value};
    self->log->prices++;
    cr_expect_eq(MYC_SENT, till_reply_price(ctx, token, reply));
    return MYC_CONTINUE;
}

static myc_next till_on_note(struct till *self, myc_context *ctx, const figure *note)
{
    (void)note;
    if (self->log->closed)
        return MYC_AGAIN;
    self->log->stashes = false;
    myc_unstash_all(ctx);
    return MYC_CONTINUE;
}

MYC_ACTOR(till, till, TILL_ROWS)

enum { TIMEOUT_NS = 1000000000 };

static till_ref till_at(struct world *here, struct till_log *log, const myc_spawn_options *options)
{
    till_ref ref = {0};
    cr_assert_eq(0, till_spawn(here->ctx, &(struct till){log}, options, &ref));
    world_run(here);
    return ref;
}

static figure *figure_make(myc_context *ctx, uint32_t about, uint32_t value)
{
    figure *made = figure_new(ctx);
    cr_assert_not_null(made);
    *made = (figure){about, value};
    return made;
}

static till_price_future ask(struct world *here, till_ref to, uint32_t about, uint32_t value)
{
    till_price_future future =
        till_future_price(here->ctx, to, figure_make(here->ctx, about, value), TIMEOUT_NS);
    cr_assert_not_null(future.future);
    world_pass(here);
    return future;
}

static void expect_outcome(struct world *here, till_price_future *future, myc_outcome outcome,
                           uint32_t value)
{
    const figure *reply = NULL;
    myc_outcome got = till_poll_price(here->ctx, future, &reply);
    cr_expect_eq(outcome, got, "expected %d, got %d", (int)outcome, (int)got);
    cr_expect_eq(outcome == MYC_REPLIED, reply != NULL);
    if (reply) {
        cr_expect_eq(value, reply->value);
        figure_release(here->ctx, reply);
    }
    till_price_future left = *future;
    myc_future_forget(here->ctx, &left.future);
}

static bool by_about(uint32_t tag, const void *payload, uint64_t *key)
{
    *key = ((const figure *)payload)->about;
    return tag == till_tag_price;
}

/* A test with a world of one worker and the log of a till, which at first is `how`. */
#define TILL_TEST(name, how)                                                                       \
    static void policy_ask__##name(struct world *here, struct till_log *log,                       \
                                   MYC_UNUSED uint64_t *now_ns);                                   \
    Test(policy_ask, name)                                                                         \
    {                                                                                              \
        uint64_t now_ns = 1000;                                                                    \
        struct world *here = world_at(&now_ns, 1);                                                 \
        struct till_log log = {.how = true};                                                       \
        policy_ask__##name(here, &log, &now_ns);                                                   \
        world_close(here);                                                                         \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void policy_ask__##name(struct world *here, struct till_log *log,                       \
                                   MYC_UNUSED uint64_t *now_ns)

TILL_TEST(a_conflated_request_is_refused_and_the_fresh_one_answered, closed)
{
    const myc_mailbox_policy policy = {.key = by_about};
    till_ref till = till_at(here, log, &(myc_spawn_options){.policy = &policy});
    till_price_future in_hand = ask(here, till, 0, 1);
    till_price_future old = ask(here, till, 7, 2);
    till_price_future other = ask(here, till, 8, 3);
    till_price_future fresh = ask(here, till, 7, 4);
    expect_outcome(here, &old, MYC_REFUSED, 0);
    log->closed = false;
    world_run(here);
    expect_outcome(here, &in_hand, MYC_REPLIED, 2);
    expect_outcome(here, &other, MYC_REPLIED, 6);
    expect_outcome(here, &fresh, MYC_REPLIED, 8);
    cr_expect_eq(3, log->prices);
    cr_expect_eq(1, world_counts(here).dropped_conflated);
}

/* To the row it makes no difference whether it was asked or sent. */
TILL_TEST(a_sent_message_takes_the_place_of_a_request, closed)
{
    const myc_mailbox_policy policy = {.key = by_about};
    till_ref till = till_at(here, log, &(myc_spawn_options){.policy = &policy});
    cr_expect_eq(MYC_SENT, till_send_note(here->ctx, till, figure_make(here->ctx, 0, 0)));
    till_price_future old = ask(here, till, 7, 2);
    cr_expect_eq(MYC_SENT, till_send_price(here->ctx, till, figure_make(here->ctx, 7, 3)));
    world_pass(here);
    expect_outcome(here, &old, MYC_REFUSED, 0);
    log->closed = false;
    world_run(here);
    cr_expect_eq(1, log->prices);
}

TILL_TEST(a_request_over_its_rows_limit_is_refused, closed)
{
    const myc_row_rule rule = {.tag = till_tag_price, .queued_max = 1};
    const myc_mailbox_policy policy = {.rules = &rule, .rule_count = 1};
    till_ref till = till_at(here, log, &(myc_spawn_options){.policy = &policy});
    till_price_future in_hand = ask(here, till, 0, 1);
    till_price_future queued = ask(here, till, 0, 2);
    till_price_future over = ask(here, till, 0, 3);
    expect_outcome(here, &over, MYC_REFUSED, 0);
    log->closed = false;
    world_run(here);
    expect_outcome(here, &in_hand, MYC_REPLIED, 2);
    expect_outcome(here, &queued, MYC_REPLIED, 4);
    cr_expect_eq(1, world_counts(here).dropped_limited);
}

TILL_TEST(a_request_that_was_queued_for_too_long_is_refused, closed)
{
    const myc_row_rule rule = {.tag = till_tag_price, .max_age_ns = 100};
    const myc_mailbox_policy policy = {.rules = &rule, .rule_count = 1};
    till_ref till = till_at(here, log, &(myc_spawn_options){.policy = &policy});
    till_price_future in_hand = ask(here, till, 0, 1);
    till_price_future queued = ask(here, till, 0, 2);
    *now_ns += 100;
    log->closed = false;
    world_run(here);
    expect_outcome(here, &in_hand, MYC_REPLIED, 2);
    expect_outcome(here, &queued, MYC_REFUSED, 0);
    cr_expect_eq(1, log->prices);
    cr_expect_eq(1, world_counts(here).dropped_expired);
}

TILL_TEST(a_stashed_request_is_answered_when_it_comes_back, stashes)
{
    till_ref till = till_at(here, log, NULL);
    till_price_future first = ask(here, till, 0, 1);
    till_price_future second = ask(here, till, 0, 2);
    world_run(here);
    cr_expect_eq(0, log->code);
    cr_expect_eq(2, world_counts(here).queued);
    const figure *none = NULL;
    cr_expect_eq(MYC_PENDING, till_poll_price(here->ctx, &first, &none));
    cr_expect_eq(MYC_SENT, till_send_note(here->ctx, till, figure_make(here->ctx, 0, 0)));
    world_run(here);
    expect_outcome(here, &first, MYC_REPLIED, 2);
    expect_outcome(here, &second, MYC_REPLIED, 4);
    cr_expect_eq(0, world_counts(here).queued);
}

TILL_TEST(a_stashed_request_expires_at_its_deadline, stashes)
{
    till_ref till = till_at(here, log, NULL);
    till_price_future first = ask(here, till, 0, 1);
    world_run(here);
    *now_ns += TIMEOUT_NS;
    cr_expect_eq(MYC_SENT, till_send_note(here->ctx, till, figure_make(here->ctx, 0, 0)));
    world_run(here);
    expect_outcome(here, &first, MYC_TIMED_OUT, 0);
    cr_expect_eq(0, log->prices);
    cr_expect_eq(1, world_counts(here).dead_by[MYC_DEAD_EXPIRED]);
}

TILL_TEST(a_stashed_request_is_told_when_its_actor_stops, stashes)
{
    till_ref till = till_at(here, log, NULL);
    till_price_future first = ask(here, till, 0, 1);
    world_run(here);
    myc_stop(here->ctx, till.address);
    world_run(here);
    expect_outcome(here, &first, MYC_TARGET_STOPPED, 0);
    cr_expect_eq(1, world_counts(here).dead_by[MYC_DEAD_LEFT]);
}

/* ---- a reply goes ahead of what is queued for the one who asked ---- */

struct customer_log {
    till_ref till;
    char letters[16];
    uint32_t count;
};

struct customer {
    struct customer_log *log;
};

static myc_next customer_told(void *self, myc_context *ctx, const myc_answer *answer,
                              const figure *reply)
{
    struct customer_log *log = ((struct customer *)self)->log;
    (void)ctx;
    log->letters[log->count++] = answer->outcome == MYC_REPLIED && reply->value == 14 ? 'r' : '?';
    return MYC_CONTINUE;
}

static myc_next customer_on_ticket(struct customer *self, myc_context *ctx,
                                   const ticket_data *ticket)
{
    self->log->letters[self->log->count++] = ticket->number ? 't' : 'a';
    if (ticket->number)
        return MYC_CONTINUE;
    desk_ref here = {myc_self(ctx)};
    uint32_t number = 1;
    while (send_ticket(ctx, here, 0, number) == MYC_SENT)
        number++;
    cr_expect_eq(
        0, till_ask_price(ctx, self->log->till, figure_make(ctx, 0, 7), TIMEOUT_NS, customer_told));
    return MYC_CONTINUE;
}

static myc_next customer_on_job(struct customer *self, myc_context *ctx, const job_data *job)
{
    (void)self, (void)ctx, (void)job;
    return MYC_CONTINUE;
}

MYC_ACTOR(customer, desk, DESK_ROWS)

static bool never(uint32_t tag, const void *payload, uint64_t *key)
{
    (void)tag, (void)payload, (void)key;
    return false;
}

Test(policy_ask, a_reply_comes_before_a_full_mailbox)
{
    uint64_t now_ns = 1000;
    struct world *here = world_at(&now_ns, 1);
    struct till_log till_log = {0};
    struct customer_log log = {.till = till_at(here, &till_log, NULL)};
    const myc_row_rule rule = {.tag = desk_tag_ticket, .queued_max = 4};
    const myc_mailbox_policy policy = {.key = never, .rules = &rule, .rule_count = 1};
    const myc_spawn_options options = {.mailbox_bound = 4, .batch_max = 1, .policy = &policy};
    desk_ref customer = {0};
    cr_assert_eq(0, customer_spawn(here->ctx, &(struct customer){&log}, &options, &customer));
    world_run(here);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, customer, 0, 0));
    world_run(here);
    cr_expect_str_eq("artttt", log.letters, "got %s", log.letters);
    world_close(here);
    NO_LEAKS();
}
