/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system/testkit.h"

enum { EXPLANATION_BYTES = 1024, LISTED_MAX = 8, CAPACITY_FIRST = 16 };

typedef struct arrival {
    const void *payload; /* a reference */
    uint64_t at_ns;
    uint32_t tag;
    myc_token token; /* kept, when it was asked */
} arrival;

struct myc_probe {
    myc_testkit *kit;
    myc_probe *next;
    myc_behaviour behaviour;
    myc_address address;
    arrival *arrivals; /* oldest first; those before `first` were taken */
    uint32_t first;
    uint32_t count;
    uint32_t capacity;
    arrival taken; /* the one the test looks at; its reference is let go with the next call */
    char expected[128];
    char explanation[EXPLANATION_BYTES];
};

typedef struct probe_state {
    myc_probe *probe;
} probe_state;

static bool make_room(myc_probe *probe)
{
    if (probe->first + probe->count < probe->capacity) {
        return true;
    }
    if (probe->first) {
        memmove(probe->arrivals, probe->arrivals + probe->first,
                probe->count * sizeof *probe->arrivals);
        probe->first = 0;
        return true;
    }
    uint32_t capacity = probe->capacity ? 2 * probe->capacity : CAPACITY_FIRST;
    arrival *grown = realloc(probe->arrivals, capacity * sizeof *grown);
    if (grown) {
        probe->arrivals = grown;
        probe->capacity = capacity;
    }
    return grown != NULL;
}

static myc_next probe_dispatch(void *state, myc_context *ctx, uint32_t tag, const void *payload)
{
    myc_probe *probe = ((probe_state *)state)->probe;
    if (tag >= probe->behaviour.protocol->row_count) {
        return myc_dispatch_request(probe_dispatch, state, ctx, tag, payload);
    }
    if (!make_room(probe)) {
        return MYC_FAIL(MYC_ENOMEM);
    }
    myc_token token = myc_token_of(ctx);
    myc_token_keep(ctx, token);
    probe->arrivals[probe->first + probe->count++] =
        (arrival){myc_retain(ctx, payload), probe->kit->now_ns, tag, token};
    return MYC_CONTINUE;
}

static myc_probe *make(myc_testkit *kit, const myc_protocol *protocol)
{
    myc_probe *probe = calloc(1, sizeof *probe);
    if (probe) {
        probe->kit = kit;
        probe->behaviour = (myc_behaviour){.name = "probe",
                                           .protocol = protocol,
                                           .state_size_bytes = sizeof(probe_state),
                                           .state_alignment_bytes = sizeof(void *),
                                           .dispatch = probe_dispatch};
        snprintf(probe->expected, sizeof probe->expected, "nothing yet");
    }
    return probe;
}

int myc_probe_open(myc_testkit *kit, const myc_protocol *protocol, const myc_spawn_options *options,
                   myc_probe **opened)
{
    myc_probe *probe = make(kit, protocol);
    if (!probe) {
        return MYC_ENOMEM;
    }
    int error =
        myc_spawn(kit->ctx, &probe->behaviour, &(probe_state){probe}, options, &probe->address);
    if (error) {
        free(probe);
        return error;
    }
    probe->next = kit->probes;
    kit->probes = probe;
    *opened = probe;
    return 0;
}

myc_address myc_probe_address(const myc_probe *probe)
{
    return probe->address;
}

uint32_t myc_probe_waiting(const myc_probe *probe)
{
    return probe->count;
}

uint64_t myc_probe_arrived_ns(const myc_probe *probe)
{
    return probe->taken.at_ns;
}

static void let_go(myc_probe *probe)
{
    myc_token_drop(probe->kit->ctx, probe->taken.token);
    myc_release(probe->kit->ctx, probe->taken.payload);
    probe->taken.token = (myc_token){NULL};
    probe->taken.payload = NULL;
}

static bool has_some(const void *probe)
{
    return ((const myc_probe *)probe)->count > 0;
}

