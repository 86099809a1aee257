"""The figures of scripts/attack: a base on loopback, ten honest tablets that save and sync without pause, and one attack
after the other, each with a calm span before it. Prints each figure beside its limit; exit 0 when all hold.

    run.py --bin build/bin --stage DIR [--nginx PROGRAM] [--seconds 8] [--only NAME...]
"""
import argparse
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
HONEST = 10          # tablets
SLOW = 8             # tablets whose line stands still
EVERY = 0.06         # seconds from one honest session's start to the next one's
CPU_OF_STRANGER = 0.1   # seconds, for one endless header
MEMORY_MIB = 256
SLOWER = 2.0         # times the calm 99th percentile
RECOVERY_S = 5.0
CHILDREN = []        # every process that this one started; ended at the end, whatever happens


def start(words, **options):
    child = subprocess.Popen([str(word) for word in words], **options)
    CHILDREN.append(child)
    return child


def end_all():
    for child in reversed(CHILDREN):
        if child.poll() is None:
            child.terminate()
    for child in reversed(CHILDREN):
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


class Half:
    """Half a core for whatever is started through it: a cgroup where this machine lets us, else the attackers pace
    themselves by their own CPU time. In pieces of 5 ms: attackers elsewhere would take no core of the base's away, and 50 ms
    at once, as is usual, show in the honest tablets' times by themselves."""

    def __init__(self):
        self.groups, self.how = [], "the attackers pace themselves to half a core by their CPU time (no cgroup here)"
        try:
            self.make()
        except OSError:
            self.remove()

    def make(self):
        name = f"opgang-attack-{os.getpid()}"
        unified = pathlib.Path("/sys/fs/cgroup/cgroup.controllers")
        if unified.exists():
            group = unified.parent / name
            group.mkdir()
            self.groups.append(group)
            (group / "cpu.max").write_text("5000 10000")
            self.how = "a cgroup (v2) with cpu.max 5000 10000"
        else:
            group = pathlib.Path("/sys/fs/cgroup/cpu") / name
            group.mkdir()
            self.groups.append(group)
            (group / "cpu.cfs_period_us").write_text("10000")
            (group / "cpu.cfs_quota_us").write_text("5000")
            self.how = "a cgroup (v1) with a quota of 5 of every 10 ms"

    def enter(self):
        for group in self.groups:
            (group / "cgroup.procs").write_text(str(os.getpid()))

    @property
    def paced(self):
        return [] if self.groups else ["--paced"]

    def remove(self):
        for group in self.groups:
            for _ in range(50):
                try:
                    group.rmdir()
                    break
                except FileNotFoundError:
                    break
                except OSError:
                    time.sleep(0.1)
        self.groups = []


class Base:
    def __init__(self, binaries, directory, listen="127.0.0.1:0", options=()):
        self.directory, self.bin = directory, binaries
        self.process = start([binaries / "opgangd", "--data", directory, "serve", "--listen", listen, *options],
                             stdout=subprocess.PIPE, stderr=open(directory.parent / "base.log", "a"), text=True)
        line = self.process.stdout.readline()
        if "ready on port" not in line:
            sys.exit(f"attack: opgangd does not start; see {directory.parent}/base.log")
        self.port = int(re.search(r"port (\d+)", line)[1])

    def ask(self, *words):
        return json.loads(subprocess.run([self.bin / "opgangd", "--data", self.directory, "--json", *words],
                                         capture_output=True, text=True, check=True).stdout)

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        return self.process.wait(30)


