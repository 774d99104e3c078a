"""What goes over of an app: its state, its image, the files of its volumes, and its data in services, into the
repository of the move. The first time while it serves; the last time when nobody writes any more. All files are read
each time, and only what has changed goes over."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup import app_content, app_taking, app_volumes, beneath, content, image, quiet, taking, volumes
from pocketpaas.backup.app_content import AppContent, StoredVolume
from pocketpaas.backup.app_volumes import FoundVolume
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.repository import Repository
from pocketpaas.failure import Failed
from pocketpaas.move import carried, store
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.service import container
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import moves, names, values
from pocketpaas.state.clock import now

_SPOOL = "moving"


@dataclass(frozen=True)
class Sent:
    """How long it took (s), how much there is (bytes), and the id of the copy of the app, which comes last."""

    seconds: float
    size: int
    copy: str


def send(operation: Operation, still: bool) -> Sent:
    """All of it is in the repository. `still`: nobody writes. Raises `Failed`, `Refused`, `EngineError`."""
    began = time.monotonic()
    repository = store.repository(operation.paths, operation.app, operation.reporter)
    if not repository.is_there():
        values.remove_tree(Path(repository.destination.location))
        repository.make()
    size, used = 0, of_app(operation, operation.app)
    for service in used:
        size += _service(operation, repository, service, still)
    more, copy = _app(operation, repository, still, used)
    return Sent(time.monotonic() - began, size + more, copy)


def of_app(operation: Operation, app: str) -> list[Service]:
    """The services in which the app has data. Raises `Damaged`."""
    return [one for one in services.all_of(operation.paths) if app in one.apps()]


# ---------------------------------------------------------------- the app


def _app(operation: Operation, repository: Repository, still: bool, used: Sequence[Service] = ()) -> tuple[int, str]:
    """How much there is, and the id of the copy."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    bundle = paths.release(app, release_of(operation))
    wanted = values.need(bundle / "image", names.is_image)
    image.ensure(operation, repository, wanted)
    with taking.spool(paths, app_content.spool_name(app), _SPOOL) as directory:
        app_taking.copy_state(paths, app, directory / "state", int(bundle.name))
        stored: list[StoredVolume] = []
        places = []
        for volume in volumes_of(operation, bundle):
            before = sum(one.size - one.on_disk for one in stored)
            stored.append(_noted(volume, directory, still, before))
            places.append(volume.mount)
        reference = image.reference_of(operation.engine, app, wanted)
        made = AppContent(app, int(bundle.name), wanted, reference, now(), quiet.LIVE, 0.0, tuple(stored))
        values.put(directory / content.FILE, made.text)
        carried.write(directory, app, used)
        reporter.step("move-copy", "start", app)
        copy = repository.store(directory, made.tags, places, read_all=True, size=made.size)
        if still:
            store.note_sent(paths, app, [volume.name for volume in stored])
        reporter.step("move-copy", "done", f"v{made.release}, {made.size} bytes in volumes")
    return made.size, copy


def volumes_of(operation: Operation, bundle: Path) -> list[FoundVolume]:
    """All volumes of the app that are on this host, also those that no process of the live release uses. Raises as
    `app_volumes.volumes_of`."""
    found = app_volumes.volumes_of(operation, bundle)
    return [*found, *app_volumes.unmounted(operation, found)]


def release_of(operation: Operation) -> int:
    """The live release; of an app that came here and never was healthy the one that came. Raises `Failed`."""
    paths, app = operation.paths, operation.app
    came = values.number(moves.directory(paths, app) / "release", 0)
    return slots.live_release(paths, app) or came or app_taking.live(paths, app)


def _noted(volume: FoundVolume, directory: Path, still: bool, before: int = 0) -> StoredVolume:
    """What is noted of a volume, in the directory. `before` as in `volumes.note`."""
    notes = directory / f"{volume.name}.sums"
    sums = volumes.note(volume.mount, notes, before)
    values.put(directory / f"{volume.name}.rights", _rights(volume.mount))
    return StoredVolume(
        volume.name, str(volume.mount), still, sums.files, sums.bytes, sums.on_disk, content.digest(notes)
    )


def _rights(mount: Path) -> str:
    """A checksum over what the notes do not have: directories, owners, modes, extended attributes, devices, and which
    names are of one file. Whatever restic brings and is not in here is lost where only that has changed."""
    digest = hashlib.sha256()
    try:
        digest.update(_right(".", os.stat(mount), beneath.attributes_of(mount)))
        first: dict[tuple[int, int], str] = {}
        for one in beneath.walk(mount, with_directories=True):
            digest.update(_right(one.path, one.told, one.attributes()))
            if one.told.st_nlink > 1 and not stat.S_ISDIR(one.told.st_mode):
                digest.update(values.encode(first.setdefault((one.told.st_dev, one.told.st_ino), one.path) + "\0"))
    except OSError as error:
        raise Failed("volume-read", f"the files of a volume cannot be read: {mount}: {error.strerror}") from error
    return digest.hexdigest()


def _right(path: str, told: os.stat_result, attributes: Sequence[tuple[str, bytes]]) -> bytes:
    text = f"{path}\0{told.st_mode} {told.st_uid} {told.st_gid} {told.st_rdev}\0"
    return values.encode(text) + b"".join(values.encode(f"{name} {len(value)}\0") + value for name, value in attributes)


# ---------------------------------------------------------------- its data


def _service(operation: Operation, repository: Repository, service: Service, still: bool) -> int:
    reporter, link = operation.reporter, Link(service, operation.app)
    running = container.running(operation.engine, service)
    with taking.spool(operation.paths, service.name, _SPOOL) as directory:
        reporter.step("backup-dump", "start", f"{link.app} in {service.name}")
        dump = _dump(operation, link, running, directory, still)
        made = Content(service.name, service.kind.name, service.major, now(), (dump,))
        values.put(directory / content.FILE, made.text)
        repository.store(directory, made.tags)
        reporter.step("backup-dump", "done", f"{dump.size} bytes")
    return dump.size


def _dump(operation: Operation, link: Link, running: str, directory: Path, still: bool) -> Dump:
    engine = operation.engine
    before = () if still else taking.count(engine, link, running)
    written = taking.write(engine, link, running, directory / f"{link.app}.dump")
    after = taking.count(engine, link, running)
    counts, moving = (after, 0) if still else content.noted(before, after)
    return Dump(link.app, written.size, written.sha256, counts, moving)
