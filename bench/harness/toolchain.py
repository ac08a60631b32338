"""What instruction counts depend on besides our sources: compiler, linker, libraries, what the CPU
offers to code that chooses at run time."""

import pathlib
import re
import subprocess

from harness import machine

# No stage calls these, so their updates change no count.
NOT_ON_THE_WAY = ("libcrypto", "libgcc", "libre2", "libsimdjson", "libssl", "libyaml")
# Library code that picks its fastest variant (ISA-L, glibc) takes these where they are; valgrind
# knows none above them.
CPU_FEATURES = ("avx2", "bmi2", "pclmulqdq")


def key_of(program: pathlib.Path) -> str:
    """One line; two programs with the same key count the same."""
    return "; ".join([*compilers(program), *libraries(program), cpu_features()])


def ask(command: list) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=True)
    return done.stdout


def compilers(program: pathlib.Path) -> list[str]:
    """All that left their name in the program. Start-up code of the C library names its own
    compiler; that is part of the key as well and does no harm."""
    words = re.findall(r"^\s*\[\s*[0-9a-f]+\]\s+(.+)$", ask(["readelf", "-p", ".comment", program]),
                       re.MULTILINE)
    return sorted(word.strip() for word in words)


def libraries(program: pathlib.Path) -> list[str]:
    """Name and package version of each shared library; where no package is known, the file."""
    paths = sorted({pathlib.Path(path).resolve()
                    for path in re.findall(r"(/\S+) \(0x", ask(["ldd", program]))})
    return sorted({version_of(path) for path in paths
                   if not path.name.startswith(NOT_ON_THE_WAY)})


def version_of(library: pathlib.Path) -> str:
    # Where /lib is a link to /usr/lib, packages may know a file by either name.
    for name in (str(library), str(library).removeprefix("/usr")):
        try:
            package = ask(["dpkg-query", "-S", name]).partition(": ")[0]
            return ask(["dpkg-query", "-W", "-f", "${Package} ${Version}", package]).strip()
        except (OSError, subprocess.CalledProcessError):
            continue
    return library.name


def cpu_features() -> str:
    flags = machine.cpu_info("flags").split()
    return "cpu " + " ".join(name for name in CPU_FEATURES if name in flags)
