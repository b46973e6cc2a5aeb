#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Feeds recorded captures to market-bundle in every way it can be fed, and compares what it makes of
them with independent oracles.

Usage: check_feeds.py MARKET_BUNDLE [CASE...]. The data folder is $MYC_DATA_DIR, by default
../shared/data beside the repository; exit 77 (skipped) without it. A case is the beginning of a name.
"""
import gzip
import importlib.util
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import zlib

import bundle_run
import websocket_server
from bundle_run import Bundle, connect, reset, send
from check import data_folder

CAPTURES = {"binance": [f"binance_ws/{name}_20240808.gz"
                        for name in ("spot_btcusdt", "spot_ethusdt", "usdm_btcusdt")],
            "kraken": ["kraken_book_ws/kraken_book_20210417.log.gz"],
            "coinbase": ["coinbase_l2_ws/coinbase_l2_20210417.log.gz"]}
SPOT, _, PERPETUAL = CAPTURES["binance"]
BACKENDS = ("uring", "epoll")


class Skipped(Exception):
    """Something that this machine does not have."""


def same(what, expected, actual):
    if expected == actual:
        return
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        for key, value in expected.items():
            same(f"{what}.{key}", value, actual[key])
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, value in enumerate(expected):
            same(f"{what}[{index}]", value, actual[index])
    raise AssertionError(f"{what}: expected {str(expected)[:500]}, got {str(actual)[:500]}")


def oracle(data, name):
    return json.loads((data / "oracle" / f"{name}_expected.json").read_text(encoding="utf-8"))


def module(data, name):
    spec = importlib.util.spec_from_file_location(name, data / "oracle" / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


# --- what each capture must give ---

def check_binance(data, capture, books, stats):
    expected = oracle(data, "binance")[pathlib.Path(capture).stem]
    counts = expected["counts"]
    same("books", 1, len(books))
    book = books[0]
    for ours, theirs in (("best_bid_e8", expected["final_best_bid_e8"]),
                         ("best_ask_e8", expected["final_best_ask_e8"]),
                         ("levels", [expected["final_bid_levels"], expected["final_ask_levels"]]),
                         ("depth_applied", counts["depth_applied"]),
                         ("depth_dropped_old", counts["depth_dropped_older_than_snapshot"]),
                         ("gaps", 0), ("book_ticker", counts["bookTicker"]),
                         ("trades", counts["trade"]),
                         ("final_book_crc32", expected["final_book_crc32"])):
        same(ours, theirs, book[ours])
    whole, _, decimals = expected["trade_qty_sum"].partition(".")
    same("trade_qty_sum_e8", int(whole + decimals.ljust(8, "0")), book["trade_qty_sum_e8"])
    same("lines", expected["lines"], stats["feeds"][0]["lines"])
    same("crossed", 0, stats["feeds"][0]["crossed"])


def e8(text):
    whole, _, decimals = text.partition(".")
    return int(whole + (decimals + "0" * 8)[:8])


def check_kraken(data, _, books, stats):
    pairs = oracle(data, "kraken")["pairs"]
    same("pairs", sorted(pairs), sorted(book["instrument"] for book in books))
    for book in books:
        expected = pairs[book["instrument"]]
        same("checksums_ok", expected["checksum_ok"], book["checksums_ok"])
        same("checksums_bad", 0, book["checksums_bad"])
        same("levels", [expected["final_bid_levels"], expected["final_ask_levels"]], book["levels"])
        for side in ("bid", "ask"):
            same(f"best {side}", [e8(text) for text in expected[f"final_best_{side}"]][:1],
                 book[f"best_{side}_e8"][:1])
    same("checksums", 3256, stats["feeds"][0]["checksums_ok"])


def check_coinbase(data, _, books, stats):
    expected = oracle(data, "coinbase")
    products = expected["products"]
    same("products", sorted(products), sorted(book["instrument"] for book in books))
    for book in books:
        product = products[book["instrument"]]
        same("crc", product["final_book_crc32"], book["final_book_crc32"])
        same("levels", [product["final_bid_levels"], product["final_ask_levels"]], book["levels"])
        same("applied", product["l2update"], book["depth_applied"])
        same("tickers", product.get("ticker", 0), book["book_ticker"])
        same("trades", product.get("match", 0), book["trades"])
        same("trade sum", product.get("match_size_e10", 0) // 100, book["trade_qty_sum_e8"])
    same("status", expected["kinds"]["subscriptions"], stats["feeds"][0]["status"])


CHECKS = {"binance": check_binance, "kraken": check_kraken, "coinbase": check_coinbase}


def check_counts(stats, dead_max=0):
    """Every frame and every message is accounted for, and no frame was bad."""
    messages = stats["messages"]
    same("messages accounted for", messages["accepted"],
         sum(messages[end] for end in ("handled", "dead", "dropped", "queued")))
    same("dead, dropped", [True, 0], [messages["dead"] <= dead_max, messages["dropped"]])
    same("unsent", 0, stats["unsent"])
    for feed in stats["feeds"]:
        same("bad frames", 0, feed["bad"])
        same("complete", True, feed["complete"])


# --- the ways ---

def by_file(program, folder, fmt, path, io):
    return Bundle(program, folder, "run", ["--io", io, "--feed", f"{fmt}:{path}"])


def by_socket(target):
    def run(program, folder, fmt, path, io):
        bundle = Bundle(program, folder, "run", ["--io", io, "--feed", f"{fmt}:{target(folder)}",
                                                 "--connections", "1"])
        send(bundle.address(), gzip.decompress(path.read_bytes()))
        return bundle
    return run


WAYS = {"file": by_file,
        "tcp": by_socket(lambda folder: "tcp-listen://127.0.0.1:0"),
        "unix": by_socket(lambda folder: f"unix-listen://{folder}/socket")}


def capture_case(way, io, fmt, capture):
    def run(program, data, folder):
        bundle = WAYS[way](program, folder, fmt, data / capture, io).expect_exit(0)
        CHECKS[fmt](data, capture, bundle.books(), bundle.stats())
        check_counts(bundle.stats())
        same("backend", io, bundle.stats()["io"])
    return run


# --- two venues ---

def check_cross(expected, stats):
    found = {cross["threshold_ppm"]: cross for cross in stats["cross"]}
    for threshold, counts in expected["by_threshold_ppm"].items():
        cross = found[int(threshold)]
        same(f"quotes at {threshold}", counts["quotes_at_or_above"], cross["quotes"])
        same(f"episodes at {threshold}", counts["episodes"], cross["episodes"])
        same("largest", expected["largest_gap_ppm"], round(cross["largest_gap_ppm"], 6))


def cross_options(expected):
    return [word for ppm in expected["by_threshold_ppm"] for word in ("--cross-ppm", ppm)]


def cross_case(io):
    def run(program, data, folder):
        expected = oracle(data, "binance")["cross_spot_btcusdt_vs_usdm_btcusdt"]
        bundle = Bundle(program, folder, "cross",
                        ["--io", io, "--feed", f"binance:{data / SPOT}", "--feed",
                         f"binance:{data / PERPETUAL}", "--merge", "time",
                         *cross_options(expected)]).expect_exit(0)
        check_cross(expected, bundle.stats())
        check_counts(bundle.stats())
    return run


def head(data, capture, folder, lines):
    """The first lines of a capture, as a file."""
    path = pathlib.Path(folder) / f"head_{pathlib.Path(capture).name}"
    with gzip.open(data / capture, "rb") as source, gzip.open(path, "wb", 1) as out:
        for _ in range(lines):
            out.write(source.readline())
    return path


def published_case(target, io):
    """One bundle publishes the quotes of two venues, another one compares them. With one worker the
    publisher's mailbox holds them all: none is dropped, however busy the machine is."""
    def run(program, data, folder):
        heads = [head(data, capture, folder, 5000) for capture in (SPOT, PERPETUAL)]
        expected = module(data, "binance_oracle").cross(*map(str, heads))
        feeds = [word for path in heads for word in ("--feed", f"binance:{path}")]
        first = Bundle(program, folder, "first",
                       ["--io", io, *feeds, "--merge", "time", "--publish", target(folder),
                        "--subscribers", "1", "--workers", "1"])
        address = first.address()
        source = f"tcp://{address[0]}:{address[1]}" if isinstance(address, tuple) else \
            f"unix://{address}"
        second = Bundle(program, folder, "second",
                        ["--io", io, "--feed", f"sbe:{source}", *cross_options(expected)])
        first.expect_exit(0)
        second.expect_exit(0)
        quotes = sum(feed["quotes"] for feed in first.stats()["feeds"])
        same("published", {"messages": quotes, "refused": 0, "disconnected": 0},
             {key: first.stats()["publish"][key] for key in ("messages", "refused", "disconnected")})
        same("received", quotes, second.stats()["feeds"][0]["quote_update"])
        check_cross(expected, second.stats())
        check_counts(second.stats())
    return run


