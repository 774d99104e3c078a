"""The timer that looks after an app whose move nobody may be driving any more: what it does is in `move.watching`."""

from __future__ import annotations

import time
from pathlib import Path

from pocketpaas.failure import Failed
from pocketpaas.machine import units
from pocketpaas.machine.process import run
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

#: From the first look on it looks every ten seconds.
_FIRST_SECONDS, _SECONDS = "20", "10"
_PATIENCE_SECONDS = 60.0


def timer(app: str) -> str:
    """Its unit."""
    return f"pocketpaas-move-{app}"


def tries(paths: HostPaths, app: str) -> Path:
    """How often it has begun to start the app since it was set."""
    return paths.moves / app / "tries"


def watch(paths: HostPaths, app: str) -> None:
    """From now on the host looks. Raises `Failed`, `CannotWrite`."""
    unit = timer(app)
    units.stop(f"{unit}.timer")
    _wait(unit)
    values.remove(tries(paths, app))
    command = ["systemd-run", "--quiet", "--collect", "--unit", unit]
    command += ["--on-active", _FIRST_SECONDS, "--on-unit-inactive", _SECONDS]
    command += ["--timer-property", "AccuracySec=1s"]
    ended = run([*command, str(paths.programs / "move"), app])
    if not ended.ok:
        raise Failed("not-started", f"the move cannot be looked after: systemd does not set a timer: {ended.complaint}")


def _wait(unit: str) -> None:
    """A look that is at work ends first: systemd has one unit of a name."""
    end = time.monotonic() + _PATIENCE_SECONDS
    while any(units.is_known(f"{unit}.{kind}") for kind in ("timer", "service")):
        if time.monotonic() > end:
            raise Failed("not-started", f"the move cannot be looked after: {unit} does not end", "try again")
        time.sleep(0.02)


def unwatch(app: str) -> None:
    """It does not any more."""
    units.stop(f"{timer(app)}.timer")


def unwatch_serving(paths: HostPaths, app: str) -> None:
    """The same where the app serves; else the host looks on, and tries."""
    if not moves.is_opening(paths, app):
        unwatch(app)
