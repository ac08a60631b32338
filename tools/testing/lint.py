"""clang-tidy on what changed, or on everything. Clean files are remembered while nothing moves."""

import concurrent.futures
import hashlib
import json
import pathlib
import subprocess
import time

from testing.results import Results
from testing.shell import CORES, ROOT, cpp_files, output, say

TOOL = "clang-tidy-19"
SECONDS_MAX = 480  # changes too many to lint in that time are left to --long
BUILD = ROOT / "build/release"
MEMORY = ROOT / "build/lint"


def changed_files() -> tuple[set[str], str]:
    """Paths that differ from the main branch, or else from the parent; or why nobody can tell."""
    head = output("git", "rev-parse", "HEAD")
    if head is None:
        return set(), "this is no git checkout"
    main = output("git", "merge-base", "HEAD", "origin/HEAD") or output(
        "git", "merge-base", "HEAD", "origin/main")
    base = main if main not in (None, head) else output("git", "rev-parse", "-q", "--verify",
                                                        "HEAD~1")
    if not base:
        return set(), "there is no earlier commit to compare with"
    changed = output("git", "diff", "--name-only", base.strip()) or ""
    untracked = output("git", "ls-files", "-o", "--exclude-standard") or ""
    return set(changed.split()) | set(untracked.split()), ""


def sources_for(changed: set[str], known: set[str]) -> list[str]:
    """A header is linted through its own source, its test, or the source that checks it alone."""
    chosen = set()
    for path in changed:
        if path.endswith(".cc"):
            chosen.add(path)
        elif path.endswith(".h"):
            stem = path.removesuffix(".h")
            alone = f"build/release/header_checks/{path.replace('/', '.')}.cc"
            chosen.add(next((name for name in (f"{stem}.cc", f"{stem}_test.cc", alone)
                             if name in known), ""))
    return sorted(chosen & known)


def known_sources() -> set[str]:
    """What the release build compiles, as paths from the root."""
    entries = json.loads((BUILD / "compile_commands.json").read_text())
    paths = (pathlib.Path(entry["file"]) for entry in entries)
    return {path.relative_to(ROOT).as_posix() for path in paths if path.is_relative_to(ROOT)}


def headers_digest() -> str:
    digest = hashlib.sha256()
    for path in [name for name in cpp_files() if name.endswith(".h")] + [".clang-tidy"]:
        digest.update(path.encode() + b"\0" + (ROOT / path).read_bytes())
    return digest.hexdigest()


def lint_one(path: str, headers: str, deadline: float) -> str | None:
    """What clang-tidy says of a file: nothing when it is clean, None when time ran out first."""
    key = hashlib.sha256(f"{headers} {path}".encode() + (ROOT / path).read_bytes()).hexdigest()
    if (MEMORY / key).exists():
        return ""
    if time.monotonic() > deadline:
        return None
    command = [TOOL, "--quiet", "-p", str(BUILD), path]
    if path.endswith("_test.cc"):  # the check does not understand ASSERT_TRUE(x.has_value())
        command.append("--checks=-bugprone-unchecked-optional-access")
    done = subprocess.run(command, cwd=ROOT, text=True, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False)
    if done.returncode == 0:
        MEMORY.mkdir(parents=True, exist_ok=True)
        (MEMORY / key).touch()
        return ""
    return done.stdout + done.stderr


def lint(is_long: bool) -> Results:
    """One check for all files together; what time did not allow is a skip."""
    known = known_sources()
    changed, reason = changed_files()
    if is_long:
        paths = sources_for(set(cpp_files()), known)
    elif reason:
        return Results(skipped=[(TOOL, f"{reason}; ./test --long lints everything")])
    else:
        paths = sources_for(changed, known)
    say(f"{TOOL}: {len(paths)} files")
    deadline = float("inf") if is_long else time.monotonic() + SECONDS_MAX
    headers = headers_digest()
    with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
        answers = list(pool.map(lambda path: lint_one(path, headers, deadline), paths))
    results = Results()
    for path, answer in zip(paths, answers):
        if answer:
            say(answer)
            results.failed.append(f"{TOOL} {path}")
    late = answers.count(None)
    if late:
        results.skipped.append((TOOL, f"{late} of {len(paths)} changed files did not fit into "
                                      f"{SECONDS_MAX} s; ./test --long lints everything"))
    if not results.failed and late < max(len(paths), 1):
        results.passed = 1
    return results
