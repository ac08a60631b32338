#!/usr/bin/env python3
"""Adds the backports suite of this Debian to apt, derived from the machine's own Debian source.

Usage: tools/add_backports.py [--root DIR] add|remove

`add` copies the first enabled entry for the release (say bookworm) with its address, options and
keys, and names the suite bookworm-backports. It prints the file it wrote, or nothing if the suite
was there already. `remove` deletes that file. No address is known here but the machine's own.
Exit status: 0 done or nothing to do, 1 no entry to derive from, 2 wrong usage.
"""

import argparse
import pathlib
import re
import sys
from typing import NamedTuple, Optional

NAME = "telemill-backports"


class Entry(NamedTuple):
    """One source of apt: `render(suite)` writes it again for another suite."""
    suites: list[str]
    fields: dict[str, str]  # deb822; empty for a one-line entry
    options: str = ""  # one-line: "[arch=amd64 signed-by=...]" or nothing
    address: str = ""
    components: str = ""

    def render(self, suite: str) -> str:
        if not self.fields:
            parts = ("deb", self.options, self.address, suite, self.components)
            return " ".join(part for part in parts if part) + "\n"
        changed = {"types": "deb", "suites": suite}
        skipped = {"enabled"}
        lines = [f"{name}: {changed.get(name.lower(), value)}"
                 for name, value in self.fields.items() if name.lower() not in skipped]
        return "\n".join(lines) + "\n"

    def ending(self) -> str:
        return "sources" if self.fields else "list"


def read_deb822(text: str) -> list[Entry]:
    """Stanzas of a *.sources file. A field goes on in lines that start with white space."""
    entries = []
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in (" ", "\t") and name:
                fields[name] += "\n" + line
            elif ":" in line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        lower = {name.lower(): value for name, value in fields.items()}
        is_off = lower.get("enabled", "yes").lower() in ("no", "false", "off", "0", "without",
                                                         "disable")
        if not is_off and "deb" in lower.get("types", "").split() and lower.get("uris"):
            entries.append(Entry(lower.get("suites", "").split(), fields))
    return entries


def read_one_line(text: str) -> list[Entry]:
    """Lines of a *.list file: deb [options] address suite component..."""
    entries = []
    for line in text.splitlines():
        line = line.partition("#")[0]
        match = re.match(r"\s*deb\s+(\[[^\]]*\])?\s*([^\s\[]+)\s+(\S+)\s+(\S.*?)\s*$", line)
        if match and not match[2].startswith("cdrom:"):
            options = " ".join((match[1] or "").split())
            entries.append(Entry([match[3]], {}, options, match[2], " ".join(match[4].split())))
    return entries


def read_all(apt: pathlib.Path) -> list[Entry]:
    entries = []
    for path in [apt / "sources.list", *sorted(apt.glob("sources.list.d/*"))]:
        if path.suffix not in (".list", ".sources") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        entries += read_deb822(text) if path.suffix == ".sources" else read_one_line(text)
    return entries


def release_of(root: pathlib.Path) -> str:
    text = (root / "etc/os-release").read_text(encoding="utf-8")
    values = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', text, re.MULTILINE))
    if values.get("ID") != "debian" or not values.get("VERSION_CODENAME"):
        raise SystemExit(f"add_backports: not Debian: {values.get('PRETTY_NAME', 'unknown')}")
    return values["VERSION_CODENAME"]


def derive(entries: list[Entry], release: str) -> Optional[Entry]:
    return next((entry for entry in entries if release in entry.suites), None)


def add(root: pathlib.Path) -> int:
    apt = root / "etc/apt"
    release = release_of(root)
    suite = f"{release}-backports"
    entries = read_all(apt)
    if any(suite in entry.suites for entry in entries):
        return 0
    entry = derive(entries, release)
    if entry is None:
        print(f"add_backports: no enabled entry for the suite {release} in {apt}/sources.list or "
              f"sources.list.d; cannot tell where {suite} would be", file=sys.stderr)
        return 1
    path = apt / "sources.list.d" / f"{NAME}.{entry.ending()}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# Made by tools/add_backports.py; delete it at will.\n{entry.render(suite)}",
                    encoding="utf-8")
    path.chmod(0o644)  # apt reads it as another user
    print(path)
    return 0


def remove(root: pathlib.Path) -> int:
    for path in (root / "etc/apt/sources.list.d").glob(f"{NAME}.*"):
        path.unlink()
        print(f"removed {path}")
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Adds or removes the backports suite of apt.")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("/"))
    parser.add_argument("action", choices=("add", "remove"))
    options = parser.parse_args(arguments)
    return (add if options.action == "add" else remove)(options.root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
