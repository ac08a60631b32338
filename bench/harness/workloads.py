"""Workloads as data: bench/workloads/*.json to rows. bench/README.md documents the keys."""

import itertools
import json
import pathlib
from dataclasses import dataclass, fields

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "workloads"
KINDS = ("load", "idle", "overload")


class WorkloadError(Exception):
    """A workload file cannot be used."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what is sent, how, and to a collector configured how."""

    workload: str
    kind: str
    collector: pathlib.Path
    acknowledgement: str
    name: str = ""
    signal: str = "traces"
    protocol: str = "grpc"      # in and out
    compression: str = "none"   # in and out
    shape: str = "house"
    items: int = 1000           # in each request
    streams: int = 8            # requests in flight on each connection
    connections: int = 1
    rate: float = 0             # items per second; zero: as fast as answers come
    latency_rate: float = 0     # of a second phase that measures latency; zero: none
    seconds: float = 2          # of the measured phase
    overload: float = 0         # times its capacity; kind overload
    behaviour: str = ""         # of the sink meanwhile, as `telemill sink --admin` takes it

    @property
    def title(self) -> str:
        if self.name:
            return f"{self.signal} {self.name}" if self.kind == "overload" else self.name
        if self.kind == "idle":
            return "idle"
        shape = f" {self.shape}" if self.shape.startswith("attributes") else ""
        return f"{self.signal} {self.protocol} {self.compression} {self.items}/request{shape}"

    @property
    def is_saturating(self) -> bool:
        """Whether it ought to keep the system busy all the time."""
        return self.rate == 0 and self.streams * self.connections > 1

    def scaled(self, scale: float) -> float:
        return max(0.2, self.seconds * scale)


SHARED_KEYS = ("id", "title", "kind", "collector", "acknowledgement", "rows")
ROW_KEYS = tuple(field.name for field in fields(Row)
                 if field.name not in ("workload", "kind", "collector", "acknowledgement"))


def expand(entry: dict) -> list[dict]:
    """Every list stands for one row per value; several lists for all combinations."""
    names = list(entry)
    choices = [entry[name] if isinstance(entry[name], list) else [entry[name]] for name in names]
    return [dict(zip(names, values)) for values in itertools.product(*choices)]


def parse(text: str, folder: pathlib.Path) -> list[Row]:
    try:
        workload = json.loads(text)
    except ValueError as error:
        raise WorkloadError(f"no JSON: {error}") from error
    unknown = (set(workload) - set(SHARED_KEYS)
               | {key for entry in workload.get("rows", []) for key in set(entry) - set(ROW_KEYS)})
    if unknown:
        raise WorkloadError(f"unknown keys: {', '.join(sorted(unknown))}")
    missing = {"id", "collector", "acknowledgement", "rows"} - set(workload)
    if missing:
        raise WorkloadError(f"missing keys: {', '.join(sorted(missing))}")
    kind = workload.get("kind", "load")
    if kind not in KINDS:
        raise WorkloadError(f"unknown kind {kind}")
    return [Row(workload=workload["id"], kind=kind, collector=folder / workload["collector"],
                acknowledgement=workload["acknowledgement"], **values)
            for entry in workload["rows"] for values in expand(entry)]


def load(names: list[str], folder: pathlib.Path = FOLDER) -> list[Row]:
    """The rows of the named workloads in the order of their names; of all, if none is named."""
    files = {path.stem: path for path in folder.glob("*.json")}
    unknown = [name for name in names if name not in files]
    if unknown:
        raise WorkloadError(f"no workload {', '.join(unknown)}; there are "
                            f"{', '.join(sorted_names(files))}")
    rows = []
    for name in names or sorted_names(files):
        try:
            rows += parse(files[name].read_text(), folder)
        except WorkloadError as error:
            raise WorkloadError(f"{files[name].name}: {error}") from error
    return rows


def sorted_names(names) -> list[str]:
    """W9a before W10."""
    def number(name: str) -> int:
        digits = "".join(itertools.takewhile(str.isdigit, name[1:]))
        return int(digits) if digits else 0
    return sorted(names, key=lambda name: (number(name), name))
