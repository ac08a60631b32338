"""Commands, folders and the machine, as the stages see them."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORES = len(os.sched_getaffinity(0))


def say(text: str) -> None:
    print(text, flush=True)


def run(*command: str | pathlib.Path, quiet: bool = False) -> bool:
    """Runs a command in the root folder and shows what it prints; True when it succeeds."""
    words = [str(word) for word in command]
    if not quiet:
        say(f"$ {' '.join(words)}")
    try:
        done = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=sys.stdout,
                              stderr=subprocess.STDOUT, check=False)
    except FileNotFoundError:
        say(f"{words[0]}: not installed")
        return False
    return done.returncode == 0


def output(*command: str) -> str | None:
    """What a command prints, or None when it fails."""
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def cpp_files() -> list[str]:
    """Our C++ sources, as paths from the root."""
    folders = ("src", "include", "apps", "tests", "bench")
    return sorted(path.relative_to(ROOT).as_posix() for folder in folders
                  for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cc"))


def build(preset: str, *targets: str) -> bool:
    """Configures and builds; goes on after an error, so that one run shows them all."""
    if not run("cmake", "--preset", preset):
        return False
    chosen = ["--target", *targets] if targets else []
    return run("cmake", "--build", f"build/{preset}", "-j", str(CORES), *chosen, "--", "-k", "0")
