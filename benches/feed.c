/* SPDX-License-Identifier: Apache-2.0 */
#include "feed.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What the kernel's usual buffers have room for with all it adds. Frames of a connection go out
 * sixteen at a time: about what comes in a packet of a network. */
enum { DATAGRAMS = 128, FRAMES = 1024, AT_ONCE = 16 };

void bench_feed_init(bench_feed *feed, const bench_options *options, bool is_datagrams,
                     uint64_t frames)
{
    uint32_t burst = is_datagrams ? DATAGRAMS : FRAMES;
    *feed = (bench_feed){
        .options = options,
        .is_datagrams = is_datagrams,
        .sender = -1,
        .burst = burst,
        .bursts = bench_count(options, frames) / burst + 1,
    };
}

static void send_datagrams(int fd, const bench_frame *frames)
{
    struct iovec pieces[AT_ONCE];
    struct mmsghdr messages[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++) {
        pieces[i] = (struct iovec){(void *)(uintptr_t)&frames[i], sizeof frames[i]};
        messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &pieces[i], .msg_iovlen = 1}};
    }
    if (sendmmsg(fd, messages, AT_ONCE, 0) != AT_ONCE) {
        bench_fail("sending datagrams", MYC_EIO);
    }
}

static void send_stream(int fd, const bench_frame *frames)
{
    const uint8_t *bytes = (const uint8_t *)frames;
    for (size_t sent = 0; sent < AT_ONCE * sizeof *frames;) {
        ssize_t size = send(fd, bytes + sent, AT_ONCE * sizeof *frames - sent, MSG_NOSIGNAL);
        if (size < 0 && errno != EINTR) {
            bench_fail("sending", MYC_EIO);
        }
        sent += size > 0 ? (size_t)size : 0;
    }
}

static void await(const atomic_uint_fast64_t *word, uint64_t value)
{
    while (atomic_load_explicit(word, memory_order_acquire) != value) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
}

static void *run_sender(void *argument)
{
    bench_feed *feed = argument;
    bench_frame frames[AT_ONCE];
    uint64_t number = 0;
    bench_pin(feed->options, 1);
    memset(frames, 0, sizeof frames);
    for (uint64_t burst = 1; burst <= feed->bursts; burst++) {
        for (uint32_t sent = 0; sent < feed->burst; sent += AT_ONCE) {
            for (int i = 0; i < AT_ONCE; i++) {
                frames[i].number = ++number;
            }
            (feed->is_datagrams ? send_datagrams : send_stream)(feed->sender, frames);
        }
        atomic_store_explicit(&feed->written, burst, memory_order_release);
        await(&feed->taken, burst);
    }
    close(feed->sender);
    return NULL;
}

void bench_feed_start(bench_feed *feed)
{
    if (pthread_create(&feed->thread, NULL, run_sender, feed)) {
        bench_fail("a thread", MYC_ELIMIT);
    }
}

static uint64_t cpu_now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

bool bench_feed_next(bench_feed *feed)
{
    uint64_t taken = atomic_load_explicit(&feed->taken, memory_order_relaxed);
    if (feed->since_ns) {
        feed->cpu_ns += cpu_now_ns() - feed->since_ns;
        taken++;
        atomic_store_explicit(&feed->taken, taken, memory_order_release);
    }
    if (taken == feed->bursts) {
        return false;
    }
    await(&feed->written, taken + 1);
    feed->left = feed->burst;
    feed->since_ns = cpu_now_ns();
    return true;
}

static void take_frame(bench_feed *feed, const uint8_t *bytes)
{
    bench_frame frame;
    memcpy(&frame, bytes, sizeof frame);
    feed->sum += frame.number;
    feed->left--;
}

/* Returns how many bytes it took. */
static uint32_t complete_part(bench_feed *feed, const uint8_t *bytes, uint32_t size_bytes)
{
    uint32_t missing = BENCH_FRAME_BYTES - feed->part_bytes;
    uint32_t taken = size_bytes < missing ? size_bytes : missing;
    memcpy(feed->part + feed->part_bytes, bytes, taken);
    feed->part_bytes += taken;
    if (feed->part_bytes == BENCH_FRAME_BYTES) {
        take_frame(feed, feed->part);
        feed->part_bytes = 0;
    }
    return taken;
}

bool bench_feed_take(bench_feed *feed, const uint8_t *bytes, uint32_t size_bytes)
{
    uint32_t at = feed->part_bytes ? complete_part(feed, bytes, size_bytes) : 0;
    for (; size_bytes - at >= BENCH_FRAME_BYTES; at += BENCH_FRAME_BYTES) {
        take_frame(feed, bytes + at);
    }
    if (at < size_bytes) {
        (void)complete_part(feed, bytes + at, size_bytes - at);
    }
    return feed->left == 0;
}

double bench_feed_finish(bench_feed *feed)
{
    (void)pthread_join(feed->thread, NULL);
    uint64_t frames = feed->bursts * feed->burst;
    if (feed->sum != frames * (frames + 1) / 2) {
        bench_fail("the sum of the frames", MYC_EINVAL);
    }
    return (double)feed->cpu_ns / (double)frames;
}
