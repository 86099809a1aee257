#!/usr/bin/env python3
"""Measures Opgang beside bare SQLite, PouchDB and Yjs; run by scripts/bench.

    run.py --bin DIR --peers DIR [--quick] [--rows 1,2,...] [--rounds N]

Every figure is a ratio or a time of this run; peers are interleaved with ours, round by round, and medians are told.
Prints the table and writes bench/results.json: a list of {id, name, value, unit, floor, goal, better, ok}.
"""
import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
BATCHES = (250, 1000, 4000)


def tell(words, passing=False):
    """Progress: a line that is overwritten on a terminal, a line each elsewhere, without what is only passing."""
    if sys.stderr.isatty():
        print(f"\r\033[K{words}"[:90], end="", file=sys.stderr, flush=True)
    elif not passing:
        print(words, file=sys.stderr, flush=True)


class Wire:
    """A FIFO between a device and its base: delays each way, counts bytes. One queue and one timer a direction. `rate`: bytes a
    second that each direction carries, with a quarter of a second of them in its buffer."""

    def __init__(self, port, one_way_seconds=0.0, rate=None):
        self.target, self.delay, self.rate = port, one_way_seconds, rate
        self.up = self.down = 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    async def _serve(self, reader, writer):
        await asyncio.sleep(2 * self.delay)  # what a TCP handshake costs
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        with contextlib.suppress(asyncio.CancelledError):  # closed before all of it had passed
            await asyncio.gather(self._carry(reader, far_writer, "up"), self._carry(far_reader, writer, "down"))

    async def _carry(self, reader, writer, way):
        queue = asyncio.Queue()

        async def hand_on():
            while True:
                due, chunk = await queue.get()
                await asyncio.sleep(max(0.0, due - self.loop.time()))
                if not chunk:
                    break
                writer.write(chunk)
            with contextlib.suppress(OSError):
                writer.close()

        handing = self.loop.create_task(hand_on())
        free = 0.0  # when the line has carried all that was put on it
        with contextlib.suppress(OSError):
            while chunk := await reader.read(4096 if self.rate else 65536):
                setattr(self, way, getattr(self, way) + len(chunk))
                free = max(free, self.loop.time()) + (len(chunk) / self.rate if self.rate else 0)
                queue.put_nowait((free + self.delay, chunk))
                await asyncio.sleep(max(0.0, free - 0.25 - self.loop.time()))
        queue.put_nowait((self.loop.time() + self.delay, b""))
        await handing

    def close(self):
        """Ends what is under way; the thread ends with its loop."""
        def end():
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.loop.call_later(0.1, self.loop.stop)
        self.loop.call_soon_threadsafe(end)
        self.thread.join()


