"""A unit that has an app reconciled as soon as the program of an operation is gone, whatever has ended it: set before
the app is brought into a state that it must not stay in, and ended when it is out of it again."""

from __future__ import annotations

from pocketpaas.failure import Failed
from pocketpaas.machine import units
from pocketpaas.machine.process import run
from pocketpaas.operation.unit import Operation

#: The lock is held as long as the program lives. It is let go before the app is reconciled: who holds it is at work.
_WAIT = 'flock "$0" true; exec "$1" "$2"'
#: The engine may be away, too.
_AGAIN = ("Restart=on-failure", "RestartSec=20", "StartLimitIntervalSec=3600", "StartLimitBurst=20")


def name(operation: Operation, app: str) -> str:
    """Its unit."""
    return f"pocketpaas-heir-{operation.work.id}-{app}.service"


def appoint(operation: Operation, app: str) -> None:
    """From now on it waits. Raises `Failed`: nothing was done to the app."""
    unit = name(operation, app)
    if units.is_known(unit):
        return
    command = ["systemd-run", "--quiet", "--collect", "--unit", unit, "--service-type=exec"]
    for one in _AGAIN:
        command += ["--property", one]
    alive = operation.work.directory / "alive"
    ended = run([*command, "/bin/sh", "-c", _WAIT, str(alive), str(operation.paths.programs / "reconcile"), app])
    if not ended.ok:
        raise Failed("not-started", f"the app is left as it is: systemd starts nothing: {ended.complaint}")


def dismiss(operation: Operation, app: str) -> None:
    """It does not any more."""
    units.stop(name(operation, app))
