"""Runs to rows, rows to a table for people. bench/README.md documents the keys of a row."""

import statistics
from dataclasses import dataclass, field

from harness.fit import fit_line
from harness.systems import System
from harness.trial import QUANTILES, Trial
from harness.workloads import Row

BUSY_SHARE_MIN = 0.85
GENERATOR_SHARE_MAX = 0.9
OTHERS_SHARE_MAX = 0.05
SPREAD_MAX = 0.15
LAG_SECONDS_MAX = 0.5
FIT_POINTS_MIN = 3
# Sums, not medians: one run has too few ticks to tell user from system.
TICKS = ("user_ticks", "system_ticks")


@dataclass
class Result:
    """All runs of one row on one system."""

    row: Row
    system: System
    trials: list[Trial] = field(default_factory=list)
    instructions_per_item: float | None = None
    no_instructions: str = ""

    def good(self) -> list[Trial]:
        """Runs whose figures count: one that lost or corrupted tells nothing about speed. Of an
        overload the loss itself is a figure."""
        return [trial for trial in self.trials if trial.state == "ok" or self.row.kind == "overload"]

    @property
    def state(self) -> str:
        bad = [trial.state for trial in self.trials if trial.state != "ok"]
        return bad[0] if bad else "ok"

    def median(self, name: str) -> float | None:
        values = [trial.figures[name] for trial in self.good() if name in trial.figures]
        return statistics.median(values) if values else None

    def spread(self, name: str) -> tuple[float, float] | None:
        values = [trial.figures[name] for trial in self.good() if name in trial.figures]
        return (min(values), max(values)) if values else None


def entry_of(result: Result, floor: dict | None = None) -> dict:
    """The JSON object of a row. `floor` has ns_per_item of the floor and what it is made of."""
    row, system = result.row, result.system
    entry = {"workload": row.workload, "row": row.title, "kind": row.kind, "system": system.name,
             "version": system.version, "flags": system.describe_flags(),
             "acknowledgement": row.acknowledgement, "signal": row.signal,
             "protocol": row.protocol, "compression": row.compression, "shape": row.shape,
             "items_per_request": row.items, "streams": row.streams,
             "connections": row.connections, "rate": row.rate, "latency_rate": row.latency_rate,
             "state": result.state, "repetitions": len(result.trials)}
    names = {name for trial in result.good() for name in trial.figures} - set(TICKS)
    entry |= {name: result.median(name) for name in sorted(names)}
    if "ns_per_item" in entry:
        entry |= cpu_figures(result, entry)
    if result.instructions_per_item is not None:
        entry["instructions_per_item"] = result.instructions_per_item
    if floor and entry.get("ns_per_item"):
        entry |= {"floor": floor, "times_floor": entry["ns_per_item"] / floor["ns_per_item"]}
    entry["notes"] = notes(result)
    entry["runs"] = [{"state": trial.state, "fault": trial.fault, **trial.figures}
                     for trial in result.trials]
    return entry


def cpu_figures(result: Result, entry: dict) -> dict:
    user, system = (sum(trial.figures.get(name, 0) for trial in result.good()) for name in TICKS)
    share = user / max(user + system, 1)
    low, high = result.spread("ns_per_item")
    cost = entry["ns_per_item"]
    return {"ns_per_item_min": low, "ns_per_item_max": high, "user_ns_per_item": cost * share,
            "system_ns_per_item": cost * (1 - share), "items_per_core_second": 1e9 / cost,
            "ns_per_byte": cost / max(entry["payload_bytes_per_item"], 1e-9)}


def notes(result: Result) -> list[str]:
    """What makes a row's figures doubtful, and what went wrong; a sentence each."""
    text = []
    for trial in result.trials:
        if trial.state != "ok":
            text.append(f"{trial.state}: {trial.fault}")
    if result.no_instructions:
        text.append(f"no instructions: {result.no_instructions}")
    busy, generator = result.median("core_busy"), result.median("generator_busy")
    if result.row.is_saturating and busy is not None and busy < BUSY_SHARE_MIN:
        cause = ("the generator is the bottleneck" if generator > GENERATOR_SHARE_MAX else
                 "generator and sink share a full CPU" if result.median("load_core_busy") > 0.95
                 else "something else was waited for")
        text.append(f"its core was busy {busy:.0%} of the time: {cause}, and idle wake-ups make "
                    "each item dearer")
    others = result.median("others_share")
    if others is not None and others > OTHERS_SHARE_MAX:
        text.append(f"noisy: others had {others:.0%} of its core")
    spread = result.spread("ns_per_item")
    if spread and spread[1] - spread[0] > SPREAD_MAX * result.median("ns_per_item"):
        text.append(f"noisy: {spread[0]:.0f} to {spread[1]:.0f} ns between runs")
    if (result.median("lag_seconds") or 0) > LAG_SECONDS_MAX:
        text.append(f"its queue grew: the last item came {result.median('lag_seconds'):.1f} s "
                    "after the last acknowledgement")
    for name in ("unsent_items", "latency_unsent_items"):
        if result.row.kind == "load" and result.median(name):
            text.append(f"{result.median(name):.0f} items found no free stream at the stated rate")
    return list(dict.fromkeys(text))


