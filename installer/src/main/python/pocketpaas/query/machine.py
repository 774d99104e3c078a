"""What the machine is and how much of it is in use: its system, disks and memory, from the kernel's own files."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import disk, values
from pocketpaas.state.paths import HostPaths

_PROC = Path("/proc")
_OS_RELEASE = Path("/etc/os-release")
_MEGABYTE = 1024**2
_MEMORY = {"total": "MemTotal", "available": "MemAvailable", "swap": "SwapTotal", "swap-free": "SwapFree"}


@dataclass(frozen=True)
class Disk:
    """A file system that PocketPaaS writes to; amounts in bytes. `inodes` 0: it counts none."""

    where: Path
    size: int
    free: int
    percent: int
    inodes: int
    inodes_free: int
    read_only: bool


def disks(paths: HostPaths) -> Iterator[Disk]:
    """The file systems of the state, the engine and the logs, each once. Raises OSError."""
    for place, status in disk.distinct((*disk.places(paths), paths.log)):
        yield Disk(
            place,
            status.f_blocks * status.f_frsize,
            status.f_bavail * status.f_frsize,
            disk.percent_used(status.f_blocks, status.f_bfree, status.f_bavail),
            status.f_files,
            status.f_favail,
            bool(status.f_flag & os.ST_RDONLY),
        )


def memory(proc: Path = _PROC) -> dict[str, int]:
    """total, available, swap, swap-free, in bytes; what the kernel does not tell is left out."""
    found = {}
    told = {}
    for line in values.read_or(proc / "meminfo", "").splitlines():
        name, _, rest = line.partition(":")
        told[name] = rest.split()
    for name, field in _MEMORY.items():
        words = told.get(field, [])
        if words and words[0].isdigit():
            found[name] = int(words[0]) * 1024
    return found


def facts(paths: HostPaths, proc: Path = _PROC) -> dict[str, str]:
    """host/… memory/… disk/N/… of docs/protocol.md."""
    found = {
        "host/system": _system(),
        "host/kernel": platform.release(),
        "host/machine": platform.machine(),
        "host/python": platform.python_version(),
        "host/cpus": str(os.cpu_count() or 1),
        "host/time": f"{time.time():.3f}",
        "host/uptime": values.read_or(proc / "uptime", "0").split(" ")[0].partition(".")[0],
        "host/load": " ".join(values.read_or(proc / "loadavg", "").split(" ")[:3]),
        "disk/needed": str(disk.room(paths).needed * _MEGABYTE),
    }
    found |= {f"memory/{name}": str(amount) for name, amount in memory(proc).items()}
    try:
        seen = list(disks(paths))
    except OSError:
        # `checkup` says what is wrong with it.
        seen = []
    for number, one in enumerate(seen, 1):
        found |= {
            f"disk/{number}/where": str(one.where),
            f"disk/{number}/size": str(one.size),
            f"disk/{number}/free": str(one.free),
            f"disk/{number}/percent": str(one.percent),
        }
    return found


def _system() -> str:
    """As the system calls itself: Debian GNU/Linux 12 (bookworm)."""
    for line in values.read_or(_OS_RELEASE, "").splitlines():
        name, _, text = line.partition("=")
        if name == "PRETTY_NAME":
            return text.strip().strip('"')
    return platform.system()
