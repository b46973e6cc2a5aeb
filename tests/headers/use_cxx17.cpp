/* SPDX-License-Identifier: Apache-2.0 */
/* An actor written in C++17, on real threads, with the message types of libtypes. */
#include <atomic>
#include <cstdio>

#include <libtypes/market.h>
#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

struct watcher {
    std::atomic<long long> *sum_e8;
};

static myc_next watcher_on_quote(watcher *self, myc_context *, const quote_update *quote)
{
    *self->sum_e8 += quote->bid.price_e8;
    return MYC_CONTINUE;
}

static myc_next watcher_on_swap(watcher *, myc_context *, const pool_swap_event *)
{
    return MYC_FAIL(MYC_ENOTSUP);
}

static myc_next watcher_on_sync(watcher *, myc_context *, const pool_sync_event *)
{
    return MYC_FAIL(MYC_ENOTSUP);
}

static myc_next watcher_on_liquidity(watcher *, myc_context *, const pool_liquidity_event *)
{
    return MYC_FAIL(MYC_ENOTSUP);
}

static myc_next watcher_on_order_book(watcher *, myc_context *, const order_book_snapshot *)
{
    return MYC_FAIL(MYC_ENOTSUP);
}
MYC_ACTOR(watcher, market, MARKET_ROWS)

static int send_quote(myc_context *ctx, market_ref to, int64_t price_e8)
{
    quote_update *quote = quote_update_new(ctx);
    if (!quote)
        return MYC_ENOMEM;
    quote->bid.price_e8 = price_e8;
    return market_send_quote(ctx, to, quote) == MYC_SENT ? 0 : MYC_EBUSY;
}

static int run(myc_system *system, std::atomic<long long> *sum_e8)
{
    myc_context *ctx = myc_context_of(system);
    watcher state = {sum_e8};
    market_ref to;
    int error = watcher_spawn(ctx, &state, nullptr, &to);
    for (int64_t price_e8 = 1; price_e8 <= 100 && !error; price_e8++)
        error = send_quote(ctx, to, price_e8);
    return error ? error : myc_system_await_quiescence(system, 10000000000u);
}

int main()
{
    std::atomic<long long> sum_e8{0};
    myc_system *system = nullptr;
    myc_system_options options = {};
    options.workers = 2;
    int error = myc_system_create(&options, &system);
    if (!error) {
        error = run(system, &sum_e8);
        myc_system_destroy(system);
    }
    std::printf("sum %lld, %s\n", sum_e8.load(), myc_error_name(error));
    return error || sum_e8 != 5050;
}
