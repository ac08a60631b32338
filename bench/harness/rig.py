"""Starts a sink, a system and a generator, each on its CPU, and ends them. Every wait is bounded."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.request import Request, urlopen

from harness import machine
from harness.systems import System
from harness.workloads import Row

# Before everybody else, where we may: whoever runs in between leaves cold caches behind.
PRIORITY = -15
START_SECONDS = 60
# The generator gives up an answer after ten seconds and waits ten more for the last ones.
GENERATOR_SECONDS = 30
POLL_SECONDS = 0.01
LOG_LINES = 15


class RigError(Exception):
    """Our own part of the measurement does not work."""


class SystemFault(Exception):
    """The system under test did not do its part. `state` is a word for the table."""

    def __init__(self, state: str, text: str):
        super().__init__(text)
        self.state = state


@dataclass(frozen=True)
class Placement:
    """Which CPU is whose, and how patient we are with a system that says nothing."""

    system_cpu: int
    load_cpu: int
    quiet_seconds: float = 5

    @classmethod
    def usual(cls) -> "Placement":
        allowed = sorted(os.sched_getaffinity(0))
        return cls(allowed[0], allowed[-1])


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


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command: list, cpu: int, output, errors,
            environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen]:
    try:
        process = subprocess.Popen([str(word) for word in command], preexec_fn=on_cpu(cpu),
                                   env={**os.environ, **(environment or {})},
                                   stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
    except OSError as error:
        raise SystemFault("not started", f"{command[0]}: {error.strerror}") from error
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Sink:
    """The back end: counts items and sums their ids."""

    def __init__(self, log: pathlib.Path, process: subprocess.Popen):
        self.log, self.process = log, process
        deadline = time.monotonic() + START_SECONDS
        while "listening:" not in (text := log.read_text()) or not text.endswith("\n"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RigError(f"the sink did not start:\n{text}")
            time.sleep(POLL_SECONDS)
        line = next(line for line in text.splitlines() if "listening:" in line)
        addresses = dict(word.split("=", 1) for word in line.split() if "=" in word)
        self.grpc, self.http, self.admin = (addresses[k] for k in ("grpc", "http", "admin"))

    @classmethod
    @contextlib.contextmanager
    def start(cls, program: pathlib.Path, place: Placement, folder: pathlib.Path,
              is_cheap: bool = True) -> Iterator["Sink"]:
        port = "127.0.0.1:0"
        log = folder / "sink.log"
        with log.open("w") as errors, \
                running([program, "sink", "--json", "-q", *(["--cheap"] if is_cheap else []),
                         "--grpc", port, "--http", port, "--admin", port],
                        place.load_cpu, subprocess.DEVNULL, errors) as process:
            yield cls(log, process)

    def ask(self, path: str, method: str = "GET") -> str:
        request = Request(f"http://{self.admin}{path}", method=method)
        try:
            with urlopen(request, timeout=GENERATOR_SECONDS) as answer:
                return answer.read().decode()
        except OSError as error:
            raise RigError(f"the sink does not answer: {error}") from error

    def seen(self, signal_name: str) -> dict:
        return json.loads(self.ask("/summary")).get(signal_name, {})

    def wait_for(self, signal_name: str, items: int, quiet_seconds: float) -> dict:
        """What has come, once it is so many items or nothing has come for so long."""
        count, since = -1, time.monotonic()
        while True:
            seen = self.seen(signal_name)
            now = seen.get("items", 0)
            if now != count:
                count, since = now, time.monotonic()
            if count >= items or time.monotonic() - since > quiet_seconds:
                return seen
            time.sleep(POLL_SECONDS)


class RunningSystem:
    """The program under test. Its output goes to a file, of which a fault quotes the end."""

    def __init__(self, process: subprocess.Popen, log: pathlib.Path, ports: dict[str, int]):
        self.process, self.log, self.ports = process, log, ports
        self.ready_seconds = 0.0

    @property
    def pid(self) -> int:
        return self.process.pid

    @classmethod
    @contextlib.contextmanager
    def start(cls, system: System, row: Row, sink: Sink, place: Placement, folder: pathlib.Path,
              wrapper: list | None = None) -> Iterator["RunningSystem"]:
        """`wrapper` comes before the command, such as valgrind."""
        ports = {name: free_port() for name in ("grpc", "http", "metrics")}
        environment = {f"BENCH_{name.upper()}_PORT": str(port) for name, port in ports.items()}
        environment |= {"BENCH_SINK_GRPC": sink.grpc, "BENCH_SINK_HTTP": sink.http,
                        "BENCH_COMPRESSION": row.compression,
                        "BENCH_EXPORTER": f"otlp_{row.protocol}"}
        command = system.command(row.collector, environment, row.protocol)
        log = folder / "system.log"
        began = time.monotonic()
        with log.open("w") as output, \
                running([*(wrapper or []), *command], place.system_cpu, output, output,
                        {**environment, **system.environment}) as process:
            running_system = cls(process, log, ports)
            while not listens(ports[row.protocol]):
                running_system.check_alive()
                if time.monotonic() - began > START_SECONDS:
                    raise SystemFault("not started", f"no port after {START_SECONDS} s:\n"
                                      + running_system.last_words())
                time.sleep(0.002)
            running_system.ready_seconds = time.monotonic() - began
            yield running_system

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LOG_LINES:])

    def check_alive(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise SystemFault("exited", f"ended with code {code}:\n{self.last_words()}")

    def cpu_time(self) -> machine.CpuTime:
        self.check_alive()
        return machine.cpu_time(self.pid)

    def stop(self, seconds: float) -> None:
        """Ends it in order."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired as late:
            raise SystemFault("does not stop", f"runs {seconds:.0f} s after SIGTERM") from late


@dataclass(frozen=True)
class Load:
    """Runs `telemill gen` for a row against one address."""

    program: pathlib.Path
    row: Row
    address: str
    place: Placement

    def start(self, pace: list, seconds: float) -> subprocess.Popen:
        row = self.row
        command = [self.program, "gen", "--json", "-q", "--endpoint", self.address,
                   "--protocol", row.protocol, "--compression", row.compression,
                   "--signal", row.signal, "--shape", row.shape, "--items-per-request", row.items,
                   "--streams", row.streams, "--connections", row.connections, *pace]
        if seconds:
            command += ["--duration", f"{seconds:.3f}s"]
        return subprocess.Popen([str(word) for word in command],
                                preexec_fn=on_cpu(self.place.load_cpu), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def finish(self, process: subprocess.Popen, seconds: float) -> dict:
        """Its report, in so many seconds and the time that answers may take."""
        try:
            out, errors = process.communicate(timeout=seconds + GENERATOR_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise SystemFault("stalled", "the generator got no answers and did not end") from late
        finally:
            process.kill()
            process.wait()
        if not out:
            raise SystemFault("refused", f"nothing was sent: {errors.decode().strip()}")
        return json.loads(out)

    def run(self, pace: list, seconds: float, patience: float = 0) -> dict:
        return self.finish(self.start(pace, seconds), max(seconds, patience))
