"""What came out of tests: counts, names of what failed, reasons of what was skipped."""

import dataclasses
import pathlib
import re
import unittest
import xml.etree.ElementTree


@dataclasses.dataclass
class Results:
    passed: int = 0
    failed: list[str] = dataclasses.field(default_factory=list)
    skipped: list[tuple[str, str]] = dataclasses.field(default_factory=list)  # name, reason

    def add(self, other: "Results") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def summary(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def check(name: str, is_good: bool) -> Results:
    """The results of one check that is no test program."""
    return Results(passed=1) if is_good else Results(failed=[name])


def read_junit(path: pathlib.Path) -> Results:
    """What ctest wrote with --output-junit."""
    text = path.read_text(encoding="utf-8", errors="replace")
    # ctest copies a test's output as it is; XML allows few of the control characters.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|&#x?[0-9a-fA-F]+;", "?", text)
    results = Results()
    for case in xml.etree.ElementTree.fromstring(text).iter("testcase"):
        name, status = case.get("name", ""), case.get("status")
        output = case.findtext("system-out") or ""
        skip = case.find("skipped")
        if status == "run" and skip is None:
            results.passed += 1
        elif status == "disabled":
            results.skipped.append((name, "disabled in its source"))
        elif skip is not None and is_real_skip(skip.get("message", ""), output):
            results.skipped.append((name, skip_reason(output)))
        else:
            results.failed.append(name)
    return results


def is_real_skip(message: str, output: str) -> bool:
    """ctest also calls it skipped when a program is missing, or fails after its test skipped."""
    return message == "SKIP_REGULAR_EXPRESSION_MATCHED" and "Sanitizer: " not in output


def skip_reason(output: str) -> str:
    """The text of GTEST_SKIP() or of telemill_skipped_test(), in one line."""
    match = (re.search(r"^SKIP: (.*)$", output, re.MULTILINE)
             or re.search(r": Skipped\n(.*?)\n*^\[  SKIPPED \]", output, re.MULTILINE | re.DOTALL))
    reason = " ".join(match.group(1).split()) if match else ""
    return reason or "no reason given"


def run_unittests(folder: pathlib.Path, pattern: str = "*_test.py") -> Results:
    """Runs all Python tests below a folder, each file on its own path as when run by hand."""
    suite = unittest.TestSuite()
    for path in sorted(folder.rglob(pattern)):
        # A loader remembers the folder of its first discovery: each file gets its own.
        suite.addTests(unittest.TestLoader().discover(str(path.parent), path.name))
    outcome = unittest.TextTestRunner(verbosity=1).run(suite)
    bad = outcome.failures + outcome.errors
    names = [test.id() for test, _ in bad] + [test.id() for test in outcome.unexpectedSuccesses]
    skipped = [(test.id(), reason) for test, reason in outcome.skipped]
    return Results(outcome.testsRun - len(names) - len(skipped), names, skipped)
