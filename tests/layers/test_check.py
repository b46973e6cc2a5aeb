#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants violations in a small tree and sees that check.py finds each, and nothing else."""
import pathlib
import tempfile
import unittest

import check

CLEAN = {
    "libmycelium/include/mycelium/actor.h": "#include <stdint.h>\n#include <mycelium/error.h>\n",
    "libmycelium/base/sync.h": "#include <ck_pr.h>\n#define load ck_pr_load_64\n",
    "libmycelium/base/check.c": "void fail(void) { abort(); }\n",
    "libmycelium/shard/lane.c": '#include "base/sync.h"\n#include "shard/lane.h"\n'
                                "/* no futex, no atomic_load(), no exit() */\n"
                                'static const char *text = "printf(stdout)"; // eventfd\n',
    "libmycelium/system/system.c": '#include <mycelium/actor.h>\n#include "actor/turn.h"\n'
                                   "void f(struct s *s) { s->exit(1); s->signal(2); }\n"
                                   "int x = my_exit(0) + snprintf(0, 0, 0);\n",
    "libmycelium/net/tls.c": '#include <mycelium/tls.h>\n#include <openssl/ssl.h>\n'
                             '#include <wslay/wslay.h>\n#include "net/text.h"\n',
    "libtypes/include/libtypes/market.h": "#include <mycelium/protocol.h>\n",
    "libtypes/sbe.h": "",
    "libtypes/market.c": '#include <libtypes/market.h>\n#include "sbe.h"\n',
    "actors/feeds/hex.h": "",
    "actors/feeds/eth_logs.c": '#include "feeds/hex.h"\n#include "hex.h"\n#include <jansson.h>\n',
    "actors/main.c": "int main(void) { printf(0); exit(0); }\n",
    "tests/base/test_lane.c": '#include "support/leaks.h"\n#include "shard/lane.h"\n',
}

# (file, text planted in it, part of the message that must come)
PLANTED = [
    ("libmycelium/base/a.c", '#include "message/pool.h"', "layer base must not include message"),
    ("libmycelium/shard/a.c", '#include "actor/turn.h"', "layer shard must not include actor"),
    ("libmycelium/io/a.c", '  #  include "system/system.h"', "layer io must not include system"),
    ("libmycelium/io/a.c", '#include "service/timer.h"', "layer io must not include service"),
    ("libmycelium/shard/a.c", '#include "lane.h"', "relative to libmycelium/"),
    ("libmycelium/shard/a.c", "#include <libtypes/market.h>", "must not know libtypes"),
    ("libmycelium/shard/a.c", "#include <gmp.h>", "ck and liburing only"),
    ("libmycelium/shard/a.c", '#include "../tests/support/leaks.h"', "tests or benches"),
    ("libmycelium/shard/a.c", '#include "support/leaks.h"', "tests or benches"),
    ("libmycelium/io/a.c", "#include <openssl/ssl.h>", "ck and liburing only"),
    ("libmycelium/io/a.c", '#include "net/text.h"', "relative to libmycelium/"),
    ("libmycelium/net/a.c", '#include "io/driver.h"', "net may include only itself"),
    ("libmycelium/net/a.c", '#include "text.h"', "net may include only itself"),
    ("libmycelium/net/a.c", "#include <liburing.h>", "OpenSSL and wslay only"),
    ("libmycelium/net/a.c", "#include <libtypes/market.h>", "must not know libtypes"),
    ("libmycelium/net/a.c", "abort();", "must not use abort"),
    ("libmycelium/include/mycelium/a.h", '#include "base/sync.h"', "public header"),
    ("libmycelium/include/mycelium/a.h", "#include <liburing.h>", "public header"),
    ("libmycelium/include/mycelium/a.h", "#include <libtypes/market.h>", "public header"),
    ("libtypes/include/libtypes/a.h", '#include "sbe.h"', "public header"),
    ("libtypes/a.c", '#include "base/sync.h"', "libtypes may include only"),
    ("libtypes/a.c", "#include <zlib.h>", "libtypes depends on nothing"),
    ("actors/a.c", '#include "base/sync.h"', "actors may include only"),
    ("actors/a.c", '#include "../libmycelium/base/sync.h"', "actors may include only"),
    ("actors/a.c", '#include "../benches/clock.h"', "tests or benches"),
    ("benches/a.c", '#include "../tests/support/leaks.h"', "tests or benches"),
    ("tests/base/a.c", '#include "benches/clock.h"', "tests or benches"),
    ("libmycelium/shard/a.c", "#include <stdatomic.h>", "<stdatomic.h> belongs in base/sync"),
    ("libmycelium/shard/a.c", "x = ck_pr_load_64(&y);", "ck_pr_load_64 belongs"),
    ("libmycelium/shard/a.c", "__atomic_thread_fence(5);", "__atomic_thread_fence belongs"),
    ("libmycelium/shard/a.c", "atomic_store(&x, 1);", "atomic_store belongs"),
    ("libmycelium/shard/a.c", "static _Atomic int x;", "_Atomic belongs"),
    ("libmycelium/shard/a.c", "volatile int x;", "volatile belongs"),
    ("libmycelium/shard/a.c", "syscall(SYS_futex, 0);", "SYS_futex belongs"),
    ("libmycelium/shard/a.c", "syscall(__NR_membarrier, 0);", "__NR_membarrier belongs"),
    ("libmycelium/io/a.c", "int fd = eventfd(0, 0);", "eventfd belongs"),
    ("libmycelium/shard/sync.c", "ck_pr_fence_store();", "ck_pr_fence_store belongs"),
    ("libmycelium/base/a.c", "abort();", "must not use abort"),
    ("libmycelium/base/check.c", "exit(1);", "must not use exit"),
    ("libmycelium/base/a.c", "_exit(1);", "must not use _exit"),
    ("libmycelium/base/a.c", 'printf("hello");', "must not use printf"),
    ("libmycelium/base/a.c", "fputs(text, stdout);", "must not use stdout"),
    ("libmycelium/base/a.c", 'x = getenv("HOME");', "must not use getenv"),
    ("libmycelium/base/a.c", "signal (SIGINT, f);", "must not use signal"),
    ("libmycelium/base/a.c", "sigaction(SIGINT, &a, 0);", "must not use sigaction"),
    ("libtypes/a.c", "atexit(f);", "must not use atexit"),
]


def check_planted(extra):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        for path, text in CLEAN.items():
            write(root / path, text)
        if extra:
            path, text = extra
            existing = CLEAN.get(path, "\n\n")
            write(root / path, existing + text + "\n")
        return check.check_tree(root)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Check(unittest.TestCase):
    def test_a_clean_tree_passes(self):
        count, violations = check_planted(None)
        self.assertEqual(len(CLEAN), count)
        self.assertEqual([], violations)

    def test_each_planted_violation_is_found_at_its_line(self):
        for path, text, expected in PLANTED:
            with self.subTest(path=path, text=text):
                _, violations = check_planted((path, text))
                line = CLEAN.get(path, "\n\n").count("\n") + 1
                self.assertEqual(1, len(violations), violations)
                self.assertIn(expected, violations[0])
                self.assertTrue(violations[0].startswith(f"{path}:{line}: "), violations[0])


if __name__ == "__main__":
    unittest.main()
