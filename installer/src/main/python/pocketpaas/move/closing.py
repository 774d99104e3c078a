"""The app that leaves holds still: nothing of it runs, nobody reaches its data, nginx says so. It serves again by
itself where nobody drives the move any more, so long as the other host was not given the word."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.change import stop
from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine import locks, units
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.move import sending, store
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import cron, ending, reconcile, slots
from pocketpaas.service import container, scripts
from pocketpaas.service.links import Link
from pocketpaas.state import moves
from pocketpaas.state.paths import HostPaths

_END_SECONDS = 600.0


def close(operation: Operation, before: str, after: str) -> None:
    """From one phase to the other, in which nothing of the app runs and nobody writes to its data. The app's lock is
    held. Raises `Refused`, `Failed`, `EngineError`."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    reporter.step("move-close", "start", app)
    if moves.phase(paths, app) != after:
        moves.turn(paths, app, before, after)
    cron.settle(operation)
    slot = slots.live_slot(paths, app)
    if slot is not None:
        stop.end(operation, slot)
    # What drains, runs once or was begun by hand.
    left = containers.listed(operation.engine, (f"{containers.APP}={app}",))
    ending.end_and_remove(operation, [one.id for one in left])
    still = containers.listed(operation.engine, (f"{containers.APP}={app}",), ("running", "paused", "restarting"))
    if still:
        raise Failed("move-close", f"the engine does not end a process of {app}", "run the same command again")
    for service in sending.of_app(operation, app):
        found = container.find(operation.engine, service)
        if found is not None and found.runs:
            container.disconnect(operation.engine, found.id, app)
            args = (operation.engine, service, found.id, "end-connections", Link(service, app).database)
            scripts.must(*args, seconds=_END_SECONDS)
    reporter.step("move-close", "done")


def open_again(operation: Operation) -> None:
    """The app serves here as ever. The app's lock is held, and the phase is one in which it may. Raises as
    `reconcile`."""
    container.connect_all(operation.paths, operation.engine, operation.app)
    reconcile.reconcile(operation)


# ---------------------------------------------------------------- when nobody drives the move


def timer(app: str) -> str:
    """The unit that looks whether somebody does."""
    return f"pocketpaas-move-{app}"


def watch(operation: Operation) -> None:
    """From now on the host looks every few seconds whether somebody does. Raises `Failed`."""
    unit = timer(operation.app)
    units.stop(f"{unit}.timer")
    command = ["systemd-run", "--quiet", "--collect", "--unit", unit, "--on-active", "20", "--on-unit-inactive", "10"]
    command += ["--timer-property", "AccuracySec=1s"]
    ended = run([*command, str(operation.paths.programs / "move"), operation.app])
    if not ended.ok:
        raise Failed("not-started", f"the app is not closed: systemd does not set a timer: {ended.complaint}")


def unwatch(app: str) -> None:
    """It does not any more."""
    units.stop(f"{timer(app)}.timer")


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `move`, by the timer: APP. It serves again where nobody drives its move."""
    app = arguments[0] if len(arguments) == 1 else ""
    if moves.phase(paths, app) != moves.CLOSED:
        unwatch(app)
        return 0
    if store.has_lease(paths, app):
        return 0
    with tempfile.TemporaryDirectory(prefix="pocketpaas-move.") as directory:
        operation = Operation(paths, reporter, Engine(paths), Work("", Path(directory)), app, "move", "host")
        try:
            return give_up(operation)
        except (Failure, EngineError) as error:
            # The timer comes again.
            reporter.warn(f"{app} cannot be opened again yet: {error.text}")
            return 1


def give_up(operation: Operation) -> int:
    """A closed app that was not passed on serves here again; the exit code. Raises `Busy`, as `reconcile`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder("opening it again"), operation.reporter)
    try:
        phase = moves.phase(paths, app)
        if phase == moves.PASSED:
            raise Refused("moved", f"{app} was passed on already", "run the same command again")
        if phase == moves.CLOSED:
            operation.reporter.step("move-open", "start", app)
            moves.turn(paths, app, moves.CLOSED, moves.AHEAD)
            open_again(operation)
            operation.reporter.step("move-open", "done")
    finally:
        lock.release()
    return 0
