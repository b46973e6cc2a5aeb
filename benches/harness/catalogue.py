# SPDX-License-Identifier: Apache-2.0
"""
Every row of the suite: what it measures, in which unit, and the bars it has to pass.

A workload is what a sample program runs; it gives one row of its own name, or several. The scales
are chosen so that a sample of ours takes 0.1 to 0.3 s in a full run and little more than its start
in a quick one.
"""
from __future__ import annotations

from dataclasses import dataclass

from .bars import BELOW, PACE, AbsoluteBar, Bar, BestPeerBar, PeerBar, RowBar

RATE, TIME, MEMORY, THROUGHPUT = "messages/s", "ns", "bytes", "bytes/s"
SEED = "tokio-seed"
PEERS = (SEED, "tokio-typed", "caf", "go")


@dataclass(frozen=True)
class Row:
    name: str
    unit: str
    what: str
    bars: tuple[Bar, ...] = ()

    @property
    def better(self) -> str:
        return "higher" if self.unit in (RATE, THROUGHPUT) else "lower"


@dataclass(frozen=True)
class Workload:
    name: str
    family: str
    rows: tuple[Row, ...]
    processors: int
    scale: float
    quick_scale: float
    peers: tuple[str, ...] = PEERS
    confined: bool = False  # unpinned samples, too, get no more than `processors`
    peer_name: str | None = None  # what a peer has in its place

    def asked_of(self, listed: frozenset[str]) -> str | None:
        """The name by which a program that lists these workloads knows this one."""
        return next((name for name in (self.name, self.peer_name) if name in listed), None)


MESSAGES, LATENCY, HOT_PATH = "Messages", "Latency at a fixed rate", "Market hot path"
DECODERS = "Feeds, books and quotes"
BUSY_MACHINE, RESIDENT, LIMITS = "More workers than processors", "Memory", "Limits of the machine"


def single(name: str, unit: str, what: str, bars: tuple[Bar, ...], processors: int, scale: float,
           quick_scale: float) -> Workload:
    return Workload(name, MESSAGES, (Row(name, unit, what, bars),), processors, scale, quick_scale)


def messages() -> list[Workload]:
    return [
        single("send_local", RATE, "sends of one shared payload to an actor of the same worker, a "
               "reference taken for each, handled", (PeerBar(SEED, 10),), 1, 0.5, 0.05),
        single("send_fresh.one_worker", RATE, "each message a new 48-byte payload, freed by its "
               "receiver, on one worker", (PeerBar(SEED, 12),), 1, 0.4, 0.05),
        single("send_fresh.two_workers", RATE, "the same to an actor of another worker",
               (PeerBar(SEED, 8),), 2, 0.3, 0.05),
        single("stream_cross", RATE, "one producer to one consumer on two processors, fresh "
               "payloads moved", (BestPeerBar(6), AbsoluteBar(10)), 2, 0.4, 0.05),
        single("ping_pong.one_worker", TIME, "one hop between two actors that answer each other, "
               "one worker", (PeerBar(SEED, 15),), 1, 0.5, 0.05),
        single("ping_pong.two_workers", TIME, "one hop between two processors, busy workers",
               (RowBar("limits.cache_line", 2.2),), 2, 0.3, 0.05),
        # a round trip is two hops
        Workload("ask", MESSAGES, (
            Row("ask", TIME, "a request and its reply, a timeout armed, two actors of one worker",
                (RowBar("ping_pong.one_worker", 8),)),
        ), 1, 0.5, 0.05, peers=()),
        Workload("send_conflated", MESSAGES, (
            Row("send_conflated", RATE, "new 48-byte payloads to a mailbox that conflates by key, "
                "every other one in place of a queued one, one worker"),
        ), 1, 0.4, 0.05, peers=()),
        single("fan_in", RATE, "100 senders to one receiver, two workers", (BestPeerBar(4),), 2,
               0.3, 0.05),
        single("fan_out", RATE, "one shared payload to 100 subscribers; deliveries a second",
               (PeerBar(SEED, 10),), 1, 0.4, 0.05),
        single("fan_out_topic", RATE, "the same through a topic", (), 1, 0.4, 0.05),
        single("ring_503", TIME, "one hop of a token around 503 actors, one worker",
               (PeerBar(SEED, 12),), 1, 1, 0.1),
        single("ring_spread", TIME, "the same with each actor on the other of two workers", (), 2, 0.3,
               0.05),
        Workload("spawn_1m", MESSAGES, (
            Row("spawn_1m.time", TIME, "spawn an actor and handle its first message",
                (PeerBar(SEED, 12),)),
            Row("spawn_1m.bytes", MEMORY, "resident memory of an idle actor",
                (AbsoluteBar(256),)),
        ), 1, 0.5, 0.05),
        Workload("timers_1m", MESSAGES, (
            Row("timers_1m.arm", TIME, "set a timer, up to 1 M of them, in new memory",
                (AbsoluteBar(100),)),
            Row("timers_1m.cancel", TIME, "cancel one of 1 M armed timers, in random order",
                (AbsoluteBar(100),)),
            Row("timers_1m.fire", TIME, "fire one of 1 M armed timers that are due, in the order of "
                "their times, and handle its message", (AbsoluteBar(100),)),
            Row("timers_1m.bytes", MEMORY, "resident memory of an armed timer"),
        ), 1, 1, 0.05, peers=()),
    ]


