"""The floor of a row: a relay of the same bytes, and the codec alone if there is one."""

import json
import pathlib

from harness.report import Result
from harness.systems import System, run_quietly
from harness.workloads import Row

RELAY = "relay"
BATCHING = "batch.yaml"
BATCH_ITEMS = 8192  # the batch processor's own size


class Limits:
    """Kernels are measured once per payload and kept."""

    def __init__(self, program: pathlib.Path):
        self.program = program
        self.kernels: dict[tuple, dict] = {}

    def relay(self) -> System:
        return System(RELAY, self.program, is_relay=True, version="a loop of recv and send")

    def kernels_of(self, row: Row) -> dict:
        return self.kernels_for(row.signal, row.shape, row.items)

    def kernels_for(self, *payload) -> dict:
        if payload not in self.kernels:
            signal, shape, items = payload
            text = run_quietly([self.program, "kernels", "--signal", signal, "--shape", shape,
                                "--items", items])
            self.kernels[payload] = json.loads(text) if text else {}
        return self.kernels[payload]

    def floor(self, row: Row, relayed: Result | None) -> dict | None:
        """Nanoseconds per item below which this row cannot go, and of what they are made."""
        relay_ns = relayed.median("ns_per_item") if relayed else None
        if relay_ns is None:
            return None
        kernels = self.kernels_of(row)
        floor = {"relay_ns": relay_ns, "copy_hot_ns": kernels.get("copy_hot_ns"),
                 "copy_cold_ns": kernels.get("copy_cold_ns"), "ns_per_item": relay_ns}
        if row.compression != "none":
            # A batch is coded in one piece, which is cheaper than piece by piece.
            batch = (self.kernels_for(row.signal, row.shape, BATCH_ITEMS)
                     if row.collector.name == BATCHING else kernels)
            came, goes = (measured.get("codecs", {}).get(row.compression)
                          for measured in (kernels, batch))
            if came is None or goes is None:
                return None
            floor |= {"decompress_ns": came["decompress_ns"], "compress_ns": goes["compress_ns"]}
            floor["ns_per_item"] += came["decompress_ns"] + goes["compress_ns"]
        return floor
