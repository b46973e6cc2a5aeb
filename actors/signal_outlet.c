/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_outlet.h"

#include <stdlib.h>

enum { CAPACITY_FIRST = 64 };

typedef enum kept_kind { KEPT_ARBITRAGE, KEPT_CROSS_VENUE, KEPT_MOMENTUM } kept_kind;

struct kept_signal {
    kept_kind kind;
    union {
        arbitrage_signal arbitrage;
        cross_venue_signal cross_venue;
        momentum_signal momentum;
    } of;
};

static bool grow(signal_outlet *self)
{
    size_t capacity = self->capacity ? self->capacity * 2 : (size_t)CAPACITY_FIRST;
    kept_signal *kept = realloc(self->kept, capacity * sizeof *kept);
    if (!kept) {
        return false;
    }
    self->kept = kept;
    self->capacity = capacity;
    return true;
}

int signal_outlet_init(signal_outlet *self, signal_ref to)
{
    *self = (signal_outlet){.outlet = {.to = to.address}};
    return grow(self) ? 0 : MYC_ENOMEM;
}

size_t signal_outlet_fini(signal_outlet *self)
{
    size_t unsent = self->count - self->next;
    free(self->kept);
    self->kept = NULL;
    self->next = self->count = self->capacity = 0;
    return unsent;
}

/* Gives the place for one more; NULL when memory is out. All that was sent makes room first. */
static kept_signal *place_for(signal_outlet *self, kept_kind kind)
{
    if (self->next == self->count) {
        self->next = self->count = 0;
    }
    if (self->count == self->capacity && !grow(self)) {
        self->is_out_of_memory = true;
        return NULL;
    }
    kept_signal *place = &self->kept[self->count++];
    place->kind = kind;
    return place;
}

void signal_outlet_keep_arbitrage(void *user, const arbitrage_signal *signal)
{
    kept_signal *place = place_for(user, KEPT_ARBITRAGE);
    if (place) {
        place->of.arbitrage = *signal;
    }
}

void signal_outlet_keep_quote_signal(void *user, const quote_signal *signal)
{
    bool is_cross_venue = signal->kind == QUOTE_CROSS_VENUE;
    kept_signal *place = place_for(user, is_cross_venue ? KEPT_CROSS_VENUE : KEPT_MOMENTUM);
    if (!place) {
        return;
    }
    if (is_cross_venue) {
        place->of.cross_venue = signal->of.cross_venue;
    } else {
        place->of.momentum = signal->of.momentum;
    }
}

static outlet_result send_arbitrage(outlet *to, myc_context *ctx, const arbitrage_signal *kept)
{
    arbitrage_signal *signal = arbitrage_signal_new(ctx);
    if (!signal) {
        return OUTLET_NO_MEMORY;
    }
    *signal = *kept;
    return outlet_after(to, ctx, signal_send_arbitrage(ctx, (signal_ref){to->to}, signal));
}

static outlet_result send_cross_venue(outlet *to, myc_context *ctx, const cross_venue_signal *kept)
{
    cross_venue_signal *signal = cross_venue_signal_new(ctx);
    if (!signal) {
        return OUTLET_NO_MEMORY;
    }
    *signal = *kept;
    return outlet_after(to, ctx, signal_send_cross_venue(ctx, (signal_ref){to->to}, signal));
}

static outlet_result send_momentum(outlet *to, myc_context *ctx, const momentum_signal *kept)
{
    momentum_signal *signal = momentum_signal_new(ctx);
    if (!signal) {
        return OUTLET_NO_MEMORY;
    }
    *signal = *kept;
    return outlet_after(to, ctx, signal_send_momentum(ctx, (signal_ref){to->to}, signal));
}

static outlet_result send_one(signal_outlet *self, myc_context *ctx, const kept_signal *kept)
{
    if (!outlet_is_open(&self->outlet, ctx)) {
        return OUTLET_AGAIN;
    }
    switch (kept->kind) {
    case KEPT_CROSS_VENUE: return send_cross_venue(&self->outlet, ctx, &kept->of.cross_venue);
    case KEPT_MOMENTUM: return send_momentum(&self->outlet, ctx, &kept->of.momentum);
    default: return send_arbitrage(&self->outlet, ctx, &kept->of.arbitrage);
    }
}

outlet_result signal_outlet_send(signal_outlet *self, myc_context *ctx)
{
    while (self->next < self->count) {
        outlet_result result = send_one(self, ctx, &self->kept[self->next]);
        if (result != OUTLET_TAKEN) {
            return result;
        }
        self->next++;
        self->sent++;
    }
    return self->is_out_of_memory ? OUTLET_NO_MEMORY : OUTLET_TAKEN;
}
