/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <criterion/criterion.h>

#include "actors/csv_reports.h"
#include "actors/feed_support.h"
#include "feeds/pools_file.h"
#include "support/leaks.h"
#include "text/hex.h"

#define A "0x000000000000000000000000000000000000000a"
#define B "0x000000000000000000000000000000000000000B"
#define C "0x000000000000000000000000000000000000000c"
#define D "0xd000000000000000000000000000000000000000"

static int read_text(pools_file *pools, const char *text, reports *told)
{
    temporary_file file = temporary_write(text, strlen(text));
    *told = reports_for(file.path);
    int result = pools_file_read(pools, file.path, reports_listener(told));
    temporary_remove(&file);
    return result;
}

/* `text` has one bad row; expects `report` behind the path. */
static void expect_report(const char *report, const char *text)
{
    pools_file pools;
    reports told;
    cr_assert_eq(0, read_text(&pools, text, &told), "%s", pools.error);
    cr_assert_eq(1, pools.bad_rows, "%s", text);
    cr_assert_str_eq(report, told.text);
    pools_file_fini(&pools);
}

Test(pools_file, reads_columns_in_any_order_and_ignores_others)
{
    pools_file pools;
    reports told;
    cr_assert_eq(0, read_text(&pools,
                              "x,fee_ppm,token1,y,kind,token0,pool\n"
                              ",3000," B ",\"q,\"\",q\",v2," A "," D "\n"
                              "1,500," D ",2,v3," B "," C "\r\n",
                              &told));
    cr_assert_eq(2, pools.count);
    cr_assert_eq(0, pools.bad_rows, "%s", told.text);
    const pool_row *first = &pools.pools[0], *second = &pools.pools[1];
    cr_assert_eq(0x0c, first->pool.bytes[19], "sorted by address");
    cr_assert_eq(3, first->version);
    cr_assert_eq(500, first->fee_ppm);
    cr_assert_eq(3, first->line);
    cr_assert_eq(0xd0, second->pool.bytes[0]);
    cr_assert_eq(2, second->version);
    cr_assert_eq(3000, second->fee_ppm);
    cr_assert_eq(0x0a, second->token0.bytes[19]);
    cr_assert_eq(0x0b, second->token1.bytes[19]);
    pools_file_fini(&pools);
    NO_LEAKS();
}

#define HEADER "pool,kind,token0,token1,fee_ppm\n"

Test(pools_file, keeps_the_last_of_equal_pools_and_counts)
{
    pools_file pools;
    reports told;
    cr_assert_eq(0, read_text(&pools,
                              HEADER C ",v2," A "," B ",1\n" D ",v2," A "," B ",2\n" C ",v2," A
                                       "," B ",3\n" C ",v3," A "," B ",4\n",
                              &told));
    cr_assert_eq(2, pools.count);
    cr_assert_eq(2, pools.duplicates);
    cr_assert_eq(4, pools.pools[0].fee_ppm);
    cr_assert_eq(3, pools.pools[0].version);
    cr_assert_eq(2, pools.pools[1].fee_ppm);
    pools_file_fini(&pools);
    NO_LEAKS();
}

Test(pools_file, says_where_and_what_is_wrong_with_a_row)
{
    static const char address[] = "an address (0x and 40 hex digits)";
    char expected[200];
    snprintf(expected, sizeof expected, "PATH:2: column pool: expected %s, found \"0x1\"\n",
             address);
    expect_report(expected, HEADER "0x1,v2," A "," B ",1\n");
    snprintf(expected, sizeof expected, "PATH:3: column token0: expected %s, found \"\"\n",
             address);
    expect_report(expected, HEADER C ",v2," A "," B ",1\n" D ",v2,," B ",1\n");
    snprintf(expected, sizeof expected, "PATH:2: column token1: expected %s, found \"?x\"\n",
             address);
    expect_report(expected, HEADER C ",v2," A ",\tx,1\n");
    expect_report("PATH:2: column kind: expected v2 or v3, found \"V2\"\n",
                  HEADER C ",V2," A "," B ",1\n");
    expect_report("PATH:2: column token1: expected another token than token0, found \"" A "\"\n",
                  HEADER C ",v2," A "," A ",1\n");
    expect_report(
        "PATH:2: column fee_ppm: expected parts per million (0 to 999999), found \"1000000\"\n",
        HEADER C ",v2," A "," B ",1000000\n");
    expect_report("PATH:2: expected 5 fields as in the header, found 4\n",
                  HEADER C ",v2," A "," B "\n");
    NO_LEAKS();
}

