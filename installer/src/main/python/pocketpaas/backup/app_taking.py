"""A backup of an app: its state, the files of its volumes, and the image of its live release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import app_content, content, hook, image, leases, quiet, room, taking, volumes
from pocketpaas.backup.app_content import AppContent, StoredVolume
from pocketpaas.backup.app_volumes import FoundVolume, unmounted, volumes_of
from pocketpaas.backup.hook import HOOK
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.subject import Subject
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine import locks
from pocketpaas.operation.unit import Operation
from pocketpaas.release import reconcile, slots, swapped
from pocketpaas.state import disk, marks, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: Of apps/<app>/: not the repository, which a laptop has, nor caches, nor what is made anew.
KEPT = (
    *("created", "branch", "roots", "settings", "operator", "certificates", "automatic", "visitors", "maintenance"),
    *("deploys-locked", "paused", "registries", "drains", "former-names", "live", "mark"),
)
#: So often a hook begins again, as the app has had another release when it was done.
_HOOKS = 3


def take(operation: Operation, repository: Repository, subject: Subject) -> str:
    """Makes a backup of the app; its id. A failure is kept for `notice.backups`. Raises `Failed`, `Refused`,
    `EngineError`, `CannotWrite`."""
    record = subject.record
    record.begin()
    try:
        if record.part:
            repository.drop_part(record.part)
            record.note_part("")
        spooled = taking.spool(operation.paths, app_content.spool_name(subject.name))
        with spooled as directory, ExitStack() as free:
            own = replace(operation, app=subject.name)
            made, others = _gathered(own, repository, directory, record.is_suspect, free)
            operation.reporter.step("backup-store", "start", subject.name)
            backup = repository.store(directory, made.tags, others, size=made.size)
            record.note_part(backup)
            again = _looked_again(directory, made)
            if again is not None:
                # What the first one says of those files is not true: it goes, also where there is no second one.
                part = backup
                try:
                    backup = repository.store(directory, again.tags, others, size=made.size)
                finally:
                    repository.drop_part(part)
            record.note_part("")
            operation.reporter.step("backup-store", "done", f"{backup}, {made.size} bytes in volumes{_held(made)}")
    except BaseException as error:
        record.fail(taking.why(error))
        raise
    record.succeed(backup, made.size, made.at, number=repository.number)
    return backup


def _looked_again(directory: Path, made: AppContent) -> AppContent | None:
    """What is in the backup, where a file was written to just while it was stored: that is noted now. None where
    there is no such file."""
    stored = []
    for volume in made.volumes:
        notes = directory / volume.notes
        if not volume.still and volumes.look_again(Path(volume.place), notes):
            volume = replace(volume, sums=content.digest(notes))
        stored.append(volume)
    again = replace(made, volumes=tuple(stored))
    if again == made:
        return None
    values.put(directory / content.FILE, again.text)
    return again


def _held(made: AppContent) -> str:
    words = {quiet.PAUSE: "frozen", quiet.STOP: "stopped"}
    return f"; {made.app} was {words[made.mode]} for {made.held:.1f} s" if made.mode in words and made.held else ""


def _gathered(
    operation: Operation, repository: Repository, directory: Path, suspect: bool, free: ExitStack
) -> tuple[AppContent, list[Path]]:
    """What goes into the backup, in the directory, and the directories beside it. The image is stored before: an app
    without its image would be no backup. `suspect`: something that is stored was found damaged.
    `free`: until its end no file has a lease that it had before."""
    paths, app = operation.paths, operation.app
    at, stored, copied, hooks = now(), "", 0, 0
    while True:
        with locked(operation):
            release = live(paths, app)
            bundle = paths.release(app, release)
            wanted = values.need(bundle / "image", names.is_image)
            has_hook = _stated(bundle) == HOOK
            if wanted == stored and (copied == release or not has_hook):
                held = _held_still(operation, directory, bundle, free)
                break
        # Both take a while: deploys go on meanwhile, and then it is another release.
        if wanted != stored:
            image.ensure(operation, repository, wanted, suspect)
            stored = wanted
        if has_hook and copied != release:
            hooks += 1
            copied = release if _hooked(operation, bundle, release, hooks == _HOOKS) else 0
    return _noted(operation, directory, bundle, at, held)


def _hooked(operation: Operation, bundle: Path, release: int, is_last: bool) -> bool:
    """Whether the hook has ended well. It may have been cut off by a deploy: then there is another release, and `False`
    but for the last try. Raises `Failed`, `EngineError`."""
    try:
        hook.run(operation, bundle, [volume.mount for volume in volumes_of(operation, bundle)])
    except Failed:
        if is_last or slots.live_release(operation.paths, operation.app) == release:
            raise
        return False
    return True


def live(paths: HostPaths, app: str) -> int:
    """The live release; raises `Failed` where there is none."""
    release = slots.live_release(paths, app)
    if release is None:
        raise Failed("not-live", f"nothing of {app} is live", "deploy it first: pocketpaas deploy")
    return release


@contextmanager
def locked(operation: Operation, doing: str = "") -> Iterator[None]:
    """The app's lock is held, and the app is as it should be. Raises `Busy`, as `reconcile`."""
    lock = locks.app_lock(operation.paths, operation.app, operation.holder(doing), operation.reporter)
    try:
        if quiet.is_left(operation) or swapped.is_open(operation.paths, operation.app):
            # Of an operation that was killed: what would be kept is not the app as it is.
            reconcile.reconcile(operation)
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class _Held:
    """What was gathered under the app's lock: the volumes by their names, with the place that each is read at, and for
    how long the app held still."""

    mark: str
    mode: str
    places: Mapping[str, Path]
    seconds: float

    @property
    def still(self) -> bool:
        """Whether what is read is a copy, which nobody writes to."""
        return self.mode in (quiet.PAUSE, quiet.STOP)