FEEDS = {"udp": "a datagram of 64 bytes from a socket into a handler",
         "tcp": "a frame of 64 bytes of a connection into a handler"}


def feed(transport: str, backend: str) -> Workload:
    row = Row(f"feed_{transport}.{backend}", TIME,
              f"{FEEDS[transport]}, by {'io_' if backend == 'uring' else ''}{backend}: processor "
              "time of the worker", (RowBar(f"limits.{transport}_loop", 1.15),))
    return Workload(row.name, MESSAGES, (row,), 2, 0.3, 0.05, peers=())


def feeds() -> list[Workload]:
    return [feed(transport, backend) for transport in FEEDS for backend in ("uring", "epoll")]


PERCENTILES = {"p50": "half of them are faster", "p99": "99 in 100 are faster",
               "p999": "999 in 1000 are faster", "max": "the slowest"}
CPU = "processor time a message, without the source thread's"


def latency_rows(prefix: str, what: str, parts: tuple[str, ...],
                 bars: dict[str, tuple[Bar, ...]]) -> tuple[Row, ...]:
    texts = PERCENTILES | {"cpu": CPU}
    return tuple(Row(f"{prefix}.{part}", TIME, f"{what}: {texts[part]}", bars.get(part, ()))
                 for part in parts)


def paced(mode: str, how: str, bars: dict[str, tuple[Bar, ...]]) -> Workload:
    name = f"paced_latency.{mode}"
    rows = latency_rows(name, f"100 k events/s from a foreign thread through two actors, {how}",
                        (*PERCENTILES, "cpu"), bars)
    # peers cannot be told how to idle: each mode is held against the one way they have
    return Workload(name, LATENCY, rows, 2, 0.4, 0.05, peer_name="paced_latency")


def paced_latencies() -> list[Workload]:
    loop = "limits.c_loop"
    return [
        paced("busy", "busy worker", {"p50": (RowBar(f"{loop}.busy.p50", 1.3),)}),
        paced("spin_park", "worker that spins, then parks",
              {"p50": (RowBar(f"{loop}.busy.p50", 1.3),)}),
        paced("park", "worker that parks at once",
              {"p50": (RowBar(f"{loop}.park.p50", 1),), "p99": (RowBar(f"{loop}.park.p99", 1),),
               "cpu": (PeerBar(SEED, 1),)}),
    ]


HOT_PATH_RATES = {"": "100 k events/s", ".at_10k": "10 k events/s", ".flat_out": "flat out"}


def hot_path(form: str, what: str, has_bars: bool) -> Workload:
    rows: list[Row] = []
    for suffix, rate in HOT_PATH_RATES.items():
        bars: dict[str, tuple[Bar, ...]] = {}
        if has_bars and not suffix:
            bars = {part: (RowBar(f"hot_path.relay.{part}", 0.05, BELOW),)
                    for part in ("p50", "p99")}
        rows += latency_rows(f"hot_path.{form}{suffix}", f"{what}, {rate}", ("p50", "p99", "p999"),
                             bars)
    return Workload(f"hot_path.{form}", HOT_PATH, tuple(rows), 2, 0.4, 0.05, peers=())


def hot_paths() -> list[Workload]:
    return [
        hot_path("together", "market data to signals, both actors on one worker", True),
        hot_path("spread", "market data to signals, actors on two workers", True),
        hot_path("relay", "market data to signals, two threads joined by encoding and a socket",
                 False),
    ]


def decoder(feed: str, what: str) -> Workload:
    name = f"decode_{feed}"
    return Workload(name, DECODERS, (
        Row(f"{name}.frame", TIME, f"{what}: a frame",
            (RowBar(f"{name}.jansson", 3, PACE),)),
        Row(f"{name}.rate", THROUGHPUT, f"{what}: JSON"),
        Row(f"{name}.jansson", TIME, "the same frames through jansson, parsed and freed: a frame"),
    ), 1, 1, 0.1, peers=())


