"""An app comes to this host: everything of it is brought, compared and put in place, and nothing of it is started
before the host that it left has given its word."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.backup import app_content, app_restoring, linking, placing, swapping, taking
from pocketpaas.backup.app_content import StoredVolume
from pocketpaas.backup.placing import Found
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.swapping import Fetched
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.move import asking, carried, closing, filling, look, reviving, store
from pocketpaas.move.carried import Told
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, network, scale, slots
from pocketpaas.release import bundle as bundles
from pocketpaas.release.running import Running
from pocketpaas.routing import arrival
from pocketpaas.state import moves, values

_SPOOL = "moving"


def bring(operation: Operation) -> float:
    """Everything that is in the repository is here, equal to what was noted, and the app is in its place, silent. What
    an earlier time has brought is replaced. How long that would take once more (s): images and services are here then.
    Raises `Failed`, `Refused`, `EngineError`."""
    paths, app = operation.paths, operation.app
    # Before anything of it is replaced: a step that comes late must not touch what it has written here since.
    there = placing.look(paths, app)
    _refuse_here(operation, there)
    repository = store.repository(paths, app, operation.reporter)
    store.note_filled(paths, app, store.filled(paths, app))
    found = newest(repository, app)
    store.note_whole(paths, app, "")
    with taking.spool(paths, app_content.spool_name(app), _SPOOL) as directory:
        repository.restore(found.id, directory.parent, f"/{directory.name}")
        made = app_content.read(directory)
        state = directory / "state"
        bundle = state / "releases" / str(made.release)
        app_restoring.check(bundle)
        app_restoring.bring_image(operation, repository, made, bundle)
        began = time.monotonic()
        # Somebody may have destroyed an app of that name here since it was looked at.
        look.refuse_kept(operation)
        _make_volumes(operation, bundle, made.volumes)
        _volumes(operation, repository, found, made.volumes, directory)
        _settle(operation, state, made.release, there)
        carried_here = _told(operation, directory, linking.wanted(paths.release(app, made.release)))
    once = _services(operation, repository, carried_here)
    store.note_whole(paths, app, found.at)
    return time.monotonic() - began - once


def _make_volumes(operation: Operation, bundle: Path, volumes: Sequence[StoredVolume]) -> None:
    """Those of the release and those that came over are there. The ones that are made here go with a move that is given
    up."""
    engine, app = operation.engine, operation.app
    came = [f"pocketpaas-{app}.{volume.name}" for volume in volumes]
    own = [volume.name for volume in engine_volumes.of_settings(app, bundle / "settings" / "volumes")]
    for name in dict.fromkeys((*own, *came)):
        if engine_volumes.mount_of(engine, name) is None:
            store.note_volume(operation.paths, app, name)
    engine_volumes.ensure(engine, app, bundle)
    for name in came:
        engine_volumes.make(engine, app, name)


def remove_volumes(operation: Operation) -> None:
    """Those that were made here for the move go. Raises `EngineError`."""
    for name in store.volumes_made(operation.paths, operation.app):
        if engine_volumes.mount_of(operation.engine, name) is not None:
            engine_volumes.remove(operation.engine, name)


def _volumes(
    operation: Operation, repository: Repository, found: Snapshot, volumes: Sequence[StoredVolume], directory: Path
) -> None:
    """Each volume holds what came over. One that did already, as nothing has changed on the other side, stays: nobody
    writes to it here."""
    brought = store.directory(operation.paths, operation.app) / "brought"
    values.make_directory(brought)
    fetched: list[tuple[StoredVolume, str, Fetched]] = []
    for volume in volumes:
        target, notes = f"pocketpaas-{operation.app}.{volume.name}", directory / volume.notes
        state = f"{volume.sums} {values.read_or(directory / f'{volume.name}.rights', '')}"
        if values.read_or(brought / volume.name, "") == state:
            operation.reporter.step("restore-volume", "skip", f"{volume.name}: {volume.files} files are as they were")
            continue
        values.remove(brought / volume.name)
        args = (operation.engine, operation.reporter, repository, found.id, target, volume, notes)
        fetched.append((volume, state, swapping.fetch(*args, moved=True)))
    for volume, state, one in fetched:
        swapping.swap(one)
        swapping.finish(one)
        if one.exact:
            values.write(brought / volume.name, state)


def newest(repository: Repository, app: str) -> Snapshot:
    """The last copy of the app. Raises `Failed`."""
    found = repository.newest("app", app)
    if found is None:
        raise Failed("move-nothing", f"nothing of {app} came over", "run the same command again")
    return found


def _settle(operation: Operation, state: Path, release: int, there: Found) -> None:
    """The app is in its place with one rename, and with it the file that keeps it silent. What an earlier time has
    brought goes (`there`); an app that somebody has made here since does not."""
    paths, app = operation.paths, operation.app
    own = store.directory(paths, app)
    values.remove_tree(state / "move")
    values.make_directory(state / "move", 0o711)
    values.touch(state / "move" / moves.ARRIVING)
    for name, text in (("id", values.need(own / "id")), ("peer", values.need(own / "peer"))):
        values.put(state / "move" / name, text)
    values.put(state / "move" / "release", str(release))
    subnet = values.read(paths.app(app) / "network")
    if subnet is not None:
        # Of an earlier time: its network is there.
        values.put(state / "network", subnet)
    with placing.held(operation, there):
        _refuse_here(operation, there)
        placing.place(operation, state, there).release()


def _refuse_here(operation: Operation, there: Found) -> None:
    phase = moves.phase(operation.paths, operation.app)
    if phase != moves.ARRIVING and (phase or there.mark):
        raise Refused("move-phase", f"{operation.app} is here already", "run the same command again")


# ---------------------------------------------------------------- its data in services


def _told(operation: Operation, directory: Path, wanted: Mapping[str, tuple[str, ...]]) -> tuple[Told, ...]:
    """What the app has in services. One into which nothing of it has come yet is looked at: it may have been linked to
    that since the move began. Raises `Refused`."""
    facts = store.directory(operation.paths, operation.app) / "services"
    found = carried.read(directory)
    if found is None:
        found = tuple(carried.of_facts(facts / name, wanted.get(name)) for name in values.names(facts))
    here = store.filled(operation.paths, operation.app)
    for told in found:
        if told.name not in here:
            look.check_service(operation, told.name, {"type": told.kind, "major": told.major})
    look.refuse_kept(operation)
    return found


def _services(operation: Operation, repository: Repository, told: Sequence[Told]) -> float:
    """The seconds of what is done only once."""
    made = store.directory(operation.paths, operation.app) / "made"

    def note(name: str) -> None:
        # It goes with a move that is given up.
        values.make_directory(made)
        values.touch(made / name, 0o600)

    network.ensure(operation)
    once = 0.0
    for one in told:
        began = time.monotonic()
        # It goes with a move that is given up, and nothing else that is in there does.
        store.note_filled(operation.paths, operation.app, [one.name])
        service = carried.settle(operation, one, note)
        if not one.is_linked:
            carried.unlink(operation, service)
        once += time.monotonic() - began
        found = repository.newest("service", one.name)
        if found is None:
            raise Failed("move-nothing", f"nothing of {one.name} came over", "run the same command again")
        filling.fill(operation, repository, found, service, _SPOOL)
    return once


# ---------------------------------------------------------------- the word is given


def start(operation: Operation, again: bool = False, alone: bool = False, word: str = "", lost: bool = False) -> int:
    """The app runs here, and what is passed on is answered; its release. It may be called again until it does. `again`:
    it was about to go back, and the other host has given its word once more. `alone`: nobody says that the word was
    given; else it was at the turn `word`, as whoever drives the move was told. `lost`: the other host is gone for good.
    Raises `Refused` where the other host says that it was not given, and what keeps the release from being healthy."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        if moves.phase(paths, app) != moves.ARRIVED:
            moves.need(paths, app, moves.RETURNING if again else moves.ARRIVING)
            if not lost:
                _confirm(operation, alone, word)
            # From here on the app writes to its volumes, and what it left here before is not what it will leave.
            values.remove_tree(store.directory(paths, app) / "brought")
            store.note_written(paths, app)
            moves.note_halted(paths, app, "")
            # What was live here has only to open; what never was is activated.
            turn = moves.turn if slots.live_release(paths, app) is None else moves.turn_open
            turn(paths, app, moves.RETURNING if again else moves.ARRIVING, moves.ARRIVED)
            # Afterwards: whoever drives it is believed once more where this is killed in between.
            store.note_given(paths, app, word)
        live = slots.live_release(paths, app)
        if live is None:
            live = values.number(moves.directory(paths, app) / "release", 0, 1)
            network.ensure(operation)
            if (paths.app(app) / "operator" / "stopped").exists():
                app_restoring.store(operation, live)
            else:
                activate.activate(operation, Running(), live)
        else:
            closing.open_again(operation)
        _serve(operation, live)
        return live
    finally:
        lock.release()


