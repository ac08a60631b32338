"""One run of one row on one system: what it cost, and whether everything arrived."""

import pathlib
import time
from dataclasses import dataclass, field

from harness import machine
from harness.rig import Load, Placement, RunningSystem, Sink, SystemFault
from harness.systems import System
from harness.workloads import Row

WARM_SECONDS = 0.3
ID_SPACE = 1 << 64
QUANTILES = ("p50", "p99", "p999")


@dataclass
class Trial:
    """Figures by the names that bench/README.md documents; `state` is ok or what went wrong."""

    state: str = "ok"
    fault: str = ""
    figures: dict[str, float] = field(default_factory=dict)

    def fail(self, state: str, text: str) -> None:
        if self.state == "ok":
            self.state, self.fault = state, text


@dataclass(frozen=True)
class Bench:
    """What all runs of a session share. `program` has the subcommands gen and sink."""

    program: pathlib.Path
    place: Placement
    folder: pathlib.Path
    scale: float = 1.0


@dataclass
class Ledger:
    """What the generator was promised, over all phases."""

    sent: int = 0
    acknowledged: int = 0
    id_sum: int = 0
    refused: int = 0
    failed: int = 0
    why: str = ""

    def add(self, report: dict) -> dict:
        items = report["items"]
        self.sent += items["sent"]
        self.acknowledged += items["acknowledged"]
        self.refused += items["refused"] + items["rejected"]
        self.failed += items["failed"]
        self.id_sum = (self.id_sum + int(report["id_sum"], 16)) % ID_SPACE
        self.why = report.get("last_failure") or report.get("last_refusal") or self.why
        return report

    def check(self, seen: dict, trial: Trial) -> None:
        """Compares with what the sink has seen."""
        delivered = seen.get("items", 0)
        if self.failed:
            trial.fail("stalled", f"{self.failed} of {self.sent} items got no answer: {self.why}")
        if delivered < self.acknowledged:
            trial.fail("lost", f"{self.acknowledged - delivered} of {self.acknowledged} "
                               "acknowledged items did not arrive")
        if delivered > self.acknowledged + self.failed + self.refused:
            trial.fail("duplicated", f"{delivered - self.acknowledged} items more than "
                                     f"{self.acknowledged} arrived")
        if delivered == self.acknowledged and int(seen.get("id_sum", "0"), 16) != self.id_sum:
            trial.fail("corrupt", "as many items came as were acknowledged, but their ids differ")
        if self.refused:
            trial.fail("refused", f"{self.refused} of {self.sent} items were refused: {self.why}")


def run(bench: Bench, system: System, row: Row) -> Trial:
    trial = Trial()
    try:
        # Only a sink that looks at every item knows latencies; at full speed it would be in the way.
        with Sink.start(bench.program, bench.place, bench.folder, is_cheap=not row.rate) as sink, \
                RunningSystem.start(system, row, sink, bench.place, bench.folder) as running:
            measure(bench, row, sink, running, trial)
        if row.latency_rate and trial.state == "ok":
            with Sink.start(bench.program, bench.place, bench.folder, is_cheap=False) as sink, \
                    RunningSystem.start(system, row, sink, bench.place, bench.folder) as running:
                measure_latency(bench, row, sink, running, trial)
    except SystemFault as fault:
        trial.fail(fault.state, str(fault))
    return trial


def load_of(bench: Bench, row: Row, running: RunningSystem) -> Load:
    return Load(bench.program, row, f"127.0.0.1:{running.ports[row.protocol]}", bench.place)


