/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Mailbox policies under real threads: feeds on all workers and foreign threads flood books that
 * conflate, limit, reserve and expire, change their mode and stash; one kind is stopped in the
 * middle. Each sender's orders arrive in order, and its quotes of each instrument; where nothing
 * but conflation may take a quote away, the last one of each instrument arrives; and every message
 * is accounted for.
 */
#include <sched.h>

#include "stress.h"

#define FINAL (UINT64_C(1) << 40) /* numbers from here on are those of last quotes */

enum {
    WORKERS = 3,
    FEEDS = 4,
    FOREIGN = 2,
    SENDERS = FEEDS + FOREIGN,
    INSTRUMENTS = 16,
    QUOTES = SENDERS * INSTRUMENTS, /* with different keys */
    KINDS = 4,
    BOOKS = 8,
};

typedef struct item {
    uint32_t sender;
    uint32_t instrument;
    uint64_t number;
} item;

MYC_MESSAGE(item)
MYC_MESSAGE_TYPE(item)

#define BOOK_ROWS(ROW, P)                                                                          \
    ROW(P, quote, item)                                                                            \
    ROW(P, order, item)                                                                            \
    ROW(P, toggle, item)
MYC_PROTOCOL(book, BOOK_ROWS)

/* ---- books ---- */

struct book {
    uint64_t last_quote[SENDERS][INSTRUMENTS];
    uint64_t last_order[SENDERS];
    bool expects_last; /* conflates without limits: the last quote of each is not lost */
};

static _Atomic uint64_t final_quotes; /* seen, of books that expect them */
static _Atomic uint64_t put_aside;

static myc_next take_quote(struct book *self, const item *got)
{
    uint64_t *last = &self->last_quote[got->sender][got->instrument];
    require(got->number > *last, "instrument %u of sender %u: %llu after %llu", got->instrument,
            got->sender, (unsigned long long)got->number, (unsigned long long)*last);
    *last = got->number;
    if (self->expects_last && got->number >= FINAL) {
        atomic_fetch_add(&final_quotes, 1);
    }
    return MYC_CONTINUE;
}

static myc_next take_order(struct book *self, const item *got)
{
    uint64_t *last = &self->last_order[got->sender];
    require(got->number > *last, "orders of sender %u: %llu after %llu", got->sender,
            (unsigned long long)got->number, (unsigned long long)*last);
    *last = got->number;
    return MYC_CONTINUE;
}

MYC_MODE(book, closed, book, BOOK_ROWS)

static myc_next book_on_quote(struct book *self, myc_context *ctx, const item *quote)
{
    (void)ctx;
    return take_quote(self, quote);
}

static myc_next book_on_order(struct book *self, myc_context *ctx, const item *order)
{
    (void)ctx;
    return take_order(self, order);
}

static myc_next book_on_toggle(struct book *self, myc_context *ctx, const item *toggle)
{
    (void)toggle;
    require(book_become_closed(self, ctx) == 0, "it cannot close");
    return MYC_CONTINUE;
}

static myc_next book_closed_on_quote(struct book *self, myc_context *ctx, const item *quote)
{
    (void)ctx;
    return take_quote(self, quote);
}

static myc_next book_closed_on_order(struct book *self, myc_context *ctx, const item *order)
{
    (void)self;
    require(book_stash_order(ctx, order) == 0, "a stash is full");
    atomic_fetch_add_explicit(&put_aside, 1, memory_order_relaxed);
    return MYC_CONTINUE;
}

static myc_next book_closed_on_toggle(struct book *self, myc_context *ctx, const item *toggle)
{
    (void)self, (void)toggle;
    myc_unstash_all(ctx);
    require(myc_unbecome(ctx) == 0, "it cannot open");
    return MYC_CONTINUE;
}

MYC_ACTOR(book, book, BOOK_ROWS)

/* ---- kinds of books ---- */

/* What a book is keyed by: quotes, by sender too, so that each sender's last one is seen. */
static bool by_instrument(uint32_t tag, const void *payload, uint64_t *key)
{
    const item *quote = payload;
    *key = (uint64_t)quote->sender << 32 | quote->instrument;
    return tag == book_tag_quote;
}