def claim(operation: Operation, ignore: bool = False) -> int:
    """The other host is gone for good, whether it has given its word or not: what has come over runs here; its release.
    Raises `Refused` where that host answers, or something where it was that is not to be ignored, or not all of the app
    came over, and as `start` does."""
    paths, app = operation.paths, operation.app
    phase, peer = moves.phase(paths, app), moves.fact(paths, app, "peer")
    if phase not in (moves.ARRIVING, moves.RETURNING, moves.ARRIVED):
        raise Refused("no-move", f"{app} did not come here from another host", "see: pocketpaas apps")
    if phase == moves.ARRIVING and not store.whole(paths, app):
        raise Refused(
            "move-half",
            f"not all of {app} has come over from {peer}",
            "restore a backup instead: pocketpaas backups, then pocketpaas backups restore ID",
        )
    try:
        asking.is_passed(paths, app)
    except asking.Silent as silent:
        both = f"if that is {peer}: pocketpaas apps move THIS-HOST --finish --app {app} --host {peer}, or --abort"
        reviving.refuse_something(operation, silent, ignore, f"{peer} may serve {app} itself", both)
        return start(operation, again=phase == moves.RETURNING, lost=True)
    raise Refused("move-answers", f"{peer} is there, and answers this host", "run the same command without --lost")