def published_datagrams(program, data, folder):
    second = Bundle(program, folder, "second", ["--feed", "sbe:udp://127.0.0.1:0"])
    port = second.address()[1]
    first = Bundle(program, folder, "first",
                   ["--feed", f"kraken:{data / CAPTURES['kraken'][0]}", "--speed", "20000/s",
                    "--book-interval", "5", "--workers", "1", "--publish", f"udp://127.0.0.1:{port}"]).expect_exit(0)
    bundle_run.await_no_datagrams(port)
    same("exit code", 0, second.stop())
    sent, feed = first.stats(), second.stats()["feeds"][0]
    same("lost", 0, sent["publish"]["datagrams_lost"] + feed["datagrams_dropped"])
    same("datagrams", sent["publish"]["datagrams"], feed["pieces"])
    same("quotes", sent["feeds"][0]["quotes"], feed["quote_update"])
    same("messages", sent["publish"]["messages"], feed["messages"])
    if feed["order_book_snapshot"] < 7:
        raise AssertionError(f"books: expected one of each pair or more, got {feed}")


def slow_subscriber(program, data, folder):
    """One that never reads is disconnected; the run and the other one do not suffer."""
    bundle = Bundle(program, folder, "run",
                    ["--feed", f"binance:{data / PERPETUAL}", "--subscribers", "1",
                     "--publish", f"unix-listen://{folder}/publish"])
    with connect(bundle.address()):
        bundle.expect_exit(0)
        publish = bundle.stats()["publish"]
        same("disconnected", 1, publish["disconnected"])
        same("quotes", 66089, bundle.stats()["feeds"][0]["quotes"])


