"""Reading what ctest 3.25 wrote: samples/ctest_3_25.xml is from a real run."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from testing.results import Results, read_junit  # noqa: E402

SAMPLE = pathlib.Path(__file__).parent / "samples/ctest_3_25.xml"


class ReadJunitTest(unittest.TestCase):
    def read(self, text: str) -> Results:
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "junit.xml"
            path.write_bytes(text.encode("latin-1"))
            return read_junit(path)

    def test_counts_a_missing_program_as_failed(self):
        results = read_junit(SAMPLE)
        self.assertEqual(results.passed, 1)
        self.assertEqual(results.failed, ["x.A.Bad", "u_NOT_BUILT"])

    def test_gives_the_reason_of_each_skip(self):
        self.assertEqual(read_junit(SAMPLE).skipped, [
            ("x.A.Off", "disabled in its source"),
            ("x.A.Skips", "needs a kernel with BPF & more"),
            ("x.A.SkipsSilently", "no reason given"),
            ("x.sdk", "no sdk: here")])

    def test_a_leak_after_a_skip_is_a_failure(self):
        text = SAMPLE.read_text().replace("SKIP: no sdk: here", "ERROR: LeakSanitizer: detected")
        self.assertIn("x.sdk", self.read(text).failed)

    def test_survives_control_characters_and_broken_utf8(self):
        text = SAMPLE.read_text().replace("[  PASSED  ]", "\x00\x1b[32m \xff &#x1b;")
        self.assertEqual(self.read(text).summary(), read_junit(SAMPLE).summary())


class RunUnittestsTest(unittest.TestCase):
    def test_counts_each_kind(self):
        text = ("import unittest\nclass T(unittest.TestCase):\n"
                "  def test_a(self): pass\n  def test_b(self): self.fail()\n"
                "  def test_c(self): 1 / 0\n  def test_d(self): self.skipTest('why')\n")
        program = ("import sys, pathlib\nsys.path.insert(0, sys.argv[1])\n"
                   "from testing.results import run_unittests\n"
                   "r = run_unittests(pathlib.Path(sys.argv[2]))\n"
                   "print(r.summary(), r.skipped[0][1])\n")
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "some_test.py").write_text(text)
            tools = str(pathlib.Path(__file__).resolve().parent.parent)
            said = subprocess.run([sys.executable, "-B", "-c", program, tools, folder], text=True,
                                  capture_output=True, check=True).stdout
        self.assertEqual(said.strip(), "1 passed, 2 failed, 1 skipped why")


if __name__ == "__main__":
    unittest.main()