/* Stops at the time of the first message. */
static bool await_one(myc_probe *probe, uint64_t within_ns)
{
    uint64_t limit_ns = myc__kit_after(probe->kit, within_ns);
    do {
        if (myc__kit_run_until(probe->kit, has_some, probe) < 0) {
            break;
        }
    } while (!has_some(probe) && myc__kit_jump(probe->kit, limit_ns));
    return has_some(probe);
}

static const void *take(myc_probe *probe)
{
    probe->taken = probe->arrivals[probe->first++];
    probe->count--;
    return probe->taken.payload;
}

static const char *name_of(const myc_probe *probe, uint32_t tag)
{
    const myc_protocol *protocol = probe->behaviour.protocol;
    return tag < protocol->row_count ? protocol->rows[tag].name : "no row of its protocol";
}

static void begin(myc_probe *probe, const char *what, uint64_t within_ns)
{
    let_go(probe);
    snprintf(probe->expected, sizeof probe->expected, "%.64s within %llu ns", what,
             (unsigned long long)within_ns);
}

const void *myc_probe_expect(myc_probe *probe, uint32_t tag, uint64_t within_ns)
{
    begin(probe, name_of(probe, tag), within_ns);
    bool came = await_one(probe, within_ns) && probe->arrivals[probe->first].tag == tag;
    return came ? take(probe) : NULL;
}

const void *myc_probe_next(myc_probe *probe, uint32_t *tag, uint64_t within_ns)
{
    begin(probe, "any message", within_ns);
    if (!await_one(probe, within_ns)) {
        return NULL;
    }
    *tag = probe->arrivals[probe->first].tag;
    return take(probe);
}

myc_token myc_probe_token(const myc_probe *probe)
{
    return probe->taken.token;
}

myc_sent myc_probe_reply(myc_probe *probe, const void *reply)
{
    return myc_reply(probe->kit->ctx, probe->taken.token, reply);
}

bool myc_probe_expect_none(myc_probe *probe, uint64_t within_ns)
{
    begin(probe, "no message", within_ns);
    int64_t handled = myc_testkit_advance(probe->kit, within_ns);
    return handled >= 0 && probe->count == 0;
}

/* Appends to a text of `size` bytes, of which `*used` are; what does not fit is cut off. */
MYC_PRINTF(3, 4)
static void append(char *text, size_t *used, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int written = vsnprintf(text + *used, EXPLANATION_BYTES - *used, format, args);
    va_end(args);
    *used += written > 0 ? (size_t)written : 0;
    *used = *used < EXPLANATION_BYTES ? *used : EXPLANATION_BYTES - 1;
}

const char *myc_probe_explain(myc_probe *probe)
{
    size_t used = 0;
    char *text = probe->explanation;
    append(text, &used, "probe of %s expected %s; ", probe->behaviour.protocol->name,
           probe->expected);
    append(text, &used, probe->count ? "it has" : "it has got nothing");
    for (uint32_t i = 0; i < probe->count && i < LISTED_MAX; i++) {
        const arrival *one = &probe->arrivals[probe->first + i];
        append(text, &used, "%s %s at %llu ns", i ? "," : "", name_of(probe, one->tag),
               (unsigned long long)one->at_ns);
    }
    if (probe->count > LISTED_MAX) {
        append(text, &used, " and %u more", probe->count - LISTED_MAX);
    }
    append(text, &used, "; now %llu ns; %s", (unsigned long long)probe->kit->now_ns,
           myc_testkit_text(probe->kit));
    return text;
}

static void release_all(myc_probe *probe)
{
    let_go(probe);
    while (probe->count) {
        (void)take(probe);
        let_go(probe);
    }
}

void myc__kit_probes_release(myc_testkit *kit)
{
    for (myc_probe *probe = kit->probes; probe; probe = probe->next) {
        release_all(probe);
    }
}

void myc__kit_probes_free(myc_testkit *kit)
{
    while (kit->probes) {
        myc_probe *probe = kit->probes;
        kit->probes = probe->next;
        free(probe->arrivals);
        free(probe);
    }
}
