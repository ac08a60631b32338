"""Instructions per item of a whole system in a row: callgrind counts two runs of different length,
and their difference leaves start and end out."""

import math
import pathlib
import re

from harness.rig import RunningSystem, Sink, SystemFault
from harness.systems import System, run_quietly
from harness.trial import Bench, Ledger, load_of
from harness.workloads import Row

BATCH_ITEMS = 8192  # the batch processor's own size: shorter runs would end in the middle of one
# With its own way of copying, callgrind counts large copies by the byte.
COPY_BY_VECTOR = "GLIBC_TUNABLES=glibc.cpu.x86_rep_movsb_threshold=100000000"
SLOWNESS_SECONDS = 120


class CannotCount(Exception):
    """Why there are no instructions for this system."""


def instructions_per_item(bench: Bench, system: System, row: Row) -> float:
    if run_quietly(["valgrind", "--version"]) is None:
        raise CannotCount("valgrind is not installed")
    requests = math.ceil(BATCH_ITEMS / row.items)
    few, few_items = count(bench, system, row, requests)
    many, many_items = count(bench, system, row, 3 * requests)
    return (many - few) / (many_items - few_items)


def count(bench: Bench, system: System, row: Row, requests: int) -> tuple[int, int]:
    profile = bench.folder / "whole.callgrind"
    profile.unlink(missing_ok=True)
    wrapper = ["env", COPY_BY_VECTOR, "valgrind", "--tool=callgrind", "--quiet",
               f"--callgrind-out-file={profile}"]
    ledger = Ledger()
    try:
        with Sink.start(bench.program, bench.place, bench.folder) as sink, \
                RunningSystem.start(system, row, sink, bench.place, bench.folder,
                                    wrapper) as running:
            pace = ["--requests", requests, "--timeout", f"{SLOWNESS_SECONDS}s"]
            ledger.add(load_of(bench, row, running).run(pace, 0, SLOWNESS_SECONDS))
            seen = sink.wait_for(row.signal, ledger.acknowledged, SLOWNESS_SECONDS / 4)
            running.stop(SLOWNESS_SECONDS)
    except SystemFault as fault:
        raise CannotCount(f"under valgrind: {fault.state}: {' '.join(str(fault).split())[:200]}") from fault
    if not ledger.acknowledged == ledger.sent == seen.get("items"):
        raise CannotCount("under valgrind items were lost")
    return total_of(profile), ledger.acknowledged


def total_of(profile: pathlib.Path) -> int:
    """The sum over a callgrind file."""
    if not profile.exists():
        raise CannotCount("callgrind wrote no file")
    found = re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.MULTILINE)
    if not found:
        raise CannotCount("callgrind's file has no total")
    return int(found[1])
