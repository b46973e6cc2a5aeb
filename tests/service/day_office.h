/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SERVICE_DAY_OFFICE_H
#define TESTS_SERVICE_DAY_OFFICE_H

/*
 * The office behind the market of day.h:
 *
 *   auditor  gets each trade without a loss (its mailbox is small: brokers pause), has it audited by
 *            a helper thread, and stashes, in another mode, what comes meanwhile
 *   printer  prints what was audited, on a worker of its own if there is one; the auditor pauses
 *   screen   shows the last tick of each feed: a policy keeps no other one; two of them are linked
 */
#include <stdatomic.h>
#include <stdio.h>

#include <mycelium/mycelium.h>

enum {
    DAY_DESKS = 4,
    DAY_FEEDS = 2,
    DAY_BROKERS = 3,
    DAY_SCREENS = 2,
    DAY_OUTCOMES = MYC_NO_MEMBER + 1
};

typedef struct day_ledger {
    atomic_uint starts[DAY_FEEDS];
    atomic_uint beats[DAY_FEEDS];
    atomic_uint failures;
    atomic_uint published;
    atomic_uint lost; /* published, and refused by a hub */
    atomic_uint ticks[DAY_DESKS];
    atomic_uint requests[DAY_DESKS];
    atomic_uint orders;
    atomic_uint unhealthy; /* nobody to ask */
    atomic_uint asked;
    atomic_uint ask_errors;
    atomic_uint outcomes[DAY_OUTCOMES];
    atomic_uint changes;
    atomic_uint downs;
    atomic_uint members; /* of the router, after the last change */
    atomic_uint late;    /* replies that came too late */
    atomic_uint trades;  /* sent to the auditor */
    atomic_uint audited;
    atomic_uint unaudited; /* there was no room for the work, or it was lost */
    atomic_uint printed;
    atomic_uint shown;
    atomic_uint killed; /* screens */
    atomic_uint errors; /* what should not fail and did */
} day_ledger;

static inline void day_note(atomic_uint *entry)
{
    atomic_fetch_add_explicit(entry, 1, memory_order_relaxed);
}

/* ---- messages and protocols ---- */

typedef struct day_tick {
    uint32_t feed;
} day_tick;

typedef struct day_number {
    uint64_t value;
} day_number;

MYC_MESSAGE(day_tick)
MYC_MESSAGE(day_number)
__attribute__((weak)) MYC_MESSAGE_TYPE(day_tick, .destroy = NULL);
__attribute__((weak)) MYC_MESSAGE_TYPE(day_number, .destroy = NULL);

#define DAY_AUDITOR_ROWS(ROW, P)                                                                   \
    ROW(P, trade, day_number)                                                                      \
    ROW(P, audited, day_number)                                                                    \
    ROW(P, lost, myc_work_failed)
#define DAY_PRINTER_ROWS(ROW, P) ROW(P, line, day_number)
#define DAY_SCREEN_ROWS(ROW, P) ROW(P, tick, day_tick)
MYC_PROTOCOL(auditing, DAY_AUDITOR_ROWS)
MYC_PROTOCOL(printing, DAY_PRINTER_ROWS)
MYC_PROTOCOL(showing, DAY_SCREEN_ROWS)
MYC_TOPIC(ticks, day_tick)
MYC_SUBSCRIPTION(ticks, showing, tick)

/* A number that says whose it is, and the how manyeth. */
static inline uint64_t day_serial(uint32_t broker, uint32_t number)
{
    return (uint64_t)broker << 32 | number;
}

/* Notes an error when it is not behind what came before of the same broker. */
static inline void day_expect_order(day_ledger *ledger, uint32_t *before, uint64_t serial)
{
    uint32_t *last = &before[serial >> 32];
    if ((uint32_t)serial <= *last) {
        day_note(&ledger->errors);
    }
    *last = (uint32_t)serial;
}

/* ---- the printer ---- */

struct printer {
    day_ledger *ledger;
    uint32_t before[DAY_BROKERS];
};

static myc_next printer_on_line(struct printer *self, myc_context *ctx, const day_number *line)
{
    (void)ctx;
    day_note(&self->ledger->printed);
    day_expect_order(self->ledger, self->before, line->value);
    return MYC_CONTINUE;
}

MYC_ACTOR(printer, printing, DAY_PRINTER_ROWS)

/* ---- the auditor ---- */

struct auditor {
    day_ledger *ledger;
    myc_pool *pool;
    printing_ref printer;
};
MYC_MODE(auditor, busy, auditing, DAY_AUDITOR_ROWS)

static const day_number *day_audit(myc_context *ctx, const void *argument)
{
    const day_number *trade = argument;
    day_number *made = day_number_new(ctx);
    if (made) {
        made->value = trade->value;
    }
    return made;
}

