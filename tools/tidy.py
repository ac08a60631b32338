#!/usr/bin/env python3
"""The rules of the house that need no compiler. Prints `file:line: rule: message`.

Usage: tools/tidy.py [ROOT]. Exits 1 when a rule is broken; warnings alone do not count.
The rules are the functions named in RULES; what they allow is data, right below.
"""

import pathlib
import re
import subprocess
import sys
from typing import Iterator, NamedTuple

LINES_ERROR = 800
LINES_WARN = 400
README_LINES_MAX = 40

CPP_ENDINGS = (".h", ".cc")
CODE_ENDINGS = CPP_ENDINGS + (".py", ".sh", ".cmake", ".ts", ".tsx", ".js", ".css")
SCRIPT_ENDINGS = (".py", ".sh", ".cmake", ".yml")
SCRIPT_NAMES = ("CMakeLists.txt", "CMakePresets.json")
FOLDERS_IGNORED = {".git", "build", "node_modules", ".cache", "__pycache__"}
GENERATED = ("ui/dist/",)  # bundled from ui/; proven current by its own check

TEST_ENDINGS = ("_test.cc", "_bench.cc", "_fuzz.cc")
TEST_FOLDERS = ("tests/", "bench/")
THREAD_HEADERS = ("mutex", "atomic", "shared_mutex", "condition_variable", "thread")
THREAD_HOMES = ("src/base/", "src/runtime/")
# Adapters of libraries that bring their own threads, one path prefix each.
THREAD_ADAPTERS = ()
STDOUT_HOMES = ("apps/",)
# Files that must name a machine path, as a path prefix each; say why beside it.
MACHINE_PATH_EXCEPTIONS = ()
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

# Written in pieces, so that this file passes its own rules.
MARKS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))
                   + r")\b(?!\(#\d+\))")
MACHINE_PATHS = re.compile(r"(?<![\w.})-])/(?:work|home|root)" + "/")
ADDRESSES = re.compile(r"https?:" + r"//(\[[0-9a-fA-F:]+\]|[^/\s\"'`:,)\]>\\]+)")
# Literals are blank by then: a first argument that was one leaves `fmt::print(,` behind.
STDOUT = re.compile(r"std::cout|(?<![\w.>])(?:printf|puts|putchar)\s*\("
                    r"|\bf(?:printf|puts|write)\s*\([^;]*\bstdout\b"
                    r"|\bfmt::print(?:ln)?\s*\(\s*(?:[,)]|stdout\b)")


class Problem(NamedTuple):
    path: str
    line: int
    rule: str
    message: str
    is_warning: bool = False

    def __str__(self) -> str:
        mark = "warning: " if self.is_warning else ""
        return f"{self.path}:{self.line}: {self.rule}: {mark}{self.message}"


class Include(NamedTuple):
    line: int
    target: str
    is_quoted: bool


class Source:
    """A text file, read once. `code` has comments and literals blanked, lines kept."""

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        self.is_cpp = path.endswith(CPP_ENDINGS)
        self.code = blank(text, literals=True) if self.is_cpp else ""
        self.includes = list(includes_of(blank(text, literals=False))) if self.is_cpp else []

    def is_test(self) -> bool:
        return self.path.endswith(TEST_ENDINGS) or self.path.startswith(TEST_FOLDERS)

    def is_code(self) -> bool:
        return self.path.endswith(CODE_ENDINGS) or self.is_script()

    def is_script(self) -> bool:
        name = self.path.rsplit("/", 1)[-1]
        return (self.path.endswith(SCRIPT_ENDINGS) or name in SCRIPT_NAMES
                or self.text.startswith("#!"))


LITERALS = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<literal>"
    r'R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+')", re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)


def blank(text: str, literals: bool) -> str:
    """Replaces comments, and literals if wanted, by spaces; line numbers stay true."""
    def spaces(match: re.Match) -> str:
        if match.group("literal") is not None and not literals:
            return match.group(0)
        return re.sub(r"[^\n]", " ", match.group(0))
    return LITERALS.sub(spaces, text)


def includes_of(text: str) -> Iterator[Include]:
    for match in INCLUDE.finditer(text):
        yield Include(line_of(text, match.start(1)), match.group(2), match.group(1) == '"')


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


