"""The runner against systems that do wrong: it must see it and say it."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

BENCH = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH))

from harness import plot, report, trial, workloads  # noqa: E402
from harness.rig import Placement  # noqa: E402
from harness.systems import System, parse_peer  # noqa: E402
from harness.trial import Bench, Trial  # noqa: E402
from harness.workloads import Row, WorkloadError  # noqa: E402

CONFIG = BENCH / "workloads/batch.yaml"
ROW = Row("T", "load", CONFIG, "memory", items=10, streams=1)


def script_module(name: str):
    """A command of bench/, which has no ending, as a module."""
    loader = SourceFileLoader(f"bench_{name}", str(BENCH / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class Folder(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.fake = self.folder / "fake"
        self.fake.write_text(f"#!/bin/sh\nexec {sys.executable} {BENCH}/harness/fakes.py \"$@\"\n")
        self.fake.chmod(0o755)

    def system(self, mode: str) -> System:
        return System(mode, self.fake, [mode], version="1")

    def run_mode(self, mode: str, row: Row = ROW) -> Trial:
        usual = Placement.usual()
        place = Placement(usual.system_cpu, usual.load_cpu, quiet_seconds=0.3)
        return trial.run(Bench(self.fake, place, self.folder, 0.01), self.system(mode), row)


class DetectsWhatSystemsDoWrong(Folder):
    def test_a_good_system_is_ok_and_has_its_figures(self) -> None:
        done = self.run_mode("good")
        self.assertEqual(("ok", ""), (done.state, done.fault))
        self.assertEqual(200, done.figures["items"])
        self.assertGreater(done.figures["ns_per_item"], 0)
        self.assertEqual(300, done.figures["payload_bytes_per_item"])
        self.assertGreater(done.figures["peak_rss_mib"], 1)

    def test_latency_is_measured_in_a_run_of_its_own(self) -> None:
        done = self.run_mode("good", Row("T", "load", CONFIG, "memory", latency_rate=100))
        self.assertEqual(3.0, done.figures["delivered_p999_us"])

    def test_each_wrong_has_its_word(self) -> None:
        for mode, state, text in (("lose", "lost", "acknowledged items did not arrive"),
                                  ("double", "duplicated", "items more"),
                                  ("corrupt", "corrupt", "ids differ"),
                                  ("refuse", "refused", "were refused"),
                                  ("stall", "stalled", "got no answer"),
                                  ("exit", "exited", "something broke"),
                                  ("never", "exited", "cannot listen")):
            with self.subTest(mode=mode):
                done = self.run_mode(mode)
                self.assertEqual(state, done.state, done.fault)
                self.assertIn(text, done.fault)

    def test_a_missing_program_is_not_started(self) -> None:
        usual = Placement.usual()
        bench = Bench(self.fake, usual, self.folder, 0.01)
        done = trial.run(bench, System("gone", self.folder / "gone"), ROW)
        self.assertEqual("not started", done.state)

    def test_idle_tells_memory_and_start(self) -> None:
        row = Row("T", "idle", CONFIG, "memory", seconds=1)
        done = trial.run_idle(Bench(self.fake, Placement.usual(), self.folder, 0.2),
                              self.system("good"), row)
        self.assertEqual("ok", done.state, done.fault)
        self.assertGreater(done.figures["idle_rss_mib"], 1)
        self.assertGreater(done.figures["ready_ms"], 1)


class TheCommand(Folder):
    def test_a_peer_that_loses_is_marked_and_a_good_one_is_not(self) -> None:
        run = script_module("run")
        build = self.folder / "build"
        build.mkdir()
        own = build / "telemill"
        own.write_text(self.fake.read_text().replace('"$@"', '"$@" good'))
        own.chmod(0o755)
        file = self.folder / "out.json"
        with contextlib.redirect_stdout(io.StringIO()) as out, \
                contextlib.redirect_stderr(io.StringIO()) as said:
            code = run.main(["W12", "--rows", "traces grpc none 10/", "--build", str(build),
                             "--load-program", str(self.fake), "--repetitions", "1",
                             "--scale", "0.01", "--quiet-seconds", "0.3",
                             "--peer", f"leaky={self.fake}", "--peer-flag", "leaky:lose",
                             "--json", str(file)])
        self.assertEqual(0, code)  # a peer's fault is not ours
        self.assertIn("no floors", said.getvalue())
        states = {row["system"]: row["state"] for row in json.loads(file.read_text())["rows"]}
        self.assertEqual({"telemill": "ok", "leaky": "lost"}, states)
        self.assertIn("**lost**", out.getvalue())

    def test_peers_have_flags_and_environment_of_their_own(self) -> None:
        peer = parse_peer("go=/bin/true", ["go:--x", "other:--y"], ["go:A=b=c"])
        self.assertEqual(["--x"], peer.flags)
        self.assertEqual({"A": "b=c"}, peer.environment)
        self.assertRaises(ValueError, parse_peer, "go", [], [])


class Reports(unittest.TestCase):
    FIGURES = {"items": 10, "ns_per_item": 100.0, "user_ticks": 1, "system_ticks": 3,
               "payload_bytes_per_item": 50.0, "core_busy": 1.0, "others_share": 0.0,
               "load_core_busy": 0.5, "generator_busy": 0.5, "lag_seconds": 0.0,
               "unsent_items": 0, "delivered_p50_us": 1.0, "delivered_p99_us": 2.0,
               "delivered_p999_us": 3.0}

    def result(self, *changes: dict, row: Row = Row("T", "load", CONFIG, "memory")):
        return report.Result(row, System("s", pathlib.Path("s")),
                             [Trial(figures={**self.FIGURES, **change}) for change in changes])

    def test_median_share_and_floor(self) -> None:
        result = self.result({"ns_per_item": 90.0}, {}, {"ns_per_item": 105.0})
        entry = report.entry_of(result, {"ns_per_item": 50.0})
        self.assertEqual(100.0, entry["ns_per_item"])
        self.assertEqual(25.0, entry["user_ns_per_item"])
        self.assertEqual(2.0, entry["times_floor"])
        self.assertEqual(2.0, entry["ns_per_byte"])
        self.assertEqual([], entry["notes"][1:])

    def test_the_fixed_cost_is_the_intercept(self) -> None:
        rows = [report.entry_of(self.result({"ns_per_item": 5000 / items + 20},
                                            row=Row("T", "load", CONFIG, "memory", items=items)))
                for items in (10, 100, 512)]
        fit, = report.fits(rows)
        self.assertAlmostEqual(5.0, fit["us_per_request"])
        self.assertAlmostEqual(1.25, fit["user_us_per_request"])
        self.assertAlmostEqual(20.0, fit["ns_per_item"])
        self.assertEqual([], report.fits(rows[:2]))

    def test_a_failed_run_does_not_count_for_speed(self) -> None:
        result = self.result({}, {"ns_per_item": 1.0})
        result.trials[1].fail("lost", "3 of 10")
        entry = report.entry_of(result)
        self.assertEqual(("lost", 100.0), (entry["state"], entry["ns_per_item"]))
        self.assertIn("lost: 3 of 10", entry["notes"])

    def test_doubts_are_said(self) -> None:
        for change, text in (({"core_busy": 0.5, "generator_busy": 0.95}, "the generator is the"),
                             ({"core_busy": 0.5, "load_core_busy": 1.0}, "share a full CPU"),
                             ({"core_busy": 0.5}, "something else"),
                             ({"others_share": 0.2}, "others had 20%"),
                             ({"lag_seconds": 2.0}, "its queue grew"),
                             ({"unsent_items": 7}, "7 items found no free stream")):
            with self.subTest(text=text):
                self.assertIn(text, " ".join(report.notes(self.result(change))))
        spread = report.notes(self.result({}, {"ns_per_item": 130.0}))
        self.assertIn("noisy: 100 to 130 ns between runs", spread)

    def test_only_rows_that_ought_to_saturate_complain_about_idling(self) -> None:
        row = Row("T", "load", CONFIG, "memory", rate=1000)
        self.assertEqual([], report.notes(self.result({"core_busy": 0.1}, row=row)))

    def test_table_and_plot_hold_the_rows(self) -> None:
        entries = [report.entry_of(self.result({}), {"ns_per_item": 50.0})]
        self.assertIn("| 1 / 2 / 3 | yes | 50 |", report.markdown(entries))
        picture = plot.plot(entries, "a < b")
        self.assertIn("100 ns", picture)
        self.assertIn("a &lt; b", picture)
        self.assertEqual("", plot.plot([], "nothing"))


class Workloads(unittest.TestCase):
    def test_all_files_load_and_name_collectors_that_exist(self) -> None:
        rows = workloads.load([])
        self.assertTrue({"W1", "W2", "W4", "W5", "W9a", "W10", "W11", "W12"}
                        <= {row.workload for row in rows})
        self.assertTrue(all(row.collector.exists() for row in rows))
        titles = [(row.workload, row.title) for row in rows]
        self.assertEqual(len(titles), len(set(titles)))

    def test_lists_multiply(self) -> None:
        self.assertEqual(6, len(workloads.expand({"a": [1, 2, 3], "b": ["x", "y"], "c": 0})))

    def test_mistakes_are_named(self) -> None:
        good = {"id": "W", "collector": "batch.yaml", "acknowledgement": "memory", "rows": [{}]}
        for change, text in (({"rows": [{"itmes": 1}]}, "itmes"), ({"kind": "fast"}, "fast"),
                             ({"colour": 1}, "colour")):
            with self.subTest(text=text), self.assertRaisesRegex(WorkloadError, text):
                workloads.parse(json.dumps({**good, **change}), BENCH)
        self.assertRaises(WorkloadError, workloads.parse, "{", BENCH)
        self.assertRaises(WorkloadError, workloads.load, ["W0"])


if __name__ == "__main__":
    unittest.main()
