"""The timers of backups and of drills: systemd's, so nothing of ours waits in memory. What they run is the host program
`backup`, as root; its output is in the journal."""

from __future__ import annotations

from pocketpaas.failure import CannotWrite
from pocketpaas.schedule import timers
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

BACKUP, DRILL = "pocketpaas-backup", "pocketpaas-drill"
#: A drill is an hour later than a backup, on the first of a month.
_AFTER = 1

_TIMER = """# Written by PocketPaaS; changes are overwritten.
[Unit]
Description=PocketPaaS: {what}

[Timer]
OnCalendar={calendar}
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""
_SERVICE = """# Written by PocketPaaS; changes are overwritten.
[Unit]
Description=PocketPaaS: {what}
After=docker.service pocketpaas-boot.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart={programs}/backup {action}
UMask=0077
Nice=10
IOSchedulingClass=idle
"""


def apply(paths: HostPaths, schedule: str) -> None:
    """There is a timer for backups each day at that time (UTC), and one for drills each month; none where `schedule` is
    empty. Raises `CannotWrite`, `Failure` where systemd refuses."""
    texts = wanted(paths, schedule) if schedule else {}
    every = [f"{unit}{ending}" for unit in (BACKUP, DRILL) for ending in (".timer", ".service")]
    # Whatever was killed half-way: cheap, and seldom.
    try:
        timers.replace([f"{unit}.timer" for unit in (BACKUP, DRILL)], texts, every)
    except OSError as error:
        raise CannotWrite(timers.UNITS, error) from error


def is_there() -> bool:
    """Whether the timers are installed."""
    return all((timers.UNITS / f"{unit}.timer").exists() for unit in (BACKUP, DRILL))


def wanted(paths: HostPaths, schedule: str) -> dict[str, str]:
    """The texts of the units, by file."""
    hour, minute = schedule.split(":")
    later = (int(hour) + _AFTER) % 24
    texts: dict[str, str] = {}
    for unit, what, calendar, action in (
        (BACKUP, "backups", f"*-*-* {hour}:{minute}:00 UTC", "create"),
        (DRILL, "a drill of the newest backups", f"*-*-01 {later:02}:{minute}:00 UTC", "drill"),
    ):
        texts[f"{unit}.timer"] = _TIMER.format(what=what, calendar=calendar)
        # A program that is replaced is not named: the unit is older than the next version.
        programs = paths.programs.parent / "current"
        texts[f"{unit}.service"] = _SERVICE.format(what=what, programs=programs, action=action)
    return texts


def remove_all(paths: HostPaths) -> None:
    """No timer of backups any more."""
    apply(paths, "")
    values.remove(paths.backups / "schedule")
