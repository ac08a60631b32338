"""More than a system can take, or a back end in trouble: memory, loss, and how it comes back."""

import dataclasses
import time

from harness import machine
from harness.rig import POLL_SECONDS, Load, RunningSystem, Sink, SystemFault
from harness.systems import System
from harness.trial import Bench, Ledger, Trial, load_of
from harness.workloads import Row

CAPACITY_SECONDS = 1.0
RECOVERY_SECONDS = 90   # peers wait up to 30 s between two tries, and the last try may be younger
PROBE_SECONDS = 0.5


def run(bench: Bench, system: System, row: Row) -> Trial:
    trial = Trial()
    try:
        # Checks every id: what is sent again comes twice, and only different items count.
        with Sink.start(bench.program, bench.place, bench.folder, is_cheap=False) as sink, \
                RunningSystem.start(system, row, sink, bench.place, bench.folder) as running:
            measure(bench, row, sink, running, trial)
    except SystemFault as fault:
        trial.fail(fault.state, str(fault))
    return trial


def measure(bench: Bench, row: Row, sink: Sink, running: RunningSystem, trial: Trial) -> None:
    load = load_of(bench, row, running)
    ledger = Ledger()
    seconds = row.scaled(bench.scale)
    rate = row.rate
    if row.overload:
        # Capacity is measured with a closed loop of few requests in flight.
        calm = dataclasses.replace(load, row=dataclasses.replace(row, streams=4, connections=1))
        report = ledger.add(calm.run(["--seed", 1], max(0.3, CAPACITY_SECONDS * bench.scale)))
        rate = report["items_per_second"] * row.overload
        sink.wait_for(row.signal, ledger.acknowledged, bench.place.quiet_seconds)
    scaled = scale_times(row.behaviour, bench.scale)
    if scaled:
        sink.ask(f"/behaviour?{scaled}", "POST")
    process = load.start(["--rate", f"{rate:.0f}", "--seed", 2], seconds)
    report = ledger.add(load.finish(process, seconds))
    peak = machine.memory_kib(running.pid, "VmHWM") / 1024
    running.check_alive()
    recovery = recover(row, sink, load, ledger)
    # What was acknowledged is a promise. It is kept when nothing of it is missing.
    seen = wait_for_unique(row.signal, sink, ledger.acknowledged, RECOVERY_SECONDS)
    running.check_alive()
    offered = report["items"]["sent"] + report["items"]["unsent"]
    lost = max(0, ledger.acknowledged - seen.get("unique", 0))
    trial.figures = {
        "items": report["items"]["sent"], "offered_rate": rate, "offered_items": offered,
        "acknowledged_items": ledger.acknowledged, "lost_items": lost,
        "refused_items": ledger.refused, "unanswered_items": ledger.failed,
        "unsent_items": report["items"]["unsent"], "duplicate_items": seen.get("duplicates", 0),
        "peak_rss_mib": max(peak, machine.memory_kib(running.pid, "VmHWM") / 1024),
        "recovery_seconds": recovery}
    if lost:
        trial.fail("lost", f"{lost} of {ledger.acknowledged} acknowledged items did not arrive")
    if seen.get("undecodable") or seen.get("foreign"):
        trial.fail("corrupt", f"{seen.get('undecodable')} requests could not be read, "
                              f"{seen.get('foreign')} items had ids that were never sent")


def scale_times(behaviour: str, scale: float) -> str:
    """A stall lasts as long as the phase does, however short."""
    if not behaviour.startswith("stall_for="):
        return behaviour
    seconds = float(behaviour.removeprefix("stall_for=").removesuffix("s"))
    return f"stall_for={max(0.2, seconds * scale):.3f}s"


def recover(row: Row, sink: Sink, load: Load, ledger: Ledger) -> float:
    """From the end of the trouble until a new request is acknowledged and something arrives."""
    sink.ask("/behaviour", "POST")
    began, before = time.monotonic(), sink.seen(row.signal).get("requests", 0)
    probe = dataclasses.replace(load, row=dataclasses.replace(row, streams=1, connections=1))
    seed = 3
    while True:
        report = ledger.add(probe.run(["--requests", 1, "--seed", seed, "--timeout", "5s"], 0))
        arrived = sink.seen(row.signal).get("requests", 0) > before
        if report["items"]["acknowledged"] and arrived:
            return time.monotonic() - began
        if time.monotonic() - began > RECOVERY_SECONDS:
            raise SystemFault("no recovery", f"took nothing for {RECOVERY_SECONDS} s after the "
                                             "back end was well again")
        seed += 1
        time.sleep(POLL_SECONDS)


def wait_for_unique(signal: str, sink: Sink, items: int, seconds: float) -> dict:
    """Bounded by half a minute in which nothing comes, as peers may wait so long to try again."""
    deadline = time.monotonic() + seconds
    count, since = -1, time.monotonic()
    while True:
        seen = sink.seen(signal)
        if seen.get("unique", 0) != count:
            count, since = seen.get("unique", 0), time.monotonic()
        now = time.monotonic()
        if count >= items or now > deadline or now - since > seconds / 2:
            return seen
        time.sleep(POLL_SECONDS)
