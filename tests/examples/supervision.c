/* SPDX-License-Identifier: Apache-2.0 */
/* A parser chokes on a message and is started anew: same ref, same mailbox, new state. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef int digit;
MYC_MESSAGE(digit)
MYC_MESSAGE_TYPE(digit)
#define PARSER_ROWS(ROW, P) ROW(P, digit, digit)
MYC_PROTOCOL(parser, PARSER_ROWS)
struct parser {
    int sum;
};
static myc_next parser_on_digit(struct parser *self, myc_context *ctx, const digit *next)
{
    (void)ctx;
    self->sum += *next;
    printf("%d: sum %d\n", *next, self->sum);
    return *next < 10 ? MYC_CONTINUE : MYC_FAIL(MYC_EFIELD);
}
MYC_ACTOR(parser, parser, PARSER_ROWS)
static int run(myc_context *ctx)
{
    parser_ref parser;
    myc_child children[] = {
        MYC_CHILD(parser, &(struct parser){.sum = 100}, &parser, .restart = MYC_RESTART_TRANSIENT)};
    myc_supervisor_options options = {.restarts_max = 5, .backoff_min_ns = 1000};
    int error = myc_supervisor_spawn(ctx, &options, children, 1, NULL);
    for (int i = 1; i < 30 && !error; i *= 3) { /* 1: 101, 3: 104, 9: 113, 27: fails */
        digit *next = digit_new(ctx);
        *next = i;
        error = parser_send_digit(ctx, parser, next) != MYC_SENT;
    }
    return error || parser_send_digit(ctx, parser, digit_new(ctx)) != MYC_SENT; /* 0: sum 100 */
}
int main(void)
{
    myc_system *system;
    return myc_system_create(NULL, &system) || run(myc_context_of(system)) ||
           myc_system_stop(system, NULL, NULL) || myc_system_destroy(system) != 0;
}
