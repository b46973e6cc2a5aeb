/* SPDX-License-Identifier: Apache-2.0 */
#include "market/momentum.h"

#include <math.h>

#include <mycelium/error.h>

int momentum_rule_check(momentum_rule *rule)
{
    if (rule->fast_tau_ns == 0)
        rule->fast_tau_ns = MOMENTUM_FAST_TAU_NS;
    if (rule->slow_tau_ns == 0)
        rule->slow_tau_ns = MOMENTUM_SLOW_TAU_NS;
    bool is_good = rule->threshold_ppm > 0 && rule->slow_tau_ns > rule->fast_tau_ns;
    return is_good ? 0 : MYC_EINVAL;
}

/* The share of a new value; expm1() keeps its digits where dt is far below tau. */
static double weight(uint64_t dt_ns, uint64_t tau_ns)
{
    return -expm1(-(double)dt_ns / (double)tau_ns);
}

static void take_in(momentum *self, const momentum_rule *rule, double mid, uint64_t now_ns)
{
    if (!self->has_started) {
        *self = (momentum){
            .fast_price = mid, .slow_price = mid, .last_ns = now_ns, .has_started = true};
    } else if (now_ns > self->last_ns) {
        uint64_t dt_ns = now_ns - self->last_ns;
        self->fast_price += weight(dt_ns, rule->fast_tau_ns) * (mid - self->fast_price);
        self->slow_price += weight(dt_ns, rule->slow_tau_ns) * (mid - self->slow_price);
        self->last_ns = now_ns;
    }
}

/* Whether the averages have just left each other. */
static bool crosses(momentum *self, const momentum_rule *rule, double deviation)
{
    double distance_ppm = fabs(deviation) * 1e6;
    if (self->is_disarmed) {
        self->is_disarmed = distance_ppm >= rule->threshold_ppm / 2.0;
        return false;
    }
    self->is_disarmed = distance_ppm >= rule->threshold_ppm;
    return self->is_disarmed;
}

/* A price may grow by more than an integer of ppm can say. */
static int64_t rounded_ppm(double deviation)
{
    return llround(fmin(deviation * 1e6, 9e18));
}

bool momentum_on_quote(momentum *self, const momentum_rule *rule, const quote_update *quote,
                       momentum_signal *signal)
{
    double mid = ((double)quote->bid.price_e8 + (double)quote->ask.price_e8) * 0.5e-8;
    if (quote->bid.quantity_e8 <= 0 || quote->ask.quantity_e8 <= 0 || mid <= 0)
        return false;
    take_in(self, rule, mid, quote->timestamp_ns);
    double deviation = self->fast_price / self->slow_price - 1;
    if (!crosses(self, rule, deviation))
        return false;
    *signal = (momentum_signal){.timestamp_ns = quote->timestamp_ns,
                                .received_ns = quote->received_ns,
                                .fast_price = self->fast_price,
                                .slow_price = self->slow_price,
                                .deviation_ppm = rounded_ppm(deviation),
                                .instrument = quote->instrument,
                                .venue = quote->venue,
                                .direction = deviation > 0 ? MOMENTUM_UP : MOMENTUM_DOWN};
    return true;
}