# --- senders that break off ---

def cut_capture(data):
    """A capture, and how many whole lines its first part has, which ends inside a line."""
    whole = gzip.decompress((data / SPOT).read_bytes())
    cut = len(whole) // 3
    while whole[cut - 1:cut] == b"\n" or whole[cut:cut + 1] == b"\n":
        cut += 1
    return whole, cut, whole[:cut].count(b"\n")


def killed_sender(program, data, folder):
    whole, cut, lines = cut_capture(data)
    bundle = Bundle(program, folder, "run", ["--feed", "binance:tcp-listen://127.0.0.1:0",
                                             "--connections", "1"])
    send(bundle.address(), whole[:cut])
    feed = bundle.expect_exit(0).stats()["feeds"][0]
    same("lines", lines + 1, feed["lines"])
    same("bad", 1, feed["bad"])
    same("bad line", lines + 1, feed["bad_first"])
    bundle.await_line(rf":{lines + 1}: bad frame: ")


def reconnecting_sender(io):
    def run(program, data, folder):
        whole, cut, _ = cut_capture(data)
        bundle = Bundle(program, folder, "run",
                        ["--io", io, "--feed", "binance:tcp-listen://127.0.0.1:0",
                         "--connections", "2"])
        stream = connect(bundle.address())
        stream.sendall(whole[:cut])
        reset(stream)
        send(bundle.address(), whole)
        feed = bundle.expect_exit(0).stats()["feeds"][0]
        same("connections", [2, True], [feed["connections"], feed["connections_lost"] >= 1])
        expected = oracle(data, "binance")["spot_btcusdt_20240808"]
        same("crc", expected["final_book_crc32"], bundle.books()[0]["final_book_crc32"])
    return run


def reconnecting_receiver(io):
    """A server that closes in the middle; the bundle comes back for the whole, and once more."""
    def run(program, data, folder):
        whole, cut, lines = cut_capture(data)
        with bundle_run.socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(bundle_run.TIMEOUT_S)
            port = server.getsockname()[1]
            bundle = Bundle(program, folder, "run", ["--io", io, "--reconnect",
                                                     "--feed", f"binance:tcp://127.0.0.1:{port}"])
            for part in (whole[:cut], whole, b""):
                stream, _ = server.accept()
                stream.settimeout(bundle_run.TIMEOUT_S)
                with stream:
                    stream.sendall(part)
                    if not part:  # it came back, so it has seen the end of what was before
                        same("exit code", 0, bundle.stop())
        feed = bundle.stats()["feeds"][0]
        same("connections", [3, True], [feed["connections"], feed["connections_lost"] >= 2])
        same("snapshots", 2, feed["snapshots"])
        same("lines, bad", [lines + 41249, 0], [feed["lines"], feed["bad"]])
    return run


