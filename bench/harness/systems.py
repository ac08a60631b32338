"""What can stand between generator and sink: Telemill, peers, and a relay of bare bytes."""

import os
import pathlib
import subprocess
from dataclasses import dataclass, field

METRICS_PAGE = "metrics_page.yaml"  # beside the workloads
VERSION_SECONDS = 20


@dataclass
class System:
    """A program under test. `flags` come behind `--config FILE`."""

    name: str
    binary: pathlib.Path
    flags: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    is_relay: bool = False  # knows nothing of YAML: takes addresses
    version: str = ""
    overlays: dict[pathlib.Path, bool] = field(default_factory=dict)

    def command(self, config: pathlib.Path, environment: dict[str, str], protocol: str) -> list:
        """`environment` is what the configuration takes its BENCH_ values from."""
        if self.is_relay:
            port = environment[f"BENCH_{protocol.upper()}_PORT"]
            return [self.binary, "relay", f"127.0.0.1:{port}",
                    environment[f"BENCH_SINK_{protocol.upper()}"]]
        command = [self.binary, "--config", config]
        if self.takes_metrics_page(config, environment):
            command += ["--config", config.parent / METRICS_PAGE]
        return command + self.flags

    def takes_metrics_page(self, config: pathlib.Path, environment: dict[str, str]) -> bool:
        """Asked once per configuration: not every system has the page."""
        page = config.parent / METRICS_PAGE
        if config not in self.overlays:
            self.overlays[config] = page.exists() and run_quietly(
                [self.binary, "validate", "--config", config, "--config", page],
                environment) is not None
        return self.overlays[config]

    def describe_flags(self) -> str:
        words = [f"{name}={value}" for name, value in self.environment.items()] + self.flags
        return " ".join(words)


def run_quietly(command: list, environment: dict[str, str] | None = None) -> str | None:
    """What a command prints, or None when it fails."""
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=VERSION_SECONDS, check=False,
                              env={**os.environ, **(environment or {})})
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def ask_version(binary: pathlib.Path) -> str:
    return (run_quietly([binary, "--version"]) or "unknown version").splitlines()[0]


def parse_peer(text: str, more_flags: list[str], more_environment: list[str]) -> System:
    """`NAME=PATH`; flags and environment are `NAME:WORD` and `NAME:KEY=VALUE` of any peer."""
    name, _, path = text.partition("=")
    if not name or not path:
        raise ValueError(f"a peer is NAME=PATH, not {text}")
    def own(words: list[str]) -> list[str]:
        return [word.split(":", 1)[1] for word in words if word.startswith(f"{name}:")]
    environment = dict(word.split("=", 1) for word in own(more_environment))
    binary = pathlib.Path(path).resolve()
    return System(name, binary, own(more_flags), environment, version=ask_version(binary))
