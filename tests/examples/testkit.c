/* SPDX-License-Identifier: Apache-2.0 */
/* Testing an actor with a timer: an alarm that rings when no quote has come for a second. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef double quote;
MYC_MESSAGE(quote)
MYC_MESSAGE_TYPE(quote)
#define ALARM_ROWS(ROW, P) ROW(P, quote, quote) ROW(P, silence, quote)
MYC_PROTOCOL(alarm, ALARM_ROWS)
MYC_PROBE(alarm, ALARM_ROWS)
struct alarm {
    alarm_ref out;
    myc_timer timer;
};
static myc_next alarm_on_quote(struct alarm *self, myc_context *ctx, const quote *last)
{
    myc_timer_cancel(ctx, self->timer);
    int error = alarm_after_silence(ctx, 1000000000, quote_retain(ctx, last), &self->timer);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}
static myc_next alarm_on_silence(struct alarm *self, myc_context *ctx, const quote *last)
{
    return alarm_send_silence(ctx, self->out, quote_retain(ctx, last)) ? MYC_STOP : MYC_CONTINUE;
}
MYC_ACTOR(alarm, alarm, ALARM_ROWS)
int main(void)
{
    myc_testkit *kit; /* another seed is another order of events, the same one is the same run */
    if (myc_testkit_create(&(myc_testkit_options){.seed = 42, .workers = 2}, &kit) != 0)
        return 1;
    alarm_ref alarm;
    alarm_probe bell = alarm_probe_open(kit); /* an actor that keeps what it gets */
    myc_context *ctx = myc_testkit_context(kit);
    bool ok = alarm_spawn(ctx, &(struct alarm){.out = bell.ref}, NULL, &alarm) == 0 &&
              alarm_send_quote(ctx, alarm, quote_new(ctx)) == MYC_SENT &&
              myc_probe_expect_none(bell.probe, 999999999) && /* virtual ns: it takes no time */
              alarm_expect_silence(bell, 1) != NULL;
    puts(ok ? "it rang" : myc_probe_explain(bell.probe));
    return myc_testkit_destroy(kit) != 0 || !ok;
}
