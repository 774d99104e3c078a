"""A move that is given up after the word was given: what was written on the other host comes back with the app. The
other host drops nothing of it before it was told by the id of the copy that all of it is here (`moves.is_taken`)."""

from __future__ import annotations

import shutil
from pathlib import Path

from pocketpaas.backup import app_content, app_restoring, placing, swapping, taking
from pocketpaas.backup.app_content import AppContent
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.swapping import Fetched
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import CannotWrite, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.move import admitting, carried, closing, filling, finishing, sending, store
from pocketpaas.move.carried import Told
from pocketpaas.operation.move_watch import watch
from pocketpaas.operation.unit import Operation
from pocketpaas.release import network, slots
from pocketpaas.routing import visitors
from pocketpaas.schedule import drains
from pocketpaas.service import links
from pocketpaas.state import moves, previews, values
from pocketpaas.state.paths import HostPaths

_SPOOL, _INSIDE = "moving", "moving-data"
_KNOWN = "known"
#: What commands have set since, and what came with deploys.
_SET = (
    *("settings", "operator", "certificates", "automatic", "visitors", "paused", "deploys-locked", "maintenance"),
    *("branch", "roots", "registries", "drains"),
)


# ---------------------------------------------------------------- on the host that it was moved to


def halt(operation: Operation, word: str = "") -> sending.Sent:
    """Nothing of the app runs here any more, and all of it is in the repository. At the turn `word` the other host has
    taken its word back; what was said at an earlier one does nothing. Raises `Failed`, `EngineError`, `Refused` where
    there is what cannot go along."""
    paths, app = operation.paths, operation.app
    held = closing.hold_services(operation)
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        closing.refuse_others(operation, held)
        if store.is_late(paths, app, word):
            raise Refused("move-phase", f"{app} was given to this host again since", "run the same command again")
        phase = moves.phase(paths, app)
        before = phase if phase in (moves.ARRIVING, moves.RETURNING) else moves.ARRIVED
        # Also one that was made since the other host was asked.
        admitting.refuse_previews(previews.of_parent(paths, app), app, "")
        watch(paths, app)
        # Whoever was told to start it at an earlier turn comes too late.
        store.hear_of(paths, app, word)
        moves.note_halted(paths, app, "")
        closing.close(operation, before, moves.RETURNING)
        for one in held:
            one.release()
        sent = sending.send(operation, still=True)
        moves.note_halted(paths, app, sent.copy)
        return sent
    finally:
        lock.release()
        for one in held:
            one.release()


# ---------------------------------------------------------------- on the host that it comes back to


def begin(paths: HostPaths, app: str) -> None:
    """What is here of the repository is older than what is to come. Raises `CannotWrite`."""
    place = store.directory(paths, app)
    values.write_lines(place / _KNOWN, values.names(place / "repository" / "snapshots"))
    store.forget_taken(paths, app)


def refuse_late(operation: Operation, word: str) -> None:
    """Raises `Refused` where the word was given again since the turn `word`: the app has run there meanwhile, and what
    was halted, or not there, at that turn is not all."""
    if word and word != store.word(operation.paths, operation.app):
        text = f"{operation.app} was given to the other host again"
        raise Refused("move-phase", text, "run the same command again")


def _newest(operation: Operation, repository: Repository, kind: str, name: str) -> Snapshot:
    """What came back; never what an earlier try has brought, as the app has written there since. Raises `Failed`."""
    found = repository.newest(kind, name)
    known = values.lines(store.directory(operation.paths, operation.app) / _KNOWN)
    if found is None or any(one.startswith(found.id) for one in known):
        raise Failed("move-nothing", f"nothing of {name} came back", "run the same command again")
    return found


def take(operation: Operation, word: str = "") -> None:
    """At the turn `word` it was halted there. The app writes here again, with all that was written there. Until the one
    rename nobody writes, and what fails before it changes nothing; what fails after it is tried again, and brings no
    data, as the app writes here. Raises `Failed`, `EngineError`, `Refused`."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    repository = store.repository(paths, app, reporter)
    lock = locks.app_lock(paths, app, operation.holder(), reporter)
    try:
        if not store.is_half(paths, app):
            # From here on the host does not give its word again by itself: that takes the same lock.
            moves.need(paths, app, moves.RECLAIMING)
            refuse_late(operation, word)
            with taking.spool(paths, app_content.spool_name(app), _SPOOL) as directory:
                _bring(operation, repository, directory)
            moves.turn_open(paths, app, moves.RECLAIMING, moves.AHEAD)
        closing.open_again(operation)
        finishing.finish(operation)
    finally:
        lock.release()


def _bring(operation: Operation, repository: Repository, directory: Path) -> None:
    """All of it is here, and what is left to do is noted."""
    app = operation.app
    found = _newest(operation, repository, "app", app)
    repository.restore(found.id, directory.parent, f"/{directory.name}")
    made = app_content.read(directory)
    bundle = directory / "state" / "releases" / str(made.release)
    app_restoring.check(bundle)
    told = carried.read(directory)
    if told is None:
        told = tuple(carried.as_here(service, app) for service in sending.of_app(operation, app))
    is_other = not _is_live(operation, bundle)
    if is_other:
        app_restoring.bring_image(operation, repository, made, bundle)
    network.ensure(operation)
    used = [carried.settle(operation, one) for one in told]
    _volumes(operation, repository, found.id, made, directory, bundle)
    _take_settings(operation, directory / "state")
    for service in used:
        filling.fill(operation, repository, _newest(operation, repository, "service", service.name), service, _INSIDE)
    gone = _not_linked(operation, told)
    finishing.note(operation, found.id, made.release, bundle if is_other else None, gone)


def _not_linked(operation: Operation, told: tuple[Told, ...]) -> list[str]:
    """The services that the app could not log in to there; the variables of the others are theirs. Raises
    `CannotWrite`."""
    linked = {one.name: one.variables for one in told if one.is_linked}
    used = {variable for variables in linked.values() for variable in variables}
    gone = [link for link in links.of_app(operation.paths, operation.app) if link.service.name not in linked]
    for link in gone:
        link.keep_variables(tuple(one for one in link.variables if one not in used))
        if link.service.name not in [one.name for one in told]:
            name = link.service.name
            operation.reporter.note(f"no data of {operation.app} in {name} came back: what it has there here stays")
    return [link.service.name for link in gone]


def _is_live(operation: Operation, bundle: Path) -> bool:
    """Whether the same release is live here."""
    live = slots.live_release(operation.paths, operation.app)
    sums = values.read_or(bundle / "sums", "")
    return (
        live is not None and sums != "" and values.read(operation.paths.release(operation.app, live) / "sums") == sums
    )


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


def _take_settings(operation: Operation, state: Path) -> None:
    target = operation.paths.app(operation.app)
    sent_before = bool(drains.of_app(operation.paths, operation.app))
    _keep_counted(target / "drains", state / "drains")
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
    if sent_before or drains.of_app(operation.paths, operation.app):
        placing.send_logs(operation)


def _keep_counted(here: Path, there: Path) -> None:
    """Of a place where logs are sent this host's forwarder goes on with what it has counted."""
    for number in values.names(there):
        is_same = values.read(here / number / "target") == values.read(there / number / "target")
        for name in placing.COUNTED:
            values.remove(there / number / name)
            text = values.read(here / number / name) if is_same else None
            if text is not None:
                values.put(there / number / name, text)
