/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's answer, which anybody may have written: it is bounded before it comes here, each
 * line ends by CR LF, and what is missing, twice there or not asked for is refused.
 */
#include <string.h>
#include <strings.h>

#include "net/text.h"
#include "net/upgrade.h"

/* What of the fields counts. NULL = it is not there. */
struct answer {
    const char *status_line;
    const char *upgrade;
    const char *connection;
    const char *accept;
    const char *protocol;
    const char *extensions;
    const char *location;
    const char *twice; /* name of a field that may be there once only */
};

size_t myc__upgrade_find_end(const uint8_t *bytes, size_t size_bytes, size_t *looked_at)
{
    size_t at = *looked_at;
    for (; at + 4 <= size_bytes; at++) {
        if (memcmp(bytes + at, "\r\n\r\n", 4) == 0) {
            return at + 4;
        }
    }
    *looked_at = at;
    return 0;
}

static int refuse(myc_net_error *why, const char *text, const char *detail)
{
    myc__net_explain(why, "the server refused the upgrade: %s%s", text, detail);
    return MYC_EIO;
}

/* Ends the line at `*rest` with a zero and moves behind it. NULL at the empty line. */
static char *next_line(char **rest)
{
    char *line = *rest, *end = strstr(line, "\r\n");
    if (!end || end == line) {
        return NULL;
    }
    *end = '\0';
    *rest = end + 2;
    return line;
}

static void keep(struct answer *answer, const char **field, const char *name, const char *value)
{
    if (*field) {
        answer->twice = name;
    }
    *field = value;
}

static void note_field(struct answer *answer, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } known[] = {{"Upgrade", &answer->upgrade},
                 {"Connection", &answer->connection},
                 {"Sec-WebSocket-Accept", &answer->accept},
                 {"Sec-WebSocket-Protocol", &answer->protocol},
                 {"Sec-WebSocket-Extensions", &answer->extensions},
                 {"Location", &answer->location}};
    for (size_t index = 0; index < sizeof known / sizeof known[0]; index++) {
        if (strcasecmp(name, known[index].name) == 0) {
            keep(answer, known[index].field, known[index].name, value);
        }
    }
}

/* Cuts the line into name and value, without the blanks around the value. */
static bool split_field(char *line, char **value)
{
    char *colon = strchr(line, ':');
    if (!colon || colon == line || strcspn(line, " \t") < (size_t)(colon - line)) {
        return false;
    }
    *colon = '\0';
    char *from = colon + 1 + strspn(colon + 1, " \t"), *end = from + strlen(from);
    while (end > from && (end[-1] == ' ' || end[-1] == '\t')) {
        *--end = '\0';
    }
    *value = from;
    return true;
}

/* True when `list`, "a, b", has `word`, whatever the case of its letters. */
static bool has_word(const char *list, const char *word)
{
    size_t length = strlen(word);
    while (*list) {
        list += strspn(list, " \t,");
        size_t size = strcspn(list, " \t,");
        if (size == length && strncasecmp(list, word, length) == 0) {
            return true;
        }
        list += size;
    }
    return false;
}

static bool was_offered(const struct myc__upgrade *upgrade, const char *protocol)
{
    const char *found = upgrade->protocols;
    size_t length = strlen(protocol);
    while (length && (found = strstr(found, protocol)) != NULL) {
        bool begins = found == upgrade->protocols || found[-1] == ' ';
        if (begins && (found[length] == '\0' || found[length] == ',')) {
            return true;
        }
        found += length;
    }
    return false;
}

static int check_status(const struct answer *answer, myc_net_error *why)
{
    const char *line = answer->status_line;
    if (strncmp(line, "HTTP/1.1 ", 9) != 0) {
        return refuse(why, "expected an answer of HTTP/1.1, got: ", line);
    }
    if (strncmp(line + 9, "101", 3) == 0 && (line[12] == ' ' || line[12] == '\0')) {
        return 0;
    }
    myc__net_explain(why, "the server refused the upgrade: %s%s%s", line,
                     answer->location ? "; redirects are not followed, it is to " : "",
                     answer->location ? answer->location : "");
    return MYC_EIO;
}

static int check_fields(struct myc__upgrade *upgrade, const struct answer *answer,
                        myc_net_error *why)
{
    if (answer->twice) {
        return refuse(why, "this field is there twice: ", answer->twice);
    }
    if (!answer->upgrade || strcasecmp(answer->upgrade, "websocket") != 0) {
        return refuse(why, "expected 'Upgrade: websocket', got: ",
                      answer->upgrade ? answer->upgrade : "none");
    }
    if (!answer->connection || !has_word(answer->connection, "upgrade")) {
        return refuse(why, "expected 'Connection: Upgrade', got: ",
                      answer->connection ? answer->connection : "none");
    }
    if (!answer->accept || strcmp(answer->accept, upgrade->accept) != 0) {
        return refuse(why, "its Sec-WebSocket-Accept does not answer the key: ",
                      answer->accept ? answer->accept : "none");
    }
    if (answer->extensions) {
        return refuse(why, "it wants extensions that were not offered: ", answer->extensions);
    }
    if (answer->protocol && !was_offered(upgrade, answer->protocol)) {
        return refuse(why, "it chose a sub-protocol that was not offered: ", answer->protocol);
    }
    return 0;
}

static int keep_protocol(struct myc__upgrade *upgrade, const char *protocol)
{
    if (!protocol) {
        return 0;
    }
    upgrade->protocol = strdup(protocol);
    return upgrade->protocol ? 0 : MYC_ENOMEM;
}

int myc__upgrade_check(struct myc__upgrade *upgrade, char *text, size_t size_bytes,
                       myc_net_error *why)
{
    struct answer answer = {0};
    char *rest = text, *line, *value;
    text[size_bytes - 1] = '\0'; /* of the empty line, whose CR stays */
    if (memchr(text, '\0', size_bytes - 1)) {
        return refuse(why, "there is a zero byte in it", "");
    }
    line = next_line(&rest);
    answer.status_line = line ? line : "";
    for (; line && (line = next_line(&rest)) != NULL;) {
        if (!split_field(line, &value)) {
            return refuse(why, "expected 'Name: value', got: ", line);
        }
        note_field(&answer, line, value);
    }
    int error = check_status(&answer, why);
    if (!error) {
        error = check_fields(upgrade, &answer, why);
    }
    return error ? error : keep_protocol(upgrade, answer.protocol);
}
