"""A systemd timer for each cron job of what is live: /etc/systemd/system/pocketpaas-cron-APP_JOB.{timer,service}. An
underscore is in no app's name, so no timer of one app is another's. What a job runs is a file of the bundle, never text
of a unit."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from pocketpaas.failure import CannotWrite, Failure
from pocketpaas.machine.process import UTC_ENVIRONMENT, Ended, run
from pocketpaas.schedule.jobs import Job
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

UNITS = Path("/etc/systemd/system")
#: When a persistent timer was triggered last (systemd.timer(5)).
STAMPS = Path("/var/lib/systemd/timers")
_WANTS = "timers.target.wants"
_PATIENCE = 120
#: A timer may be a little late; one that is later was held up by a host that slept, or whose clock was set.
LATE_SECONDS = 90
_TIME = "%a %Y-%m-%d %H:%M:%S UTC"

_TIMER = """# Written by PocketPaaS; changes are overwritten.
[Unit]
Description=PocketPaaS: cron job {job} of {app}

[Timer]
{calendar}
Persistent={persistent}
AccuracySec=1s
RandomizedDelaySec=0

[Install]
WantedBy=timers.target
"""
_SERVICE = """# Written by PocketPaaS; changes are overwritten.
[Unit]
Description=PocketPaaS: cron job {job} of {app}
After=docker.service pocketpaas-boot.service

[Service]
Type=oneshot
ExecStart={programs}/work/background due {app} {job}
UMask=0077
TimeoutStartSec=10min
"""


def unit(app: str, job: str) -> str:
    """The timer of a job."""
    return f"pocketpaas-cron-{app}_{job}.timer"


def apply(paths: HostPaths, app: str, wanted: Iterable[Job]) -> bool:
    """The app has timers for these jobs, and no other; whether anything had to be changed. What was killed half-way is
    completed by the next call. Raises `CannotWrite`, `Failure` where systemd refuses."""
    texts = {name: text for job in wanted for name, text in _texts(paths, app, job).items()}
    there = _there(app)
    mark = paths.app(app) / "timers-changing"
    if not mark.exists() and texts == {name: values.read(UNITS / name) for name in there}:
        return False
    changed = [name for name in {*texts, *there} if mark.exists() or texts.get(name) != values.read(UNITS / name)]
    values.touch(mark, 0o600)
    replace(sorted({_timer(name) for name in changed}), texts, changed)
    values.remove(mark)
    return True


def remove(app: str) -> None:
    """The app has no timer any more. Raises as `apply`."""
    there = _there(app)
    if there:
        replace(sorted({_timer(name) for name in there}), {}, there)


def _timer(name: str) -> str:
    return f"{name.rpartition('.')[0]}.timer"


def _there(app: str) -> list[str]:
    prefix = f"pocketpaas-cron-{app}_"
    return [name for name in values.names(UNITS) if name.startswith(prefix) and name.endswith((".timer", ".service"))]


def _texts(paths: HostPaths, app: str, job: Job) -> dict[str, str]:
    timer = _TIMER.format(
        job=job.name,
        app=app,
        calendar="\n".join(f"OnCalendar={line}" for line in job.calendar),
        persistent="true" if job.missed == "run" else "false",
    )
    # A program that is replaced is not named: the unit is older than the next version.
    service = _SERVICE.format(job=job.name, app=app, programs=paths.programs.parent / "current")
    name = unit(app, job.name)
    return {name: timer, f"{name.removesuffix('.timer')}.service": service}


def replace(timers: list[str], texts: dict[str, str], changed: Iterable[str]) -> None:
    """Writes the `changed` of the units, or removes those without a text, and starts the timers that are there. Raises
    `CannotWrite`, `Failure` where systemd refuses."""
    known = [name for name in timers if (UNITS / name).exists()]
    if known:
        _systemctl("stop", *known)
    for name in timers:
        # Else the new one would run at once for a time of the old one.
        _remove(STAMPS / f"stamp-{name}")
    for name in changed:
        if name in texts:
            values.write(UNITS / name, texts[name], 0o644)
        else:
            _remove(UNITS / name)
    started = [name for name in timers if name in texts]
    values.make_directory(UNITS / _WANTS, 0o755)
    for name in timers:
        if name in started:
            values.link(f"../{name}", UNITS / _WANTS / name)
        else:
            _remove(UNITS / _WANTS / name)
    _systemctl("daemon-reload")
    if started:
        _systemctl("start", *started)


def _remove(path: Path) -> None:
    try:
        values.remove(path)
    except OSError as error:
        raise CannotWrite(path, error) from error


def _systemctl(*words: str) -> None:
    ended = run(["systemctl", "--quiet", *words], seconds=_PATIENCE)
    if not ended.ok:
        raise Failure("timers", f"systemd does not take the timers: {ended.complaint}")


# ---------------------------------------------------------------- when


def next_times(app: str, jobs: Iterable[str]) -> dict[str, int]:
    """When each of the jobs is due next, in seconds since 1970; without those that have no timer, or no next time."""
    units = {unit(app, job): job for job in jobs}
    if not units:
        return {}
    shown = run(["systemctl", "show", "-p", "Id", "-p", "NextElapseUSecRealtime", *units], environment=UTC_ENVIRONMENT)
    found: dict[str, int] = {}
    for block in shown.text.split("\n\n"):
        fields = dict(line.split("=", 1) for line in block.split("\n") if "=" in line)
        at = _seconds(fields.get("NextElapseUSecRealtime", ""))
        if at is not None and fields.get("Id") in units:
            found[units[fields["Id"]]] = at
    return found


def overdue(job: Job, now: float | None = None) -> float | None:
    """How many seconds late it is where the time that is due is not just now; None where it is on time, or nobody
    knows. systemd starts what is overdue as soon as it can: after a pause of the host, or where its clock was set."""
    at = time.time() if now is None else now
    if _first_after(job, at - LATE_SECONDS, at):
        return None
    # Not known by when exactly: a job may have many times.
    return float(LATE_SECONDS)


def _first_after(job: Job, since: float, until: float) -> bool:
    """Whether one of its times is between the two."""
    asked = _calendar(job, int(since))
    if not asked.ok:
        # An older systemd does not know the question: then it is taken to be on time.
        return True
    for line in asked.text.split("\n"):
        name, _, value = line.strip().partition(": ")
        at = _seconds(value) if name == "Next elapse" else None
        if at is not None and at <= until:
            return True
    return False


def _calendar(job: Job, base: int) -> Ended:
    return run(["systemd-analyze", "calendar", f"--base-time=@{base}", *job.calendar], environment=UTC_ENVIRONMENT)


def _seconds(text: str) -> int | None:
    try:
        return int(datetime.strptime(text.strip(), _TIME).replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return None


def known_zone(name: str) -> bool:
    """Whether the host knows the time zone; systemd takes a timer with another one for one without a time."""
    return os.path.isfile(f"/usr/share/zoneinfo/{name}")
