"""What the kernel knows of a container's processes: sooner than the engine, and without asking it. Control groups of
version 1 and 2."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """The first process of a container, and its control group as the memory controller sees it."""

    pid: int
    cgroup: str


@dataclass(frozen=True)
class Work:
    """What the processes of a control group have done: seconds of processors, and bytes from and to disks."""

    cpu: float
    io: int

    def is_more(self, before: Work, cpu: float, io: float) -> bool:
        """Whether it is more than it was by at least one of the two."""
        return self.cpu - before.cpu >= cpu or self.io - before.io >= io


def work(cgroup: str) -> Work | None:
    """None where nobody knows."""
    used = _text(_ROOT / f"cpuacct{cgroup}" / "cpuacct.usage").strip()
    if used.isdigit():
        return Work(int(used) / 1e9, 0)
    own = _ROOT / cgroup.lstrip("/")
    if not cgroup or not (own / "cpu.stat").exists():
        return None
    words = [word.partition("=") for word in _text(own / "io.stat").split()]
    moved = sum(int(count) for name, _, count in words if name in ("rbytes", "wbytes") and count.isdigit())
    return Work(_count(own / "cpu.stat", "usage_usec") / 1e6, moved)


def is_there(pid: int) -> bool:
    """Whether the process runs. One that has ended and that nobody has waited for does not."""
    if pid <= 0:
        return False
    fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return bool(fields) and fields[0] not in ("Z", "X")


def of_pid(pid: int) -> str:
    """The control group of a process; empty where it is gone."""
    found = ""
    for line in _text(_PROC / str(pid) / "cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if "memory" in controllers.split(","):
            return path
        if not controllers:
            found = path
    return found


def first_process(container: str) -> Process | None:
    """The process that is number 1 within the container (NSpid in proc(5)). None where it has ended, or where the
    engine has its control groups at another place than its two drivers choose."""
    for cgroup in (f"/docker/{container}", f"/system.slice/docker-{container}.scope"):
        for directory in _directories(cgroup):
            for pid in _text(directory / "cgroup.procs").split():
                for line in _text(_PROC / pid / "status").splitlines():
                    if line.startswith("NSpid:") and line.split()[-1] == "1":
                        return Process(int(pid), cgroup)
    return None


def oom_kills(cgroup: str) -> int:
    """How many processes the kernel has killed for memory in there."""
    return max(
        _count(_ROOT / f"memory{cgroup}" / "memory.oom_control", "oom_kill"),
        _count(_ROOT / cgroup.lstrip("/") / "memory.events", "oom_kill"),
    )


def memory(cgroup: str) -> int | None:
    """The bytes in use, without the file cache that the kernel can drop at once; None where nobody knows. The empty one
    is that of this machine."""
    for directory, name in zip(_directories(cgroup), ("memory.usage_in_bytes", "memory.current")):
        used = _text(directory / name).strip()
        if used.isdigit():
            cache = _count(directory / "memory.stat", "total_inactive_file") or _count(
                directory / "memory.stat", "inactive_file"
            )
            return max(int(used) - cache, 0)
    return None


def machine_limit() -> int | None:
    """How much memory the machine may use where it is a container with a limit."""
    found = [_text(_ROOT / name).strip() for name in ("memory.max", "memory/memory.limit_in_bytes")]
    limits = [int(text) for text in found if text.isdigit() and len(text) <= 15]
    return min(limits) if limits else None


def _directories(cgroup: str) -> tuple[Path, Path]:
    """Where version 1 and version 2 have it."""
    return _ROOT / f"memory{cgroup}", _ROOT / cgroup.lstrip("/")


def _count(file: Path, word: str) -> int:
    for line in _text(file).splitlines():
        name, _, count = line.partition(" ")
        if name == word and count.strip().isdigit():
            return int(count)
    return 0


def _text(file: Path) -> str:
    """Empty for what is gone meanwhile."""
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def limit_above(cgroup: str) -> int | None:
    """The least memory limit of the control group and those above it; None without any."""
    found: list[int] = []
    parts = [part for part in cgroup.split("/") if part]
    for length in range(len(parts), -1, -1):
        above = "".join(f"/{part}" for part in parts[:length])
        for directory, name in zip(_directories(above), ("memory.limit_in_bytes", "memory.max")):
            text = _text(directory / name).strip()
            if text.isdigit() and len(text) <= 15:
                found.append(int(text))
    return min(found) if found else None
