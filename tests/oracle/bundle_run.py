# SPDX-License-Identifier: Apache-2.0
"""Runs market-bundle, and is the other end of its sockets."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

TIMEOUT_S = 120


class Bundle:
    """A run of market-bundle whose results are files in `folder`, named `name`.*"""

    def __init__(self, program, folder, name, options):
        self.base = pathlib.Path(folder) / name
        self.errors = open(f"{self.base}.stderr", "w+", encoding="utf-8")
        command = [program, "run", "--quiet", "--books", f"{self.base}.books",
                   "--stats", f"{self.base}.stats", "--signals", f"{self.base}.signals", *options]
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                                        stderr=self.errors)

    def said(self):
        return pathlib.Path(f"{self.base}.stderr").read_text(encoding="utf-8")

    def await_line(self, pattern):
        """The match of a line that it has said, or will."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            found = re.search(pattern, self.said())
            if found:
                return found
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"did not say {pattern!r}, but: {self.said()}")
            time.sleep(0.005)  # between two looks at a condition

    def address(self):
        """Where it listens: (host, port) or a path."""
        return parse_address(self.await_line(r"(?:listens|publishes) on (\S+)").group(1))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"does not end; it said: {self.said()}") from None
        finally:
            self.errors.close()

    def expect_exit(self, expected):
        code = self.wait()
        if code != expected:
            raise AssertionError(f"exit code {code}, expected {expected}; it said: {self.said()}")
        return self

    def books(self):
        return json.loads(pathlib.Path(f"{self.base}.books").read_text(encoding="utf-8"))["books"]

    def stats(self):
        return json.loads(pathlib.Path(f"{self.base}.stats").read_text(encoding="utf-8"))

    def signals(self):
        return pathlib.Path(f"{self.base}.signals").read_text(encoding="utf-8")

    def results(self):
        """All that a replay must give again."""
        stats = self.stats()
        for key in ("duration_ns", "latency_ns", "messages", "io", "record", "interrupted"):
            stats.pop(key, None)
        return {"books": self.books(), "signals": self.signals(), "stats": stats}


def parse_address(text):
    host, colon, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if colon and port.isdigit() else text


def connect(address):
    if isinstance(address, tuple):
        return socket.create_connection(address, TIMEOUT_S)
    stream = socket.socket(socket.AF_UNIX)
    stream.settimeout(TIMEOUT_S)
    stream.connect(address)
    return stream


def send(address, data):
    with connect(address) as stream:
        stream.sendall(data)


def reset(stream):
    """Closes a TCP connection so that the other end sees it broken."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    stream.close()


def queued_datagrams(port):
    """Bytes that wait in the kernel for the UDP socket that is bound to `port`."""
    with open("/proc/net/udp", encoding="ascii") as table:
        for line in table.readlines()[1:]:
            fields = line.split()
            if int(fields[1].split(":")[1], 16) == port:
                return int(fields[4].split(":")[1], 16)
    raise AssertionError(f"nobody listens on {port}")


def await_no_datagrams(port):
    while queued_datagrams(port) > 0:
        os.sched_yield()