class World:
    def __init__(self, args):
        self.args, self.stage, self.bin = args, pathlib.Path(args.stage), pathlib.Path(args.bin).resolve()
        self.half = Half()
        self.failed = []
        (self.stage / "honest").mkdir()
        (self.stage / "hostile").mkdir()
        (self.stage / "slow").mkdir()
        self.base = Base(self.bin, self.stage / "base")

    # The tablets.

    def enrol(self, home, staff, address):
        invitation = self.stage / f"{staff}.invitation"
        told = self.base.ask("invite", "--staff", staff, "--device", f"tablet-{staff}", "--role", "outreach", "--area",
                             "Aalborg SØ", "--address", address, "--out", invitation)
        subprocess.run([self.bin / "bench_tool", "enroll", "--home", home, "--invitation", invitation, "--code",
                        told["code"]], check=True, stdout=subprocess.DEVNULL)

    def people(self):
        example = ROOT / "examples/aalborg-soe"
        self.base.ask("import", "dwellings", example / "dwellings.csv", "--mapping",
                      ROOT / "examples/mappings/plain.toml", "--area", "Aalborg SØ")
        for number in range(HONEST):
            self.enrol(self.stage / f"honest/{number}", f"honest{number}", f"127.0.0.1:{self.base.port}")
            subprocess.run([self.bin / "bench_tool", "sync", "--home", self.stage / f"honest/{number}"], check=True,
                           stdout=subprocess.DEVNULL)
        self.enrol(self.stage / "hostile/one", "hostile", f"127.0.0.1:{self.base.port}")
        self.identity(self.stage / "hostile/one", self.stage / "hostile")

    @staticmethod
    def identity(home, into):
        """device.pem: key and certificate out of the store's file, which a thief has too."""
        words = next(home.glob("stores/*/store.pb")).read_bytes()
        key = re.search(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n", words, re.S)[0]
        for certificate in re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", words, re.S):
            (into / "device.pem").write_bytes(key + certificate)
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(into / "device.pem")
                return
            except ssl.SSLError:
                continue
        sys.exit("attack: the hostile tablet's certificate is not where it was looked for")

    # Honest sessions: what is saved is handed in, and news are fetched, over a connection of its own each time.

    def honest(self, seconds, port=None):
        return start([self.bin / "bench_tool", "sessions", "--home", self.stage / "honest", "--seconds", seconds,
                      "--every", EVERY], stdout=subprocess.PIPE, text=True)

    @staticmethod
    def sessions(child):
        return json.loads(child.communicate()[0])

    def calm_span(self):
        told = self.sessions(self.honest(self.args.seconds))
        if told["failed"]:
            sys.exit(f"attack: {told['failed']} honest sessions failed in calm: {told['why']}")
        return told["milliseconds"]

    # Attacks.

    def attackers(self, kind, seconds, *options, count=1):
        words = [sys.executable, HERE / "attackers.py", kind, "--port", self.target, "--seconds", seconds, *options]
        return [start(words + self.half.paced, stdout=subprocess.PIPE, text=True, preexec_fn=self.half.enter)
                for _ in range(count)]

    def told(self, what, figure, limit, holds, note=""):
        mark = "holds" if holds else ("NOT PROTECTED" if note else "FAILS")
        print(f"  {what:<46}{figure:>14}  {limit:<16}{mark}{' ' + note if note and not holds else ''}", flush=True)
        if not holds and not note:
            self.failed.append(what)

    def stranger(self):
        """What one header of a stranger's that never ends costs the base, with nobody else there."""
        print("one stranger, and a header that never ends (TLS without a certificate, HEADERS, CONTINUATION):")
        begun, before = time.monotonic(), self.base.cpu()
        time.sleep(3)
        idle = (self.base.cpu() - before) / (time.monotonic() - begun)
        begun, before = time.monotonic(), self.base.cpu()
        for child in self.attackers("header", self.args.seconds, "--once"):
            child.communicate()
        cost = max(0.0, self.base.cpu() - before - idle * (time.monotonic() - begun))
        self.told("the base's CPU for it", f"{cost:.2f} s", f"< {CPU_OF_STRANGER} s", cost < CPU_OF_STRANGER)

    def under(self, name, launch, open_question=""):
        """One attack beside honest sessions, between two spans of calm. `launch` starts it, and gives its processes."""
        print(f"{name}:", flush=True)
        calm = self.calm_span()
        attackers = launch()
        time.sleep(0.5)
        cpu, begun = self.base.cpu(), time.monotonic()
        honest = self.honest(self.args.seconds)
        peak = self.watch_memory(honest)
        told = self.sessions(honest)
        cpu = (self.base.cpu() - cpu) / (time.monotonic() - begun)
        self.print_deeds(attackers, cpu)
        recovered = self.recovery(percentile(calm, 50))
        calm = percentile(calm + self.calm_span(), 99)
        slow = percentile(told["milliseconds"], 99)
        tried = told["failed"] + len(told["milliseconds"])
        self.told("honest sessions that failed", f"{told['failed']} of {tried}", "0", told["failed"] == 0, open_question)
        self.told("honest sessions' p99, against calm", f"{slow:.0f} / {calm:.0f} ms",
                  f"{slow / calm:.2f} <= {SLOWER:.0f}", slow <= SLOWER * calm, open_question)
        self.told("the base's memory", f"{peak:.0f} MiB", f"< {MEMORY_MIB} MiB", peak < MEMORY_MIB, open_question)
        self.told("recovered after", f"{recovered:.1f} s", f"<= {RECOVERY_S:.0f} s", recovered <= RECOVERY_S,
                  open_question)

    @staticmethod
    def print_deeds(attackers, cpu):
        deeds = {}
        for child in attackers:
            if b"bench_tool" in pathlib.Path(f"/proc/{child.pid}/cmdline").read_bytes():
                child.terminate()  # a slow reader would wait for longer
                continue
            for what, number in json.loads(child.communicate()[0] or "{}").items():
                deeds[what] = deeds.get(what, 0) + number
        told = "".join(f"{number:,} {what}, " for what, number in deeds.items())
        print(f"  ({told}the base used {cpu:.2f} of a core)")

    def slow_readers(self, name):
        """Fresh tablets whose line brings 24 kB of the area and then nothing, for as long as they wait."""
        relay = self.attackers("relay", 120)[0]
        port = int(relay.stdout.readline())
        homes = [self.stage / f"slow/{number}" for number in range(SLOW)]
        for number, home in enumerate(homes):
            self.enrol(home, f"slow{number}", f"127.0.0.1:{port}")

        def launch():
            return [start([self.bin / "bench_tool", "sync", "--home", home], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, preexec_fn=self.half.enter) for home in homes]
        self.under(name, launch)
        relay.terminate()
        relay.wait()

    def behind_nginx(self, nginx):
        """The same base behind the documented profile, with an enrolled device's endless header."""
        port, inside = self.base.port, free_port()
        proxy = self.stage / "proxy"
        self.base.stop()
        subprocess.run([self.bin / "opgangd", "--data", self.stage / "base", "proxy-keys", "--out", proxy], check=True,
                       stdout=subprocess.DEVNULL)
        self.base = Base(self.bin, self.stage / "base", f"127.0.0.1:{inside}",
                         ["--public", f"127.0.0.1:{port}", "--behind-proxy", proxy / "client.pem"])
        profile = (ROOT / "examples/proxy/nginx.conf").read_text()
        for there, here in (("/etc/opgang/proxy", str(proxy)), ("/run/nginx-opgang.pid", str(proxy / "nginx.pid")),
                            ("/var/log/nginx/opgang.log", str(self.stage / "nginx.log")),
                            ("listen 7443", f"listen 127.0.0.1:{port}"),
                            ("server 127.0.0.1:7444", f"server 127.0.0.1:{inside}")):
            if there not in profile:
                sys.exit(f"attack: examples/proxy/nginx.conf has no '{there}'")
            profile = profile.replace(there, here)
        folders = "".join(f"  {name}_temp_path {proxy}/{name};\n" for name in
                          ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (proxy / "nginx.conf").write_text(profile.replace("http {\n", "http {\n" + folders, 1))
        start([nginx, "-p", proxy, "-e", self.stage / "nginx.log", "-c", proxy / "nginx.conf", "-g", "daemon off;"])
        await_port(port)
        self.cpu_of_base_behind_proxy()
        hostile = ["--identity", self.stage / "hostile"]
        span = self.args.seconds + 1
        self.under("behind nginx: an enrolled device's endless headers",
                   lambda: self.attackers("header", span, *hostile, count=2))
        self.under("behind nginx: an enrolled device begins and resets streams",
                   lambda: self.attackers("reset", span, *hostile))
        self.forgeries(inside)

    def cpu_of_base_behind_proxy(self):
        print("behind nginx, one endless header of an enrolled device:")
        time.sleep(0.5)
        before = self.base.cpu()
        for child in self.attackers("header", 3, "--once", "--identity", self.stage / "hostile"):
            child.communicate()
        cost = self.base.cpu() - before
        self.told("the base's CPU for it", f"{cost:.2f} s", f"< {CPU_OF_STRANGER} s", cost < CPU_OF_STRANGER)

    def forgeries(self, inside):
        """Round the proxy with a device's own certificate; and through it, saying to be somebody else."""
        print("behind nginx: going round it, and forging what it says:")
        self.target, outside = inside, self.target
        let_in = [json.loads(child.communicate()[0]) for child in self.attackers("knock", 5, "--identity",
                                                                                 self.stage / "hostile")][0]["let in"]
        self.target = outside
        self.told("round the proxy, in the handshake", "let in" if let_in else "refused", "refused", not let_in)
        for child in self.attackers("forge", 5, "--identity", self.stage / "hostile"):
            answer = json.loads(child.communicate()[0])
        self.told("a header of its own, through the proxy", "is not believed" if answer.get("known") else "?",
                  "own name", bool(answer.get("known")))

    def watch_memory(self, child):
        """The most that the base held while `child` runs, which says nothing until its end."""
        peak = self.base.memory()
        while child.poll() is None:
            peak = max(peak, self.base.memory())
            time.sleep(0.1)
        return peak

    def recovery(self, calm):
        """Until ten sessions, one of each tablet, are as quick as in calm."""
        begun = time.monotonic()
        while time.monotonic() - begun < 3 * RECOVERY_S:
            passed = time.monotonic() - begun
            told = self.sessions(self.honest(0.7))
            if not told["failed"] and percentile(told["milliseconds"], 50) <= SLOWER * calm:
                return passed
        return time.monotonic() - begun


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def await_port(port):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("attack: nginx does not listen; its log is in the stage's nginx.log")


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else float("inf")


ATTACKS = {
    # name: (what it is called, kind, options, how many, what is said where it does not hold)
    "hold": ("a stranger holds 1,000 connections", "hold", [], 1, ""),
    "hold-many": ("1,000 connections from 250 addresses", "hold", ["--from", "127.0.1.0/24"], 1, ""),
    "connect": ("a stranger connects and hangs up", "connect", ["--from", "127.0.1.0/24"], 2, ""),
    "handshake": ("a stranger makes whole TLS handshakes", "handshake", [], 2, ""),
    "header": ("a stranger's endless headers, again and again", "header", [], 2, ""),
    "sessions": ("an enrolled device begins sessions", "sessions", ["--identity"], 2, ""),
    "messages": ("an enrolled device floods a session", "messages", ["--identity"], 2, ""),
    "reset": ("an enrolled device begins and resets streams", "reset", ["--identity"], 1, ""),
    "ping": ("an enrolled device floods pings and settings", "ping", ["--identity"], 1, ""),
    "slow": ("slow readers: enrolled devices that stop reading", "", [], 0, ""),
    "continuation": ("an enrolled device's endless header, no proxy", "header", ["--identity"], 1,
                     "without a proxy (docs/under-attack.md)"),
}


def wanted(args, name):
    return not args.only or name in args.only


def run_attacks(world):
    for name, (called, kind, options, count, open_question) in ATTACKS.items():
        if not wanted(world.args, name):
            continue
        if name == "slow":
            world.slow_readers(called)
            continue
        options = [word for option in options for word in
                   ([option, world.stage / "hostile"] if option == "--identity" else [option])]
        if "--from" not in options:  # an address that no attack before it has brought into disgrace
            options += ["--from", f"127.0.2.{list(ATTACKS).index(name) + 1}"]
        world.under(called, lambda: world.attackers(kind, world.args.seconds + 1, *options, count=count), open_question)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--stage", required=True)
    parser.add_argument("--nginx")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--only", nargs="*", help="stranger proxy " + " ".join(ATTACKS))
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    world = World(args)
    try:
        world.people()
        world.target = world.base.port
        print(f"attackers: {world.half.how}; at most 512 MiB of memory each; loopback only")
        if wanted(args, "stranger"):
            world.stranger()
        run_attacks(world)
        if args.nginx and wanted(args, "proxy"):
            world.behind_nginx(args.nginx)
    finally:
        end_all()
        world.half.remove()
    if world.failed:
        sys.exit("attack: does not hold: " + "; ".join(world.failed))
    print("attack: every limit holds")


if __name__ == "__main__":
    main()
