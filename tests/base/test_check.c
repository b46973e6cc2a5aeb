/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/check.h"
#include "support/leaks.h"

enum { TEXT_BYTES = 512 };

/* Breaks an invariant in a child; gives what it wrote and how it ended. */
static int break_invariant(int line, char *text)
{
    int fds[2];
    cr_assert_eq(0, pipe(fds));
    pid_t child = fork();
    if (child == 0) {
        dup2(fds[1], STDERR_FILENO);
        myc__check_failed("slots > 0", "mailbox.c", line);
    }
    close(fds[1]);
    size_t size = 0;
    ssize_t got;
    while ((got = read(fds[0], text + size, TEXT_BYTES - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(fds[0]);
    int status;
    cr_assert_eq(child, waitpid(child, &status, 0));
    return status;
}

Test(check, names_the_condition_and_its_place_and_aborts)
{
    char text[TEXT_BYTES];
    int status = break_invariant(42, text);
    cr_expect(WIFSIGNALED(status));
    cr_expect_eq(SIGABRT, WTERMSIG(status));
    cr_expect_not_null(strstr(text, "mailbox.c:42"), "%s", text);
    cr_expect_not_null(strstr(text, "slots > 0"), "%s", text);
    NO_LEAKS();
}

Test(check, aborts_when_broken, .signal = SIGABRT)
{
    MYC__CHECK(1 + 1 == 3);
}

Test(check, lets_a_kept_invariant_pass_and_looks_once)
{
    int looks = 0;
    MYC__CHECK(++looks == 1);
    cr_expect_eq(1, looks);
    NO_LEAKS();
}

#ifdef NDEBUG
Test(check, does_not_look_at_a_costly_condition_in_release)
{
    int looks = 0;
    MYC__DEBUG_CHECK(++looks == 17);
    cr_expect_eq(0, looks);
    NO_LEAKS();
}
#else
Test(check, looks_at_a_costly_condition_in_debug, .signal = SIGABRT)
{
    int looks = 0;
    MYC__DEBUG_CHECK(++looks == 17);
}
#endif