static const myc_row_rule quotes_reserved[] = {{.tag = book_tag_quote, .reserved = true}};
static const myc_row_rule few_quotes[] = {{.tag = book_tag_quote, .queued_max = 8}};
static const myc_row_rule fresh_only[] = {
    {.tag = book_tag_quote, .max_age_ns = 20000},
    {.tag = book_tag_order, .queued_max = 16, .max_age_ns = 100000}};
static const myc_row_rule all_rules[] = {{.tag = book_tag_quote, .max_age_ns = 50000},
                                         {.tag = book_tag_order, .queued_max = 16},
                                         {.tag = book_tag_toggle, .reserved = true}};

/* A quote of each instrument and sender has a place in the first kind. */
static const struct kind {
    myc_mailbox_policy policy;
    uint32_t bound;
    myc_overflow overflow;
} kinds[KINDS] = {
    {{by_instrument, QUOTES, quotes_reserved, 1}, 32 + QUOTES, MYC_OVERFLOW_REFUSE},
    {{NULL, 0, few_quotes, 1}, 24, MYC_OVERFLOW_DROP_OLDEST},
    {{NULL, 0, fresh_only, 2}, 64, MYC_OVERFLOW_REFUSE},
    {{by_instrument, 4, all_rules, 3}, 32, MYC_OVERFLOW_DROP_NEWEST},
};

static book_ref spawn_book(myc_context *ctx, uint32_t index, uint64_t *random)
{
    const struct kind *kind = &kinds[index % KINDS];
    myc_spawn_options options = {.mailbox_bound = kind->bound,
                                 .batch_max = 1 + random_below(random, 64),
                                 .overflow = kind->overflow,
                                 .policy = &kind->policy,
                                 .stash_bound = 1 << 20,
                                 .place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(random, WORKERS)};
    book_ref ref;
    require(book_spawn(ctx, &(struct book){.expects_last = index % KINDS == 0}, &options, &ref) ==
                0,
            "spawn");
    return ref;
}

/* ---- senders ---- */

struct sender {
    const book_ref *books;
    uint32_t index;
    uint32_t left; /* bursts */
    uint32_t last; /* last quotes that are out */
    uint64_t random;
    uint64_t number;
};

static item *make(struct sender *self, myc_context *ctx)
{
    item *made = item_new(ctx);
    require(made != NULL, "out of memory");
    *made = (item){self->index, random_below(&self->random, INSTRUMENTS), ++self->number};
    return made;
}

static void send_any(struct sender *self, myc_context *ctx)
{
    uint32_t index = random_below(&self->random, BOOKS);
    uint32_t chance = random_below(&self->random, 100);
    item *made = make(self, ctx);
    if (chance < 70) {
        myc_ignore(book_send_quote(ctx, self->books[index], made));
    } else if (chance < 97) {
        myc_ignore(book_send_order(ctx, self->books[index], made));
    } else {
        myc_ignore(book_send_toggle(ctx, self->books[index], made));
    }
    if (index % KINDS == KINDS - 1 && one_in(&self->random, 50000)) {
        myc_stop(ctx, self->books[index].address);
    }
}

/* False when it was refused: then it is to be sent again. */
static bool send_last(struct sender *self, myc_context *ctx)
{
    item *made = make(self, ctx);
    made->number += FINAL;
    made->instrument = self->last % INSTRUMENTS;
    return book_send_quote(ctx, self->books[self->last / INSTRUMENTS], made) != MYC_FULL;
}

/* Returns true when all is out. */
static bool send_burst(struct sender *self, myc_context *ctx)
{
    for (uint32_t i = random_below(&self->random, 64); i && self->left; i--) {
        send_any(self, ctx);
    }
    self->left -= self->left > 0;
    while (!self->left && self->last < BOOKS * INSTRUMENTS) {
        if (self->last / INSTRUMENTS % KINDS != 0) {
            self->last += INSTRUMENTS; /* this kind drops them */
        } else if (send_last(self, ctx)) {
            self->last++;
        } else {
            return false;
        }
    }
    return !self->left;
}

