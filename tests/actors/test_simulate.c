/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/error.h>

#include "actors/simulate_support.h"
#include "support/leaks.h"

static bool same_bytes(const char *a, size_t a_size, const char *b, size_t b_size)
{
    return a_size == b_size && memcmp(a, b, a_size) == 0;
}

Test(simulate, equal_seeds_give_equal_bytes_and_others_do_not)
{
    simulate_options options = {.seed = 5, .event_count = 3000};
    written_market first = write_market(&options), second = write_market(&options);
    options.seed = 6;
    written_market other = write_market(&options);
    cr_assert(same_bytes(first.logs, first.logs_size, second.logs, second.logs_size));
    cr_assert(same_bytes(first.pools, first.pools_size, second.pools, second.pools_size));
    cr_assert(same_bytes(first.blocks, first.blocks_size, second.blocks, second.blocks_size));
    cr_assert_not(same_bytes(first.logs, first.logs_size, other.logs, other.logs_size));
    release(&first), release(&second), release(&other);
    NO_LEAKS();
}

static uint64_t fnv1a(const char *bytes, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 1099511628211u;
    return hash;
}

/* The bytes of one seed, so that another compiler or machine that writes others is noticed. Whoever
 * changes the simulation puts in the new values. */
Test(simulate, the_bytes_of_a_seed_are_the_same_everywhere)
{
    written_market market = write_market(&(simulate_options){.seed = 1, .event_count = 5000});
    cr_expect_eq(UINT64_C(0xc03157d38b2f8aa2), fnv1a(market.logs, market.logs_size),
                 "logs 0x%016" PRIx64, fnv1a(market.logs, market.logs_size));
    cr_expect_eq(UINT64_C(0xef23b7c0a61491cd), fnv1a(market.pools, market.pools_size),
                 "pools 0x%016" PRIx64, fnv1a(market.pools, market.pools_size));
    cr_expect_eq(UINT64_C(0xca07936c3aa50188), fnv1a(market.blocks, market.blocks_size),
                 "blocks 0x%016" PRIx64, fnv1a(market.blocks, market.blocks_size));
    release(&market);
    NO_LEAKS();
}

/* Few pools, so that trades of many logs come near the end too. */
Test(simulate, writes_exactly_the_count_asked_for)
{
    for (uint64_t count = 1; count < 400; count++) {
        written_market market =
            write_market(&(simulate_options){.seed = count, .event_count = count, .pool_count = 4});
        size_t line_count = 0;
        for (size_t i = 0; i < market.logs_size; i++)
            line_count += market.logs[i] == '\n';
        cr_assert_eq(count, line_count);
        cr_assert_eq(count, market.summary.lines);
        release(&market);
    }
    NO_LEAKS();
}

Test(simulate, the_pool_count_is_kept_and_has_limits)
{
    FILE *logs = tmpfile();
    simulate_summary summary;
    simulate_options options = {.event_count = 10, .pool_count = 1};
    cr_assert_eq(MYC_EINVAL, simulate_market(&options, logs, NULL, NULL, &summary));
    options.pool_count = 1000001;
    cr_assert_eq(MYC_EINVAL, simulate_market(&options, logs, NULL, NULL, &summary));
    for (uint32_t count = 2; count < 200; count += 13) {
        options.pool_count = count;
        cr_assert_eq(0, simulate_market(&options, logs, NULL, NULL, &summary));
        cr_assert_eq(count + count / 16 + 1, summary.pools);
    }
    fclose(logs);
    NO_LEAKS();
}

Test(simulate, a_full_disk_is_an_error_that_names_the_file)
{
    market_paths paths = make_paths();
    char *failed;
    simulate_options options = {.event_count = 10};
    unlink(paths.logs);
    cr_assert_eq(0, symlink("/dev/full", paths.logs));
    cr_assert_eq(MYC_EIO, simulate_market_to_path(&options, paths.logs, NULL, &failed));
    cr_assert_str_eq(paths.logs, failed);
    free(failed);
    remove_paths(&paths);
    NO_LEAKS();
}

Test(simulate, a_file_that_cannot_be_made_is_named)
{
    char *failed;
    cr_assert_eq(MYC_ENOENT, simulate_market_to_path(NULL, "/nonexistent/market", NULL, &failed));
    cr_assert_str_eq("/nonexistent/market", failed);
    free(failed);
    cr_assert_eq(MYC_ENOENT, simulate_market_to_path(NULL, "/dev/null/market", NULL, NULL));
    NO_LEAKS();
}