class House:
    """All files of the repository, and the arrows between its modules."""

    def __init__(self, root: pathlib.Path):
        self.root = root
        self.sources = [Source(path, text) for path, text in read_all(root)]
        self.paths = {source.path for source in self.sources}
        self.arrows = read_arrows(root / "cmake/modules.cmake")
        self.reach = {module: reach_of(module, self.arrows) for module in self.arrows}

    def cpp(self) -> Iterator[Source]:
        return (source for source in self.sources if source.is_cpp)


def read_all(root: pathlib.Path) -> Iterator[tuple[str, str]]:
    for path in sorted(list_files(root)):
        if path.startswith(GENERATED):
            continue
        try:
            yield path, (root / path).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # binary, or deleted but still in the index


def list_files(root: pathlib.Path) -> list[str]:
    if (root / ".git").exists():
        # A dubious owner (a container's volume) or no git at all: walk instead.
        command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            return done.stdout.splitlines()
        except (OSError, subprocess.CalledProcessError):
            pass
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return [path.as_posix() for path in paths if not FOLDERS_IGNORED & set(path.parts)]


def read_arrows(path: pathlib.Path) -> dict[str, list[str]]:
    block = re.search(r"set\(TELEMILL_ARROWS(.*?)\)", path.read_text(encoding="utf-8"), re.DOTALL)
    if block is None:
        raise SystemExit(f"{path}: no set(TELEMILL_ARROWS ...)")
    rows = re.findall(r'"([a-z_]+):([a-z_ ]*)"', block.group(1))
    return {module: below.split() for module, below in rows}


def reach_of(module: str, arrows: dict[str, list[str]]) -> set[str]:
    """The module, and all that lies below it."""
    reached, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += arrows.get(name, [])
    return reached


# --- rules ---


def check_arrows(house: House) -> Iterator[Problem]:
    for module, below in house.arrows.items():
        for name in below:
            if name not in house.arrows or module in house.reach[name]:
                what = "leads in a circle" if name in house.arrows else "leads nowhere"
                yield Problem("cmake/modules.cmake", 1, "arrow", f"{module} -> {name} {what}")
    for source in house.cpp():
        parts = source.path.split("/")
        if parts[0] == "src" and len(parts) > 2:
            yield from check_includes(house, source, parts[1])
        elif parts[0] == "include":
            yield from check_public_includes(source)


def check_includes(house: House, source: Source, module: str) -> Iterator[Problem]:
    if module not in house.arrows:
        yield Problem(source.path, 1, "arrow", f"cmake/modules.cmake has no arrow for {module}")
        return
    for include in source.includes:
        first = include.target.split("/")[0]
        if not include.is_quoted:
            continue
        if "/" not in include.target and not include.target.endswith((".pb.h", "-inl.h")):
            yield Problem(source.path, include.line, "include-path",
                          f'"{include.target}" does not start at its module')
        elif first in house.arrows and first not in house.reach[module]:
            yield Problem(source.path, include.line, "arrow",
                          f"{module} may not include {first}: no arrow in cmake/modules.cmake")
        elif module == "components" and first == "components":
            yield from check_siblings(source, include)


def check_siblings(source: Source, include: Include) -> Iterator[Problem]:
    own = "/".join(source.path.split("/")[1:-1][:3])
    other = "/".join(include.target.split("/")[:-1][:3])
    is_above = own == "components"  # the registry knows them all
    is_below = other == "components" or other.startswith("components/shared/")
    if own != other and not is_above and not is_below:
        yield Problem(source.path, include.line, "sibling",
                      f"{own} may not include {other}: move what they share to components/shared/")


def check_public_includes(source: Source) -> Iterator[Problem]:
    for include in source.includes:
        is_std = re.fullmatch(r"[a-z_0-9]+", include.target) is not None
        if include.is_quoted or not (is_std or include.target.startswith("telemill/")):
            yield Problem(source.path, include.line, "arrow",
                          f"a public header includes only std and <telemill/...>, "
                          f"not {include.target}")