#define FEED_ROWS(ROW, P) ROW(P, go, item)
MYC_PROTOCOL(feed, FEED_ROWS)

struct feed {
    struct sender sender;
};

static myc_next feed_on_go(struct feed *self, myc_context *ctx, const item *go)
{
    (void)go;
    return send_burst(&self->sender, ctx) ? MYC_STOP : MYC_AGAIN;
}

MYC_ACTOR(feed, feed, FEED_ROWS)

struct foreign {
    myc_system *system;
    struct sender sender;
};

static void *foreign_main(void *argument)
{
    struct foreign *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    while (!send_burst(&self->sender, ctx)) {
        sched_yield();
    }
    return NULL;
}

/* ---- a round ---- */

static void start_feed(myc_context *ctx, const struct sender *sender)
{
    feed_ref ref;
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = sender->index % WORKERS};
    item *go = item_new(ctx);
    require(go != NULL, "out of memory");
    *go = (item){0};
    require(feed_spawn(ctx, &(struct feed){*sender}, &options, &ref) == 0, "spawn");
    require(feed_send_go(ctx, ref, go) == MYC_SENT, "not sent");
}

static void await_last_quotes(void)
{
    uint64_t expected = (uint64_t)BOOKS / KINDS * SENDERS * INSTRUMENTS;
    time_t deadline = time(NULL) + 120;
    while (atomic_load(&final_quotes) < expected) {
        require(time(NULL) < deadline, "%llu of %llu last quotes arrived",
                (unsigned long long)atomic_load(&final_quotes), (unsigned long long)expected);
        sched_yield();
    }
    require(atomic_load(&final_quotes) == expected, "a last quote arrived twice");
}

/* What is in lanes yet is discarded by destroy, which aborts when a message is unaccounted for. */
static void add_counts(const myc_system *system, myc_counts *all)
{
    myc_counts counts;
    myc_system_counts(system, &counts);
    all->handled += counts.handled;
    all->dropped_newest += counts.dropped_newest;
    all->dropped_oldest += counts.dropped_oldest;
    all->dropped_conflated += counts.dropped_conflated;
    all->dropped_expired += counts.dropped_expired;
    all->dropped_limited += counts.dropped_limited;
}

static void round_of(uint64_t *random, uint32_t bursts, myc_counts *all)
{
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    book_ref books[BOOKS];
    for (uint32_t i = 0; i < BOOKS; i++) {
        books[i] = spawn_book(ctx, i, random);
    }
    atomic_store(&final_quotes, 0);
    struct foreign foreign[FOREIGN];
    for (uint32_t i = 0; i < SENDERS; i++) {
        struct sender sender = {books, i, bursts, 0, random_next(random), 0};
        if (i < FOREIGN) {
            foreign[i] = (struct foreign){system, sender};
        } else {
            start_feed(ctx, &sender);
        }
    }
    run_threads(FOREIGN, foreign_main, foreign, sizeof foreign[0]);
    await_last_quotes();
    require(myc_system_stop(system, &(myc_stop_options){.discard = true}, NULL) == 0, "stop");
    add_counts(system, all);
    require(myc_system_destroy(system) == 0, "payloads left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 10 : 100;
    uint32_t bursts = run.quick ? 400 : 4000;
    myc_counts all = {0};
    for (uint32_t i = 0; i < rounds; i++) {
        round_of(&run.seed, bursts, &all);
    }
    require(all.dropped_newest && all.dropped_oldest && all.dropped_conflated &&
                all.dropped_expired && all.dropped_limited,
            "some policy had nothing to do");
    require(atomic_load(&put_aside), "nothing was stashed");
    printf("%llu handled; dropped: %llu newest, %llu oldest, %llu conflated, %llu expired, %llu "
           "limited; %llu stashed\n",
           (unsigned long long)all.handled, (unsigned long long)all.dropped_newest,
           (unsigned long long)all.dropped_oldest, (unsigned long long)all.dropped_conflated,
           (unsigned long long)all.dropped_expired, (unsigned long long)all.dropped_limited,
           (unsigned long long)atomic_load(&put_aside));
    return 0;
}
