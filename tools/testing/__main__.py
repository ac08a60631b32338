"""Runs stages, goes on after failures, and ends with one line: N passed, N failed, N skipped."""

import argparse
import os
import pathlib
import sys
import time

from testing.results import Results
from testing.shell import say
from testing.stages import STAGES, Stage


def parse(arguments: list[str]) -> argparse.Namespace:
    listing = "\n".join(f"  {stage.name:12} {stage.what}{' (--long)' * stage.is_long_only}"
                        for stage in STAGES)
    parser = argparse.ArgumentParser(
        prog="./test", description="Installs what is missing, builds, and runs the tests.",
        epilog=f"stages:\n{listing}\n\nExits 1 when anything failed. Builds are reused.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="run what takes too long for every day")
    parser.add_argument("--stage", action="append", metavar="NAME", default=[],
                        choices=[stage.name for stage in STAGES],
                        help="run only this stage; may repeat")
    parser.add_argument("--peer", action="append", metavar="NAME=PATH", default=[], type=peer,
                        help="take this program for a peer of tests/peers; may repeat")
    return parser.parse_args(arguments)


def peer(text: str) -> tuple[str, str]:
    """The environment variable that tests/peers/prepare.py looks at, and its value."""
    name, _, path = text.partition("=")
    if not name.isidentifier() or not path:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=PATH")
    return f"TELEMILL_PEER_{name.upper()}", str(pathlib.Path(path).absolute())


def chosen(options: argparse.Namespace) -> list[Stage]:
    if options.stage:
        return [stage for stage in STAGES if stage.name in options.stage]
    return [stage for stage in STAGES if options.long or not stage.is_long_only]


def report(rows: list[tuple[str, float, Results]]) -> Results:
    """Prints what was skipped and what failed, the table, and the line that counts."""
    total = Results()
    for _, _, results in rows:
        total.add(results)
    for title, lines in (
            ("skipped", [f"{stage}: {name}: {reason}" for stage, _, results in rows
                         for name, reason in results.skipped]),
            ("failed", [f"{stage}: {name}" for stage, _, results in rows
                        for name in results.failed])):
        if lines:
            say(f"\n{title}:")
            for line in lines:
                say(f"  {line}")
    say(f"\n{'stage':12} {'seconds':>8} {'passed':>7} {'failed':>7} {'skipped':>8}")
    for name, seconds, results in rows:
        say(f"{name:12} {seconds:8.1f} {results.passed:7} {len(results.failed):7} "
            f"{len(results.skipped):8}")
    say(f"{'all':12} {sum(row[1] for row in rows):8.1f}\n")
    say(total.summary())
    return total


def main(arguments: list[str], stages: list[Stage] | None = None) -> int:
    options = parse(arguments)
    os.environ.update(options.peer)
    rows = []
    for stage in stages if stages is not None else chosen(options):
        say(f"\n=== {stage.name}: {stage.what}")
        begun = time.monotonic()
        try:
            results = stage.run(options.long)
        except Exception as error:  # a broken stage must not hide what the others say
            say(f"{stage.name}: {type(error).__name__}: {error}")
            results = Results(failed=[f"{stage.name}: {type(error).__name__}: {error}"])
        rows.append((stage.name, time.monotonic() - begun, results))
    return 1 if report(rows).failed else 0


if __name__ == "__main__":
    sys.stderr = sys.stdout  # one stream, so that the last line stays last
    sys.exit(main(sys.argv[1:]))
