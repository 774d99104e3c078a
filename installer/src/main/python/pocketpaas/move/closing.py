"""The app that leaves holds still: nothing of it runs, nobody reaches its data, nginx says so; and it serves again."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import stop
from pocketpaas.engine import containers
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.move import sending
from pocketpaas.operation.unit import Operation
from pocketpaas.release import background, cron, ending, reconcile, scale, slots, swapped
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.service import container, links, scripts, sessions
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import moves, values

_END_SECONDS = 600.0


def close(operation: Operation, before: str, after: str) -> None:
    """From one phase to the other, in which nothing of the app runs and nobody writes to its data. The app's lock is
    held. Raises `Refused`, `Failed`, `EngineError`."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    reporter.step("move-close", "start", app)
    # What goes along are the files of what is live.
    swapped.settle(operation)
    if moves.phase(paths, app) != after:
        moves.turn(paths, app, before, after)
    # Also who asks the host that the app is on by itself, as DNS may lead there: it ends when nobody asks it any more.
    flags.unavailable(paths, app)
    cron.settle(operation)
    slot = slots.live_slot(paths, app)
    if slot is not None:
        stop.end(operation, slot)
    # What drains, runs once or was begun by hand.
    left = containers.listed(operation.engine, (f"{containers.APP}={app}",))
    ending.end_and_remove(operation, [one.id for one in left])
    # Also those that have no container yet. One that makes its own from here on asks afterwards whether it may start.
    background.stop_all(paths, app)
    still = containers.listed(operation.engine, (f"{containers.APP}={app}",), ("running", "paused", "restarting"))
    if still:
        raise Failed("move-close", f"the engine does not end a process of {app}", "run the same command again")
    for service in sending.of_app(operation, app):
        _cut_off(operation, service)
    reporter.step("move-close", "done")


def hold_services(operation: Operation) -> list[Lock]:
    """Before the app's lock, as everywhere: nobody is just at work on its data when it closes, and who begins
    afterwards asks under the same locks whether it may. Raises `Busy`, `Refused`."""
    found = sending.of_app(operation, operation.app)
    return [
        services.lock(operation.paths, one.name, operation.holder(), operation.reporter)
        for one in sorted(found, key=lambda one: one.name)
    ]


def refuse_others(operation: Operation, held: Sequence[Lock]) -> None:
    """With the app's lock: it has data in no other services than those. Raises `Refused`."""
    known = [lock.path.parent for lock in held]
    for service in sending.of_app(operation, operation.app):
        if service.directory not in known:
            text = f"{operation.app} has just got data in {service.name}"
            raise Refused("move-phase", text, "run the same command again")


def _cut_off(operation: Operation, service: Service) -> None:
    """Nobody reaches the app's data in it any more: its processes, those that share the data, and who is in it by hand,
    whose clients would log in again by themselves."""
    engine, app = operation.engine, operation.app
    sessions.end(engine, Link(service, app))
    found = container.find(engine, service)
    if found is not None and found.runs:
        for one in (app, *(link.app for link in links.sharing(service, app))):
            container.disconnect(engine, found.id, one)
        args = (engine, service, found.id, "end-connections", Link(service, app).database)
        scripts.must(*args, seconds=_END_SECONDS)


def open_again(operation: Operation) -> None:
    """The app serves here as ever; where it does not, the host goes on trying (`watching`). The app's lock is held, and
    the phase is one in which it may. Raises as `reconcile`."""
    paths, app = operation.paths, operation.app
    try:
        container.connect_all(paths, operation.engine, app)
        container.connect_sharing(operation.engine, sending.of_app(operation, app), app)
        serves = _serves(operation, reconcile.reconcile(operation))
    except Failure as failure:
        moves.note_shut(paths, app, failure.text)
        raise
    if serves:
        moves.note_open(paths, app)
    else:
        moves.note_shut(paths, app, "not all of its processes start, or nginx cannot be told")


def _serves(operation: Operation, running: Running) -> bool:
    """Whether what has to run does, and nginx sends visitors to it: `reconcile` only warns."""
    paths, app = operation.paths, operation.app
    live = slots.live_release(paths, app)
    if live is None or flags.is_stopped(paths, app):
        return True
    wanted = scale.instances(paths, app, paths.release(app, live))
    is_asked = any(one.type == "web" for one in wanted)
    return len(running.serving) >= len(wanted) and not (is_asked and flags.is_unavailable(paths, app))


def give_up(operation: Operation) -> int:
    """A closed app that was not passed on serves here again, also where an earlier try did not get to its end; the exit
    code. Raises `Busy`, as `reconcile`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder("opening it again"), operation.reporter)
    try:
        phase = moves.phase(paths, app)
        if phase == moves.PASSED:
            raise Refused("moved", f"{app} was passed on already", "run the same command again")
        if phase == moves.CLOSED or moves.is_opening(paths, app):
            operation.reporter.step("move-open", "start", app)
            if phase == moves.CLOSED:
                moves.turn_open(paths, app, moves.CLOSED, moves.AHEAD)
            open_again(operation)
            operation.reporter.step("move-open", "done")
    finally:
        lock.release()
    return 0


def stay(operation: Operation) -> None:
    """An app that serves here does not leave any more; nothing where it is gone. Raises `Busy`, as `reconcile`."""
    paths, app = operation.paths, operation.app
    if not paths.app(app).is_dir():
        return
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        # nginx's file of the app names what is in there until it is reconciled.
        values.remove(moves.directory(paths, app) / moves.AHEAD)
        reconcile.reconcile(operation)
        values.remove_tree(moves.directory(paths, app))
    finally:
        lock.release()
