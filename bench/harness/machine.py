"""What the kernel knows: CPU time of processes, how busy cores are, memory, what the machine is."""

import os
import pathlib
import platform
import re
import subprocess
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class CpuTime:
    """CPU time of a process with all its threads, ended ones too."""

    ran_ns: int = 0
    user_ticks: int = 0    # the kernel's estimate; only the ratio of these two is used
    system_ticks: int = 0

    def __sub__(self, before: "CpuTime") -> "CpuTime":
        return CpuTime(self.ran_ns - before.ran_ns, self.user_ticks - before.user_ticks,
                       self.system_ticks - before.system_ticks)


def cpu_time(pid: int) -> CpuTime:
    # clock_getcpuclockid(3) has no Python name; this is how Linux makes the number.
    ran = time.clock_gettime_ns((~pid << 3) | 2)
    # The name may hold spaces and brackets; fields are counted from behind it.
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return CpuTime(ran, int(fields[11]), int(fields[12]))


@dataclass(frozen=True)
class CoreTime:
    """Ticks of one CPU since the machine started."""

    idle: int = 0
    total: int = 0

    def busy_share_since(self, before: "CoreTime") -> float:
        """Of the time in between, by anybody. Zero when no tick has passed."""
        total = self.total - before.total
        return 1 - (self.idle - before.idle) / total if total > 0 else 0.0


def core_time(cpu: int) -> CoreTime:
    line = re.search(rf"^cpu{cpu} (.*)$", pathlib.Path("/proc/stat").read_text(), re.MULTILINE)
    ticks = [int(word) for word in line[1].split()[:8]]  # guests are in the first two already
    return CoreTime(idle=ticks[3] + ticks[4], total=sum(ticks))


def memory_kib(pid: int, field: str) -> int:
    """`VmRSS` or `VmHWM` (its peak) of a process."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0  # one that has just ended has none


def stripped_bytes(binary: pathlib.Path, folder: pathlib.Path) -> int:
    """Size without symbols; of what is no binary or where strip is missing, as it is."""
    copy = folder / "stripped"
    try:
        subprocess.run(["strip", "-o", copy, binary], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        copy = binary
    return copy.stat().st_size


def cpu_info(field: str) -> str:
    info = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(rf"^{field}\s*:\s*(.+)$", info, re.MULTILINE)
    return found[1] if found else ""


def describe() -> dict:
    """What figures depend on besides the programs."""
    return {"cpu": cpu_info("model name") or platform.machine(), "cpus": os.cpu_count(),
            "kernel": platform.release(), "libc": " ".join(platform.libc_ver()),
            "load_average": round(os.getloadavg()[0], 1)}