def measure(bench: Bench, row: Row, sink: Sink, running: RunningSystem, trial: Trial) -> None:
    load = load_of(bench, row, running)
    ledger = Ledger()
    quiet = bench.place.quiet_seconds
    pace = ["--rate", row.rate] if row.rate else ["--reuse-ids"]
    ledger.add(load.run(pace, WARM_SECONDS))
    warm = sink.wait_for(row.signal, ledger.acknowledged, quiet)
    sink.ask("/forget-latencies", "POST")

    cpu, core, other = (running.cpu_time(), machine.core_time(bench.place.system_cpu),
                        machine.core_time(bench.place.load_cpu))
    seconds = row.scaled(bench.scale)
    report = ledger.add(load.run(pace, seconds))
    core_busy = machine.core_time(bench.place.system_cpu).busy_share_since(core)
    load_busy = machine.core_time(bench.place.load_cpu).busy_share_since(other)
    own_share = (running.cpu_time() - cpu).ran_ns / 1e9 / max(report["seconds"], 1e-9)
    acknowledged_at = time.monotonic()
    seen = sink.wait_for(row.signal, ledger.acknowledged, quiet)
    lag = time.monotonic() - acknowledged_at
    used = running.cpu_time() - cpu

    items = report["items"]["sent"]
    if items == 0:
        raise SystemFault("stalled", "the generator could send nothing")
    payload = ((seen.get("message_bytes", 0) - warm.get("message_bytes", 0))
               / max(seen.get("items", 0) - warm.get("items", 0), 1))
    trial.figures = {
        "items": items, "ns_per_item": used.ran_ns / items,
        "user_ticks": used.user_ticks, "system_ticks": used.system_ticks,
        "payload_bytes_per_item": payload, "sent_bytes_per_item": report["bytes_sent"] / items,
        "items_per_second": report["items_per_second"], "core_busy": core_busy,
        "others_share": max(0.0, core_busy - own_share), "load_core_busy": load_busy,
        "generator_busy": report["busiest_lane"], "lag_seconds": lag,
        "unsent_items": report["items"]["unsent"],
        "ready_ms": running.ready_seconds * 1e3}
    if row.rate:
        note_latencies(report, seen, trial)
    trial.figures["peak_rss_mib"] = machine.memory_kib(running.pid, "VmHWM") / 1024
    running.check_alive()
    ledger.check(seen, trial)


def measure_latency(bench: Bench, row: Row, sink: Sink, running: RunningSystem,
                    trial: Trial) -> None:
    """Open loop at a rate that every system can take: latencies from the intended times."""
    load, ledger = load_of(bench, row, running), Ledger()
    pace = ["--rate", row.latency_rate]
    quiet = bench.place.quiet_seconds
    for seconds in (WARM_SECONDS, row.scaled(bench.scale)):
        sink.wait_for(row.signal, ledger.acknowledged, quiet)
        sink.ask("/forget-latencies", "POST")
        report = ledger.add(load.run(pace, seconds))
    seen = sink.wait_for(row.signal, ledger.acknowledged, quiet)
    trial.figures["latency_unsent_items"] = report["items"]["unsent"]
    note_latencies(report, seen, trial)
    running.check_alive()
    ledger.check(seen, trial)


def note_latencies(report: dict, seen: dict, trial: Trial) -> None:
    for quantile in QUANTILES:
        trial.figures[f"acknowledged_{quantile}_us"] = report["latency_ns"][quantile] / 1e3
        delivered = seen.get("latency_ns", {}).get(quantile)
        if delivered is not None:
            trial.figures[f"delivered_{quantile}_us"] = delivered / 1e3


def run_idle(bench: Bench, system: System, row: Row) -> Trial:
    """Start to an open port, then nothing to do."""
    trial = Trial()
    try:
        with Sink.start(bench.program, bench.place, bench.folder) as sink, \
                RunningSystem.start(system, row, sink, bench.place, bench.folder) as running:
            time.sleep(min(1.0, row.scaled(bench.scale)))  # what starting leaves to do
            before, began = running.cpu_time(), time.monotonic()
            time.sleep(row.scaled(bench.scale))
            used, seconds = running.cpu_time() - before, time.monotonic() - began
            trial.figures = {
                "ready_ms": running.ready_seconds * 1e3,
                "idle_rss_mib": machine.memory_kib(running.pid, "VmRSS") / 1024,
                "idle_cpu_ms_per_second": used.ran_ns / 1e6 / seconds,
                "peak_rss_mib": machine.memory_kib(running.pid, "VmHWM") / 1024,
                "binary_mib": machine.stripped_bytes(system.binary, bench.folder) / 2**20}
    except SystemFault as fault:
        trial.fail(fault.state, str(fault))
    return trial
