"""Compares instruction counts with those recorded for the same toolchain."""

import json
import pathlib
from dataclasses import dataclass

GROWTH_MAX = 0.03
# Below this a count is a handful of instructions, and one of them more is no growth worth a fuss.
SMALLEST = 2.0


@dataclass(frozen=True)
class Verdict:
    is_good: bool
    text: str


def read(file: pathlib.Path) -> dict:
    return json.loads(file.read_text()) if file.exists() else {}


def write(file: pathlib.Path, baselines: dict) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(baselines, indent=1, sort_keys=True) + "\n")


def record(file: pathlib.Path, key: str, measured: dict[str, float], why: str) -> None:
    """Stages that were not measured keep what they had."""
    if not why.strip():
        raise ValueError("say why the baseline changes")
    baselines = read(file)
    before = baselines.get(key, {}).get("instructions_per_span", {})
    rounded = {name: round(value, 2) for name, value in measured.items()}
    baselines[key] = {"why": why, "instructions_per_span": {**before, **rounded}}
    write(file, baselines)


def check(file: pathlib.Path, key: str, measured: dict[str, float],
          own_file: pathlib.Path) -> Verdict:
    """A toolchain without a baseline gets one in `own_file`, beside the build, and passes; it is
    compared with that from then on, which tells but does not fail."""
    baselines, is_binding = read(file), True
    if key not in baselines:
        is_binding, baselines = False, read(own_file)
        if key not in baselines:
            record(own_file, key, measured, "the first run with this toolchain")
            return Verdict(True, f"no baseline for this toolchain; recorded in {own_file.name} "
                                 f"beside the build:\n  {key}")
    expected = baselines[key]["instructions_per_span"]
    grown, lines = [], []
    for name, value in measured.items():
        if name not in expected:
            lines.append(f"{name}: {value:.1f} per span, not in the baseline: record it")
            grown.append(name)
            continue
        change = value / expected[name] - 1
        if change > GROWTH_MAX and value - expected[name] > SMALLEST * GROWTH_MAX:
            grown.append(name)
            lines.append(f"{name}: {expected[name]:.1f} -> {value:.1f} instructions per span, "
                         f"{change:+.1%}")
        elif change < -GROWTH_MAX:
            lines.append(f"{name}: {expected[name]:.1f} -> {value:.1f}, {change:+.1%}: "
                         "record it, so that it stays so")
    gone = sorted(set(expected) - set(measured))
    lines += [f"{name}: in the baseline, but not measured" for name in gone]
    if not grown:
        lines.append(f"no stage grew by more than {GROWTH_MAX:.0%}")
    elif not is_binding:
        lines.append("this toolchain has no committed baseline, so nothing fails")
    return Verdict(not grown or not is_binding, "\n".join(lines))
