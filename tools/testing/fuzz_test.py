"""Fuzz targets by stand-ins: what counts as passed, and how they are called."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from testing import fuzz  # noqa: E402

GOOD = '#!/bin/bash\necho "$*" > "$0.args"\necho "#9 DONE cov: 12 ft: 3" >&2\n' \
       'echo "stat::number_of_executed_units: 42" >&2\n'
CRASH = GOOD + 'echo "ERROR: AddressSanitizer: heap-buffer-overflow" >&2\nexit 77\n'
IDLE = "#!/bin/bash\nexit 0\n"


class FuzzTest(unittest.TestCase):
    def run_targets(self, **programs: str):
        """The results, what was printed, and the arguments of the target named `good`."""
        with tempfile.TemporaryDirectory() as folder:
            build = pathlib.Path(folder)
            for name, text in programs.items():
                (build / name).write_text(text)
                (build / name).chmod(0o755)
            (build / "fuzzers.txt").write_text("".join(f"{build / name}\n" for name in programs))
            with contextlib.redirect_stdout(io.StringIO()) as out:
                results = fuzz.fuzz(build, 7)
            args = build / "good.args"
            return results, out.getvalue(), args.read_text() if args.exists() else ""

    def test_each_target_is_one_test(self):
        results, said, _ = self.run_targets(good=GOOD, crash=CRASH, fine=GOOD)
        self.assertEqual(results.summary(), "2 passed, 1 failed, 0 skipped")
        self.assertEqual(results.failed, ["fuzz crash"])
        self.assertIn("heap-buffer-overflow", said)
        self.assertIn("good: 42 inputs, 12 edges", said)

    def test_a_target_that_ran_no_input_has_failed(self):
        self.assertEqual(self.run_targets(idle=IDLE)[0].failed, ["fuzz idle"])

    def test_gives_the_time_and_a_corpus_of_its_own(self):
        args = self.run_targets(good=GOOD)[2]
        self.assertIn("-max_total_time=7", args)
        self.assertIn("/corpus/good", args)

    def test_says_when_there_is_no_target(self):
        self.assertEqual(self.run_targets()[0].summary(), "0 passed, 0 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
