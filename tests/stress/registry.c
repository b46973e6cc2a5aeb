/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The registry from all sides: threads register, replace, unregister and look up a few names, and
 * stop the actors that have them; watchers come and go and keep a model of what they were told. Each
 * change must fit the model, and at rest the models are what the registry lists.
 */
#include "stress.h"

enum {
    WORKERS = 3,
    CHURNERS = 3,
    NAMES = 12,
    WATCHERS = 6, /* two for each pattern */
    ACTORS_KEPT = 16,
};

typedef struct touch {
    uint32_t unused;
} touch;

MYC_MESSAGE(touch)
MYC_MESSAGE_TYPE(touch)

#define BEARER_ROWS(ROW, P) ROW(P, touch, touch)
MYC_PROTOCOL(bearer, BEARER_ROWS)
MYC_REGISTRY(bearer)

struct bearer {
    uint32_t unused;
};

static myc_next bearer_on_touch(struct bearer *self, myc_context *ctx, const touch *got)
{
    (void)self;
    (void)ctx;
    (void)got;
    return MYC_CONTINUE;
}

MYC_ACTOR(bearer, bearer, BEARER_ROWS)

/* ---- watchers ---- */

/* What a watcher was told: who has which name. */
typedef struct told {
    myc_address holders[NAMES]; /* zero: nobody */
    uint64_t version;           /* the highest */
    bool settled;               /* it was told something that was not there at first */
    uint32_t changes;
} told;

#define WATCHER_ROWS(ROW, P) ROW(P, change, myc_registry_change)
MYC_PROTOCOL(watcher, WATCHER_ROWS)

struct watcher {
    const char *pattern;
    told *model;    /* of one that stays */
    uint32_t leave; /* after so many changes; 0: it stays */
    uint64_t random;
};

static uint32_t index_of(const char *name)
{
    return (uint32_t)atoi(name + 2); /* a/3 or b/4 */
}

static bool is_nobody(myc_address address)
{
    return myc_address_equal(address, (myc_address){0});
}

static void apply(told *model, const myc_registry_change *change)
{
    myc_address *holder = &model->holders[index_of(change->name)];
    require(change->protocol->row_count == 1, "a protocol was lost");
    switch (change->what) {
    case MYC_REGISTRY_ADDED: require(is_nobody(*holder), "%s came twice", change->name); break;
    case MYC_REGISTRY_REPLACED:
        require(myc_address_equal(*holder, change->previous), "%s had another", change->name);
        break;
    default: require(myc_address_equal(*holder, change->address), "%s: another went", change->name);
    }
    *holder = change->what == MYC_REGISTRY_REMOVED ? (myc_address){0} : change->address;
}

/* What was there at first comes in any order; from then on versions rise. */
static void check_order(told *model, const myc_registry_change *change)
{
    model->settled = model->settled || change->what != MYC_REGISTRY_ADDED;
    require(!model->settled || change->version > model->version, "out of order");
    model->version = change->version > model->version ? change->version : model->version;
}

static myc_next watcher_on_change(struct watcher *self, myc_context *ctx,
                                  const myc_registry_change *change)
{
    if (self->leave && --self->leave == 0) {
        bool unwatch = one_in(&self->random, 2);
        require(!unwatch || myc_registry_unwatch(ctx, self->pattern, watcher_tag_change),
                "its watch is gone");
        return MYC_STOP;
    }
    if (one_in(&self->random, 16)) {
        return MYC_AGAIN;
    }
    if (self->model) {
        check_order(self->model, change);
        apply(self->model, change);
        self->model->changes++;
    }
    return MYC_CONTINUE;
}

static int watcher_on_start(struct watcher *self, myc_context *ctx)
{
    return myc_registry_watch(ctx, self->pattern, watcher_tag_change, true);
}

static void watcher_on_stop(struct watcher *self, myc_context *ctx, myc_exit why)
{
    (void)self;
    (void)ctx;
    (void)why;
}

MYC_ACTOR_WITH_LIFECYCLE(watcher, watcher, WATCHER_ROWS)

static const char *const patterns[] = {"*", "a/*", "b/*"};

static void spawn_watcher(myc_context *ctx, told *model, uint32_t number, uint64_t *random)
{
    struct watcher state = {patterns[number % 3], model, model ? 0 : 1 + random_below(random, 20),
                            random_next(random)};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(random, WORKERS),
                                 .mailbox_bound = 1,
                                 .batch_max = 1 + random_below(random, 4)};
    watcher_ref ref;
    require(watcher_spawn(ctx, &state, &options, &ref) == 0, "spawn");
}

/* ---- those who register ---- */

typedef struct churner {
    myc_system *system;
    uint64_t random;
    uint32_t steps;
    bearer_ref own[ACTORS_KEPT];
} churner;

static const char *any_name(uint64_t *random, char *name)
{
    uint32_t index = random_below(random, NAMES);
    snprintf(name, 16, "%c/%u", index % 2 ? 'a' : 'b', index);
    return name;
}

