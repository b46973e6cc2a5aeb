/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_OPTION_SETTERS_H
#define BUNDLE_OPTION_SETTERS_H

/*
 * What each option of `market-bundle run` takes over; see option_row. `self` is a run_options.
 * Returns NULL, or what was expected; static.
 */
#include "bundle/run_options.h"

#define OPTION_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/** Parses a count from 1 to `maximum`. Returns NULL or `expected`. */
const char *option_set_count(uint32_t *count, const char *value, uint32_t maximum,
                             const char *expected);

/** Keeps a path. */
const char *option_set_path(const char **path, const char *value);

/* feed_options.c: what is read, when and how long */
const char *set_feed(void *self, const char *value);
const char *set_instrument(void *self, const char *value);
const char *set_merge(void *self, const char *value);
const char *set_speed(void *self, const char *value);
const char *set_connections(void *self, const char *value);
const char *set_reconnect(void *self, const char *value);
const char *set_subscribe(void *self, const char *value);
const char *set_ca(void *self, const char *value);
const char *set_for(void *self, const char *value);
const char *set_loop(void *self, const char *value);
const char *set_record(void *self, const char *value);

/** What no single one of them can see. Returns NULL, or what is wrong; static. */
const char *feed_options_check(run_options *options);

/* market_options.c: what is found in it */
const char *set_pools(void *self, const char *value);
const char *set_blocks(void *self, const char *value);
const char *set_min_profit(void *self, const char *value);
const char *set_max_age(void *self, const char *value);
const char *set_usd_pool(void *self, const char *value);
const char *set_stable(void *self, const char *value);
const char *set_pool_fees(void *self, const char *value);
const char *set_forget(void *self, const char *value);
const char *set_cross_ppm(void *self, const char *value);
const char *set_momentum_ppm(void *self, const char *value);
const char *set_momentum_tau(void *self, const char *value);
const char *set_book_interval(void *self, const char *value);

/* result_options.c: where it goes */
const char *set_signals(void *self, const char *value);
const char *set_state(void *self, const char *value);
const char *set_stats(void *self, const char *value);
const char *set_books(void *self, const char *value);
const char *set_publish(void *self, const char *value);
const char *set_subscribers(void *self, const char *value);
const char *set_quiet(void *self, const char *value);

/** As feed_options_check(). */
const char *result_options_check(const run_options *options);

/* system_options.c: how it runs */
const char *set_hot_path(void *self, const char *value);
const char *set_workers(void *self, const char *value);
const char *set_place(void *self, const char *value);
const char *set_idle(void *self, const char *value);
const char *set_mailbox(void *self, const char *value);
const char *set_io(void *self, const char *value);

#endif