# --- recordings ---

def record_live(program, data, folder, io):
    """A recording of a run with two connections, and what the run gave."""
    bundle = Bundle(program, folder, "live",
                    ["--io", io, "--record", f"{folder}/recording", "--momentum-ppm", "100",
                     "--feed", "binance:tcp-listen://127.0.0.1:0", "--connections", "2"])
    whole, cut, _ = cut_capture(data)
    send(bundle.address(), whole[:cut])
    send(bundle.address(), whole)
    return bundle.expect_exit(0)


def replay(program, folder, name, *options):
    return Bundle(program, folder, name, ["--feed", f"record:{folder}/{name}",
                                          "--momentum-ppm", "100", *options])


def recorded_live(io):
    def run(program, data, folder):
        live = record_live(program, data, folder, io)
        again = replay(program, folder, "recording", "--record", f"{folder}/second", "--io", io)
        again.expect_exit(0)
        same("results", live.results(), again.results())
        same("signals", True, live.signals().count("\n") > 3)
        first, second = ((pathlib.Path(folder) / name).read_bytes()
                         for name in ("recording", "second"))
        same("recording of the replay", zlib.crc32(first), zlib.crc32(second))
    return run


def recorded_until_stopped(program, data, folder):
    """Ctrl-C ends a recording in order, and the replay ends where the run did."""
    whole, cut, _ = cut_capture(data)
    live = Bundle(program, folder, "live",
                  ["--record", f"{folder}/recording", "--momentum-ppm", "100",
                   "--feed", "binance:tcp-listen://127.0.0.1:0"])
    with connect(live.address()) as stream:
        stream.sendall(whole[:cut])
        same("exit code", 0, live.stop())
    again = replay(program, folder, "recording").expect_exit(0)
    same("interrupted", True, live.stats()["interrupted"])
    expected, actual = live.results(), again.results()
    for results in (expected, actual):
        results["stats"]["feeds"][0].pop("complete")
    same("results", expected, actual)


def small_mailboxes(program, data, folder):
    """With room for one message every send waits: the results do not change."""
    results = []
    for name, options in (("wide", []), ("one", ["--mailbox", "1"]),
                          ("together", ["--mailbox", "1", "--place", "together"])):
        bundle = Bundle(program, folder, name,
                        ["--feed", f"kraken:{data / CAPTURES['kraken'][0]}", "--momentum-ppm", "10",
                         "--book-interval", "1", *options]).expect_exit(0)
        check_counts(bundle.stats())
        results.append(bundle.results())
    for result in results:
        result["signals"] = [without(json.loads(line), "received_ns")
                             for line in result["signals"].splitlines()]
    same("signals", True, len(results[0]["signals"]) > 0)
    same("one", results[0], results[1])
    same("together", results[0], results[2])


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


def recorded_files(options):
    def run(program, data, folder):
        feeds = [f"binance:{data / SPOT}", f"binance:{data / PERPETUAL}",
                 f"coinbase:{data / CAPTURES['coinbase'][0]}"]
        words = [word for feed in feeds for word in ("--feed", feed)]
        found = ["--cross-ppm", "500", "--momentum-ppm", "200"]
        live = Bundle(program, folder, "live", [*words, *options, *found, "--record",
                                                f"{folder}/recording"]).expect_exit(0)
        again = Bundle(program, folder, "again",
                       ["--feed", f"record:{folder}/recording", *found]).expect_exit(0)
        same("results", live.results(), again.results())
        same("episodes", True, live.stats()["cross"][0]["episodes"] > 0)
    return run