def _held_still(operation: Operation, directory: Path, bundle: Path, free: ExitStack) -> _Held:
    """The app's state, and copies of its volumes where it has to hold still for them, in the directory. No more of it
    needs the app's lock: what is read in place is what others write to, lock or not."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    reporter.step("backup-state", "start", app)
    mark = marks.ensure(paths.app(app))
    copy_state(paths, app, directory / "state")
    reporter.step("backup-state", "done", f"v{bundle.name}")
    found = volumes_of(operation, bundle)
    if left := unmounted(operation, found):
        names_left = " ".join(f"pocketpaas-{app}.{volume.name}" for volume in left)
        reporter.note(f"not in the backup, as v{bundle.name} does not mount them: {names_left}")
    # Before the app holds still for what is copied: nobody waits for a lease then.
    free.enter_context(leases.broken([volume.mount for volume in found], reporter.note))
    mode = _mode(operation, bundle, found) if found else quiet.LIVE
    if mode not in (quiet.PAUSE, quiet.STOP):
        return _Held(mark, mode, {volume.name: volume.mount for volume in found}, 0.0)
    places = {volume.name: directory.parent / "volumes" / volume.name for volume in found}
    _refuse_no_room(paths, found)
    return _Held(mark, mode, places, copy_volumes(operation, bundle, found, places, mode).seconds)


def _noted(operation: Operation, directory: Path, bundle: Path, at: str, held: _Held) -> tuple[AppContent, list[Path]]:
    """What the volumes hold is noted in the directory, with what is in the backup."""
    stored: list[StoredVolume] = []
    for name, place in held.places.items():
        operation.reporter.step("backup-notes", "start", name)
        before = sum(volume.size - volume.on_disk for volume in stored)
        sums = volumes.note(place, directory / f"{name}.sums", before)
        operation.reporter.step("backup-notes", "done", f"{sums.files} files, {sums.bytes} bytes")
        digest = content.digest(directory / f"{name}.sums")
        stored.append(StoredVolume(name, str(place), held.still, sums.files, sums.bytes, sums.on_disk, digest))
    wanted = values.need(directory / "state" / "releases" / bundle.name / "image", names.is_image)
    reference = image.reference_of(operation.engine, operation.app, wanted)
    facts = (operation.app, int(bundle.name), wanted, reference, at, held.mode, held.seconds, tuple(stored), held.mark)
    made = AppContent(*facts)
    values.put(directory / content.FILE, made.text)
    return made, list(held.places.values())


def copy_state(paths: HostPaths, app: str, target: Path, release: int | None = None) -> None:
    """What of the app's state is kept, and its live release (else `release`), with modes and links. Raises
    `CannotWrite`."""
    source = paths.app(app)
    slot = slots.live_slot(paths, app)
    chosen = live(paths, app) if release is None else release
    wanted = (*KEPT, f"releases/{chosen}", *((f"slots/{slot}",) if slot else ()))
    try:
        target.mkdir(mode=0o711)
        for name in wanted:
            one = source / name
            (target / name).parent.mkdir(exist_ok=True)
            if one.is_dir() and not one.is_symlink():
                values.copy_tree(one, target / name)
            elif one.is_symlink() or one.exists():
                import shutil

                shutil.copy2(one, target / name, follow_symlinks=False)
    except OSError as error:
        raise CannotWrite(target, error) from error


# ---------------------------------------------------------------- volumes


def made_ready(operation: Operation, bundle: Path, found: list[FoundVolume]) -> str:
    """How the app holds still for a copy of its volumes; its own hook has run where it has one."""
    mode = _mode(operation, bundle, found)
    if mode == HOOK:
        hook.run(operation, bundle, [volume.mount for volume in found])
    return mode


def _mode(operation: Operation, bundle: Path, found: list[FoundVolume]) -> str:
    """What the manifest says; else an app with a database of SQLite is frozen, and no other one."""
    stated = _stated(bundle)
    inside = [f"{volume.name}: {name}" for volume in found for name in volumes.databases(volume.mount)]
    if inside and stated in ("", quiet.LIVE):
        operation.reporter.note(
            f"{operation.app} has a database of SQLite ({inside[0]}): "
            "a hook makes the best copy of it (docs/backups.md)"
        )
    if stated:
        return stated if stated in rules.words("backup-modes") else quiet.LIVE
    return quiet.PAUSE if inside else quiet.LIVE


def _stated(bundle: Path) -> str:
    return values.read_or(bundle / "settings" / "backup" / "mode", "")


def copy_volumes(
    operation: Operation, bundle: Path, found: list[FoundVolume], places: Mapping[str, Path], mode: str
) -> quiet.Held:
    """The files of each volume at its place (by its name), while the app holds still as `mode` says. Its lock is held.
    Raises `Failed`, `EngineError`."""
    operation.reporter.step("backup-copy", "start", " ".join(places))
    mode = quiet.LIVE if mode == HOOK else mode
    try:
        with quiet.held(operation, operation.app, bundle, mode) as held:
            for volume in found:
                quiet.copy(volume.mount, places[volume.name], mode)
    except Exception:
        operation.reporter.step("backup-copy", "fail")
        raise
    operation.reporter.step("backup-copy", "done", f"{held.seconds:.1f} s")
    return held


def _refuse_no_room(paths: HostPaths, found: list[FoundVolume]) -> None:
    needed = sum(volumes.size(volume.mount) for volume in found)
    free = disk.free_kilobytes(paths.backups) * 1024 - room.SPARE_BYTES
    if needed > free:
        raise Failed(
            "disk-full",
            f"there is no room for a copy of the volumes: {needed >> 20} MB are needed, {max(free, 0) >> 20} MB can be "
            "had",
            "make room (pocketpaas prune), or in pocketpaas.yml: backup: live, or a hook (docs/backups.md)",
        )
