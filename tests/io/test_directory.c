/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>

#include "watcher.h"

/* Everything of a test lies in a directory of its own inside the frame's, which is removed with what
 * is in it. */
struct yard {
    int fd; /* of the directory */
    char path[64];
};

static struct yard make_yard(const struct frame *frame, const char *name)
{
    struct yard yard;
    snprintf(yard.path, sizeof yard.path, "%s/%s", frame->directory, name);
    cr_assert_eq(0, mkdir(yard.path, 0700));
    yard.fd = open(yard.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return yard;
}

static void remove_yard(struct yard *yard)
{
    close(yard->fd);
    remove_files(yard->path);
}

static void put(const struct yard *yard, const char *name)
{
    int fd = openat(yard->fd, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_geq(fd, 0);
    cr_assert_eq(1, write(fd, "x", 1));
    close(fd);
}

static void expect_name(const struct watch *watch, uint32_t index, const char *name)
{
    cr_expect_str_eq(name, watch->names[index], "%s, not %s", watch->names[index], name);
}

/* It ends before its yard goes. */
static void end_watch(struct frame *frame, watching_ref ref)
{
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
}

SOURCE_TEST(directory, tells_what_is_there_by_name_and_then_what_comes)
{
    struct yard yard = make_yard(frame, "yard");
    put(&yard, "b");
    put(&yard, "c");
    put(&yard, "a");
    struct watch watch = {.directory = yard.path};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    await_told(frame, &watch, 3);
    put(&yard, "e");
    put(&yard, "d");
    await_told(frame, &watch, 5);
    for (uint32_t index = 0; index < 5; index++)
        expect_name(&watch, index, (const char *[]){"a", "b", "c", "e", "d"}[index]);
    cr_expect_eq(0, watch.again);
    end_watch(frame, ref);
    remove_yard(&yard);
}

SOURCE_TEST(directory, tells_a_file_when_it_is_complete)
{
    struct yard yard = make_yard(frame, "yard");
    struct watch watch = {.directory = yard.path};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    int fd = openat(yard.fd, "slow", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert_eq(1, write(fd, "x", 1));
    await_told(frame, &watch, 0);
    close(fd);
    await_told(frame, &watch, 1);
    put(&yard, "slow"); /* once more */
    await_told(frame, &watch, 2);
    expect_name(&watch, 1, "slow");
    end_watch(frame, ref);
    remove_yard(&yard);
}

SOURCE_TEST(directory, tells_what_is_moved_there_and_nothing_that_is_no_file)
{
    struct yard yard = make_yard(frame, "yard"), other = make_yard(frame, "other");
    cr_assert_eq(0, mkdirat(yard.fd, "folder", 0700));
    cr_assert_eq(0, mkfifoat(yard.fd, "fifo", 0600));
    put(&other, "moved");
    cr_assert_eq(0, symlinkat("../other/moved", yard.fd, "link"));
    struct watch watch = {.directory = yard.path};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    await_told(frame, &watch, 1);
    expect_name(&watch, 0, "link");
    cr_assert_eq(0, renameat(other.fd, "moved", yard.fd, "arrived"));
    cr_assert_eq(0, unlinkat(yard.fd, "folder", AT_REMOVEDIR));
    cr_assert_eq(0, mkdirat(other.fd, "folder", 0700));
    cr_assert_eq(0, renameat(other.fd, "folder", yard.fd, "folder"));
    int fd = openat(yard.fd, "arrived", O_RDONLY | O_CLOEXEC);
    close(fd);
    await_told(frame, &watch, 2);
    expect_name(&watch, 1, "arrived");
    end_watch(frame, ref);
    cr_assert_eq(0, unlinkat(yard.fd, "folder", AT_REMOVEDIR));
    remove_yard(&yard);
    remove_yard(&other);
}

SOURCE_TEST(directory, tells_the_longest_name_there_can_be)
{
    char name[NAME_MAX + 1];
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    struct yard yard = make_yard(frame, "yard");
    put(&yard, name);
    struct watch watch = {.directory = yard.path};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    await_told(frame, &watch, 1);
    name[0] = 'o';
    put(&yard, name);
    await_told(frame, &watch, 2);
    expect_name(&watch, 1, name);
    end_watch(frame, ref);
    remove_yard(&yard);
}

/* ---- between the watch and the list ---- */

/* Happens when that directory is opened to be read, once. */
static struct {
    const struct yard *yard;
    void (*run)(const struct yard *yard);
} before_list;

/* In place of the C library's. */
DIR *opendir(const char *path)
{
    DIR *(*real)(const char *path);
    *(void **)&real = dlsym(RTLD_NEXT, "opendir");
    if (before_list.run && strcmp(path, before_list.yard->path) == 0) {
        void (*run)(const struct yard *yard) = before_list.run;
        before_list.run = NULL;
        run(before_list.yard);
    }
    return real(path);
}

static void put_old_and_early(const struct yard *yard)
{
    put(yard, "old");
    put(yard, "early");
    put(yard, "early");
    put(yard, "brief");
    cr_assert_eq(0, unlinkat(yard->fd, "brief", 0));
}

/* What is closed after the watch has begun is in the list and among the notices. */
SOURCE_TEST(directory, a_file_that_comes_between_watch_and_list_is_told_once)
{
    struct yard yard = make_yard(frame, "yard");
    put(&yard, "old");
    before_list.yard = &yard;
    before_list.run = put_old_and_early;
    struct watch watch = {.directory = yard.path};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    await_told(frame, &watch, 3);
    for (uint32_t index = 0; index < 3; index++)
        expect_name(&watch, index, (const char *[]){"brief", "early", "old"}[index]);
    put(&yard, "old");
    await_told(frame, &watch, 4);
    end_watch(frame, ref);
    remove_yard(&yard);
}

struct crowd {
    const struct yard *yard;
    uint32_t count;
    uint32_t is_under_way; /* atomic */
};

static void *put_crowd(void *user)
{
    struct crowd *crowd = user;
    for (uint32_t number = 0; number < crowd->count; number++) {
        char name[16];
        snprintf(name, sizeof name, "%u", number);
        put(crowd->yard, name);
        __atomic_store_n(&crowd->is_under_way, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* Files appear while the watch is made: each is told, and only one that was open at that moment may
 * be told twice. */
SOURCE_TEST(directory, tells_each_file_once_that_comes_while_the_watch_begins)
{
    enum { FILES = 300, ROUNDS = 5 };
    static bool seen[100000];
    for (int round = 0; round < ROUNDS; round++) {
        struct yard yard = make_yard(frame, "yard");
        struct crowd crowd = {.yard = &yard, .count = FILES};
        struct watch watch = {.directory = yard.path, .seen = &seen};
        pthread_t thread;
        memset(seen, 0, sizeof seen);
        cr_assert_eq(0, pthread_create(&thread, NULL, put_crowd, &crowd));
        while (!__atomic_load_n(&crowd.is_under_way, __ATOMIC_ACQUIRE))
            sched_yield();
        watching_ref ref = spawn_watcher(frame, &watch, NULL);
        pthread_join(thread, NULL);
        put(&yard, "99999"); /* told after all others */
        AWAIT(frame, seen[99999]);
        end_watch(frame, ref);
        cr_expect_eq(FILES + 1, watch.seen_count);
        cr_expect_leq(watch.told, FILES + 2, "%u", watch.told);
        remove_yard(&yard);
    }
}

/* ---- the kernel's queue runs over ---- */

static uint32_t kernels_bound(void)
{
    unsigned bound = 0;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
    bool is_known = file && fscanf(file, "%u", &bound) == 1;
    if (file)
        fclose(file);
    return is_known ? bound : 0;
}

static void put_many(const struct yard *yard, uint32_t count)
{
    struct crowd crowd = {.yard = yard, .count = count};
    put_crowd(&crowd);
}

/* While the watcher takes nothing, more is closed than the kernel and a buffer hold: two files in turn, that no
 * two notices in a row are alike; then files it does not note at all. */
static void overrun(const struct yard *yard, uint32_t bound)
{
    for (uint32_t time = 0; time < bound + 1000; time++)
        put(yard, time % 2 ? "0" : "1");
    put_many(yard, 50);
}

SOURCE_TEST(directory, misses_nothing_when_the_kernel_could_not_keep_all)
{
    static bool seen[100000];
    uint32_t bound = kernels_bound();
    if (bound == 0 || bound > 20000)
        cr_skip_test("fs.inotify.max_queued_events is not known or too much to fill: %u", bound);
    struct yard yard = make_yard(frame, "yard");
    memset(seen, 0, sizeof seen);
    struct watch watch = {.directory = yard.path, .holds_after = 1, .seen = &seen};
    put(&yard, "7777");
    watching_ref ref = spawn_watcher(frame, &watch, &(myc_spawn_options){.mailbox_bound = 4});
    put(&yard, "7778");
    AWAIT(frame, told(&watch) == 1);
    overrun(&yard, bound);
    __atomic_store_n(&watch.goes_on, 1, __ATOMIC_RELEASE);
    AWAIT(frame, __atomic_load_n(&watch.seen_count, __ATOMIC_ACQUIRE) == 52);
    put(&yard, "9999");
    AWAIT(frame, seen[9999]);
    end_watch(frame, ref);
    cr_expect_eq(53, watch.seen_count);
    cr_expect_geq(watch.again, 51, "all that are there are told again");
    cr_expect_eq(0, watch.ends);
    remove_yard(&yard);
}

/* ---- its end ---- */

static void expect_gone(struct frame *frame, struct watch *watch)
{
    AWAIT(frame, ends(watch));
    await_quiescence(frame);
    cr_expect_eq(1, watch->ends);
    cr_expect_eq(MYC_ENOENT, watch->end.error);
    cr_expect_eq(watch->stream.number, watch->end.stream.number);
}

SOURCE_TEST(directory, ends_when_it_is_deleted_with_what_came_before)
{
    struct yard yard = make_yard(frame, "yard");
    struct watch watch = {.directory = yard.path};
    spawn_watcher(frame, &watch, NULL);
    put(&yard, "last");
    remove_yard(&yard);
    expect_gone(frame, &watch);
    cr_expect_eq(1, watch.told);
}

SOURCE_TEST(directory, ends_when_it_is_moved)
{
    struct yard yard = make_yard(frame, "yard");
    char moved[64];
    snprintf(moved, sizeof moved, "%s/moved", frame->directory);
    struct watch watch = {.directory = yard.path};
    spawn_watcher(frame, &watch, NULL);
    cr_assert_eq(0, rename(yard.path, moved));
    expect_gone(frame, &watch);
    close(yard.fd);
    cr_assert_eq(0, rmdir(moved));
}

SOURCE_TEST(directory, a_stop_of_the_system_ends_it)
{
    struct yard yard = make_yard(frame, "yard");
    static struct watch watch;
    memset(&watch, 0, sizeof watch);
    watch.directory = yard.path;
    put(&yard, "a");
    spawn_watcher(frame, &watch, NULL);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    remove_yard(&yard);
}

SOURCE_TEST(directory, says_why_it_cannot_be_watched)
{
    struct watch nowhere = {.directory = "/nowhere"};
    spawn_watcher(frame, &nowhere, NULL);
    cr_expect_eq(MYC_ENOENT, nowhere.error);
    cr_expect(lines_have(&frame->lines, "cannot watch the directory /nowhere: No such"));
    struct watch no_directory = {.directory = "/dev/null"};
    spawn_watcher(frame, &no_directory, NULL);
    cr_expect_eq(MYC_ENOENT, no_directory.error);
    cr_expect(lines_have(&frame->lines, "cannot watch the directory /dev/null: Not a directory"));
    await_quiescence(frame);
}

/* Whatever allocation fails, there is an error or a watch, and nothing leaks. */
DRIVEN_TEST(directory, begins_or_fails_cleanly_when_memory_is_short)
{
    struct yard yard = make_yard(frame, "yard");
    put_many(&yard, 2000);
    static bool seen[100000];
    for (uint64_t bytes = 0; bytes < 400000; bytes += 9000) {
        struct watch watch = {.directory = yard.path, .seen = &seen};
        memset(seen, 0, sizeof seen);
        watching_ref ref;
        limit_memory(frame, bytes);
        int error = watcher_spawn(frame->ctx, &(struct watcher){&watch}, NULL, &ref);
        if (error)
            continue;
        AWAIT(frame, watch.opened);
        __atomic_store_n(&frame->bytes_limit, 0, __ATOMIC_RELAXED);
        cr_expect(watch.error == 0 || watch.error == MYC_ENOMEM, "%d", watch.error);
        if (watch.error == 0)
            AWAIT(frame, watch.seen_count == 2000);
        end_watch(frame, ref);
    }
    remove_yard(&yard);
}
