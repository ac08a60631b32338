"""The runner itself: it goes on after failures, and its last line and status tell the truth."""

import argparse
import contextlib
import io
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from testing import __main__ as runner  # noqa: E402
from testing.results import Results  # noqa: E402
from testing.stages import STAGES, Stage  # noqa: E402

GOOD = Stage("good", "passes", lambda is_long: Results(passed=3 if is_long else 2))
BAD = Stage("bad", "fails", lambda _: Results(failed=["x.Broken"], skipped=[("y.Far", "no BPF")]))


def crash(_is_long: bool) -> Results:
    raise OSError("disk full")


class RunnerTest(unittest.TestCase):
    def run_stages(self, arguments: list[str], *stages: Stage) -> tuple[int, list[str]]:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = runner.main(arguments, list(stages))
        return status, out.getvalue().splitlines()

    def test_ends_with_the_line_that_counts(self):
        status, lines = self.run_stages([], GOOD)
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 0 skipped"))

    def test_a_failure_does_not_stop_the_stages_after_it(self):
        status, lines = self.run_stages([], BAD, GOOD)
        self.assertEqual((status, lines[-1]), (1, "2 passed, 1 failed, 1 skipped"))
        self.assertIn("  bad: x.Broken", lines)

    def test_lists_each_skip_with_its_reason_before_the_table(self):
        _, lines = self.run_stages([], BAD)
        table = next(i for i, line in enumerate(lines) if line.startswith("stage "))
        self.assertLess(lines.index("  bad: y.Far: no BPF"), table)

    def test_a_stage_that_breaks_counts_as_failed(self):
        status, lines = self.run_stages([], Stage("crash", "breaks", crash), GOOD)
        self.assertEqual((status, lines[-1]), (1, "2 passed, 1 failed, 0 skipped"))

    def test_long_reaches_the_stages(self):
        self.assertEqual(self.run_stages(["--long"], GOOD)[1][-1], "3 passed, 0 failed, 0 skipped")

    def test_peers_are_programs_by_name(self):
        self.assertEqual(runner.peer("collector=/bin/x"), ("TELEMILL_PEER_COLLECTOR", "/bin/x"))
        for wrong in ("collector", "=x", "collector=", "a/b=c"):
            with self.assertRaises(argparse.ArgumentTypeError):
                runner.peer(wrong)

    def test_chooses_stages(self):
        names = [stage.name for stage in runner.chosen(runner.parse([]))]
        self.assertEqual(names, ["tidy", "asan", "release", "bench", "lint", "tsan", "fuzz"])
        self.assertEqual(runner.chosen(runner.parse(["--long"])), list(STAGES))
        one = runner.chosen(runner.parse(["--stage", "fuzz", "--stage", "tidy"]))
        self.assertEqual([stage.name for stage in one], ["tidy", "fuzz"])

    def test_refuses_an_unknown_stage(self):
        with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as caught:
            runner.parse(["--stage", "nosuch"])
        self.assertEqual(caught.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
