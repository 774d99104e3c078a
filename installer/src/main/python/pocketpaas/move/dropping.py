"""What came to this host goes from it, as its move was given up: only what the other host has."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import destroy
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import Refused
from pocketpaas.machine import locks
from pocketpaas.move import arriving, sending, store
from pocketpaas.operation.move_watch import unwatch
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import arrival
from pocketpaas.service import making
from pocketpaas.service import store as services
from pocketpaas.service.store import Service
from pocketpaas.state import moves, values


def drop(operation: Operation) -> None:
    """Nothing of it is here any more, nor what was made for it. Raises `Refused` where the other host has not got what
    was written here."""
    paths, app = operation.paths, operation.app
    made = values.names(store.directory(paths, app) / "made")
    used = sending.of_app(operation, app)
    phase, brought = moves.phase(paths, app), store.filled(paths, app)
    # What it has here of an earlier time is nothing of this move. Of an app that ran here the other host has all.
    kept_data = () if phase == moves.RETURNING else [one.name for one in used if one.name not in brought]
    if paths.app(app).is_dir():
        if phase not in (moves.ARRIVING, moves.RETURNING):
            raise Refused("move-phase", f"{app} serves here, and does not arrive", "see: pocketpaas apps")
        if phase == moves.RETURNING and not moves.is_taken(paths, app):
            raise _not_taken(operation)
        locks.app_lock(paths, app, operation.holder(), operation.reporter)
        came = store.volumes_made(paths, app) if phase == moves.ARRIVING else store.sent(paths, app)
        kept = [name for name in engine_volumes.of_app(operation.engine, app) if name not in came]
        destroy.change(operation, ["volumes"], destroy.Kept(kept, kept_data, may_come=True))
    else:
        is_copy = store.is_only_a_copy(paths, app)
        destroy.leave_services(operation, is_copy, kept_data)
        if is_copy:
            arriving.remove_volumes(operation)
    for name in made:
        if services.find(paths, name) is None:
            continue
        lock = services.lock(paths, name, operation.holder(), operation.reporter)
        try:
            service = services.find(paths, name)
            if service is not None and not service.apps():
                making.remove(paths, operation.engine, name)
        finally:
            lock.release()
    tell_empty(operation, [service for service in used if service.name not in made])
    unwatch(app)
    arrival.close(operation)
    store.forget(paths, app)


def _not_taken(operation: Operation) -> Refused:
    app, peer = operation.app, moves.fact(operation.paths, operation.app, "peer")
    return Refused(
        "move-not-taken",
        f"{app} wrote here, and {peer} does not say that it has all of that: nothing of it is removed",
        f"run the same command again; if {peer} has no {app} any more, start it here: pocketpaas apps move --lost "
        f"--app {app} --host THIS-HOST; if nobody needs what it wrote here: pocketpaas destroy --app {app} "
        "--host THIS-HOST",
    )


def tell_empty(operation: Operation, used: Sequence[Service]) -> None:
    """Names those of the services that hold nothing any more."""
    for service in used:
        if not service.apps():
            text = f"the service {service.name} stays here, empty: pocketpaas services destroy {service.name}"
            operation.reporter.note(text)
