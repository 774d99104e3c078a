"""Systemd's units: whether one is at work, by what the kernel shows of it, and its end."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.machine.process import run

#: Where systemd keeps the text of a transient unit for as long as it has the unit.
_TRANSIENT = Path("/run/systemd/transient")
_CGROUPS = (Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup"))
_FIRST = Path("/proc/1/cgroup")


def is_known(unit: str, transient: Path = _TRANSIENT) -> bool:
    """Whether systemd has a transient unit of that name, at work or about to be."""
    return (transient / unit).exists()


def is_active(unit: str, transient: Path = _TRANSIENT) -> bool:
    """Whether a transient unit is at work. Its control group tells sooner than systemd; where that cannot be found
    systemd is asked."""
    if not is_known(unit, transient):
        return False
    slices = _system_slice()
    if slices is None:
        return run(["systemctl", "--quiet", "is-active", unit]).ok
    try:
        return bool((slices / unit / "cgroup.procs").read_text().strip())
    except OSError:
        # It has ended: nothing of it is left.
        return False


def _system_slice() -> Path | None:
    """The directory of systemd's services among the control groups; in a container not at the top."""
    try:
        lines = _FIRST.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers in ("name=systemd", ""):
            above = path.removesuffix("/init.scope").strip("/")
            for root in _CGROUPS:
                found = root / above / "system.slice"
                if found.is_dir() and (found / "cgroup.procs").exists():
                    return found
    return None


def stop(unit: str, transient: Path = _TRANSIENT) -> None:
    """Ends a transient unit, and waits for it; nothing where there is none."""
    if is_known(unit, transient):
        run(["systemctl", "stop", unit], seconds=120)
