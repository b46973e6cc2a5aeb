/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/trader.h"

#include <assert.h>

#include <mycelium/error.h>

#include "simulate/pool_logs.h"

/* What a transaction costs: nobody closes a gap for less. */
enum { ARBITRAGE_COST_MICRO_USD = 2000000 };

int trader_init(sim_trader *self, sim_market *market, sim_random *random, FILE *file)
{
    *self = (sim_trader){.market = market,
                         .random = random,
                         .workspace = arbitrage_workspace_create(),
                         .v3 = v3_price_create(),
                         .logs = {.file = file},
                         .summary = {.pools = market->pool_count}};
    if (self->workspace && self->v3)
        return 0;
    trader_fini(self);
    return MYC_ENOMEM;
}

void trader_fini(sim_trader *self)
{
    arbitrage_workspace_destroy(self->workspace);
    v3_price_destroy(self->v3);
}

static eth_address random_account(sim_trader *self)
{
    eth_address account;
    sim_random_bytes(self->random, account.bytes, sizeof account.bytes);
    return account;
}

static const eth_address *token_of(const sim_trader *self, const sim_pool *pool, int side)
{
    return &self->market->tokens[pool->token[side]].address;
}

static void transfer(sim_trader *self, const eth_address *token, const eth_address *from,
                     const eth_address *to, sim_amount amount)
{
    write_transfer(&self->logs, token, from, to, amount);
    self->summary.other++;
}

static void log_v2_swap(sim_trader *self, const sim_pool *pool, const pool_trade *trade)
{
    write_v2_swap(&self->logs, pool, trade);
    self->summary.sync_v2++;
    self->summary.swap_v2++;
}

static arbitrage_leg leg_of(const sim_pool *pool, int side_in)
{
    return (arbitrage_leg){.reserve_in = sim_uint128(pool->reserve[side_in]),
                           .reserve_out = sim_uint128(pool->reserve[!side_in]),
                           .fee_ppm = FEE_PPM_UNISWAP_V2};
}

/* Trades with the pool; returns what came out. */
static sim_amount trade(sim_trader *self, sim_pool *pool, int side_in, sim_amount amount_in)
{
    arbitrage_leg leg = leg_of(pool, side_in);
    sim_amount out =
        sim_amount_of(arbitrage_amount_out(self->workspace, &leg, sim_uint128(amount_in)));
    pool->reserve[side_in] += amount_in;
    pool->reserve[!side_in] -= out;
    return out;
}

static void note_gap(sim_trader *self, const sim_pool *pool)
{
    if (pool->mate_count > 1)
        self->gaps[self->gaps_seen++ % TRADER_GAPS_MAX] = (uint32_t)(pool - self->market->pools);
}

/* Low numbers, the pools of the main pairs, more often. */
static sim_pool *random_v2_pool(sim_trader *self)
{
    uint64_t bound = 1 + sim_random_below(self->random, self->market->v2_count);
    return &self->market->pools[sim_random_below(self->random, bound)];
}

/* `amount` times `ppm` in a million; amounts stay below 2^108. */
static sim_amount share(sim_amount amount, uint64_t ppm)
{
    return amount * ppm / 1000000;
}

/* Most trades are small against the pool; one in 25 is large enough to open a gap. */
static sim_amount random_amount_in(sim_trader *self, const sim_pool *pool, int side_in)
{
    uint64_t ppm = sim_random_between(self->random, 5000, 40000);
    if (!sim_random_chance(self->random, 1, 25)) {
        uint64_t ppm_max = UINT64_C(2000) >> sim_random_below(self->random, 7);
        ppm = sim_random_between(self->random, 10, ppm_max);
    }
    return share(pool->reserve[side_in], ppm) + 1;
}

/* Whether the pool has more of token 0, for its token 1, than it began with. 50 leading bits of
 * each are compared, so that the products fit. */
static bool is_full_of_token0(const sim_pool *pool)
{
    int shift[2] = {0, 0};
    for (int side = 0; side < 2; side++)
        while (pool->home[side] >> shift[side] >> 50 != 0)
            shift[side]++;
    return (pool->reserve[0] >> shift[0]) * (pool->home[1] >> shift[1]) >
           (pool->reserve[1] >> shift[1]) * (pool->home[0] >> shift[0]);
}

