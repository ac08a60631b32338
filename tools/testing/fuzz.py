"""Runs fuzz targets for a while each, two at a time. The corpus grows in the build folder."""

import concurrent.futures
import os
import pathlib
import re
import subprocess

from testing.results import Results
from testing.shell import ROOT, say

SECONDS = 20
SECONDS_LONG = 300
AT_ONCE = 2
SEEDS = ROOT / "tests/corpus"  # one folder per target, read only


def targets(build: pathlib.Path) -> list[pathlib.Path]:
    return sorted(pathlib.Path(line) for line in (build / "fuzzers.txt").read_text().split())


def command(target: pathlib.Path, build: pathlib.Path, seconds: int) -> list[str]:
    corpus = build / "corpus" / target.name
    findings = build / "findings" / target.name
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = SEEDS / target.name
    words = [str(target), f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
             "-print_final_stats=1", f"-artifact_prefix={findings}/", str(corpus)]
    return words + ([str(seeds)] if seeds.is_dir() else [])


def fuzz_one(target: pathlib.Path, build: pathlib.Path, seconds: int) -> bool:
    log = build / "findings" / f"{target.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1",
                   "UBSAN_OPTIONS": "print_stacktrace=1"}
    with log.open("wb") as out:
        status = subprocess.run(command(target, build, seconds), cwd=build, env=environment,
                                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                check=False).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    match = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
    runs = int(match.group(1)) if match else 0
    covered = re.findall(r"\bcov: (\d+)", text)
    if status == 0 and runs > 0:
        say(f"{target.name}: {runs} inputs, {covered[-1] if covered else '?'} edges")
        return True
    tail = "\n".join(text.splitlines()[-60:])
    say(f"{target.name}: FAILED (status {status}, {runs} inputs)\n{tail}\nthe input that did it: "
        f"{build}/findings/{target.name}/; repeat: {target} <that file>")
    return False


def fuzz(build: pathlib.Path, seconds: int) -> Results:
    """Each target is one test."""
    found = targets(build)
    if not found:
        return Results(skipped=[("fuzz", "no source ends in _fuzz.cc yet")])
    say(f"{len(found)} targets, {seconds} s each, {AT_ONCE} at a time")
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        good = list(pool.map(lambda target: fuzz_one(target, build, seconds), found))
    failed = [f"fuzz {target.name}" for target, is_good in zip(found, good) if not is_good]
    return Results(passed=len(found) - len(failed), failed=failed)
