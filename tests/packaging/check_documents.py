#!/usr/bin/env python3
"""Validates the configurations that our documents show.

Usage: check_documents.py TELEMILL SOURCE. A ```yaml block of a *.md file below SOURCE that has both
`service:` and `receivers:` at its left edge is a whole configuration. A block behind the line
`<!-- not a configuration of this build -->` is passed over.
"""

import pathlib
import subprocess
import sys

PASSED_OVER = "<!-- not a configuration of this build -->"


def blocks_of(path):
    """The configurations of a document, each with the number of its first line."""
    begin, lines, is_skipped, before = None, [], False, ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if begin is None:
            if line.strip() == "```yaml":
                begin, lines, is_skipped = number + 1, [], before == PASSED_OVER
            elif line.strip():
                before = line.strip()
        elif line.strip() == "```":
            keys = {text.split(":")[0] for text in lines if ":" in text}
            if {"service", "receivers"} <= keys and not is_skipped:
                yield begin, "\n".join(lines) + "\n"
            begin, before = None, ""
        else:
            lines.append(line)


def main():
    telemill, source = sys.argv[1], pathlib.Path(sys.argv[2])
    documents = [*source.glob("*.md"), *source.glob("docs/**/*.md"), *source.glob("src/**/*.md")]
    configurations = [(path, *block) for path in sorted(documents) for block in blocks_of(path)]
    for path in sorted([*source.glob("examples/*.yaml"), source / "packaging/config.yaml"]):
        configurations.append((path, 1, path.read_text(encoding="utf-8")))
    failures = 0
    for path, line, text in configurations:
        run = subprocess.run([telemill, "validate", "--config", "yaml:" + text],
                             capture_output=True, text=True, check=False)
        if run.returncode != 0:
            failures += 1
            print(f"FAILED: {path.relative_to(source)}:{line}\n{run.stderr}")
    print(f"{len(configurations)} configurations, {failures} refused")
    return 1 if failures or len(configurations) < 4 else 0


if __name__ == "__main__":
    sys.exit(main())
