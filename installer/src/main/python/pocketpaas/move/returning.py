"""A move that is given up after the word was given: what was written on the other host comes back with the app."""

from __future__ import annotations

import shutil
from pathlib import Path

from pocketpaas.backup import app_content, app_restoring, swapping, taking
from pocketpaas.backup.app_content import AppContent
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.swapping import Fetched
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine import locks
from pocketpaas.move import closing, filling, sending, store
from pocketpaas.operation.move_watch import watch
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, network, reconcile, slots
from pocketpaas.release import bundle as bundles
from pocketpaas.routing import visitors
from pocketpaas.service import store as services
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

_SPOOL, _INSIDE = "moving", "moving-data"
_KNOWN = "known"
#: What commands have set since, and what came with deploys.
_SET = ("settings", "operator", "certificates", "automatic", "visitors", "paused", "deploys-locked")


# ---------------------------------------------------------------- on the host that it was moved to


def halt(operation: Operation) -> sending.Sent:
    """Nothing of the app runs here any more, and all of it is in the repository. Raises `Failed`, `EngineError`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        phase = moves.phase(paths, app)
        before = phase if phase in (moves.ARRIVING, moves.RETURNING) else moves.ARRIVED
        watch(paths, app)
        closing.close(operation, before, moves.RETURNING)
        return sending.send(operation, still=True)
    finally:
        lock.release()


# ---------------------------------------------------------------- on the host that it comes back to


def begin(paths: HostPaths, app: str) -> None:
    """What is here of the repository is older than what is to come. Raises `CannotWrite`."""
    place = store.directory(paths, app)
    values.write_lines(place / _KNOWN, values.names(place / "repository" / "snapshots"))


def _newest(operation: Operation, repository: Repository, kind: str, name: str) -> Snapshot:
    """What came back; never what an earlier try has brought, as the app has written there since. Raises `Failed`."""
    found = repository.newest(kind, name)
    known = values.lines(store.directory(operation.paths, operation.app) / _KNOWN)
    if found is None or any(one.startswith(found.id) for one in known):
        raise Failed("move-nothing", f"nothing of {name} came back", "run the same command again")
    return found


def take(operation: Operation) -> None:
    """The app writes here again, with all that was written there. Until the one rename nobody writes. Raises `Failed`,
    `EngineError`, `Refused`."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    repository = store.repository(paths, app, reporter)
    lock = locks.app_lock(paths, app, operation.holder(), reporter)
    try:
        # From here on the host does not give its word again by itself: that takes the same lock.
        moves.need(paths, app, moves.RECLAIMING)
        with taking.spool(paths, app_content.spool_name(app), _SPOOL) as directory:
            found = _newest(operation, repository, "app", app)
            repository.restore(found.id, directory.parent, f"/{directory.name}")
            made = app_content.read(directory)
            bundle = directory / "state" / "releases" / str(made.release)
            app_restoring.check(bundle)
            other = not _is_live(operation, bundle)
            if other:
                app_restoring.bring_image(operation, repository, made, bundle)
            _volumes(operation, repository, found.id, made, directory, bundle)
            _take_settings(paths.app(app), directory / "state")
            for service in sending.of_app(operation, app):
                _fill(operation, repository, service)
            moves.turn(paths, app, moves.RECLAIMING, moves.AHEAD)
            closing.open_again(operation)
            if other:
                _release(operation, made, bundle)
    finally:
        lock.release()


def _is_live(operation: Operation, bundle: Path) -> bool:
    """Whether the same release is live here."""
    live = slots.live_release(operation.paths, operation.app)
    sums = values.read_or(bundle / "sums", "")
    return (
        live is not None and sums != "" and values.read(operation.paths.release(operation.app, live) / "sums") == sums
    )


def _release(operation: Operation, made: AppContent, bundle: Path) -> None:
    """A release like the one that was live there goes live here."""
    running = reconcile.reconcile(operation)
    release = bundles.open_release(operation, "restore", f"v{made.release} of the other host")
    app_restoring.take_over(bundle, operation.paths.release(operation.app, release))
    network.ensure(operation)
    activate.activate(operation, running, release)


def _volumes(
    operation: Operation, repository: Repository, backup: str, made: AppContent, directory: Path, bundle: Path
) -> None:
    engine_volumes.ensure(operation.engine, operation.app, bundle)
    for volume in made.volumes:
        engine_volumes.make(operation.engine, operation.app, f"pocketpaas-{operation.app}.{volume.name}")
    fetched: list[Fetched] = []
    for volume in made.volumes:
        target, notes = f"pocketpaas-{operation.app}.{volume.name}", directory / volume.notes
        args = (operation.engine, operation.reporter, repository, backup, target, volume, notes)
        fetched.append(swapping.fetch(*args, moved=True))
    for one in fetched:
        swapping.swap(one)
        swapping.finish(one)


def _take_settings(target: Path, state: Path) -> None:
    for name in _SET:
        try:
            if (state / name).is_dir():
                values.replace_tree(state / name, target / name)
            elif (state / name).exists():
                shutil.copy2(state / name, target / name)
            else:
                values.remove_tree(target / name)
            visitors.give(target / "visitors")
        except OSError as error:
            raise CannotWrite(target / name, error) from error


def _fill(operation: Operation, repository: Repository, service: services.Service) -> None:
    found = _newest(operation, repository, "service", service.name)
    filling.fill(operation, repository, found, service, _INSIDE)
