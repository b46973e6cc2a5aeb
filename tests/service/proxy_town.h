/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_PROXY_TOWN_H
#define TESTS_SERVICE_PROXY_TOWN_H

/*
 * A town with some branches of a bank and a clerk who asks them through a proxy, on a clock of its
 * own. The branches are silent or deaf as the test wants them to be.
 */
#include "actor/actor_support.h"

#define MS_NS UINT64_C(1000000)

#define BANK_ROWS(ROW, P)                                                                          \
    ROW(P, balance, ticket_data, ticket_data, MYC_IDEMPOTENT)                                      \
    ROW(P, transfer, ticket_data, ticket_data)                                                     \
    ROW(P, note, ticket_data)
MYC_PROTOCOL(bank, BANK_ROWS)
MYC_PROXY(bank, BANK_ROWS)

enum { BRANCHES = 3, TOKENS_KEPT = 32 };

/* A branch is silent, or deaf (it keeps tokens), for so many questions; then it replies. */
struct ledger {
    uint32_t silent_for;
    uint32_t deaf_for;
    uint32_t asked;
    uint64_t asked_at_ns[64];
    myc_token tokens[TOKENS_KEPT];
    uint32_t token_count;
};

struct branch {
    struct ledger *ledger;
    uint32_t number;
};

static myc_next answer(struct branch *self, myc_context *ctx, const ticket_data *question,
                       myc_token token)
{
    struct ledger *ledger = self->ledger;
    ledger->asked_at_ns[ledger->asked++ % 64] = myc_now_ns(ctx);
    if (ledger->silent_for > 0) {
        ledger->silent_for--;
    } else if (ledger->deaf_for > 0) {
        ledger->deaf_for--;
        cr_assert_lt(ledger->token_count, TOKENS_KEPT);
        myc_token_keep(ctx, token);
        ledger->tokens[ledger->token_count++] = token;
    } else {
        myc_ignore(myc_reply(ctx, token, ticket_make(ctx, self->number, question->number + 100)));
    }
    return MYC_CONTINUE;
}

static myc_next branch_on_balance(struct branch *self, myc_context *ctx, const ticket_data *balance,
                                  bank_balance_token token)
{
    return answer(self, ctx, balance, token.token);
}

static myc_next branch_on_transfer(struct branch *self, myc_context *ctx,
                                   const ticket_data *transfer, bank_transfer_token token)
{
    return answer(self, ctx, transfer, token.token);
}

static myc_next branch_on_note(struct branch *self, myc_context *ctx, const ticket_data *note)
{
    (void)self;
    (void)ctx;
    (void)note;
    return MYC_STOP;
}
MYC_ACTOR(branch, bank, BANK_ROWS)

struct town {
    struct world *world;
    uint64_t now_ns;
    struct ledger ledgers[BRANCHES];
    bank_ref branches[BRANCHES];
    myc_proxy_options options;
    bank_proxy proxy;
    int error;
    uint64_t timeout_ns;
    uint32_t calls; /* of the handler */
    uint32_t agains;
    myc_outcome outcome;
    uint32_t teller; /* who replied */
};
static struct town town;

static uint64_t read_clock(void *user)
{
    (void)user;
    return town.now_ns;
}

static void create_proxy(myc_context *ctx, void *count)
{
    town.error = bank_proxy_create(ctx, &town.options, &town.proxy);
    for (uint32_t i = 0; i < *(uint32_t *)count && !town.error; i++)
        town.error = bank_proxy_add(ctx, town.proxy, town.branches[i], NULL);
}

/* With so many branches on two workers, and a proxy of worker 0's clerk. */
static void town_open(uint32_t branches, myc_proxy_options options)
{
    town = (struct town){.now_ns = 1000 * MS_NS, .options = options, .timeout_ns = 1000 * MS_NS};
    town.world = calloc(1, sizeof *town.world);
    cr_assert_not_null(town.world);
    town.world->workers = 2;
    myc_system_options system = world_options(town.world);
    system.now_ns = read_clock;
    world_start(town.world, &system);
    for (uint32_t i = 0; i < branches; i++) {
        myc_spawn_options place = {.place = MYC_PLACE_ON_WORKER, .worker = i % 2};
        cr_assert_eq(0, branch_spawn(town.world->ctx, &(struct branch){&town.ledgers[i], i}, &place,
                                     &town.branches[i]));
    }
    world_run(town.world);
    world_call(town.world, 0, create_proxy, &branches);
    cr_assert_eq(0, town.error);
    world_mark(town.world);
}

static void destroy_proxy(myc_context *ctx, void *unused)
{
    (void)unused;
    bank_proxy_destroy(ctx, town.proxy);
    town.proxy.proxy = NULL;
}

static void town_close(void)
{
    for (uint32_t i = 0; i < BRANCHES; i++) {
        while (town.ledgers[i].token_count)
            myc_token_drop(town.world->ctx, town.ledgers[i].tokens[--town.ledgers[i].token_count]);
    }
    world_call(town.world, 0, destroy_proxy, NULL);
    world_run(town.world);
    world_close(town.world);
    NO_LEAKS();
}

static myc_next on_answer(void *self, myc_context *ctx, const myc_answer *got,
                          const ticket_data *reply)
{
    (void)self;
    (void)ctx;
    cr_expect_eq(7, ((const ticket_data *)got->request)->number);
    cr_expect_eq(got->outcome == MYC_REPLIED, reply != NULL);
    town.outcome = got->outcome;
    town.teller = reply ? reply->sender : BRANCHES;
    town.calls++;
    return town.agains && town.agains-- ? MYC_AGAIN : MYC_CONTINUE;
}

static void ask_balance(myc_context *ctx, void *unused)
{
    (void)unused;
    town.error = bank_proxy_ask_balance(ctx, town.proxy, 0, ticket_make(ctx, 0, 7), town.timeout_ns,
                                        on_answer);
}

static void ask_transfer(myc_context *ctx, void *unused)
{
    (void)unused;
    town.error = bank_proxy_ask_transfer(ctx, town.proxy, 0, ticket_make(ctx, 0, 7),
                                         town.timeout_ns, on_answer);
}

static void town_ask(void)
{
    town.calls = 0;
    world_call(town.world, 0, ask_balance, NULL);
    cr_assert_eq(0, town.error);
    world_run(town.world);
}

static void pass_ms(uint64_t duration_ms)
{
    for (uint64_t ms = 0; ms < duration_ms; ms++) {
        town.now_ns += MS_NS;
        world_run(town.world);
    }
}

static void expect_end(myc_outcome outcome)
{
    cr_expect_eq(1, town.calls, "the handler was called %u times", town.calls);
    cr_expect_eq(outcome, town.outcome, "outcome %d, not %d", town.outcome, outcome);
}

static uint32_t asked(void)
{
    return town.ledgers[0].asked + town.ledgers[1].asked + town.ledgers[2].asked;
}

#endif
