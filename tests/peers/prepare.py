#!/usr/bin/env python3
"""Gets a peer ready: `tests/peers/prepare.py NAME` prints the path of its program.

A peer is built from its folder's pinned manifest by the ordinary client of its language, outside the
source tree and once for all build folders: in $XDG_CACHE_HOME/telemill/peers/NAME-HASH, where the
hash covers what it is built from. TELEMILL_PEER_<NAME>=PATH names a program to take instead.

Exit: 0 and the path; 3 and the reason why it cannot be had here; 1 for mistakes of ours.
"""

import fcntl
import hashlib
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
FETCH_SECONDS = 240  # until a registry counts as out of reach
BUILD_SECONDS = 1500
REASON_SECONDS = 600  # how long a "cannot be had" is believed
NICENESS = 10  # other tests run meanwhile
UNAVAILABLE = 3
COMPILERS_MAX = "-p=2"  # packages that Go compiles at once


class Missing(Exception):
    """Why a peer cannot be had on this machine."""


def run(folder: pathlib.Path, seconds: int, *command: str | pathlib.Path, **more: str) -> None:
    """Runs a command of a registry's client; its last lines are the reason if it fails."""
    with subprocess.Popen([str(part) for part in command], cwd=folder, env={**os.environ, **more},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          start_new_session=True, preexec_fn=lambda: os.nice(NICENESS)) as child:
        try:
            output, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            raise Missing(f"`{' '.join(child.args[:4])}` took over {seconds} s") from None
    if child.returncode != 0:
        lines = [line for line in output.splitlines() if line.strip()]
        raise Missing(f"`{' '.join(child.args[:4])}` failed here: " + "\n".join(lines[-8:]))


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(f"{program} is not installed")


def write_script(path: pathlib.Path, command: str) -> pathlib.Path:
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)
    return path


def collector(folder: pathlib.Path) -> pathlib.Path:
    """The reference collector, assembled by its own builder at the manifest's version."""
    need("go")
    manifest = (folder / "builder.yaml").read_text()
    version = re.search(r"^  version: (\S+)$", manifest, re.MULTILINE).group(1)
    (folder / "used.yaml").write_text(
        manifest.replace("dist:\n", "dist:\n  output_path: ./generated\n", 1))
    run(folder, FETCH_SECONDS, "go", "run", f"go.opentelemetry.io/collector/cmd/builder@v{version}",
        "--config", "used.yaml", "--skip-compilation")
    run(folder / "generated", BUILD_SECONDS, "go", "build", COMPILERS_MAX, "-trimpath",
        "-ldflags=-s -w", "-o", folder / "otelcol", ".", CGO_ENABLED="0")
    return folder / "otelcol"


def go(folder: pathlib.Path) -> pathlib.Path:
    need("go")
    run(folder, FETCH_SECONDS, "go", "mod", "download")
    run(folder, BUILD_SECONDS, "go", "build", COMPILERS_MAX, "-trimpath", "-o", folder / "send", ".",
        CGO_ENABLED="0")
    return folder / "send"


def python(folder: pathlib.Path) -> pathlib.Path:
    run(folder, FETCH_SECONDS, sys.executable, "-m", "venv", "packages")
    run(folder, FETCH_SECONDS, "packages/bin/python", "-m", "pip", "install", "--quiet",
        "--disable-pip-version-check", "--retries", "1", "--only-binary", ":all:",
        "--no-deps", "--requirement", "requirements.txt")
    return write_script(folder / "send", f"'{folder}/packages/bin/python' '{folder}/send.py'")


def java(folder: pathlib.Path) -> pathlib.Path:
    need("java", "mvn")
    run(folder, FETCH_SECONDS, "mvn", "--batch-mode", "--quiet", "process-classes")
    return write_script(folder / "send", f"java -cp '{folder}/target/classes:{folder}/target/jars/*'"
                                         " Send")


PEERS = {"collector": collector, "go": go, "python": python, "java": java}


def hash_of(name: str) -> str:
    """What decides whether a peer must be built anew: its folder, this file and the machine."""
    digest = hashlib.sha256(platform.machine().encode())
    for path in [pathlib.Path(__file__), *sorted((HERE / name).rglob("*"))]:
        if path.is_file():
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def ready(name: str) -> pathlib.Path:
    """The peer's program, built if need be. One process builds, others wait for it."""
    given = os.environ.get(f"TELEMILL_PEER_{name.upper()}")
    if given:
        if not os.access(given, os.X_OK):
            raise Missing(f"TELEMILL_PEER_{name.upper()}={given} is no program")
        return pathlib.Path(given)
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folder = cache / "telemill" / "peers" / f"{name}-{hash_of(name)}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    mark, reason = folder / "program.path", folder.with_suffix(".missing")
    with open(folder.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists():
            return pathlib.Path(mark.read_text())
        if reason.exists() and time.time() - reason.stat().st_mtime < REASON_SECONDS:
            raise Missing(reason.read_text())
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(HERE / name, folder)
        try:
            program = PEERS[name](folder)
        except Missing as missing:
            reason.write_text(str(missing))
            raise
        mark.write_text(str(program))
        return program


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PEERS:
        print(f"usage: prepare.py {'|'.join(PEERS)}", file=sys.stderr)
        return 2
    try:
        print(ready(arguments[0]))
    except Missing as missing:
        print(f"SKIP: {missing}")
        return UNAVAILABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
