"""What the kernel knows: CPU time of threads, memory of processes, what the machine is."""

import os
import pathlib
import platform
import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class ThreadTime:
    """CPU time of a thread. Seconds; the split into user and system is the kernel's estimate."""

    ran: float = 0.0     # on a CPU, counted in nanoseconds
    waited: float = 0.0  # ready to run while others had the CPU
    user: float = 0.0    # counted in ticks, usually of 10 ms
    system: float = 0.0

    def __sub__(self, before: "ThreadTime") -> "ThreadTime":
        return ThreadTime(self.ran - before.ran, self.waited - before.waited,
                          self.user - before.user, self.system - before.system)

    def __add__(self, other: "ThreadTime") -> "ThreadTime":
        return ThreadTime(self.ran + other.ran, self.waited + other.waited,
                          self.user + other.user, self.system + other.system)


def thread_times(pid: int) -> dict[str, ThreadTime]:
    """CPU time of each thread of a process by name; threads of one name are added up."""
    tick = 1 / os.sysconf("SC_CLK_TCK")
    times: dict[str, ThreadTime] = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name = (task / "comm").read_text().strip()
            ran, waited, _ = (int(word) for word in (task / "schedstat").read_text().split())
            # The name may hold spaces and brackets; fields are counted from behind it.
            fields = (task / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        time = ThreadTime(ran / 1e9, waited / 1e9, int(fields[11]) * tick, int(fields[12]) * tick)
        times[name] = times.get(name, ThreadTime()) + time
    return times


def memory_kib(pid: int, field: str) -> int:
    """`VmRSS` or `VmHWM` (its peak) of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1])


def stripped_bytes(binary: pathlib.Path, folder: pathlib.Path) -> int:
    copy = folder / "stripped"
    subprocess.run(["strip", "-o", copy, binary], check=True)
    return copy.stat().st_size


def cpu_model() -> str:
    info = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", info, re.MULTILINE)
    return found[1] if found else platform.machine()


def describe() -> dict:
    """What figures depend on besides the programs."""
    return {"cpu": cpu_model(), "cpus": os.cpu_count(), "kernel": platform.release(),
            "libc": " ".join(platform.libc_ver()), "load_average": round(os.getloadavg()[0], 1)}