def _confirm(operation: Operation, alone: bool, word: str) -> None:
    """The other host takes its word back before it has the app halted here, which takes the same lock: so an answer
    that is given under it holds until the app runs. Where it does not answer, whoever drives the move is believed, if
    what they were told is of a later turn than all that this host has heard of since."""
    paths, app = operation.paths, operation.app
    tried = asking.tried(paths, app)
    if not alone and tried not in ("", "yes"):
        _believe(operation, word, tried)
        return
    try:
        passed = asking.is_passed(paths, app)
    except asking.Silent as silent:
        if alone:
            raise Refused("move-unreachable", f"the other host does not answer: {silent}") from silent
        _believe(operation, word, str(silent))
        return
    if not passed:
        raise Refused("move-phase", f"the other host has not given its word for {app}", "run the same command again")


def _believe(operation: Operation, word: str, silent: str) -> None:
    """Without a word a program of an earlier version drives the move: then only what the other host cannot have taken
    starts."""
    paths, app = operation.paths, operation.app
    if word:
        if store.number_in(paths, app, word) > store.turn_number(paths, app):
            return
        text = f"{app} was taken back since the word was given, and the other host does not answer: {silent}"
        raise Refused("move-phase", text, "run the same command again")
    if moves.was_halted(paths, app):
        text = f"the other host may have taken {app} back, and does not answer: {silent}"
        raise Refused("move-unreachable", text, "run the same command again when it does")


def _serve(operation: Operation, live: int) -> None:
    bundle = operation.paths.release(operation.app, live)
    if bundles.has_web(bundle):
        web = scale.wanted(operation.paths, operation.app, bundle, "web")
        arrival.serve(operation, web, bundle / "settings")