/* Trades pull back to where the pool began, a little. */
static int random_side_in(sim_trader *self, const sim_pool *pool)
{
    int pulled = is_full_of_token0(pool) ? 1 : 0;
    return sim_random_chance(self->random, 55, 100) ? pulled : !pulled;
}

static void swap_v2(sim_trader *self)
{
    sim_pool *pool = random_v2_pool(self);
    int side_in = random_side_in(self, pool);
    eth_address account = random_account(self), router = random_account(self);
    sim_amount in = random_amount_in(self, pool, side_in);
    sim_amount out = trade(self, pool, side_in, in);
    transfer(self, token_of(self, pool, side_in), &account, &pool->address, in);
    transfer(self, token_of(self, pool, !side_in), &pool->address, &account, out);
    log_v2_swap(self, pool, &(pool_trade){side_in, in, out, &router, &account});
    note_gap(self, pool);
}

typedef struct best_trade {
    sim_pool *buy; /* NULL = none */
    sim_pool *sell;
    sim_amount amount_in;
    sim_amount profit;
} best_trade;

static void try_trade(sim_trader *self, best_trade *best, sim_pool *buy, sim_pool *sell,
                      int side_in)
{
    arbitrage_leg a = leg_of(buy, side_in), b = leg_of(sell, !side_in);
    arbitrage_trade found;
    if (!arbitrage_screen(&a, &b) ||
        arbitrage_confirm(self->workspace, &a, &b, &found) != ARBITRAGE_FOUND)
        return;
    if (sim_amount_of(found.profit) <= best->profit)
        return;
    *best = (best_trade){.buy = buy,
                         .sell = sell,
                         .amount_in = sim_amount_of(found.amount_in),
                         .profit = sim_amount_of(found.profit)};
}

static best_trade find_best_trade(sim_trader *self, sim_pool *pool, int side_in)
{
    best_trade best = {.buy = NULL};
    sim_pool *mates = &self->market->pools[pool->first_mate];
    for (sim_pool *mate = mates; mate < mates + pool->mate_count; mate++) {
        if (mate == pool)
            continue;
        try_trade(self, &best, pool, mate, side_in);
        try_trade(self, &best, mate, pool, side_in);
    }
    return best;
}

static void write_arbitrage(sim_trader *self, const best_trade *best, int side_in)
{
    eth_address bot = random_account(self);
    const eth_address *token_in = token_of(self, best->buy, side_in);
    sim_amount mid = trade(self, best->buy, side_in, best->amount_in);
    transfer(self, token_in, &bot, &best->buy->address, best->amount_in);
    transfer(self, token_of(self, best->buy, !side_in), &best->buy->address, &best->sell->address,
             mid);
    log_v2_swap(self, best->buy,
                &(pool_trade){side_in, best->amount_in, mid, &bot, &best->sell->address});
    sim_amount back = trade(self, best->sell, !side_in, mid);
    assert(back == best->amount_in + best->profit);
    transfer(self, token_in, &best->sell->address, &bot, back);
    log_v2_swap(self, best->sell, &(pool_trade){!side_in, mid, back, &bot, &bot});
}

/* Closes the gap at a pool that was traded lately. Returns false when there is none. */
static bool close_gap(sim_trader *self)
{
    if (self->gaps_seen - self->gaps_taken > TRADER_GAPS_MAX)
        self->gaps_taken = self->gaps_seen - TRADER_GAPS_MAX; /* the oldest were overwritten */
    if (self->gaps_taken == self->gaps_seen)
        return false;
    sim_pool *pool = &self->market->pools[self->gaps[self->gaps_taken++ % TRADER_GAPS_MAX]];
    int side_in = pool->token[1] == SIM_WETH;
    best_trade best = find_best_trade(self, pool, side_in);
    const sim_token *token = &self->market->tokens[pool->token[side_in]];
    if (!best.buy || best.profit < sim_token_worth(token, ARBITRAGE_COST_MICRO_USD))
        return false;
    write_arbitrage(self, &best, side_in);
    return true;
}

