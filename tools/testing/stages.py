"""The stages of ./test, in the order they run."""

from typing import Callable, NamedTuple

from testing import fuzz, lint
from testing.results import Results, check, read_junit, run_unittests
from testing.shell import CORES, ROOT, build, cpp_files, run

TSAN_MODULES = ("runtime", "pipeline")  # all that may cross threads
SCRIPTS = ("run", "test", ".ci/run", "tools/install.sh")
RELEASE_TARGETS = ("telemill", "telemill_benches", "telemill_integration",
                   "telemill_header_checks")


class Stage(NamedTuple):
    name: str
    what: str
    run: Callable[[bool], Results]  # takes is_long
    is_long_only: bool = False


def ctest(preset: str, stage: str, labels: str = "") -> Results:
    """Runs the tests of a build folder; one that finds none has failed."""
    junit = ROOT / "build" / preset / f"junit_{stage}.xml"
    junit.unlink(missing_ok=True)
    chosen = ["-L", labels] if labels else []
    good = run("ctest", "--test-dir", f"build/{preset}", "-j", str(CORES), "--output-on-failure",
               "--no-tests=error", "--test-output-size-passed", "20000", "--output-junit", junit,
               *chosen)
    if not junit.exists():
        return Results(failed=[f"{stage}: ctest"])
    results = read_junit(junit)
    if not results.passed and not results.failed and not results.skipped:
        results.failed.append(f"{stage}: no test found")
    elif not good and not results.failed:
        results.failed.append(f"{stage}: ctest")
    return results


def build_and_test(preset: str, stage: str, targets: tuple[str, ...] = (),
                   labels: str = "") -> Results:
    if not build(preset, *targets):
        return Results(failed=[f"{stage}: build"])
    return ctest(preset, stage, labels)


def tidy(_is_long: bool) -> Results:
    results = check("tidy.py", run("python3", "tools/tidy.py"))
    results.add(check("clang-format", run("clang-format-19", "--dry-run", "-Werror", *cpp_files(),
                                          quiet=True)))
    results.add(check("shellcheck", run("shellcheck", *SCRIPTS)))
    results.add(run_unittests(ROOT / "tools"))
    results.add(run_unittests(ROOT / "bench"))
    return results


def asan(_is_long: bool) -> Results:
    return build_and_test("asan", "asan")


def release(is_long: bool) -> Results:
    if is_long:
        return build_and_test("release", "release", ("all", "telemill_header_checks"))
    return build_and_test("release", "release", RELEASE_TARGETS, "^(integration|bench_smoke)$")


def bench(is_long: bool) -> Results:
    # Counts are the same on a busy machine; times are not, so none are compared here.
    if not build("release", "telemill", "telemill_stages", "telemill_limits"):
        return Results(failed=["bench: build"])
    results = check("instructions per span", run("bench/instructions", "--check"))
    if is_long:
        results.add(check("recipes of docs/performance.md", run("bench/check_recipes")))
        results.add(check("bench/run", run("bench/run", "W9a", "W10", "--repetitions", "1",
                                           "--scale", "0.1")))
    return results


def release_gcc(_is_long: bool) -> Results:
    return build_and_test("release-gcc", "release-gcc", RELEASE_TARGETS, "^integration$")


def lint_stage(is_long: bool) -> Results:
    # Linting needs the release build's commands and the sources it generates.
    if not build("release", *RELEASE_TARGETS):
        return Results(failed=["lint: build"])
    return lint.lint(is_long)


def tsan(_is_long: bool) -> Results:
    results = Results()
    modules = []
    for module in TSAN_MODULES:
        if list((ROOT / "src" / module).glob("*_test.cc")):
            modules.append(module)
        else:
            results.skipped.append((f"tsan {module}", f"src/{module} has no tests yet"))
    if modules:
        targets = tuple(f"telemill_{module}_test" for module in modules)
        results.add(build_and_test("tsan", "tsan", targets, f"^({'|'.join(modules)})$"))
    return results


def fuzz_stage(is_long: bool) -> Results:
    if not build("fuzz", "telemill_fuzzers"):
        return Results(failed=["fuzz: build"])
    return fuzz.fuzz(ROOT / "build/fuzz", fuzz.SECONDS_LONG if is_long else fuzz.SECONDS)


STAGES = (
    Stage("tidy", "rules that need no compiler, formatting, tests of the tools", tidy),
    Stage("asan", "all tests, g++ with AddressSanitizer and UBSan", asan),
    Stage("release", "integration tests and bench smoke, clang with ThinLTO", release),
    Stage("bench", "instructions per span against the baseline of this toolchain", bench),
    Stage("lint", "clang-tidy on what changed (--long: on everything)", lint_stage),
    Stage("tsan", "runtime and pipeline under ThreadSanitizer", tsan),
    Stage("fuzz", "each fuzz target for 20 s (--long: 300 s)", fuzz_stage),
    Stage("release-gcc", "integration tests, g++ with LTO", release_gcc, is_long_only=True),
)
