/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include "net/text.h"
#include "net/upgrade.h"

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* RFC 6455, 1.3 */

/* What the library itself writes. */
static const char *const own_fields[] = {"Host",
                                         "Upgrade",
                                         "Connection",
                                         "Sec-WebSocket-Key",
                                         "Sec-WebSocket-Version",
                                         "Sec-WebSocket-Protocol",
                                         "Sec-WebSocket-Extensions",
                                         "Sec-WebSocket-Accept"};

static const char *fault_of_field(const char *field)
{
    size_t name = strcspn(field, ":");
    if (name == 0 || field[name] != ':' || strcspn(field, " \t") < name) {
        return "expected 'Name: value'";
    }
    for (const char *at = field; *at; at++) {
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 127) {
            return "expected no control characters";
        }
    }
    for (size_t index = 0; index < sizeof own_fields / sizeof own_fields[0]; index++) {
        if (strlen(own_fields[index]) == name && strncasecmp(field, own_fields[index], name) == 0) {
            return "this one is written by the library";
        }
    }
    return NULL;
}

/* A token of HTTP (RFC 9110, 5.6.2). */
static bool is_token(const char *text)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    if (!text[0]) {
        return false;
    }
    for (; *text; text++) {
        bool word = (*text >= '0' && *text <= '9') || (*text >= 'a' && *text <= 'z') ||
                    (*text >= 'A' && *text <= 'Z');
        if (!word && !strchr(others, *text)) {
            return false;
        }
    }
    return true;
}

static bool is_visible(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

static int check_options(const myc_websocket_session_options *options, myc_net_error *why)
{
    if (!options->host || !options->host[0] || !is_visible(options->host)) {
        myc__net_explain(why, "host: expected a name or address, with the port if need be");
        return MYC_EINVAL;
    }
    if (options->path && (options->path[0] != '/' || !is_visible(options->path))) {
        myc__net_explain(why, "path '%s': expected / and printable characters", options->path);
        return MYC_EINVAL;
    }
    for (uint32_t index = 0; index < options->protocol_count; index++) {
        if (!is_token(options->protocols[index])) {
            myc__net_explain(why, "sub-protocol '%s': expected a word", options->protocols[index]);
            return MYC_EINVAL;
        }
    }
    for (uint32_t index = 0; index < options->header_count; index++) {
        const char *fault = fault_of_field(options->headers[index]);
        if (fault) {
            myc__net_explain(why, "header field '%s': %s", options->headers[index], fault);
            return MYC_EINVAL;
        }
    }
    return 0;
}

static char *join_protocols(const myc_websocket_session_options *options)
{
    size_t size = 1;
    for (uint32_t index = 0; index < options->protocol_count; index++) {
        size += strlen(options->protocols[index]) + 2;
    }
    char *joined = calloc(1, size);
    for (uint32_t index = 0; joined && index < options->protocol_count; index++) {
        myc__text_add(joined, size, "%s%s", index ? ", " : "", options->protocols[index]);
    }
    return joined;
}

int myc__upgrade_accept(const char *key, char accept[MYC__ACCEPT_TEXT_BYTES])
{
    char text[MYC__KEY_TEXT_BYTES + sizeof guid];
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    int size = snprintf(text, sizeof text, "%s%s", key, guid);
    if (!EVP_Digest(text, (size_t)size, digest, &length, EVP_sha1(), NULL)) {
        return MYC_ENOMEM;
    }
    EVP_EncodeBlock((uint8_t *)accept, digest, (int)length);
    return 0;
}

static int choose_key(struct myc__upgrade *upgrade)
{
    uint8_t random[16];
    if (RAND_bytes(random, sizeof random) != 1) {
        return MYC_EIO;
    }
    EVP_EncodeBlock((uint8_t *)upgrade->key, random, sizeof random);
    return myc__upgrade_accept(upgrade->key, upgrade->accept);
}

/* A field more of the request. */
static bool add(struct myc__bytes *out, const char *before, const char *value, const char *after)
{
    return myc__bytes_append(out, before, strlen(before)) &&
           myc__bytes_append(out, value, strlen(value)) &&
           myc__bytes_append(out, after, strlen(after));
}

static bool write_request(const struct myc__upgrade *upgrade,
                          const myc_websocket_session_options *options, struct myc__bytes *out)
{
    bool all = add(out, "GET ", options->path ? options->path : "/", " HTTP/1.1\r\n") &&
               add(out, "Host: ", options->host, "\r\n") &&
               add(out, "Upgrade: websocket\r\nConnection: Upgrade\r\n", "", "") &&
               add(out, "Sec-WebSocket-Key: ", upgrade->key, "\r\n") &&
               add(out, "Sec-WebSocket-Version: 13\r\n", "", "");
    if (all && upgrade->protocols[0]) {
        all = add(out, "Sec-WebSocket-Protocol: ", upgrade->protocols, "\r\n");
    }
    for (uint32_t index = 0; all && index < options->header_count; index++) {
        all = add(out, options->headers[index], "", "\r\n");
    }
    return all && add(out, "\r\n", "", "");
}

static int check_size(const struct myc__bytes *out, myc_net_error *why)
{
    if (myc__bytes_size(out) > MYC__UPGRADE_BYTES_MAX) {
        myc__net_explain(why, "the request is longer than 16 KiB: expected fewer header fields");
        return MYC_EINVAL;
    }
    return 0;
}

int myc__upgrade_request(struct myc__upgrade *upgrade, const myc_websocket_session_options *options,
                         struct myc__bytes *out, myc_net_error *why)
{
    *upgrade = (struct myc__upgrade){0};
    int error = check_options(options, why);
    if (error) {
        return error;
    }
    upgrade->protocols = join_protocols(options);
    error = upgrade->protocols ? choose_key(upgrade) : MYC_ENOMEM;
    if (!error) {
        error = write_request(upgrade, options, out) ? check_size(out, why) : MYC_ENOMEM;
    }
    if (error) {
        myc__upgrade_fini(upgrade);
    }
    return error;
}

void myc__upgrade_fini(struct myc__upgrade *upgrade)
{
    free(upgrade->protocols);
    free(upgrade->protocol);
    *upgrade = (struct myc__upgrade){0};
}
