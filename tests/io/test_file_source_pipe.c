/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

enum { PIECES = 40 };

/* A pipe whose reading end is opened by its path, as a file is. */
struct outlet {
    int fds[2];
    char path[32];
};

static struct outlet open_outlet(void)
{
    struct outlet outlet;
    cr_assert_eq(0, pipe2(outlet.fds, O_CLOEXEC));
    snprintf(outlet.path, sizeof outlet.path, "/proc/self/fd/%d", outlet.fds[0]);
    return outlet;
}

static void close_outlet(struct outlet *outlet)
{
    close(outlet->fds[0]);
    close(outlet->fds[1]);
}

/* Each piece is written when the one before has arrived, so it is never a matter of time. */
static void write_slowly(struct frame *frame, const struct script *script, int fd)
{
    uint64_t written = 0;
    for (size_t piece = 1; piece <= PIECES; piece++) {
        write_bytes(fd, written, piece * 97);
        written += piece * 97;
        AWAIT(frame, received(script) == written);
    }
}

static uint64_t size_of_pieces(void)
{
    return (uint64_t)PIECES * (PIECES + 1) / 2 * 97;
}

SOURCE_TEST(file_source_pipe, reads_what_a_slow_writer_writes)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path};
    spawn_reader(frame, &script);
    write_slowly(frame, &script, outlet.fds[1]);
    cr_expect_eq(0, ends(&script));
    close_outlet(&outlet);
    await_quiescence(frame);
    expect_read_to_end(&script, size_of_pieces());
    cr_expect_eq(PIECES, script.chunks);
}

SOURCE_TEST(file_source_pipe, reads_with_more_than_one_chunk_waiting)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path, .options = {.depth = 8}, .again = 3};
    spawn_reader(frame, &script);
    write_slowly(frame, &script, outlet.fds[1]);
    close_outlet(&outlet);
    await_quiescence(frame);
    expect_read_to_end(&script, size_of_pieces());
}

SOURCE_TEST(file_source_pipe, is_not_quiet_while_the_writer_lives)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path};
    spawn_reader(frame, &script);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(frame->system, 1000000));
    close_outlet(&outlet);
    await_quiescence(frame);
    expect_read_to_end(&script, 0);
}

/* Nobody has opened it for writing when the reader comes: that is not its end. */
SOURCE_TEST(file_source_pipe, waits_for_the_first_writer_of_a_fifo)
{
    char path[64];
    snprintf(path, sizeof path, "%s/fifo", frame->directory);
    cr_assert_eq(0, mkfifo(path, 0600));
    struct script script = {.path = path};
    spawn_reader(frame, &script);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_await_quiescence(frame->system, 1000000));
    cr_assert_eq(0, ends(&script));
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    write_slowly(frame, &script, fd);
    close(fd);
    await_quiescence(frame);
    expect_read_to_end(&script, size_of_pieces());
}

SOURCE_TEST(file_source_pipe, ends_with_its_owner_before_the_first_writer)
{
    char path[64];
    snprintf(path, sizeof path, "%s/fifo", frame->directory);
    cr_assert_eq(0, mkfifo(path, 0600));
    struct script scripts[2] = {{.path = path}, {.path = path}};
    reading_ref ref = spawn_reader(frame, &scripts[0]);
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
    cr_expect_eq(0, scripts[0].ends);
    spawn_reader(frame, &scripts[1]);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    cr_expect_eq(0, scripts[1].ends);
    cr_expect_eq(0, actors_alive(frame));
}

static void put_in_place_of_stdin(int fd)
{
    cr_assert_eq(STDIN_FILENO, dup2(fd, STDIN_FILENO));
}

static void expect_stdin_is_open(void)
{
    cr_expect_geq(fcntl(STDIN_FILENO, F_GETFD), 0);
}

SOURCE_TEST(file_source_pipe, reads_standard_input_from_a_pipe)
{
    struct outlet outlet = open_outlet();
    put_in_place_of_stdin(outlet.fds[0]);
    struct script script = {.path = "-"};
    spawn_reader(frame, &script);
    write_slowly(frame, &script, outlet.fds[1]);
    close_outlet(&outlet);
    await_quiescence(frame);
    expect_read_to_end(&script, size_of_pieces());
    expect_stdin_is_open();
}

SOURCE_TEST(file_source_pipe, reads_standard_input_from_a_file)
{
    enum { SIZE = 3 * MYC_CHUNK_BYTES + 5 };
    int fd = open(file_of(frame, SIZE), O_RDONLY | O_CLOEXEC);
    put_in_place_of_stdin(fd);
    close(fd);
    struct script script = {.path = "-"};
    read_all(frame, &script);
    expect_read_to_end(&script, SIZE);
    expect_stdin_is_open();
}

/* As in (read header; market-bundle run --feed eth-logs:-) < file. */
SOURCE_TEST(file_source_pipe, goes_on_where_standard_input_is)
{
    enum { SIZE = 2 * MYC_CHUNK_BYTES, SKIPPED = 1000 };
    int fd = open(file_of(frame, SIZE), O_RDONLY | O_CLOEXEC);
    cr_assert_eq(SKIPPED, lseek(fd, SKIPPED, SEEK_SET));
    put_in_place_of_stdin(fd);
    close(fd);
    struct script script = {.path = "-"};
    read_all(frame, &script);
    cr_expect_eq(SIZE - SKIPPED, script.end.size_bytes);
    cr_expect_eq(0, script.wrong_offsets);
}

SOURCE_TEST(file_source_pipe, closes_while_nothing_comes)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path, .close_after = 1};
    spawn_reader(frame, &script);
    write_bytes(outlet.fds[1], 0, 10);
    await_quiescence(frame);
    expect_read(&script, 10);
    cr_expect_eq(0, script.ends);
    close_outlet(&outlet);
}

SOURCE_TEST(file_source_pipe, ends_with_its_owner_while_nothing_comes)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path};
    reading_ref ref = spawn_reader(frame, &script);
    write_bytes(outlet.fds[1], 0, 10);
    AWAIT(frame, received(&script) == 10);
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
    cr_expect_eq(0, actors_alive(frame));
    cr_expect_eq(0, script.ends);
    close_outlet(&outlet);
}

SOURCE_TEST(file_source_pipe, ends_with_the_system_while_nothing_comes)
{
    struct outlet outlet = open_outlet();
    struct script script = {.path = outlet.path};
    spawn_reader(frame, &script);
    write_bytes(outlet.fds[1], 0, 10);
    AWAIT(frame, received(&script) == 10);
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL));
    expect_read(&script, 10);
    cr_expect_eq(0, script.ends);
    cr_expect_eq(0, actors_alive(frame));
    close_outlet(&outlet);
}
