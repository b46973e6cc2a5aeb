/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lossless flow in circles: random graphs of actors on several workers, with mailboxes of one to
 * four, each of which answers what it gets with sends to whom it knows, until there have been enough.
 * However they wait for each other, it ends, and each message has arrived once, in its sender's order.
 */
#include "stress.h"

enum { WORKERS = 3, NODES_MAX = 12, EDGES = 3 };

typedef struct token {
    uint32_t sender;
    uint32_t number; /* of the sender, on this edge */
} token;

MYC_MESSAGE(token)
MYC_MESSAGE_TYPE(token)

#define GRAPH_ROWS(ROW, P) ROW(P, token, token)
MYC_PROTOCOL(graph, GRAPH_ROWS)

/* Set up before the first token is sent, then touched by the node's handler alone. */
typedef struct links {
    graph_ref next[EDGES];
    uint32_t count;
    uint32_t sent[EDGES];
    uint32_t expected[NODES_MAX];
    uint64_t random;
    bool by_pause;    /* with myc_pause_until_room() */
    uint32_t pending; /* then: sends of the message that comes again; 0 = it is a new one */
} links;

static links nodes[NODES_MAX];
static atomic_int left; /* sends, of the whole graph */

struct node {
    uint32_t index;
};

static token *make_token(myc_context *ctx, uint32_t sender, uint32_t number)
{
    token *made = token_new(ctx);
    require(made != NULL, "out of memory");
    *made = (token){sender, number};
    return made;
}

static void expect(links *self, const struct node *node, const token *got)
{
    if (got->sender < NODES_MAX) {
        uint32_t *expected = &self->expected[got->sender];
        require(got->number == *expected, "node %u: %u of %u came instead of %u", node->index,
                got->number, got->sender, *expected);
        ++*expected;
    }
}

static uint32_t choose_sends(links *self)
{
    uint32_t sends = random_below(&self->random, 4);
    return sends && atomic_fetch_sub(&left, (int)sends) >= (int)sends ? sends : 0;
}

static void send_parked(links *self, const struct node *node, myc_context *ctx, uint32_t sends)
{
    for (; sends > 0; sends--) {
        uint32_t edge = random_below(&self->random, self->count);
        token *made = make_token(ctx, node->index, self->sent[edge]++);
        require(graph_send_or_pause_token(ctx, self->next[edge], made) == MYC_SENT, "not parked");
    }
}

/* One more than the sends that are left, so that 0 says that there is no message in hand. */
static myc_next send_again(links *self, const struct node *node, myc_context *ctx)
{
    for (; self->pending > 1; self->pending--) {
        uint32_t edge = self->pending % self->count;
        token *made = make_token(ctx, node->index, self->sent[edge]);
        if (graph_send_token(ctx, self->next[edge], made) != MYC_SENT) {
            myc_pause_until_room(ctx, self->next[edge].address);
            return MYC_AGAIN;
        }
        self->sent[edge]++;
    }
    self->pending = 0;
    return MYC_CONTINUE;
}

static myc_next node_on_token(struct node *self, myc_context *ctx, const token *got)
{
    links *of = &nodes[self->index];
    if (of->pending) {
        return send_again(of, self, ctx);
    }
    expect(of, self, got);
    uint32_t sends = choose_sends(of);
    if (of->by_pause) {
        of->pending = sends + 1;
        return send_again(of, self, ctx);
    }
    send_parked(of, self, ctx, sends);
    return MYC_CONTINUE;
}

MYC_ACTOR(node, graph, GRAPH_ROWS)

static bool knows(const links *self, graph_ref other)
{
    for (uint32_t i = 0; i < self->count; i++) {
        if (myc_address_equal(self->next[i].address, other.address)) {
            return true;
        }
    }
    return false;
}

/* One that pauses by itself does not send to itself: to wait for itself is no pause. */
static void link_node(uint32_t index, const graph_ref *refs, uint32_t count, uint64_t *random)
{
    links *self = &nodes[index];
    *self = (links){.random = random_next(random), .by_pause = one_in(random, 4)};
    for (uint32_t i = 0; i < EDGES; i++) {
        uint32_t other = random_below(random, count);
        if (!knows(self, refs[other]) && !(self->by_pause && other == index)) {
            self->next[self->count++] = refs[other];
        }
    }
    if (self->count == 0) {
        self->next[self->count++] = refs[(index + 1) % count];
    }
}

static uint32_t build(myc_context *ctx, graph_ref *refs, uint64_t *random)
{
    uint32_t count = 2 + random_below(random, NODES_MAX - 1);
    for (uint32_t i = 0; i < count; i++) {
        myc_spawn_options options = {.mailbox_bound = 1 + random_below(random, 4),
                                     .batch_max = 1 + random_below(random, 4),
                                     .place = MYC_PLACE_ON_WORKER,
                                     .worker = random_below(random, WORKERS)};
        require(node_spawn(ctx, &(struct node){i}, &options, &refs[i]) == 0, "spawn");
    }
    for (uint32_t i = 0; i < count; i++) {
        link_node(i, refs, count, random);
    }
    return count;
}

static uint32_t arrived(uint32_t count)
{
    uint32_t all = 0;
    for (uint32_t to = 0; to < count; to++) {
        for (uint32_t from = 0; from < NODES_MAX; from++) {
            all += nodes[to].expected[from];
        }
        for (uint32_t edge = 0; edge < nodes[to].count; edge++) {
            all -= nodes[to].sent[edge];
        }
    }
    return all;
}

/* Returns how often a circle was opened. */
static uint64_t round_of(uint64_t *random, uint32_t sends)
{
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    graph_ref refs[NODES_MAX];
    uint32_t count = build(ctx, refs, random);
    atomic_store(&left, (int)sends);
    for (uint32_t i = 0; i < 3 * count; i++) {
        token *made = make_token(ctx, NODES_MAX, 0);
        myc_ignore(graph_send_wait_token(ctx, refs[i % count], made, 120 * SECOND_NS));
    }
    require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "they wait for ever");
    require(arrived(count) == 0, "some were lost or doubled");
    myc_counts counts;
    myc_system_counts(system, &counts);
    require(counts.accepted == counts.handled, "the account is wrong");
    require(myc_system_destroy(system) == 0, "payloads left");
    return counts.circled;
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 60 : 600;
    uint64_t circled = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        circled += round_of(&run.seed, 4000);
    }
    require(circled > 0, "no circle was ever opened");
    printf("%u graphs, %llu let through\n", rounds, (unsigned long long)circled);
    return 0;
}