static void mint(sim_trader *self, sim_pool *pool, uint64_t ppm)
{
    static const eth_address nobody;
    eth_address account = random_account(self), router = random_account(self);
    sim_amount added[2];
    for (int side = 0; side < 2; side++) {
        added[side] = share(pool->reserve[side], ppm) + 1;
        transfer(self, token_of(self, pool, side), &account, &pool->address, added[side]);
        pool->reserve[side] += added[side];
    }
    transfer(self, &pool->address, &nobody, &account, added[0]); /* the pool's own token */
    write_v2_mint(&self->logs, pool, added, &router);
    self->summary.sync_v2++;
    self->summary.mint_v2++;
}

static void burn(sim_trader *self, sim_pool *pool, uint64_t ppm)
{
    static const eth_address nobody;
    eth_address account = random_account(self), router = random_account(self);
    sim_amount taken[2];
    for (int side = 0; side < 2; side++) {
        taken[side] = share(pool->reserve[side], ppm);
        pool->reserve[side] -= taken[side];
    }
    transfer(self, &pool->address, &pool->address, &nobody, taken[0]);
    for (int side = 0; side < 2; side++)
        transfer(self, token_of(self, pool, side), &pool->address, &account, taken[side]);
    write_v2_burn(&self->logs, pool, taken, &router, &account);
    self->summary.sync_v2++;
    self->summary.burn_v2++;
}

/* Keeps the depth between half and twice what it was. */
static void change_liquidity(sim_trader *self)
{
    sim_pool *pool = random_v2_pool(self);
    uint64_t ppm = sim_random_between(self->random, 100, 20000);
    bool grows = sim_random_chance(self->random, 11, 20);
    if (pool->reserve[0] > 2 * pool->home[0])
        grows = false;
    if (pool->reserve[0] < pool->home[0] / 2)
        grows = true;
    if (grows)
        mint(self, pool, ppm);
    else
        burn(self, pool, ppm);
}

static void swap_v3(sim_trader *self)
{
    sim_market *market = self->market;
    uint64_t number = sim_random_below(self->random, market->pool_count - market->v2_count);
    sim_pool *pool = &market->pools[market->v2_count + number];
    int side_in = random_side_in(self, pool);
    eth_address account = random_account(self), router = random_account(self);
    sim_amount in = random_amount_in(self, pool, side_in);
    sim_amount out = trade(self, pool, side_in, in);
    transfer(self, token_of(self, pool, !side_in), &pool->address, &account, out);
    transfer(self, token_of(self, pool, side_in), &account, &pool->address, in);
    v3_state state =
        v3_price_of(self->v3, sim_uint128(pool->reserve[0]), sim_uint128(pool->reserve[1]));
    write_v3_swap(&self->logs, pool, &(pool_trade){side_in, in, out, &router, &account}, &state);
    self->summary.swap_v3++;
}

/* A log that has nothing to do with pools. */
static void unrelated(sim_trader *self)
{
    uint64_t token = sim_random_below(self->random, self->market->token_count);
    eth_address from = random_account(self), to = random_account(self);
    uint64_t kind = sim_random_below(self->random, 20);
    unrelated_log log = {.address = &self->market->tokens[token].address,
                         .from = &from,
                         .to = &to,
                         .amount = sim_random_next(self->random),
                         .is_approval = kind >= 14,
                         .is_unique_token = kind == 0,
                         .has_no_topics = kind == 19};
    write_unrelated(&self->logs, &log);
    self->summary.other++;
}

static void transact(sim_trader *self)
{
    if (sim_random_chance(self->random, 2, 3) && close_gap(self))
        return;
    uint64_t kind = sim_random_below(self->random, 100);
    if (kind < 45)
        swap_v2(self);
    else if (kind < 55)
        swap_v3(self);
    else if (kind < 58)
        change_liquidity(self);
    else
        unrelated(self);
}

void trader_transact(sim_trader *self, uint64_t logs_max)
{
    assert(logs_max > 0);
    sim_random_bytes(self->random, self->logs.transaction_hash.bytes,
                     sizeof self->logs.transaction_hash.bytes);
    if (logs_max < TRADER_LOGS_MAX)
        unrelated(self);
    else
        transact(self);
    self->logs.transaction_index++;
}