def fits(entries: list[dict]) -> list[dict]:
    """The fixed cost of a request: where rows differ in nothing but the items per request, the
    intercept of a line through them."""
    groups: dict[tuple, list[dict]] = {}
    for entry in entries:
        if entry["kind"] == "load" and entry["state"] == "ok" and not entry["rate"]:
            key = tuple(entry[name] for name in ("workload", "signal", "protocol", "compression",
                                                 "shape", "streams", "system"))
            groups.setdefault(key, []).append(entry)
    found = []
    for (workload, signal, *_, system), rows in groups.items():
        if len({row["items_per_request"] for row in rows}) < FIT_POINTS_MIN:
            continue
        def line(name: str, rows=rows) -> tuple[float, float]:
            return fit_line([(row["items_per_request"],
                              max(row[name], 1e-9) * row["items_per_request"]) for row in rows])
        whole, user = line("ns_per_item"), line("user_ns_per_item")
        found.append({"workload": workload, "signal": signal, "system": system,
                      "us_per_request": whole[0] / 1e3, "user_us_per_request": user[0] / 1e3,
                      "ns_per_item": whole[1]})
    return found


def number(value: float | None, form: str = ".0f") -> str:
    return "-" if value is None else format(value, form)


def load_line(entry: dict) -> list[str]:
    latencies = [entry.get(f"delivered_{quantile}_us") for quantile in QUANTILES]
    spread = ("" if "ns_per_item_min" not in entry else
              f" ({entry['ns_per_item_min']:.0f}-{entry['ns_per_item_max']:.0f})")
    return [entry["row"], entry["system"], number(entry.get("ns_per_item")) + spread,
            number(entry.get("user_ns_per_item")), number(entry.get("system_ns_per_item")),
            number(entry.get("ns_per_byte"), ".2f"), number(entry.get("times_floor"), ".1f"),
            number(entry.get("instructions_per_item")),
            number(entry.get("peak_rss_mib")),
            " / ".join(number(latency) for latency in latencies) if latencies[0] else "-",
            "yes" if entry["state"] == "ok" else f"**{entry['state']}**",
            number(entry.get("payload_bytes_per_item"))]


def idle_line(entry: dict) -> list[str]:
    return [entry["system"], number(entry.get("ready_ms")), number(entry.get("idle_rss_mib"), ".1f"),
            number(entry.get("idle_cpu_ms_per_second"), ".2f"),
            number(entry.get("binary_mib"), ".1f"), entry["state"]]


def overload_line(entry: dict) -> list[str]:
    counts = ("acknowledged_items", "refused_items", "unanswered_items", "lost_items",
              "duplicate_items")
    return [entry["row"], entry["system"], number(entry.get("offered_rate")),
            *(number(entry.get(name)) for name in counts), number(entry.get("peak_rss_mib")),
            number(entry.get("recovery_seconds"), ".2f"), entry["state"]]


TABLES = {
    "load": (load_line, ["row", "system", "CPU ns/item (min-max)", "user", "system", "ns/B",
                         "x floor", "instructions/item", "peak RSS MiB",
                         "p50 / p99 / p99.9 us", "sent = received", "B/item"]),
    "idle": (idle_line, ["system", "ready ms", "RSS MiB", "CPU ms/s", "stripped MiB", "state"]),
    "overload": (overload_line, ["row", "system", "offered/s", "acknowledged", "refused",
                                 "unanswered", "lost", "twice", "peak RSS MiB", "recovery s",
                                 "state"]),
}


def markdown(entries: list[dict]) -> str:
    """A table per workload, and below it what is to be said about its rows."""
    text = []
    for workload in dict.fromkeys(entry["workload"] for entry in entries):
        rows = [entry for entry in entries if entry["workload"] == workload]
        line, head = TABLES[rows[0]["kind"]]
        text.append(f"### {workload}: acknowledged when {meaning(rows[0]['acknowledgement'])}\n")
        text.append("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
        text += ["| " + " | ".join(line(entry)) + " |" for entry in rows]
        text.append("")
        text += [f"- {entry['row']}, {entry['system']}: {' '.join(note.split())}"
                 for entry in rows for note in entry["notes"]]
        text += [f"- Fixed cost of a request, {fit['signal']}, {fit['system']}: "
                 f"{fit['us_per_request']:.1f} us, of that {fit['user_us_per_request']:.1f} us "
                 f"user, and {fit['ns_per_item']:.0f} ns for each item (a line through the rows)"
                 for fit in fits(rows)]
        text.append("")
    return "\n".join(text)


def meaning(acknowledgement: str) -> str:
    return {"memory": "held in memory (`memory`)",
            "delivered": "the back end has answered (`delivered`)"}[acknowledgement]
