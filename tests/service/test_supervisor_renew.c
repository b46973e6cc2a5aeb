/* SPDX-License-Identifier: Apache-2.0 */
#include "crew_support.h"

/* What a child has set going is over with its life: asks, what it has become. Its stash goes
 * back. */

typedef struct word {
    uint32_t value;
} word;
MYC_MESSAGE(word)
MYC_MESSAGE_TYPE(word, .id = 0)

#define CLERK_ROWS(ROW, P)                                                                         \
    ROW(P, say, word)                                                                              \
    ROW(P, price, word, word)
MYC_PROTOCOL(clerk, CLERK_ROWS)

struct notes {
    uint32_t starts;
    uint32_t said[32];
    uint32_t said_count;
    uint32_t answers;
    uint32_t odd_says; /* in the mode */
    myc_outcome outcome;
    clerk_price_token token;
    bool kept;
    clerk_ref other;
};

struct clerk {
    struct notes *notes;
};

/* What a clerk is told by `say`; other values it notes. */
enum { POISON = 1000, ASK_OTHER, BECOME_ODD, SET_TIMERS, STASH = 2000, UNSTASH = 3000 };

MYC_MODE(clerk, odd, clerk, CLERK_ROWS)

static myc_next clerk_on_answer(void *self, myc_context *ctx, const myc_answer *answer,
                                const word *reply)
{
    struct notes *notes = ((struct clerk *)self)->notes;
    (void)ctx;
    (void)reply;
    notes->answers++;
    notes->outcome = answer->outcome;
    return MYC_CONTINUE;
}

static word *word_of(myc_context *ctx, uint32_t value)
{
    word *made = word_new(ctx);
    cr_assert_not_null(made);
    made->value = value;
    return made;
}

static myc_next clerk_on_say(struct clerk *self, myc_context *ctx, const word *say)
{
    struct notes *notes = self->notes;
    if (say->value == POISON)
        return MYC_FAIL(-1);
    if (say->value == ASK_OTHER)
        cr_expect_eq(0, clerk_ask_price(ctx, notes->other, word_of(ctx, 7),
                                        UINT64_C(10) * SECOND_TICKS, clerk_on_answer));
    else if (say->value == BECOME_ODD)
        cr_expect_eq(0, clerk_become_odd(self, ctx));
    else if (say->value == SET_TIMERS) {
        cr_expect_eq(0, clerk_after_say(ctx, 3 * (uint64_t)SECOND_TICKS, word_of(ctx, 5), NULL));
        cr_expect_eq(0, clerk_every_say(ctx, SECOND_TICKS, word_of(ctx, 6), NULL));
    } else if (say->value == UNSTASH)
        (void)myc_unstash_all(ctx);
    else if (say->value >= STASH && notes->starts == 1)
        cr_expect_eq(0, clerk_stash_say(ctx, say));
    else if (notes->said_count < 32)
        notes->said[notes->said_count++] = say->value;
    return MYC_CONTINUE;
}

static myc_next clerk_odd_on_say(struct clerk *self, myc_context *ctx, const word *say)
{
    (void)ctx;
    self->notes->odd_says++;
    return say->value == POISON ? MYC_FAIL(-2) : MYC_CONTINUE;
}

static myc_next clerk_on_price(struct clerk *self, myc_context *ctx, const word *price,
                               clerk_price_token token)
{
    if (price->value == POISON)
        return MYC_FAIL(-3);
    self->notes->token = clerk_keep_price(ctx, token);
    self->notes->kept = true;
    return MYC_CONTINUE;
}

static myc_next clerk_odd_on_price(struct clerk *self, myc_context *ctx, const word *price,
                                   clerk_price_token token)
{
    return clerk_on_price(self, ctx, price, token);
}

static int clerk_on_start(struct clerk *self, myc_context *ctx)
{
    (void)ctx;
    self->notes->starts++;
    return 0;
}

static void clerk_on_stop(struct clerk *self, myc_context *ctx, myc_exit why)
{
    (void)self;
    (void)ctx;
    (void)why;
}

MYC_ACTOR_WITH_LIFECYCLE(clerk, clerk, CLERK_ROWS)

