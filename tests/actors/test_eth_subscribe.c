/* SPDX-License-Identifier: Apache-2.0 */
/* Logs as a node sends them to a subscriber. */
#include <string.h>

#include <criterion/criterion.h>

#include "actors/feed_support.h"
#include "actors/log_lines.h"
#include "feeds/eth_logs.h"
#include "support/leaks.h"

/* The notification with this log; free() it. */
static char *notification(const log_parts *parts)
{
    size_t size;
    char *line = log_line(parts, &size), *text;
    cr_assert_gt(asprintf(&text,
                          "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{"
                          "\"subscription\":\"0x4a8a4c0517381924f9838102c5a4dcb7\",\"result\":%s}}",
                          line),
                 0);
    free(line);
    return text;
}

static eth_log_kind decode_text(eth_logs *feed, const char *text, eth_log *log)
{
    char *copy = exact_copy(text, strlen(text));
    eth_log_kind kind = eth_logs_decode(feed, copy, strlen(text), 1, log);
    free(copy);
    return kind;
}

static eth_log_kind decode_notification(eth_logs *feed, const log_parts *parts, eth_log *log)
{
    char *text = notification(parts);
    eth_log_kind kind = decode_text(feed, text, log);
    free(text);
    return kind;
}

Test(eth_subscribe, gives_the_event_of_the_plain_line)
{
    size_t size;
    eth_log plain = {0}, wrapped = {0};
    eth_logs *feed = eth_logs_create(NULL);
    char *line = log_line(&(log_parts){0}, &size);
    cr_assert_eq(ETH_LOG_SYNC_V2, eth_logs_decode(feed, line, size, 1, &plain));
    cr_assert_eq(ETH_LOG_SYNC_V2, decode_notification(feed, &(log_parts){0}, &wrapped));
    cr_assert_eq(0, memcmp(&plain, &wrapped, sizeof plain));
    free(line);
    eth_logs_destroy(feed);
    NO_LEAKS();
}

Test(eth_subscribe, filters_removes_and_refuses_as_plain_lines)
{
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    cr_assert_eq(ETH_LOG_FILTERED, decode_notification(feed, &(log_parts){.topics = "[]"}, &log));
    cr_assert_eq(ETH_LOG_REMOVED, decode_notification(feed, &(log_parts){.removed = "true"}, &log));
    cr_assert_eq(ETH_LOG_BAD, decode_notification(feed, &(log_parts){.data = ""}, &log));
    cr_assert_str_eq("data", log.key);
    eth_logs_destroy(feed);
    NO_LEAKS();
}

Test(eth_subscribe, skips_and_counts_answers)
{
    static const char *const answers[] = {
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x4a8a4c0517381924f9838102c5a4dcb7\"}",
        "{\"id\":1,\"result\":true,\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":null,\"result\":[]}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"other\",\"params\":{}}",
    };
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        cr_assert_eq(ETH_LOG_ANSWER, decode_text(feed, answers[i], &log), "%s", answers[i]);
    cr_assert_eq(4, eth_logs_counted(feed)->kinds[ETH_LOG_ANSWER]);
    cr_assert_eq(4, eth_logs_counted(feed)->lines);
    eth_logs_destroy(feed);
    NO_LEAKS();
}

Test(eth_subscribe, names_what_is_wrong_with_an_envelope)
{
    static const struct {
        const char *key, *text;
    } bad[] = {
        {"error", "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\"}}"},
        {"params", "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\"}"},
        {"params", "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":[]}"},
        {"result", "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{}}"},
        {"result",
         "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{\"result\":\"0x\"}}"},
        {"topics",
         "{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{\"result\":{}}}"},
    };
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(ETH_LOG_BAD, decode_text(feed, bad[i].text, &log), "%s", bad[i].text);
        cr_assert_str_eq(bad[i].key, log.key, "%s", bad[i].text);
        cr_assert_not_null(log.reason);
    }
    eth_logs_destroy(feed);
    NO_LEAKS();
}