static void replace_own(churner *self, myc_context *ctx, bearer_ref *own)
{
    myc_stop(ctx, own->address);
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(&self->random, WORKERS)};
    require(bearer_spawn(ctx, NULL, &options, own) == 0, "spawn");
}

static void register_own(churner *self, myc_context *ctx, bearer_ref own)
{
    char name[16];
    myc_registry_pair pair = {"weight", "7"};
    myc_registry_options options = {one_in(&self->random, 3), &pair, one_in(&self->random, 2)};
    int error = bearer_register(ctx, any_name(&self->random, name), own, &options);
    require(error == 0 || error == MYC_EDEAD || (error == MYC_ETAKEN && !options.replace),
            "register: %s", myc_error_text(error));
}

static void look_up(churner *self, myc_context *ctx)
{
    char name[16];
    bearer_ref found;
    int error = bearer_lookup(ctx, any_name(&self->random, name), &found);
    require(error == 0 || error == MYC_EUNKNOWN, "lookup: %s", myc_error_text(error));
    if (error == 0) {
        myc_ignore(bearer_send_touch(ctx, found, touch_new(ctx)));
        myc_address row;
        const myc_protocol wrong = {"bearer", watcher_rows, watcher_row_count};
        error = myc_registry_find(ctx, name, &wrong, &row);
        require(error == MYC_ETYPE || error == MYC_EUNKNOWN, "it is of another type");
    }
}

static void use_metadata(churner *self, myc_context *ctx)
{
    char name[16];
    char value[64];
    any_name(&self->random, name);
    int error = myc_registry_set(ctx, name, "weight", one_in(&self->random, 4) ? NULL : "9");
    require(error == 0 || error == MYC_EUNKNOWN, "set: %s", myc_error_text(error));
    int64_t length = myc_registry_get(ctx, name, "weight", value, sizeof value);
    require(length == MYC_EUNKNOWN || (length == 1 && (value[0] == '7' || value[0] == '9')),
            "the weight is neither 7 nor 9");
}

static void step(churner *self, myc_context *ctx)
{
    char name[16];
    bearer_ref *own = &self->own[random_below(&self->random, ACTORS_KEPT)];
    switch (random_below(&self->random, 8)) {
    case 0: replace_own(self, ctx, own); break;
    case 1: myc_registry_remove(ctx, any_name(&self->random, name), own->address); break;
    case 2: use_metadata(self, ctx); break;
    case 3: look_up(self, ctx); break;
    case 4:
        if (one_in(&self->random, 16)) {
            spawn_watcher(ctx, NULL, random_below(&self->random, 3), &self->random);
        }
        break;
    default: register_own(self, ctx, *own);
    }
}

static void *churner_main(void *argument)
{
    churner *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    for (uint32_t i = 0; i < self->steps; i++) {
        step(self, ctx);
    }
    return NULL;
}

/* ---- a round ---- */

static void check_model(myc_context *ctx, const told *model, const char *pattern)
{
    myc_registry_entry entries[NAMES];
    uint32_t count = myc_registry_list(ctx, pattern, entries, NAMES);
    uint32_t held = 0;
    for (uint32_t i = 0; i < NAMES; i++) {
        held += !is_nobody(model->holders[i]);
    }
    require(held == count, "%s: it was told %u, there are %u", pattern, held, count);
    for (uint32_t i = 0; i < count; i++) {
        require(myc_address_equal(entries[i].address, model->holders[index_of(entries[i].name)]),
                "%s is another", entries[i].name);
    }
}

static uint32_t round_of(uint64_t *random, uint32_t steps)
{
    static told models[WATCHERS];
    memset(models, 0, sizeof models);
    myc_system *system;
    myc_system_options options = {
        .workers = WORKERS, .idle = MYC_IDLE_PARK * random_below(random, 2), .log = stress_log};
    require(myc_system_create(&options, &system) == 0, "create");
    myc_context *ctx = myc_context_of(system);
    for (uint32_t i = 0; i < WATCHERS; i++) {
        spawn_watcher(ctx, &models[i], i, random);
    }
    churner churners[CHURNERS];
    for (uint32_t i = 0; i < CHURNERS; i++) {
        churners[i] = (churner){system, random_next(random), steps, {{{0, 0}}}};
    }
    run_threads(CHURNERS, churner_main, churners, sizeof churners[0]);
    require(myc_system_await_quiescence(system, 120 * SECOND_NS) == 0, "it does not come to rest");
    uint32_t changes = 0;
    for (uint32_t i = 0; i < WATCHERS; i++) {
        check_model(ctx, &models[i], patterns[i % 3]);
        changes += models[i].changes;
    }
    if (one_in(random, 2)) {
        require(myc_system_stop(system, NULL, NULL) == 0, "stop");
    }
    require(myc_system_destroy(system) == 0, "payloads left");
    return changes;
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 10 : 60;
    uint32_t steps = run.quick ? 2000 : 20000;
    uint32_t changes = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        changes += round_of(&run.seed, steps);
    }
    require(changes > 0, "nobody was told anything");
    printf("%u changes told in order\n", changes);
    return 0;
}
