"""Starts a sink, a collector and a generator, each on its CPU, and ends them."""

import contextlib
import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from urllib.request import urlopen

COLLECTOR_CPU = 0
LOAD_CPU = 1
# Before everybody else, where we may: whoever runs in between leaves cold caches behind.
PRIORITY = -15
PATIENCE_SECONDS = 120


class RigError(Exception):
    """A program did not do what the measurement needs."""


def on_cpu(cpu: int) -> Callable[[], None]:
    def pin() -> None:
        os.sched_setaffinity(0, {cpu})
        with contextlib.suppress(OSError):  # not ours to ask for: neighbours disturb more
            os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
            # Where the kernel groups processes by session, only the group's priority counts.
            os.setsid()
            pathlib.Path("/proc/self/autogroup").write_text(str(PRIORITY))
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends us, and we end them
    return pin


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_line(process: subprocess.Popen, text: str) -> str:
    """The first line of the program's stderr that holds `text`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen = b""
    while text.encode() not in seen or not seen.endswith(b"\n"):
        ready, _, _ = select.select([process.stderr], [], [], max(0, deadline - time.monotonic()))
        block = os.read(process.stderr.fileno(), 65536) if ready else b""
        if not block:
            raise RigError(f"{process.args[0]} did not say \"{text}\":\n{seen.decode()}")
        seen += block
    return next(line for line in seen.decode().splitlines() if text in line)


@contextlib.contextmanager
def running(command: list, cpu: int,
            environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([str(word) for word in command], preexec_fn=on_cpu(cpu),
                               env={**os.environ, **(environment or {})},
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def stop(process: subprocess.Popen) -> str:
    """Ends a program in order; what it had to say on stdout."""
    process.send_signal(signal.SIGTERM)
    try:
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as late:
        raise RigError(f"{process.args[0]} does not stop") from late
    return out.decode()


class Sink:
    """The back end: counts items and sums their ids."""

    def __init__(self, process: subprocess.Popen):
        self.process = process
        line = wait_for_line(process, "listening:")
        addresses = dict(word.split("=", 1) for word in line.split() if "=" in word)
        self.grpc, self.http, self.admin = (addresses[k] for k in ("grpc", "http", "admin"))

    @classmethod
    @contextlib.contextmanager
    def start(cls, binary: pathlib.Path) -> Iterator["Sink"]:
        any_port = "127.0.0.1:0"
        with running([binary, "sink", "--cheap", "--json", "-q", "--grpc", any_port, "--http",
                      any_port, "--admin", any_port], LOAD_CPU) as process:
            yield cls(process)

    def traces(self) -> dict:
        with urlopen(f"http://{self.admin}/summary", timeout=PATIENCE_SECONDS) as answer:
            return json.load(answer).get("traces", {"items": 0})

    def wait_for(self, items: int) -> None:
        """Returns when so many items have come, or when nothing has come for two seconds."""
        seen, since = -1, time.monotonic()
        while seen < items and time.monotonic() - since < 2:
            now = self.traces()["items"]
            if now != seen:
                seen, since = now, time.monotonic()
            time.sleep(0.02)


class Collector:
    """The program under test, with one data thread per lane."""

    def __init__(self, process: subprocess.Popen, ports: dict[str, int], ready_seconds: float):
        self.process = process
        self.ports = ports
        self.ready_seconds = ready_seconds

    @classmethod
    @contextlib.contextmanager
    def start(cls, binary: pathlib.Path, config: str,
              folder: pathlib.Path) -> Iterator["Collector"]:
        """`config` is YAML that takes its ports from BENCH_GRPC_PORT and BENCH_HTTP_PORT."""
        ports = {"grpc": free_port(), "http": free_port()}
        file = folder / "collector.yaml"
        file.write_text(config)
        environment = {f"BENCH_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        began = time.monotonic()
        with running([binary, "--config", file, "--lanes", 1,
                      "--set", "service.telemetry.metrics.level=none"], COLLECTOR_CPU,
                     environment) as process:
            wait_for_line(process, "Everything is ready")
            yield cls(process, ports, time.monotonic() - began)


def generate(binary: pathlib.Path, options: list) -> dict:
    """Runs the generator to its end; its report."""
    with running([binary, "gen", "--json", "-q", *options], LOAD_CPU) as process:
        try:
            out, error = process.communicate(timeout=10 * PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise RigError("the generator does not end") from late
    if not out:
        raise RigError(f"the generator failed: {error.decode()}")
    return json.loads(out)