struct office {
    struct crew crew;
    struct notes notes[2];
    clerk_ref clerks[2];
};

/* Two children on two workers. */
static void office_open(struct office *office, uint64_t backoff_ns)
{
    *office = (struct office){0};
    crew_open(&office->crew, 2);
    struct clerk states[2] = {{&office->notes[0]}, {&office->notes[1]}};
    myc_child children[2];
    for (uint32_t at = 0; at < 2; at++)
        children[at] = MYC_CHILD(clerk, &states[at], &office->clerks[at],
                                 .spawn = {.place = MYC_PLACE_ON_WORKER, .worker = at});
    crew_spawn(&office->crew,
               &(myc_supervisor_options){.restarts_max = 100, .backoff_min_ns = backoff_ns},
               children, 2);
    office->notes[0].other = office->clerks[1];
}

static void say(struct office *office, uint32_t at, uint32_t value)
{
    cr_expect_eq(MYC_SENT, clerk_send_say(office->crew.here->ctx, office->clerks[at],
                                          word_of(office->crew.here->ctx, value)));
    crew_run(&office->crew);
}

struct reply_job {
    struct notes *notes;
    myc_sent expected;
};

static void reply_now(myc_context *ctx, void *argument)
{
    struct reply_job *job = argument;
    cr_assert(job->notes->kept);
    cr_expect_eq(job->expected, clerk_reply_price(ctx, job->notes->token, word_of(ctx, 8)));
    clerk_drop_price(ctx, job->notes->token);
    job->notes->kept = false;
}

Test(supervisor_renew, a_new_life_gets_no_answer_to_what_the_old_one_asked)
{
    for (uint32_t late = 0; late < 2; late++) {
        struct office office;
        office_open(&office, SECOND_TICKS);
        say(&office, 0, ASK_OTHER);
        say(&office, 0, POISON);
        if (late) /* in the new life, else while it is dormant */
            crew_wait(&office.crew, SECOND_TICKS);
        struct reply_job job = {&office.notes[1], MYC_DEAD};
        world_call(office.crew.here, 1, reply_now, &job);
        crew_run(&office.crew);
        crew_wait(&office.crew, 20 * (uint64_t)SECOND_TICKS);
        cr_expect_eq(2, office.notes[0].starts);
        cr_expect_eq(0, office.notes[0].answers);
        cr_expect_eq(1, letters_of(office.crew.here, MYC_DEAD_LATE));
        say(&office, 0, ASK_OTHER);
        job.expected = MYC_SENT;
        world_call(office.crew.here, 1, reply_now, &job);
        crew_run(&office.crew);
        cr_expect_eq(1, office.notes[0].answers, "its own asks are answered");
        cr_expect_eq(MYC_REPLIED, office.notes[0].outcome);
        crew_close(&office.crew);
    }
}

Test(supervisor_renew, a_request_that_fails_its_handler_is_a_letter_and_its_asker_is_told)
{
    struct office office;
    office_open(&office, 0);
    myc_context *ctx = office.crew.here->ctx;
    const word *reply = NULL;
    clerk_price_future future = clerk_future_price(ctx, office.clerks[0], word_of(ctx, POISON),
                                                   UINT64_C(10) * SECOND_TICKS);
    crew_run(&office.crew);
    cr_expect_eq(MYC_NO_REPLY, clerk_poll_price(ctx, &future, &reply));
    cr_expect_eq(1, letters_of(office.crew.here, MYC_DEAD_FAILED));
    cr_expect_eq(clerk_tag_price, office.crew.here->letters[0].tag);
    cr_expect_eq(2, office.notes[0].starts);
    crew_close(&office.crew);
}

Test(supervisor_renew, what_was_stashed_comes_first_in_the_new_life)
{
    struct office office;
    office_open(&office, SECOND_TICKS);
    for (uint32_t number = 0; number < 5; number++)
        say(&office, 0, STASH + number);
    say(&office, 0, POISON);
    say(&office, 0, 1);
    cr_expect_eq(0, office.notes[0].said_count);
    crew_wait(&office.crew, SECOND_TICKS);
    cr_assert_eq(6, office.notes[0].said_count);
    for (uint32_t number = 0; number < 5; number++)
        cr_expect_eq(STASH + number, office.notes[0].said[number]);
    cr_expect_eq(1, office.notes[0].said[5]);
    cr_expect_eq(1, office.crew.here->letter_count);
    crew_close(&office.crew);
}

