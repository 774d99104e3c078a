"""A backup of an app: its state, the files of its volumes, and the image of its live release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import app_content, content, image, quiet, room, taking, volumes
from pocketpaas.backup.app_content import AppContent, StoredVolume
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.subject import Subject
from pocketpaas.engine import execs
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine import locks
from pocketpaas.operation.unit import Operation
from pocketpaas.release import here, reconcile, slots, swapped
from pocketpaas.state import disk, marks, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

HOOK = "hook"
#: Of apps/<app>/: not the repository, which a laptop has, nor caches, nor what is made anew.
KEPT = (
    *("created", "branch", "roots", "settings", "operator", "certificates", "automatic", "visitors", "maintenance"),
    *("deploys-locked", "paused", "registries", "drains", "former-names", "live", "mark"),
)
_HOOK_SECONDS = 3600.0
_COMMAND = ("/bin/sh", "-c")
_VOLUME = rules.pattern("volume-name")


@dataclass(frozen=True)
class FoundVolume:
    """A volume of the app: its name in the manifest, and where its files are."""

    name: str
    mount: Path


def take(operation: Operation, repository: Repository, subject: Subject) -> str:
    """Makes a backup of the app; its id. A failure is kept for `notice.backups`. Raises `Failed`, `Refused`,
    `EngineError`, `CannotWrite`."""
    record = subject.record
    record.begin()
    try:
        if record.part:
            repository.drop_part(record.part)
            record.note_part("")
        with taking.spool(operation.paths, app_content.spool_name(subject.name)) as directory:
            made, others = _gathered(replace(operation, app=subject.name), repository, directory, record.is_suspect)
            operation.reporter.step("backup-store", "start", subject.name)
            backup = repository.store(directory, made.tags, others)
            record.note_part(backup)
            again = _looked_again(directory, made)
            if again is not None:
                # What the first one says of those files is not true: it goes, also where there is no second one.
                part = backup
                try:
                    backup = repository.store(directory, again.tags, others)
                finally:
                    repository.drop_part(part)
            record.note_part("")
            operation.reporter.step("backup-store", "done", f"{backup}, {made.size} bytes in volumes{_held(made)}")
    except BaseException as error:
        record.fail(taking.why(error))
        raise
    record.succeed(backup, made.size, made.at)
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
    operation: Operation, repository: Repository, directory: Path, suspect: bool
) -> tuple[AppContent, list[Path]]:
    """What goes into the backup, in the directory, and the directories beside it. The image is stored before: an app
    without its image would be no backup. `suspect`: something that is stored was found damaged."""
    paths, app = operation.paths, operation.app
    at, stored = now(), ""
    while True:
        with locked(operation):
            bundle = paths.release(app, live(paths, app))
            wanted = values.need(bundle / "image", names.is_image)
            if wanted == stored:
                return _under_lock(operation, directory, bundle, at)
        # Takes a while: deploys go on meanwhile, and then it is another one.
        image.ensure(operation, repository, wanted, suspect)
        stored = wanted


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


def _under_lock(operation: Operation, directory: Path, bundle: Path, at: str) -> tuple[AppContent, list[Path]]:
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    reporter.step("backup-state", "start", app)
    mark = marks.ensure(paths.app(app))
    copy_state(paths, app, directory / "state")
    reporter.step("backup-state", "done", f"v{bundle.name}")
    found = volumes_of(operation, bundle)
    if left := unmounted(operation, found):
        names_left = " ".join(f"pocketpaas-{app}.{volume.name}" for volume in left)
        reporter.note(f"not in the backup, as v{bundle.name} does not mount them: {names_left}")
    mode = made_ready(operation, bundle, found)
    stored, others, held = _copied(operation, bundle, directory, found, quiet.LIVE if mode == HOOK else mode)
    wanted = values.need(bundle / "image", names.is_image)
    reference = image.reference_of(operation.engine, app, wanted)
    made = AppContent(app, int(bundle.name), wanted, reference, at, mode if found else quiet.LIVE, held, stored, mark)
    values.put(directory / content.FILE, made.text)
    return made, others


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


def volumes_of(operation: Operation, bundle: Path) -> list[FoundVolume]:
    """Those of the live release that there are. Raises `EngineError`, `Failed` for one that is not on this host."""
    found = []
    for volume in engine_volumes.of_settings(operation.app, bundle / "settings" / "volumes"):
        mount = engine_volumes.mount_of(operation.engine, volume.name)
        if mount is None:
            operation.reporter.note(f"the volume {volume.name} is not there yet, and is left out")
        elif not mount.is_dir():
            raise Failed("no-volume", f"the files of the volume {volume.name} are not on this host: {mount}")
        else:
            found.append(FoundVolume(volume.name.partition(".")[2], mount))
    return found


def unmounted(operation: Operation, found: Sequence[FoundVolume]) -> list[FoundVolume]:
    """The app's other volumes: of releases that are not live, and of an app of that name that was destroyed. Raises
    `EngineError`."""
    known, others = {volume.name for volume in found}, []
    for name in engine_volumes.of_app(operation.engine, operation.app):
        prefix, _, own = name.partition(".")
        if prefix != f"pocketpaas-{operation.app}" or own in known or not _VOLUME.fullmatch(own):
            continue
        mount = engine_volumes.mount_of(operation.engine, name)
        if mount is not None and mount.is_dir():
            others.append(FoundVolume(own, mount))
    return others


def made_ready(operation: Operation, bundle: Path, found: list[FoundVolume]) -> str:
    """How the app holds still for a copy of its volumes; its own hook has run where it has one."""
    mode = _mode(operation, bundle, found)
    if mode == HOOK:
        _run_hook(operation, bundle)
    return mode


def _mode(operation: Operation, bundle: Path, found: list[FoundVolume]) -> str:
    """What the manifest says; else an app with a database of SQLite is frozen, and no other one."""
    stated = values.read_or(bundle / "settings" / "backup" / "mode", "")
    inside = [f"{volume.name}: {name}" for volume in found for name in volumes.databases(volume.mount)]
    if inside and stated in ("", quiet.LIVE):
        operation.reporter.note(
            f"{operation.app} has a database of SQLite ({inside[0]}): "
            "a hook makes the best copy of it (docs/backups.md)"
        )
    if stated:
        return stated if stated in rules.words("backup-modes") else quiet.LIVE
    return quiet.PAUSE if inside else quiet.LIVE


def _copied(
    operation: Operation, bundle: Path, directory: Path, found: list[FoundVolume], mode: str
) -> tuple[tuple[StoredVolume, ...], list[Path], float]:
    """The volumes as they are stored: copies where the app has to hold still for them, else their own files. What they
    hold is noted in the directory."""
    places = {volume.name: volume.mount for volume in found}
    held = quiet.Held()
    if mode != quiet.LIVE and found:
        places = {volume.name: directory.parent / "volumes" / volume.name for volume in found}
        _refuse_no_room(operation.paths, found)
        held = copy_volumes(operation, bundle, found, places, mode)
    stored = []
    for name, place in places.items():
        operation.reporter.step("backup-notes", "start", name)
        sums = volumes.note(place, directory / f"{name}.sums")
        operation.reporter.step("backup-notes", "done", f"{sums.files} files, {sums.bytes} bytes")
        digest = content.digest(directory / f"{name}.sums")
        stored.append(StoredVolume(name, str(place), mode != quiet.LIVE, sums.files, sums.bytes, digest))
    return tuple(stored), list(places.values()), held.seconds


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


def _run_hook(operation: Operation, bundle: Path) -> None:
    """The app's own command makes what is to be kept. Raises `Failed` where it does not end well."""
    command = values.need(bundle / "settings" / "backup" / "hook", names.is_command)
    slot = slots.live_slot(operation.paths, operation.app)
    there = here.in_slot(operation.paths, operation.engine, operation.app, slot)
    running = [one for one in there if one.runs]
    chosen = sorted(running, key=lambda one: (one.type != "web", one.type, one.instance))
    if not chosen:
        raise Failed("hook-failed", f"nothing of {operation.app} runs in which its hook could", "pocketpaas start")
    operation.reporter.step("backup-hook", "start", f"{chosen[0].type}.{chosen[0].instance}")
    try:
        ended = execs.run(operation.engine, chosen[0].id, (*_COMMAND, command), seconds=_HOOK_SECONDS)
    except EngineError as error:
        raise Failed("hook-failed", f"the hook of {operation.app} could not be run: {error.text}") from error
    for line in (ended.out + ended.err).splitlines():
        operation.reporter.output(line)
    if not ended.ok:
        operation.reporter.step("backup-hook", "fail")
        raise Failed("hook-failed", f"the hook of {operation.app} ended with {ended.code}: {ended.complaint}")
    operation.reporter.step("backup-hook", "done")