def damaged_recording(program, data, folder):
    record_live(program, data, folder, "auto")
    recording = pathlib.Path(folder) / "recording"
    whole = recording.read_bytes()
    cases = {"torn": (whole[:len(whole) * 2 // 3], "it ends inside a record"),
             "endless": (whole[:-24], "it was cut short: its end is missing"),
             "longer": (whole + b"x", "something follows its end"),
             "flipped": (whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
                         "a record is damaged"),
             "other": (whole[:6] + b"02" + whole[8:], "another version"),
             "text": (b"no recording at all", "it is no recording"),
             "empty": (b"", "it is no recording")}
    for name, (content, reason) in cases.items():
        (pathlib.Path(folder) / name).write_bytes(content)
        bundle = replay(program, folder, name).expect_exit(1)
        bundle.await_line(reason)
    same("lines of the torn one", True, 0 < read_stats(folder, "torn")["feeds"][0]["lines"])


def read_stats(folder, name):
    return json.loads((pathlib.Path(folder) / f"{name}.stats").read_text(encoding="utf-8"))


def full_disk(program, data, folder):
    """The recording ends there, and says so; the run goes on."""
    bundle = Bundle(program, folder, "run", ["--feed", f"binance:{data / SPOT}",
                                             "--record", "/dev/full"]).expect_exit(1)
    bundle.await_line("--record /dev/full: it is not whole .*No space left on device")
    same("complete", False, bundle.stats()["record"]["complete"])
    CHECKS["binance"](data, SPOT, bundle.books(), bundle.stats())


# --- WebSockets ---

def kraken_messages(data):
    """What the exchange sent, without the times and notes of the recorder."""
    lines = gzip.decompress((data / CAPTURES["kraken"][0]).read_bytes()).splitlines()
    return [line.partition(b": ")[2] for line in lines if line[:1].isdigit()]


def certificate(folder):
    """A self-signed certificate for localhost and its key, or None without openssl."""
    paths = [f"{folder}/certificate.pem", f"{folder}/key.pem"]
    if not shutil.which("openssl"):
        return None
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-out", paths[0], "-keyout",
                    paths[1]], check=True, stderr=subprocess.DEVNULL)
    return paths


def serve(server, messages, subscription):
    stream = server.accept()
    with stream:
        same("subscription", subscription, websocket_server.receive_text(stream))
        for message in messages:
            stream.sendall(websocket_server.text(message))
        stream.sendall(websocket_server.goodbye())
        websocket_server.receive(stream, 8)  # its goodbye: head, mask and code


def websocket_case(is_secure, io):
    def run(program, data, folder):
        tls = None
        paths = certificate(folder) if is_secure else None
        if is_secure and not paths:
            raise Skipped("no openssl to make a certificate with")
        if paths:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(*paths)
        server = websocket_server.Server(bundle_run.TIMEOUT_S, tls)
        subscription = b'{"event":"subscribe","pair":["A=B"]}'
        url = f"{'wss' if is_secure else 'ws'}://localhost:{server.port}/feed?x=y"
        bundle = Bundle(program, folder, "live",
                        ["--io", io, "--feed", f"kraken:{url}", "--subscribe",
                         f"1={subscription.decode()}", "--record", f"{folder}/recording",
                         *(["--ca", paths[0]] if paths else [])])
        serve(server, kraken_messages(data), subscription)
        server.close()
        bundle.expect_exit(0)
        check_kraken(data, None, bundle.books(), bundle.stats())
        # The connection may say that it has ended when its client has just gone.
        check_counts(bundle.stats(), dead_max=1)
        again = Bundle(program, folder, "again", ["--feed", f"record:{folder}/recording"])
        again.expect_exit(0)
        same("results", bundle.results(), again.results())
    return run


def untrusted_certificate(program, data, folder):
    """Nobody has said that it is to be trusted, so it is not."""
    paths = certificate(folder)
    if not paths:
        raise Skipped("no openssl to make a certificate with")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*paths)
    server = websocket_server.Server(bundle_run.TIMEOUT_S, tls)
    bundle = Bundle(program, folder, "run",
                    ["--feed", f"kraken:wss://localhost:{server.port}/"])
    try:
        server.accept()
        raise AssertionError("the client has upgraded")
    except (ssl.SSLError, ConnectionError):
        pass
    finally:
        server.close()
    bundle.expect_exit(1).await_line("certificate")


# --- the rest ---