Test(pools_file, shortens_a_long_text_in_a_report)
{
    char text[400] = HEADER C ",v2," A "," B ",";
    size_t size = strlen(text);
    memset(text + size, '7', 100);
    char expected[200];
    snprintf(expected, sizeof expected,
             "PATH:2: column fee_ppm: expected parts per million "
             "(0 to 999999), found \"%.64s...\"\n",
             text + size);
    expect_report(expected, text);
    NO_LEAKS();
}

Test(pools_file, goes_on_behind_bad_rows_without_a_listener)
{
    static const char text[] = HEADER "x,v2," A "," B ",1\n" C ",v2," A "," B ",1\n,,,,\n";
    temporary_file file = temporary_write(text, strlen(text));
    pools_file pools;
    cr_assert_eq(0, pools_file_read(&pools, file.path, (csv_report){0}));
    cr_assert_eq(1, pools.count);
    cr_assert_eq(2, pools.bad_rows);
    pools_file_fini(&pools);
    temporary_remove(&file);
    NO_LEAKS();
}

Test(pools_file, fails_without_the_file_a_header_or_a_column)
{
    pools_file pools;
    reports told;
    cr_assert_eq(-1, pools_file_read(&pools, "/nonexistent/pools.csv", (csv_report){0}));
    cr_assert_str_eq("/nonexistent/pools.csv: cannot open: No such file or directory", pools.error);
    pools_file_fini(&pools);
    cr_assert_eq(-1, pools_file_read(&pools, "/", (csv_report){0}));
    cr_assert_str_eq("/: cannot read: Is a directory", pools.error);
    pools_file_fini(&pools);
    cr_assert_eq(-1, read_text(&pools, "", &told));
    cr_assert_not_null(strstr(pools.error, ":1: expected a header line with the column pool"));
    pools_file_fini(&pools);
    cr_assert_eq(-1, read_text(&pools, "pool,kind,token0,token1\n", &told));
    cr_assert_not_null(strstr(pools.error, ":1: expected a header line with the column fee_ppm"));
    pools_file_fini(&pools);
    NO_LEAKS();
}

Test(pools_file, accepts_a_byte_order_mark_and_no_rows)
{
    pools_file pools;
    reports told;
    cr_assert_eq(0, read_text(&pools, "\xef\xbb\xbf" HEADER, &told), "%s", pools.error);
    cr_assert_eq(0, pools.count);
    pools_file_fini(&pools);
    NO_LEAKS();
}

Test(pools_file, reads_the_recorded_pools)
{
    NEED_DATA("dex_eth_logs/pools.csv");
    pools_file pools;
    unsigned v2 = 0, odd_fees = 0;
    cr_assert_eq(0, pools_file_read(&pools, data_path("dex_eth_logs/pools.csv"), (csv_report){0}));
    cr_assert_eq(0, pools.bad_rows);
    cr_assert_eq(0, pools.duplicates);
    for (size_t i = 0; i < pools.count; i++) {
        v2 += pools.pools[i].version == 2;
        odd_fees += pools.pools[i].version == 2 && pools.pools[i].fee_ppm != 3000;
        cr_assert(memcmp(&pools.pools[i].token0, &pools.pools[i].token1, 20) < 0);
        cr_assert(i == 0 || memcmp(&pools.pools[i - 1].pool, &pools.pools[i].pool, 20) < 0);
    }
    cr_assert_eq(223, pools.count);
    cr_assert_eq(191, v2);
    cr_assert_eq(1, odd_fees, "pool 0x7515be43... has 2500");
    pools_file_fini(&pools);
    NO_LEAKS();
}