static myc_next auditor_on_trade(struct auditor *self, myc_context *ctx, const day_number *trade)
{
    if (auditing_offload_audited(ctx, self->pool, day_audit, day_number_move(ctx, trade))) {
        day_note(&self->ledger->unaudited);
        return MYC_CONTINUE;
    }
    int error = auditor_become_busy(self, ctx);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

static myc_next auditor_on_audited(struct auditor *self, myc_context *ctx,
                                   const day_number *audited)
{
    (void)ctx, (void)audited;
    day_note(&self->ledger->errors); /* what it had not asked for in this life */
    return MYC_CONTINUE;
}

static myc_next auditor_on_lost(struct auditor *self, myc_context *ctx, const myc_work_failed *lost)
{
    (void)ctx, (void)lost;
    day_note(&self->ledger->errors);
    return MYC_CONTINUE;
}

/* When the stash is full the message stays in hand. */
static myc_next auditor_busy_on_trade(struct auditor *self, myc_context *ctx,
                                      const day_number *trade)
{
    (void)self;
    return auditing_stash_trade(ctx, trade) ? MYC_AGAIN : MYC_CONTINUE;
}

static myc_next auditor_go_on(myc_context *ctx)
{
    int error = myc_unbecome(ctx);
    (void)myc_unstash_all(ctx);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

static myc_next auditor_busy_on_audited(struct auditor *self, myc_context *ctx,
                                        const day_number *audited)
{
    day_note(&self->ledger->audited);
    if (printing_send_or_pause_line(ctx, self->printer, day_number_move(ctx, audited))) {
        day_note(&self->ledger->errors);
    }
    return auditor_go_on(ctx);
}

static myc_next auditor_busy_on_lost(struct auditor *self, myc_context *ctx,
                                     const myc_work_failed *lost)
{
    (void)lost;
    day_note(&self->ledger->unaudited);
    return auditor_go_on(ctx);
}

MYC_ACTOR(auditor, auditing, DAY_AUDITOR_ROWS)

/* ---- the screens ---- */

struct screen {
    day_ledger *ledger;
    ticks_topic ticks;
    showing_ref partner; /* zero: it has none */
};

static bool day_by_feed(uint32_t tag, const void *payload, uint64_t *key)
{
    *key = ((const day_tick *)payload)->feed;
    return tag == showing_tag_tick;
}

static int screen_on_start(struct screen *self, myc_context *ctx)
{
    int error = ticks_subscribe_showing_tick(ctx, self->ticks, (showing_ref){myc_self(ctx)}, NULL);
    return error || !self->partner.address.life ? error : myc_link(ctx, self->partner.address);
}

static void screen_on_stop(struct screen *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    if (why.reason == MYC_EXIT_KILLED) {
        day_note(&self->ledger->killed);
    }
}

static myc_next screen_on_tick(struct screen *self, myc_context *ctx, const day_tick *tick)
{
    (void)ctx, (void)tick;
    day_note(&self->ledger->shown);
    return MYC_CONTINUE;
}

MYC_ACTOR_WITH_LIFECYCLE(screen, showing, DAY_SCREEN_ROWS)

/* ---- all of them ---- */

typedef struct day_office {
    myc_pool *pool;
    printing_ref printer;
    auditing_ref auditor; /* supervised: it may be killed, and goes on */
    myc_supervisor_ref supervisor;
    showing_ref screens[DAY_SCREENS];
} day_office;

static inline int day_open_screens(myc_context *ctx, day_ledger *ledger, ticks_topic ticks,
                                   day_office *office)
{
    static const myc_row_rule rule = {.tag = showing_tag_tick, .max_age_ns = 5000000};
    static const myc_mailbox_policy policy = {.key = day_by_feed, .rules = &rule, .rule_count = 1};
    myc_spawn_options options = {.mailbox_bound = 4, .place = MYC_PLACE_SPREAD, .policy = &policy};
    struct screen screen = {ledger, ticks, {{0, 0}}};
    int error = screen_spawn(ctx, &screen, &options, &office->screens[0]);
    screen.partner = office->screens[0];
    return error ? error : screen_spawn(ctx, &screen, &options, &office->screens[1]);
}

/* The printer has the system's dedicated worker if there is one. Gives `*office`. */
static inline int day_open_office(myc_context *ctx, day_ledger *ledger, ticks_topic ticks,
                                  bool dedicated, day_office *office)
{
    struct auditor auditor = {.ledger = ledger};
    myc_spawn_options alone = {.mailbox_bound = 2,
                               .place = dedicated ? MYC_PLACE_DEDICATED : MYC_PLACE_SPREAD};
    int error = myc_pool_create(myc_context_system(ctx), NULL, &office->pool);
    error = error
                ? error
                : printer_spawn(ctx, &(struct printer){.ledger = ledger}, &alone, &office->printer);
    auditor.pool = office->pool;
    auditor.printer = office->printer;
    myc_child child = MYC_CHILD(auditor, &auditor, &office->auditor,
                                .spawn = {.mailbox_bound = 4, .stash_bound = 3});
    myc_supervisor_options options = {.restarts_max = UINT32_MAX};
    error = error ? error : myc_supervisor_spawn(ctx, &options, &child, 1, &office->supervisor);
    return error ? error : day_open_screens(ctx, ledger, ticks, office);
}

#endif