def check_bans(house: House) -> Iterator[Problem]:
    for source in house.cpp():
        may_thread = source.is_test() or source.path.startswith(THREAD_HOMES + THREAD_ADAPTERS)
        for include in source.includes:
            if include.target in THREAD_HEADERS and not may_thread:
                yield Problem(source.path, include.line, "ban",
                              f"<{include.target}> belongs to base/ and runtime/")
        yield from matches(source, r"\busing\s+namespace\b(?!\s+[\w:]*literals\b)", "ban",
                           "no `using namespace`, except of literals")
        yield from matches(source, r"\bthrow\b", "ban", "we throw nothing: return a Result")
        if not source.is_test() and not source.path.startswith(STDOUT_HOMES):
            yield from matches(source, STDOUT, "ban", "programs alone print to stdout")


def matches(source: Source, pattern, rule: str, message: str) -> Iterator[Problem]:
    for match in re.finditer(pattern, source.code):
        yield Problem(source.path, line_of(source.code, match.start()), rule, message)


def check_sizes(house: House) -> Iterator[Problem]:
    for source in house.sources:
        count = len(source.lines)
        if source.is_code() and count > LINES_WARN:
            limit = LINES_ERROR if count > LINES_ERROR else LINES_WARN
            yield Problem(source.path, count, "size", f"{count} lines, more than {limit}: split it",
                          is_warning=count <= LINES_ERROR)


def check_ascii(house: House) -> Iterator[Problem]:
    for source in house.sources:
        for number, line in enumerate(source.lines, 1):
            if source.is_code() and not line.isascii():
                yield Problem(source.path, number, "ascii", "sources are ASCII; escape the rest")


def check_readmes(house: House) -> Iterator[Problem]:
    folders = set()
    for path in house.paths:
        parts = path.split("/")
        if parts[0] != "src" or len(parts) < 3:
            continue
        folders.add("/".join(parts[:2]))
        if parts[1] == "components" and len(parts) > 4:
            folders.add("/".join(parts[:4]))
    for folder in sorted(folders):
        if f"{folder}/README.md" not in house.paths:
            yield Problem(f"{folder}/README.md", 1, "readme", "missing")
    for source in house.sources:
        if source.path.endswith("/README.md") and source.path.rsplit("/", 1)[0] in folders:
            if len(source.lines) > README_LINES_MAX:
                yield Problem(source.path, len(source.lines), "readme",
                              f"longer than {README_LINES_MAX} lines")


def check_dead_headers(house: House) -> Iterator[Problem]:
    """Public headers are for embedders; any other header needs somebody who includes it."""
    included = set()
    for source in house.cpp():
        folder = source.path.rsplit("/", 1)[0]
        for include in source.includes:
            included |= {f"src/{include.target}", f"tests/{include.target}",
                         f"bench/{include.target}", f"{folder}/{include.target}"}
    for path in sorted(house.paths):
        if path.endswith(".h") and not path.startswith("include/") and path not in included:
            yield Problem(path, 1, "dead-header", "nobody includes it")


def check_leftovers(house: House) -> Iterator[Problem]:
    for source in house.sources:
        for number, line in enumerate(source.lines, 1):
            if source.is_code() and (mark := MARKS.search(line)):
                yield Problem(source.path, number, "leftover",
                              f"{mark.group(1)} without an issue number, as in (#12)")
            if (MACHINE_PATHS.search(line)
                    and not (MACHINE_PATH_EXCEPTIONS
                             and source.path.startswith(MACHINE_PATH_EXCEPTIONS))):
                yield Problem(source.path, number, "machine-path", "a path of one machine")


def check_addresses(house: House) -> Iterator[Problem]:
    for source in house.sources:
        if not source.is_script():
            continue
        for number, line in enumerate(source.lines, 1):
            for match in ADDRESSES.finditer(line):
                host = match.group(1)
                if host not in LOCAL_HOSTS and not host.startswith(("$", "{", "%")):
                    yield Problem(source.path, number, "address",
                                  f"scripts name no host but this one: {host}")


RULES = (check_arrows, check_bans, check_sizes, check_ascii, check_readmes, check_dead_headers,
         check_leftovers, check_addresses)


def check(root: pathlib.Path) -> list[Problem]:
    house = House(root)
    return sorted(problem for rule in RULES for problem in rule(house))


def main(arguments: list[str]) -> int:
    here = pathlib.Path(__file__).resolve().parent.parent
    problems = check(pathlib.Path(arguments[0]) if arguments else here)
    for problem in problems:
        print(problem)
    errors = sum(not problem.is_warning for problem in problems)
    print(f"tidy: {errors} errors, {len(problems) - errors} warnings")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
