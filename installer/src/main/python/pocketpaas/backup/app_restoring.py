"""An app comes back from a backup: in the place of one that is there, as a release of its own, or where there is none.
Until the restored release is healthy, what was there stays, and comes back where it is not."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.backup import app_content, app_swapping, image, linking, obstacles, placing, swapping, taking
from pocketpaas.backup import fetched as fetched_files
from pocketpaas.backup.app_content import AppContent
from pocketpaas.backup.app_taking import KEPT
from pocketpaas.backup.placing import Found
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.swapping import Fetched
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import CannotWrite, Failed, Refused
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle as bundles, network, reconcile, seal, slots, swapped
from pocketpaas.release.running import Running
from pocketpaas.state import marks, moves, names, previews, renames, values
from pocketpaas.state.clock import now

#: Of a release that is made from the bundle of another one.
_OWN = ("status", "kind", "change", "who", "when", "identity", "sums", "failure")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
#: What belongs to the names of the app that the backup is of, and not to a copy of it.
_NOT_OF_A_COPY = (
    *("operator/domains", "operator/default-domain", "certificates", "automatic", "branch", "roots", "drains"),
    *("former-names", "mark"),
)


def restore(
    operation: Operation,
    repository: Repository,
    found: Snapshot,
    called: str,
    into: str = "",
    missing: Sequence[str] = (),
    confirmed: bool = True,
    there: Found | None = None,
) -> int:
    """The app of the backup, which is `called` so now, or `into` runs as it was; the number of its release. Nothing is
    made of one that needs a service whose data are `missing`. `confirmed`: what is `there` (None: now) by that name is
    replaced, an app, or files in volumes of one that is not there; what comes there later is not. Raises what an
    operation ends by."""
    name = into or called
    if not names.is_app(name):
        raise Refused("no-app", "the backup does not say of which app it is", "name one: --into NAME")
    # Before anything is fetched: what it would be put beside is another host's.
    moves.refuse(operation.paths, name)
    there = there or placing.look(operation.paths, name)
    if there.mark and not confirmed:
        text = f"there is already an app {name}{'' if there.is_live else ', of which nothing is live'}"
        raise Refused("app-there", text, f"to replace it by the backup: --confirm {name}")
    if previews.is_preview(operation.paths, name) and not there.is_live:
        # It would have no end any more.
        raise Refused("is-preview", f"{name} is a preview of which nothing is live", "--into the name of another app")
    own = replace(operation, app=name, kind="restore")
    with taking.spool(operation.paths, app_content.spool_name(found.name)) as directory:
        made, state = fetch(own, repository, found, directory)
        bundle, is_copy = state / "releases" / str(made.release), name != called
        linking.refuse(own, bundle, is_copy, missing)
        if is_copy:
            _make_copy(own, state, bundle)
        elif name != made.app:
            renames.remember(state, made.app, name)
        restored = _Restored(found, made, directory, is_copy, there, confirmed)
        return (_replaced if there.is_live else _brought)(own, repository, restored)


@dataclass(frozen=True)
class _Restored:
    """What was fetched of the backup `found`, below the directory. `is_copy`: for another app than the one it is of.
    `there`: what it takes the place of; `confirmed`: also of files that an app has left."""

    found: Snapshot
    made: AppContent
    directory: Path
    is_copy: bool
    there: Found
    confirmed: bool

    @property
    def state(self) -> Path:
        """Of apps/APP, as it was."""
        return self.directory / "state"

    @property
    def bundle(self) -> Path:
        """Of the release that was live."""
        return self.state / "releases" / str(self.made.release)


def fetch(operation: Operation, repository: Repository, found: Snapshot, directory: Path) -> tuple[AppContent, Path]:
    """What is in the backup but for the volumes, and where its state is; the bundle is as it was sealed."""
    operation.reporter.step("backup-fetch", "start", found.id)
    repository.restore(found.id, directory.parent, f"/{directory.name}")
    made = app_content.read(directory)
    bundle = directory / "state" / "releases" / str(made.release)
    check(bundle, made.image)
    # No notes of what programs of ours have begun, say.
    fetched_files.keep_only(directory / "state", {*KEPT, "releases", "slots"})
    operation.reporter.step("backup-fetch", "done", f"{made.app}, v{made.release} of {made.at}")
    return made, directory / "state"


def check(bundle: Path, image_id: str = "") -> None:
    """The bundle of a backup is what was sealed, and runs that image. Raises `Failed`."""
    if image_id and values.read(bundle / "image") != image_id:
        raise Failed("backup-damaged", f"the backup is damaged: v{bundle.name} is of another image than it says")
    wanted, intact = values.read_or(bundle / "sums", "").splitlines(), seal.lines(bundle) if bundle.is_dir() else []
    extra = [line for line in wanted if line.endswith("  ./identity")]
    if not intact or (wanted and sorted([*intact, *extra]) != sorted(wanted)):
        raise Failed("backup-damaged", f"the backup is damaged: the bundle of v{bundle.name} is not what was stored")


def bring_image(operation: Operation, repository: Repository, made: AppContent, bundle: Path) -> None:
    """The engine has the image, by our name for this app; where it has another id there, the bundle says so."""
    tag = made.reference.rpartition(":")[2]
    if not _TAG.fullmatch(tag):
        tag = f"v{made.release}"
    loaded = image.load(operation, repository, made.image, f"pocketpaas-app-{operation.app}:{tag}")
    if loaded != made.image:
        values.put(bundle / "image", loaded)
        _unseal(bundle)


def _unseal(bundle: Path) -> None:
    for name in ("identity", "sums"):
        values.remove(bundle / name)


def fetch_volumes(
    operation: Operation, repository: Repository, found: Snapshot, made: AppContent, directory: Path, bundle: Path
) -> list[Fetched]:
    """The files of each volume that is in the backup, beside it; the bundle's are made where they are missing."""
    engine = operation.engine
    engine_volumes.ensure(engine, operation.app, bundle)
    fetched: list[Fetched] = []
    try:
        for volume in made.volumes:
            target = f"pocketpaas-{operation.app}.{volume.name}"
            notes = directory / volume.notes
            fetched.append(swapping.fetch(engine, operation.reporter, repository, found.id, target, volume, notes))
    except BaseException:
        for one in fetched:
            swapping.drop(one)
        raise
    return fetched


