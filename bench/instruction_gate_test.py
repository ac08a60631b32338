"""The gate on instruction counts, and the key it goes by."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from harness import gate, toolchain  # noqa: E402


class Gate(unittest.TestCase):
    def setUp(self) -> None:
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.file, self.own = folder / "baselines.json", folder / "build/own.json"
        gate.record(self.file, "clang", {"walk": 40.0, "edit": 400.0}, "a reason")

    def check(self, key: str = "clang", **measured: float) -> gate.Verdict:
        return gate.check(self.file, key, measured, self.own)

    def test_three_percent_are_free_and_more_fails(self) -> None:
        self.assertTrue(self.check(walk=41.1, edit=400.0).is_good)
        verdict = self.check(walk=41.3, edit=400.0)
        self.assertFalse(verdict.is_good)
        self.assertIn("walk: 40.0 -> 41.3", verdict.text)

    def test_a_stage_without_baseline_fails_and_a_missing_one_is_said(self) -> None:
        verdict = self.check(walk=40.0, new=5.0)
        self.assertFalse(verdict.is_good)
        self.assertIn("new: 5.0 per span, not in the baseline", verdict.text)
        self.assertIn("edit: in the baseline, but not measured", verdict.text)

    def test_what_shrank_is_to_be_recorded(self) -> None:
        verdict = self.check(walk=30.0, edit=400.0)
        self.assertTrue(verdict.is_good)
        self.assertIn("record it, so that it stays so", verdict.text)

    def test_another_toolchain_records_beside_the_build_and_never_fails(self) -> None:
        first = self.check("gcc", walk=99.0)
        self.assertTrue(first.is_good)
        self.assertIn("no baseline for this toolchain", first.text)
        later = self.check("gcc", walk=120.0)
        self.assertTrue(later.is_good)
        self.assertIn("walk: 99.0 -> 120.0", later.text)
        self.assertNotIn("gcc", gate.read(self.file))

    def test_recording_some_stages_keeps_the_others_and_wants_a_reason(self) -> None:
        gate.record(self.file, "clang", {"walk": 50.0}, "checks more")
        entry = gate.read(self.file)["clang"]
        self.assertEqual({"walk": 50.0, "edit": 400.0}, entry["instructions_per_span"])
        self.assertEqual("checks more", entry["why"])
        self.assertRaises(ValueError, gate.record, self.file, "clang", {}, " ")


class Toolchain(unittest.TestCase):
    def test_the_key_names_libraries_and_cpu(self) -> None:
        key = toolchain.key_of(pathlib.Path(sys.executable).resolve())
        self.assertRegex(key, r"libc6? |libc\.so")
        self.assertIn("cpu", key)
        self.assertEqual(key, toolchain.key_of(pathlib.Path(sys.executable).resolve()))


if __name__ == "__main__":
    unittest.main()