class World:
    """One base in a directory of its own, and tablets enrolled there. `filled`: a base's directory that it begins as a copy of."""

    def __init__(self, binaries, directory, limits=(), filled=None):
        self.bin, self.directory = pathlib.Path(binaries), pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        if filled:
            shutil.copytree(filled, self.data)
        self.base = subprocess.Popen([self.bin / "opgangd", "--data", self.data, "serve", "--listen", "127.0.0.1:0",
                                      *(word for limit in limits for word in ("--limit", limit))],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.base.stdout.readline()
        ready = re.search(r"ready on port (\d+)", line)
        if ready is None:
            sys.exit("bench: opgangd does not start")
        self.port = int(ready.group(1))
        threading.Thread(target=self.base.stdout.read, daemon=True).start()
        self.made = 0

    @property
    def data(self):
        return self.directory / "base"

    def admin(self, *words):
        done = subprocess.run([self.bin / "opgangd", "--data", self.data, "--json", *words], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: opgangd {words[0]}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def tool(self, *words):
        done = subprocess.run([self.bin / "bench_tool", *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {words[0]}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.base.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+) kB", status).group(1))

    def tablet(self, where=None, port=None, synced=True, area="Testby"):
        """Enrolled and synced once, so that it knows its area. `port`: where it finds the base from then on."""
        self.made += 1
        home = self.directory / (where or ".") / f"tablet-{self.made}"
        home.parent.mkdir(parents=True, exist_ok=True)
        file = self.directory / f"invitation-{self.made}"
        told = self.admin("invite", "--staff", f"staff{self.made}", "--device", f"tablet-{self.made}", "--role", "outreach",
                          "--area", area, "--out", str(file), *(["--address", f"127.0.0.1:{port}"] if port else []))
        self.tool("enroll", "--home", home, "--invitation", file, "--code", told["code"])
        if synced:
            self.tool("sync", "--home", home)
        return home

    def save(self, home, count, seed):
        return self.tool("save", "--home", home, "--count", count, "--seed", seed)

    def sync(self, home):
        result = self.tool("sync", "--home", home)
        if result["unsent"] or result["refused"]:
            sys.exit(f"bench: a sync left work behind: {result}")
        return result

    @contextlib.contextmanager
    def syncs(self):
        """Counts the base's syncs of its files, by name, while it lasts; a traced base is slower, and syncs the same."""
        trace = self.directory / "syncs"
        strace = subprocess.Popen(["strace", "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", str(self.base.pid)],
                                  stderr=subprocess.PIPE, text=True)
        if "attached" not in strace.stderr.readline():
            sys.exit("bench: strace may not trace here")
        threading.Thread(target=strace.stderr.read, daemon=True).start()
        counts = {}
        try:
            yield counts
        finally:
            strace.send_signal(signal.SIGINT)
            strace.wait()
            for name in re.findall(r"sync\(\d+<[^>]*/([^/>]+)>", trace.read_text()):
                counts[name] = counts.get(name, 0) + 1

    def close(self):
        self.base.terminate()
        self.base.wait()


class Bench:
    def __init__(self, args, scratch):
        self.args, self.scratch = args, pathlib.Path(scratch)
        self.bin = pathlib.Path(args.bin)
        self.records = 2000 if args.quick else 10000
        self.rounds = args.rounds or (1 if args.quick else 5)
        self.count = 0
        self.results = []

    @contextlib.contextmanager
    def world(self, *limits, filled=None):
        self.count += 1
        world = World(self.bin, self.scratch / f"world-{self.count}", limits, filled)
        try:
            yield world
        finally:
            world.close()
            shutil.rmtree(world.directory, ignore_errors=True)

    def node(self, script, *words):
        done = subprocess.run(["node", str(self.peers / script), *map(str, words)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"bench: {script}: {done.stderr[-2000:]}")
        return json.loads(done.stdout.strip().splitlines()[-1])

    @property
    def peers(self):
        return pathlib.Path(self.args.peers)

    @contextlib.contextmanager
    def server(self, script, *words):
        process = subprocess.Popen(["node", str(self.peers / script), *map(str, words)], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.kill()
            process.wait()

    def content(self, seed):
        file = self.scratch / f"records-{seed}.jsonl"
        if not file.exists():
            with open(file, "w") as out:
                subprocess.run([self.bin / "bench_tool", "records", "--count", str(self.records), "--seed", str(seed)],
                               stdout=out, check=True)
        return file

    # One measurement each; seconds unless they say otherwise.

    def ours(self, seed):
        """Rows 1 to 4, 13: push of a full queue, pull by another tablet, and SQLite's own time for the same rows."""
        with self.world() as world:
            writer, reader = world.tablet(), world.tablet()
            world.save(writer, self.records, seed)
            push = world.sync(writer)
            pull = world.sync(reader)
            if push["sent"] != self.records or pull["received"] < self.records:
                sys.exit(f"bench: {push} {pull}")
            world.close()
            tool = [self.bin / "bench_tool"]
            copy = json.loads(subprocess.run(
                [*tool, "copy-rows", "--from", world.data / "base.db", "--to", world.directory / "copy.db", "--transactions",
                 str(max(1, self.records // 1000))], capture_output=True, text=True, check=True).stdout)
            plain = json.loads(subprocess.run([*tool, "plain-rows", "--to", world.directory / "plain.db", "--count",
                                               str(self.records)], capture_output=True, text=True, check=True).stdout)
            return {"push": push["answered"], "sync": push["seconds"], "pull": pull["seconds"], "copy": copy["seconds"], "plain": plain["seconds"],
                    "push_kib": push["peak_kib"], "pull_kib": pull["peak_kib"]}

    def pouch(self, seed, batch):
        self.count += 1
        directory = self.scratch / f"pouch-{self.count}"
        with self.server("pouch_server.mjs", directory / "server") as port:
            url = f"http://127.0.0.1:{port}/records"
            push = self.node("pouch_client.mjs", "push", url, directory / "a", self.content(seed), batch)
            pull = self.node("pouch_client.mjs", "pull", url, directory / "b", "-", batch)
        shutil.rmtree(directory, ignore_errors=True)
        if push["documents"] != self.records or pull["documents"] != self.records:
            sys.exit(f"bench: PouchDB moved {push} {pull}")
        return push["seconds"], pull["seconds"]

    def yjs(self, seed):
        with self.server("yjs.mjs", "server") as port:
            push = self.node("yjs.mjs", "push", port, self.content(seed))
            pull = self.node("yjs.mjs", "pull", port, self.content(seed))
        return push["seconds"], pull["seconds"]

    # Rows.

    def note(self, row, name, value, unit, floor, goal, better):
        ok = None if floor is None else (value >= floor if better == "higher" else value <= floor)
        self.results.append({"id": str(row), "name": name, "value": round(value, 4), "unit": unit, "floor": floor,
                             "goal": goal, "better": better, "ok": ok})

    def engines(self, rows):
        ours, pouch, yjs = [], {batch: [] for batch in BATCHES}, []
        for r in range(self.rounds):
            tell(f"round {r + 1} of {self.rounds}: opgang, {self.records} records")
            ours.append(self.ours(100 + r))
            for batch in BATCHES if rows & {2, 3} else ():
                tell(f"round {r + 1} of {self.rounds}: PouchDB, batches of {batch}")
                pouch[batch].append(self.pouch(100 + r, batch))
            if 4 in rows:
                tell(f"round {r + 1} of {self.rounds}: Yjs")
                yjs.append(self.yjs(100 + r))

        def of(key):
            return statistics.median(one[key] for one in ours)

        if 1 in rows:
            self.note(1, "durable ingest / SQLite writing the same rows",
                      statistics.median(one["copy"] / one["push"] for one in ours), "x", 0.35, 0.55, "higher")
            self.note("1b", "durable ingest / one plain 300-byte row a mutation",
                      statistics.median(one["plain"] / one["push"] for one in ours), "x", None, None, "higher")
            self.note("1c", "durable ingest", self.records / of("push"), "mutations/s", None, None, "higher")
            self.note("1d", "the same, until its own records have come back too",
                      statistics.median(one["copy"] / one["sync"] for one in ours), "x", None, None, "higher")
        if rows & {2, 3}:
            best_push = min(statistics.median(p for p, _ in runs) for runs in pouch.values())
            best_pull = min(statistics.median(p for _, p in runs) for runs in pouch.values())
            self.note(2, f"push {self.records} / PouchDB", best_push / of("push"), "x", 6, 15, "higher")
            self.note(3, f"pull {self.records} / PouchDB", best_pull / of("pull"), "x", 10, 20, "higher")
        if 4 in rows:
            self.note(4, "push / Yjs in memory", statistics.median(p for p, _ in yjs) / of("push"), "x", 0.2, 0.5, "higher")
            self.note("4b", "pull / Yjs in memory", statistics.median(p for _, p in yjs) / of("pull"), "x", 0.5, 1, "higher")
        if 13 in rows:
            self.note(13, f"device's peak memory, push of {self.records}", of("push_kib") / 1024, "MiB", 48, 30, "lower")
            self.note("13b", f"device's peak memory, pull of {self.records}", of("pull_kib") / 1024, "MiB", 48, 30, "lower")

    def bytes_of_bulk(self):
        """Row 5. Ours inside TLS; PouchDB's in the clear, without what TLS would add."""
        tell("bytes of a record on the wire")
        content = self.content(7)
        raw = content.stat().st_size / self.records
        with self.world() as world:
            wire = Wire(world.port)
            writer, reader = world.tablet(port=wire.port), world.tablet(port=wire.port)
            world.save(writer, self.records, 7)
            before = wire.up + wire.down
            world.sync(writer)
            pushed = wire.up + wire.down - before
            before = wire.up + wire.down
            world.sync(reader)
            pulled = wire.up + wire.down - before
            wire.close()
        pouch = {}
        for way_batch in BATCHES if (self.peers / "node_modules").exists() else ():
            directory = self.scratch / f"pouch-bytes-{way_batch}"
            with self.server("pouch_server.mjs", directory / "server") as port:
                wire = Wire(port)
                url = f"http://127.0.0.1:{wire.port}/records"
                self.node("pouch_client.mjs", "push", url, directory / "a", content, way_batch)
                up = wire.up + wire.down
                self.node("pouch_client.mjs", "pull", url, directory / "b", "-", way_batch)
                pouch[way_batch] = (up, wire.up + wire.down - up)
                wire.close()
            shutil.rmtree(directory, ignore_errors=True)
        best_up = min((up / self.records for up, _ in pouch.values()), default=None)
        best_down = min((down / self.records for _, down in pouch.values()), default=None)
        self.note(5, "bytes a record, push", pushed / self.records, "B", best_up, 1.1 * raw, "lower")
        self.note("5b", "bytes a record, pull", pulled / self.records, "B", best_down, 0.6 * raw, "lower")
        self.note("5c", "bytes a record as JSON", raw, "B", None, None, "lower")

    @staticmethod
    def bytes_both_ways(world):
        """Of a cold sync of 20 new records each way."""
        wire = Wire(world.port)
        mine, other = world.tablet(port=wire.port), world.tablet()
        world.save(other, 20, 3)
        world.sync(other)
        world.save(mine, 20, 4)
        before = wire.up + wire.down
        world.sync(mine)
        total = wire.up + wire.down - before
        wire.close()
        return total

    def growth(self):
        """Row 14: what the same devices cost beside ever more records of others in the base: 8 areas of citizens with ten records
        each, committed as devices' work is. The devices' own areas begin empty."""
        sizes = (1_000, 10_000) if self.args.quick else (10_000, 100_000, 1_000_000)
        filled = {size: self.scratch / f"filled-{size}" for size in sizes}
        for size, directory in filled.items():
            tell(f"growth: a base with {size} records")
            subprocess.run([self.bin / "fill_base", "--data", directory, "--citizens", str(size // 10)], check=True,
                           capture_output=True)
        costs = {size: {"ingest": [], "bytes": [], "swarm": []} for size in sizes}
        for r in range(min(self.rounds, 3)):
            for size, cost in costs.items():
                tell(f"round {r + 1}: growth, {size} records")
                with self.world(filled=filled[size]) as world:
                    home = world.tablet()
                    world.save(home, self.records, 14)
                    cost["ingest"].append(world.sync(home)["answered"])
                    cost["bytes"].append(self.bytes_both_ways(world))
                    cost["swarm"].append(self.swarm(world, 20 if self.args.quick else 200)["answered"])
        for directory in filled.values():
            shutil.rmtree(directory)
        for row, what, name in ((14, "ingest", "durable ingest"), ("14b", "bytes", "bytes of a cold sync"),
                                ("14c", "swarm", "all devices at once")):
            least, *more = (statistics.median(costs[size][what]) for size in sizes)
            for size, cost in zip(sizes[1:], more):
                self.note(row, f"{name}, {size:,} records / {sizes[0]:,}", cost / least, "x", 2, 1.2, "lower")

    def round_trips(self):
        """Rows 6 and 7: 20 new records each way over 300 ms, cold; and 20 on a stream that is open."""
        rtt, cold, near, opened = 0.3, [], [], []
        total = 0
        for r in range(self.rounds):
            tell(f"round {r + 1} of {self.rounds}: 20 records over 300 ms")
            for delay, into in ((0.0, near), (rtt / 2, cold)):
                with self.world() as world:
                    wire = Wire(world.port, delay)
                    mine, other = world.tablet(port=wire.port), world.tablet()
                    world.save(other, 20, 3)
                    world.sync(other)
                    world.save(mine, 20, 4)
                    before = wire.up + wire.down
                    into.append(world.sync(mine)["seconds"])
                    total = wire.up + wire.down - before
                    if delay:
                        rounds = world.tool("open-stream", "--home", mine, "--count", 20, "--rounds", 4)["seconds"]
                        opened.append(statistics.median(rounds[1:]))
                    wire.close()
        self.note(6, "20 records two-way, cold", (statistics.median(cold) - statistics.median(near)) / rtt, "round trips", 5, 4,
                  "lower")
        self.note("6b", "20 records, stream open", statistics.median(opened) / rtt, "round trips", 2, 1, "lower")
        self.note(7, "bytes of that sync, cold", total / 1000, "kB", 9, 6.5, "lower")

    def disk_syncs(self):
        """Row 8: one device's full queue, from its greeting to everything current. Each group commit leaves one entry of the
        audit, for its changes are one person's on one device."""
        tell("disk syncs of a group commit")
        with self.world() as world:
            home = world.tablet()
            world.save(home, self.records, 8)
            with world.syncs() as syncs:
                world.sync(home)
            entries = world.admin("audit", "list", "--actor", "staff1", "--action", "changed", "--most", "1000")["entries"]
        commits = sum(1 for entry in entries if entry["changes"] > 0)
        self.note(8, f"disk syncs a group commit, of {commits}", sum(syncs.values()) / commits, "x", 1.5, 1, "lower")
        for name, count in sorted(syncs.items()):
            self.note("8b", f"of these, of {name}", count, "", None, None, "lower")

    @staticmethod
    def swarm(world, devices, where="swarm"):
        """Devices of 50 records each, ten to an area of their own, all at once; `where`: the directory of their homes."""
        for d in range(devices):
            tell(f"five o'clock: device {d + 1} of {devices}", passing=True)
            world.save(world.tablet(where, area=f"{pathlib.Path(where).name} {d // 10}"), 50, 1000 + d)
        tell(f"five o'clock: {devices} devices")
        told = world.tool("swarm", "--home", world.directory / where)
        if told["sent"] != 50 * devices:
            sys.exit(f"bench: {told}")
        return told

    def five_o_clock(self):
        """Row 9: all devices at once, ten to an area, against one device's rate in the same base; rates to the last verdict.
        All devices run in one process, on the same cores as the base and, but for 9e, on its disk, which a tablet is not."""
        devices = 40 if self.args.quick else 200
        with self.world() as world:
            alone = world.tablet()
            world.save(alone, self.records, 5)
            one = self.records / world.sync(alone)["answered"]
            all_of_them = self.swarm(world, devices)
            _, idle = (world.tool("swarm", "--home", world.directory / "swarm") for _ in range(2))
            with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
                no_disk = self.swarm(world, devices, f"{memory}/memory")
        rate = all_of_them["sent"] / all_of_them["answered"]
        self.note(9, f"{devices} devices of 50 records at once / one device", rate / one, "x", 1, 1.5, "higher")
        self.note("9b", "the slowest of them, its colleagues' records come too", all_of_them["slowest"], "s", 5, 2, "lower")
        self.note("9c", "the last verdict of all", all_of_them["answered"], "s", None, None, "lower")
        self.note("9d", "all of them once more, with nothing to say", idle["seconds"], "s", None, None, "lower")
        self.note("9e", "the last verdict of as many more whose files are in memory", no_disk["answered"], "s", None, None,
                  "lower")

    def first_sync(self):
        """Row 10: an area of 2,154 dwellings with 20,000 records and its entrances, on 1 Mbit/s with 100 ms there and back, and
        as fast as it goes."""
        examples = HERE.parent / "examples"
        count = 2000 if self.args.quick else 20000
        rate = 125_000
        slow, bound, fast = [], [], []
        with self.world() as world:
            writer = world.tablet()
            world.admin("import", "dwellings", str(examples / "aalborg-soe/dwellings.csv"), "--mapping",
                        str(examples / "mappings/plain.toml"), "--area", "Testby")
            world.save(writer, count, 10)
            world.sync(writer)
            for r in range(self.rounds):
                for carried, into in ((rate, slow), (None, fast)):
                    tell(f"round {r + 1} of {self.rounds}: first sync of an area")
                    wire = Wire(world.port, 0.05 if carried else 0.0, carried)
                    home = world.tablet(port=wire.port, synced=False)
                    before = wire.down
                    into.append(world.sync(home)["seconds"])
                    if carried:
                        bound.append(into[-1] / ((wire.down - before) / rate))
                    wire.close()
        self.note(10, f"first sync of an area, {count} records, 1 Mbit/s / its bytes", statistics.median(bound), "x", 1.3, 1.1,
                  "lower")
        self.note("10b", "the same, seconds", statistics.median(slow), "s", None, None, "lower")
        self.note("10c", "the same as fast as it goes", statistics.median(fast), "s", 3, 1, "lower")

    def idle_devices(self):
        """Row 12: what a device that is connected and says nothing costs the base."""
        devices = 50 if self.args.quick else 1000
        most = 2 * devices + 100
        with self.world(f"connections={most}", f"connections-per-address={most}") as world:
            for d in range(devices):
                tell(f"idle devices: {d + 1} of {devices}", passing=True)
                world.tablet(f"idle-{d // 100}", synced=False)
            before = world.resident_kib()
            with contextlib.ExitStack() as processes:
                # A hundred to a process: a thousand clients that connect in one at once fail.
                for homes in sorted(world.directory.glob("idle-*")):
                    tablets = processes.enter_context(subprocess.Popen([self.bin / "bench_tool", "idle", "--home", homes],
                                                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
                    if tablets.stdout.readline().strip() != "idle":
                        sys.exit("bench: the devices do not come to rest")
                connected = world.resident_kib()
        self.note(12, f"memory of the base for each of {devices} idle devices", (connected - before) / devices, "KiB", 160, 110,
                  "lower")

    def search(self):
        """Row 11: each command of the program, process start to answer, the slowest by its median; and library open to the first
        search, cold process; with 20,000 records."""
        count = 2000 if self.args.quick else 20000
        tell(f"commands with {count} records")
        told = json.loads(subprocess.run([HERE.parent / "scripts/bench-latency", "--bin", self.bin, "--records", str(count), "--runs",
                                          "5", "--json"], capture_output=True, text=True, check=True).stdout)
        by_time = sorted((took, command) for command, took in told["milliseconds"].items())
        self.note(11, f"slowest command ({by_time[-1][1]}), {count} records", by_time[-1][0], "ms", 150, 60, "lower")
        self.note("11a", "median of the commands", statistics.median(took for took, _ in by_time), "ms", None, None, "lower")
        tell(f"first search in {count} records")
        with self.world() as world:
            home = world.tablet()
            world.save(home, count, 6)
            world.sync(home)
            times = [world.tool("search", "--home", home, "--words", "sør") for _ in range(max(5, self.rounds))]
        self.note("11b", f"open to the first search, {count} records", 1000 * statistics.median(t["seconds"] for t in times),
                  "ms", 60, 20, "lower")

    def run(self):
        rows = set(map(int, self.args.rows.split(","))) if self.args.rows else set(range(1, 15))
        if rows & {1, 2, 3, 4, 13}:
            self.engines(rows)
        if 5 in rows:
            self.bytes_of_bulk()
        if rows & {6, 7}:
            self.round_trips()
        if 8 in rows:
            self.disk_syncs()
        if 9 in rows:
            self.five_o_clock()
        if 10 in rows:
            self.first_sync()
        if 11 in rows:
            self.search()
        if 12 in rows:
            self.idle_devices()
        if 14 in rows:
            self.growth()
        tell("")


def show(results):
    print(f"\n{'#':<4}{'figure':<52}{'value':>10} {'unit':<12}{'floor':>8}{'goal':>8}  ")
    for one in results:
        mark = {True: "ok", False: "BELOW", None: ""}[one["ok"]]
        floor, goal = ("" if one[k] is None else f"{one[k]:.4g}" for k in ("floor", "goal"))
        print(f"{one['id']:<4}{one['name']:<52}{one['value']:>10.4g} {one['unit']:<12}{floor:>8}{goal:>8}  {mark}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rows")
    parser.add_argument("--rounds", type=int)
    args = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="opgang-bench-") as scratch:
        bench = Bench(args, scratch)
        bench.run()
    show(bench.results)
    (HERE / "results.json").write_text(json.dumps(bench.results, indent=1, ensure_ascii=False) + "\n")
    print(f"\n{len(bench.results)} figures in {(time.monotonic() - begun) / 60:.1f} minutes: bench/results.json")


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    main()