def decoders() -> list[Workload]:
    return [decoder("binance", "recorded Binance frames to books and quotes"),
            decoder("kraken", "recorded Kraken frames to books, each checksum compared"),
            decoder("coinbase", "recorded Coinbase frames to books and quotes"),
            decoder("eth_logs", "recorded Ethereum logs to pool events")]


def quotes() -> list[Workload]:
    book, quote = "a recorded change of a price level in a book", "a recorded quote of two venues"
    return [
        Workload("book_update", DECODERS, (
            Row("book_update.change", TIME, book),
            Row("book_update.quoted", TIME, f"{book}, each frame looked at for a new quote"),
        ), 1, 1, 0.1, peers=()),
        Workload("quote_watch", DECODERS, (
            Row("quote_watch.cross", TIME, f"{quote}, compared at three thresholds"),
            Row("quote_watch.momentum", TIME, f"{quote}, and two moving averages"),
        ), 1, 1, 0.1, peers=()),
    ]


def burst() -> Workload:
    what = "resident memory {} 10 M messages were queued at once"
    return Workload("burst_10m", RESIDENT, (
        Row("burst_10m.before", MEMORY, what.format("before")),
        Row("burst_10m.peak", MEMORY, what.format("when")),
        Row("burst_10m.after", MEMORY, what.format("after"), (RowBar("burst_10m.before", 1.1),)),
    ), 1, 1, 0.05, peers=())


def oversubscribed(name: str, unit: str, reference: str, has_bar: bool = True) -> Workload:
    bars = (RowBar(reference, 0.4, PACE),) if has_bar else ()
    row = Row(f"oversubscribed.{name}", unit, f"{reference} with four workers on two processors",
              bars)
    return Workload(row.name, BUSY_MACHINE, (row,), 2, 0.2, 0.05, peers=(), confined=True)


def all_oversubscribed() -> list[Workload]:
    return [oversubscribed("send_local", RATE, "send_local"),
            oversubscribed("stream_cross", RATE, "stream_cross"),
            oversubscribed("fan_in", RATE, "fan_in"),
            oversubscribed("ring_503", TIME, "ring_503"),
            # each hop waits until the kernel runs the next worker: no bar can be set against a
            # ring whose workers have a processor each
            oversubscribed("ring_spread", TIME, "ring_spread", has_bar=False),
            oversubscribed("ping_pong", TIME, "ping_pong.two_workers")]


def limit(name: str, what: str, processors: int) -> Workload:
    row = Row(f"limits.{name}", TIME, what)
    return Workload(row.name, LIMITS, (row,), processors, 0.3, 0.05, peers=())


def c_loop(mode: str, how: str) -> Workload:
    name = f"limits.c_loop.{mode}"
    rows = latency_rows(name, f"paced_latency as a bare C loop, {how}", ("p50", "p99", "cpu"), {})
    return Workload(name, LIMITS, rows, 2, 0.4, 0.05, peers=())


def calls() -> Workload:
    name = "limits.hot_path"
    rows = [row for suffix, rate in HOT_PATH_RATES.items()
            for row in latency_rows(f"{name}{suffix}", f"hot_path by calls in one thread, {rate}",
                                    ("p50", "p99", "p999"), {})]
    return Workload(name, LIMITS, tuple(rows), 1, 0.4, 0.05, peers=())


def limits() -> list[Workload]:
    return [
        limit("cache_line", "one cache line from one processor to another, one way", 2),
        limit("two_lines", "the same with a line for each way, as two queues have", 2),
        limit("refcount", "an atomic increment and decrement nobody competes for", 1),
        limit("ring_same_thread", "enqueue and dequeue on a single-producer ring, one thread", 1),
        limit("ring_cross", "one message through such a ring from processor to processor", 2),
        limit("malloc_cross", "malloc of 64 bytes here, free on the other processor", 2),
        c_loop("busy", "polling"),
        c_loop("park", "parking in the kernel"),
        limit("udp_loop", "a datagram of 64 bytes by a bare loop of epoll and recvmmsg: its "
              "processor time", 2),
        limit("tcp_loop", "a frame of 64 bytes of a connection by a bare loop of epoll and recv: "
              "its processor time", 2),
        calls(),
    ]


WORKLOADS: tuple[Workload, ...] = (*messages(), *feeds(), *paced_latencies(), *hot_paths(),
                                   *decoders(), *quotes(), burst(), *all_oversubscribed(),
                                   *limits())
ROWS: dict[str, Row] = {row.name: row for workload in WORKLOADS for row in workload.rows}