Test(supervisor_renew, poison_among_what_was_put_back_is_a_letter_once)
{
    struct office office;
    office_open(&office, 0);
    for (uint32_t number = 0; number < 3; number++)
        say(&office, 0, STASH + number);
    say(&office, 0, POISON);
    cr_expect_eq(3, office.notes[0].said_count);
    say(&office, 0, POISON);
    cr_expect_eq(2, letters_of(office.crew.here, MYC_DEAD_FAILED));
    cr_expect_eq(2, office.crew.here->letter_count);
    cr_expect_eq(3, office.notes[0].said_count);
    crew_close(&office.crew);
}

Test(supervisor_renew, a_new_life_is_in_no_mode)
{
    struct office office;
    office_open(&office, 0);
    say(&office, 0, BECOME_ODD);
    say(&office, 0, 1);
    cr_expect_eq(1, office.notes[0].odd_says);
    say(&office, 0, POISON);
    cr_expect_eq(2, office.notes[0].starts);
    say(&office, 0, 1);
    cr_expect_eq(2, office.notes[0].odd_says);
    cr_expect_eq(1, office.notes[0].said_count);
    crew_close(&office.crew);
}

/* A dormant child keeps requests too: its asker waits until its own deadline. */
Test(supervisor_renew, a_request_to_a_dormant_child_waits_for_its_next_life)
{
    for (uint32_t patient = 0; patient < 2; patient++) {
        struct office office;
        office_open(&office, SECOND_TICKS);
        say(&office, 1, POISON);
        say(&office, 0, ASK_OTHER);
        crew_wait(&office.crew, patient ? SECOND_TICKS : UINT64_C(20) * SECOND_TICKS);
        cr_expect_eq(!patient, office.notes[0].answers);
        if (patient) {
            struct reply_job job = {&office.notes[1], MYC_SENT};
            world_call(office.crew.here, 1, reply_now, &job);
            crew_run(&office.crew);
        }
        cr_expect_eq(1, office.notes[0].answers);
        cr_expect_eq(patient ? MYC_REPLIED : MYC_TIMED_OUT, office.notes[0].outcome);
        crew_close(&office.crew);
    }
}

Test(supervisor_renew, timers_of_an_old_life_do_not_fire_in_a_new_one)
{
    struct office office;
    office_open(&office, SECOND_TICKS / 2);
    say(&office, 0, SET_TIMERS);
    crew_wait(&office.crew, SECOND_TICKS);
    cr_expect_eq(1, office.notes[0].said_count);
    cr_expect_eq(6, office.notes[0].said[0]);
    say(&office, 0, POISON);
    for (uint32_t second = 0; second < 5; second++)
        crew_wait(&office.crew, SECOND_TICKS);
    cr_expect_eq(2, office.notes[0].starts);
    cr_expect_eq(1, office.notes[0].said_count);
    say(&office, 0, SET_TIMERS);
    crew_wait(&office.crew, SECOND_TICKS);
    cr_expect_eq(2, office.notes[0].said_count, "its own fire");
    crew_close(&office.crew);
}

/* Due and queued, behind the poison, when the life ends. */
Test(supervisor_renew, timers_that_were_due_do_not_fire_either)
{
    struct office office;
    office_open(&office, SECOND_TICKS / 2);
    say(&office, 0, SET_TIMERS);
    office.crew.now_ns += 3 * (uint64_t)SECOND_TICKS;
    myc_kill(office.crew.here->ctx, office.clerks[0].address, -1);
    crew_run(&office.crew);
    for (uint32_t second = 0; second < 5; second++)
        crew_wait(&office.crew, SECOND_TICKS);
    cr_expect_eq(2, office.notes[0].starts);
    cr_expect_leq(office.notes[0].said_count, 2);
    uint32_t said = office.notes[0].said_count;
    crew_wait(&office.crew, 5 * (uint64_t)SECOND_TICKS);
    cr_expect_eq(said, office.notes[0].said_count);
    crew_close(&office.crew);
}