# ---------------------------------------------------------------- in the place of one that is there


def _replaced(operation: Operation, repository: Repository, restored: _Restored) -> int:
    try:
        with placing.held(operation, restored.there):
            return _replaced_held(operation, repository, restored)
    finally:
        app_swapping.dismiss(operation)


def _replaced_held(operation: Operation, repository: Repository, restored: _Restored) -> int:
    paths, app, made, old = operation.paths, operation.app, restored.made, restored.bundle
    # It may have left this host meanwhile.
    moves.refuse(paths, app)
    running = reconcile.reconcile(operation)
    obstacles.refuse_taken_names(operation, old)
    bring_image(operation, repository, made, old)
    fetched = fetch_volumes(operation, repository, restored.found, made, restored.directory, old)
    try:
        if restored.is_copy:
            linking.give_own(operation, old, (old / "settings",))
        release = bundles.open_release(operation, "restore", f"backup {restored.found.id} of {made.at}")
        take_over(old, paths.release(app, release))
        linking.link_missing(operation, paths.release(app, release))
        network.ensure(operation)
        # What was free may not be any more.
        obstacles.refuse_taken_names(operation, old)
        app_swapping.hold(operation, running, fetched, release)
        activate.activate(operation, running, release)
    except BaseException:
        # Before anybody else can have the lock.
        operation.take_back()
        raise
    finally:
        for one in fetched:
            swapping.drop(one)
    app_swapping.settle(operation)
    return release


def take_over(old: Path, bundle: Path) -> None:
    """What the new release has of the backup's."""
    for name in values.names(old):
        if name in _OWN:
            continue
        if (old / name).is_dir():
            values.copy_tree(old / name, bundle / name)
        else:
            try:
                shutil.copy2(old / name, bundle / name)
            except OSError as error:
                raise CannotWrite(bundle / name, error) from error


# ---------------------------------------------------------------- where there is none


def _brought(operation: Operation, repository: Repository, restored: _Restored) -> int:
    made, bundle, there = restored.made, restored.bundle, restored.there
    stopped = (restored.state / "operator" / "stopped").exists()
    with placing.held(operation, there):
        left = obstacles.files_left(operation, made)
        obstacles.refuse_left(operation, left, restored.confirmed)
        if not stopped:
            obstacles.refuse_taken_names(operation, bundle, values.lines(restored.state / "operator" / "domains"))
        bring_image(operation, repository, made, bundle)
        swapped.settle(operation)
        placing.refuse_other(operation.paths, operation.app, there)
        fetched = fetch_volumes(operation, repository, restored.found, made, restored.directory, bundle)
        try:
            if restored.is_copy:
                linking.give_own(operation, bundle, (bundle / "settings", restored.state / "settings"))
            # Files of an app that is there are not what one has left.
            placing.refuse_other(operation.paths, operation.app, there)
            # It may have come and gone, too.
            new = [one for one in obstacles.files_left(operation, made) if one not in left]
            obstacles.refuse_left(operation, new, False)
            lock = placing.place(operation, restored.state, there)
            _started(operation, lock, fetched, made.release, stopped)
        finally:
            for one in fetched:
                swapping.drop(one)
    return made.release


def _started(operation: Operation, lock: Lock, fetched: Sequence[Fetched], release: int, stopped: bool) -> None:
    try:
        linking.link_missing(operation, operation.paths.release(operation.app, release))
        network.ensure(operation)
        app_swapping.swap(operation, fetched, release)
        if stopped:
            store(operation, release)
        else:
            activate.activate(operation, Running(), release)
        app_swapping.settle(operation)
    except BaseException:
        # Before anybody else can have the lock.
        operation.take_back()
        raise
    finally:
        lock.release()
        app_swapping.dismiss(operation)


def _make_copy(operation: Operation, state: Path, bundle: Path) -> None:
    """Under another name it answers to its default name alone: its domains are those of the app that it is made
    from."""
    for name in _NOT_OF_A_COPY:
        values.remove_tree(state / name)
    values.put(state / "created", now())
    values.put(state / marks.FILE, marks.new())
    for place in (state / "settings", bundle / "settings"):
        for name in ("domains", "http/redirects"):
            values.remove(place / name)
    if values.names(bundle / "settings" / "cron"):
        operation.reporter.note("its cron jobs run, too; pause them: pocketpaas cron pause")
    _unseal(bundle)


def store(operation: Operation, release: int) -> None:
    """One that was stopped stays so; its next start begins with this release."""
    paths, app = operation.paths, operation.app
    seal.seal(paths.release(app, release))
    slots.prepare(paths, app, "blue", release)
    slots.sync(paths, app, "blue")
    slots.switch(paths, app, "blue")
    reconcile.reconcile(operation)
