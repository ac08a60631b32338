"""Stand-ins for tests of the runner: a generator, a sink and systems that do wrong on purpose.
`fakes.py gen ...`, `fakes.py sink ...`, `fakes.py --config FILE MODE`. A request is a line of ids;
its answer is a line."""

import http.server
import json
import os
import pathlib
import socket
import socketserver
import sys
import threading
import time

ITEMS = 10  # in each request


def option(name: str, default: str = "") -> str:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


def connect(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=2)


def sum_of(ids) -> str:
    return f"{sum(ids) % 2**64:016x}"


def gen() -> None:
    """Sends as many requests as told, 20 unless told, and reports as `telemill gen` does."""
    sent = acknowledged = refused = failed = 0
    ids: list[int] = []
    began = time.monotonic()
    with connect(option("--endpoint")) as peer, peer.makefile("rw") as lines:
        for number in range(int(option("--requests", "20"))):
            batch = [time.monotonic_ns() + i for i in range(ITEMS)]
            sent += ITEMS
            try:
                lines.write(" ".join(map(str, batch)) + "\n")
                lines.flush()
                answer = lines.readline()
            except OSError:
                answer = ""
            if answer == "ok\n":
                acknowledged += ITEMS
                ids += batch
            elif answer == "no\n":
                refused += ITEMS
            else:
                failed += ITEMS
                break
    quantiles = {"p50": 1000, "p99": 2000, "p999": 3000}
    print(json.dumps({
        "items": {"sent": sent, "acknowledged": acknowledged, "refused": refused,
                  "failed": failed, "rejected": 0, "unsent": 0},
        "id_sum": sum_of(ids), "seconds": time.monotonic() - began, "bytes_sent": sent * 20,
        "items_per_second": 1000.0, "busiest_lane": 0.5, "latency_ns": quantiles,
        "last_failure": "no answer" if failed else "", "last_refusal": ""}))


class SinkState:
    ids: list[int] = []


class SinkHandler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            SinkState.ids += map(int, line.split())


class AdminHandler(http.server.BaseHTTPRequestHandler):
    def answer(self) -> None:
        ids = SinkState.ids
        text = json.dumps({"traces": {
            "items": len(ids), "requests": len(ids) // ITEMS, "unique": len(set(ids)),
            "message_bytes": 300 * len(ids), "id_sum": sum_of(ids), "duplicates": 0,
            "latency_ns": {"p50": 1000, "p99": 2000, "p999": 3000}}})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = answer

    def log_message(self, *_args) -> None:
        pass


def sink() -> None:
    servers = [socketserver.ThreadingTCPServer(("127.0.0.1", 0), SinkHandler),
               http.server.ThreadingHTTPServer(("127.0.0.1", 0), AdminHandler)]
    data, admin = (f"127.0.0.1:{server.server_address[1]}" for server in servers)
    print(f"listening: grpc={data} http={data} admin={admin}", file=sys.stderr, flush=True)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Event().wait()


class SystemHandler(socketserver.StreamRequestHandler):
    """Passes requests on, and does wrong from the tenth on: the warm-up may go well."""

    mode = "good"
    count = 0

    def handle(self) -> None:
        with connect(os.environ["BENCH_SINK_GRPC"]) as peer, peer.makefile("w") as out:
            for line in self.rfile:
                SystemHandler.count += 1
                if SystemHandler.count < 10:
                    text, answer = line.decode(), "ok"
                else:
                    text, answer = self.treat(line.decode())
                out.write(text)
                out.flush()
                self.wfile.write(answer.encode() + b"\n")

    def treat(self, line: str) -> tuple[str, str]:
        ids = line.split()
        if self.mode == "lose" and SystemHandler.count % 7 == 0:
            return "", "ok"
        if self.mode == "double" and SystemHandler.count % 7 == 0:
            return line + line, "ok"
        if self.mode == "corrupt":
            return " ".join([str(int(ids[0]) ^ 1), *ids[1:]]) + "\n", "ok"
        if self.mode == "refuse" and SystemHandler.count % 7 == 0:
            return "", "no"
        if self.mode == "stall":
            time.sleep(60)
        if self.mode == "exit":
            print("something broke", file=sys.stderr, flush=True)
            os._exit(3)
        return line, "ok"


def system(mode: str) -> None:
    if "validate" in sys.argv or not pathlib.Path(option("--config")).exists():
        sys.exit(1)
    if mode == "never":
        print("cannot listen", file=sys.stderr)
        sys.exit(1)
    SystemHandler.mode = mode
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    port = int(os.environ["BENCH_GRPC_PORT"])
    socketserver.ThreadingTCPServer(("127.0.0.1", port), SystemHandler).serve_forever()


if __name__ == "__main__":
    {"gen": gen, "sink": sink}.get(sys.argv[1], lambda: system(sys.argv[-1]))()