def datagrams(program, data, folder):
    """The first lines of a capture, with its snapshot of 64 KB, a datagram each."""
    with gzip.open(data / SPOT, "rb") as source:
        lines = [source.readline() for _ in range(400)]
    bundle = Bundle(program, folder, "run", ["--feed", "binance:udp://127.0.0.1:0"])
    port = bundle.address()[1]
    with bundle_run.socket.socket(type=bundle_run.socket.SOCK_DGRAM) as sender:
        for line in lines:
            sender.sendto(line, ("127.0.0.1", port))
            bundle_run.await_no_datagrams(port)
    same("exit code", 0, bundle.stop())
    feed = bundle.stats()["feeds"][0]
    for key, expected in (("lines", 400), ("pieces", 400), ("bad", 0), ("snapshots", 1),
                          ("datagrams_dropped", 0)):
        same(key, expected, feed[key])


def timed_run(program, data, folder):
    """--for ends a feed that has no end, in order."""
    bundle = Bundle(program, folder, "run", ["--feed", "kraken:tcp-listen://127.0.0.1:0",
                                             "--for", "0.5"]).expect_exit(0)
    same("timed out", [True, False], [bundle.stats()["timed_out"], bundle.stats()["interrupted"]])


def paced_run(program, data, folder):
    """The speed changes nothing but the time: 7228 lines at 40000 a second take 0.18 s or more."""
    path = data / CAPTURES["coinbase"][0]
    bundle = Bundle(program, folder, "run", ["--feed", f"coinbase:{path}", "--speed",
                                             "40000/s"]).expect_exit(0)
    CHECKS["coinbase"](data, None, bundle.books(), bundle.stats())
    frames = bundle.stats()["feeds"][0]["lines"]
    same("slow enough", True, bundle.stats()["duration_ns"] >= (frames - 1) * 10**9 // 40000)


def cases():
    for io in BACKENDS:
        for way in WAYS:
            for fmt, captures in CAPTURES.items():
                for capture in captures:
                    name = pathlib.Path(capture).name.partition(".")[0]
                    yield f"{way} {io} {name}", capture_case(way, io, fmt, capture)
        yield f"cross {io}", cross_case(io)
        yield f"published tcp {io}", published_case(lambda folder: "tcp-listen://127.0.0.1:0", io)
        yield f"published unix {io}", published_case(
            lambda folder: f"unix-listen://{folder}/publish", io)
        yield f"sender reconnects {io}", reconnecting_sender(io)
        yield f"receiver reconnects {io}", reconnecting_receiver(io)
        yield f"recorded live {io}", recorded_live(io)
        yield f"websocket {io}", websocket_case(False, io)
        yield f"websocket over tls {io}", websocket_case(True, io)
    yield "websocket with a certificate of nobody", untrusted_certificate
    yield "published datagrams", published_datagrams
    yield "slow subscriber", slow_subscriber
    yield "small mailboxes", small_mailboxes
    yield "recorded until stopped", recorded_until_stopped
    yield "sender killed", killed_sender
    yield "recorded files", recorded_files([])
    yield "recorded merged", recorded_files(["--merge", "time"])
    yield "recording damaged", damaged_recording
    yield "disk full", full_disk
    yield "datagrams", datagrams
    yield "timed", timed_run
    yield "paced", paced_run


def run_case(name, case, program, data):
    with tempfile.TemporaryDirectory() as folder:
        try:
            case(program, data, folder)
        except Skipped as reason:
            print(f"skipped: {name}: {reason}")
            return True
        except (AssertionError, KeyError, IndexError, OSError, ValueError) as error:
            if "io_uring" in str(error) and "not supported" in str(error):
                print(f"skipped: {name}: no io_uring here")
                return True
            print(f"FAILED: {name}\n    {type(error).__name__}: {error}")
            return False
    print(f"ok: {name}")
    return True


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: check_feeds.py MARKET_BUNDLE [CASE...]")
    program, wanted, data = sys.argv[1], tuple(sys.argv[2:]), data_folder()
    if not (data / "oracle" / "binance_expected.json").is_file():
        print(f"skipped: no recorded data in {data} (set MYC_DATA_DIR)")
        sys.exit(77)
    results = [run_case(name, case, program, data) for name, case in cases()
               if not wanted or name.startswith(wanted)]
    print(f"{len(results)} cases, {results.count(False)} failed")
    sys.exit(0 if results and all(results) else 1)


if __name__ == "__main__":
    main()
