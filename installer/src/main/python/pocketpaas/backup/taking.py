"""A backup of a service: each app's data is dumped, the dump is checked, and only when all of it is good does it go to
the destination. What does not end well is no backup, and nothing that is there is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pocketpaas.backup import content, room, snapshots, store, subject
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.record import Record
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import CannotWrite, Failed, Failure, is_no_room
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container, data, scripts
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import marks, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_LOOK_BYTES = 16 << 20
#: A script that stands for so long: an app has locked what is its own, say. The backups of all others wait for it.
_SILENCE = 3600.0


def take(operation: Operation, repository: Repository, service: Service) -> str:
    """Makes a backup of the service; its id. A failure is kept for `notice.backups`. Raises `Failed`, `Refused`,
    `EngineError`, `CannotWrite`."""
    record = Record.of(service)
    record.begin()
    try:
        with spool(operation.paths, service.name) as directory:
            made = dump_all(operation, service, directory)
            operation.reporter.step("backup-store", "start", service.name)
            backup = repository.store(directory, (*made.tags, *_marks(operation.paths, service, made)))
            operation.reporter.step("backup-store", "done", f"{backup}, {made.size} bytes")
    except BaseException as error:
        record.fail(why(error))
        raise
    record.succeed(backup, made.size, made.at, {dump.app: dump.size for dump in made.dumps})
    return backup


def _marks(paths: HostPaths, service: Service, made: Content) -> tuple[str, str]:
    """Tags: whose data they are, whatever has these names later. Data that an app has left are nobody's."""
    there = (paths.app(dump.app) for dump in made.dumps)
    found = (marks.ensure(one) if one.is_dir() else snapshots.UNKNOWN for one in there)
    return f"{snapshots.MARK}={marks.ensure(service.directory)}", f"{snapshots.MARKS}={'+'.join(found)}"


def why(error: BaseException) -> str:
    """The sentence of a failure."""
    if is_no_room(error):
        return "the host's disk is full"
    if isinstance(error, (Failure, EngineError)):
        return error.text
    return "it was interrupted" if not isinstance(error, Exception) else f"unexpected error ({type(error).__name__})"


@contextmanager
def spool(paths: HostPaths, name: str, above_name: str = "spool") -> Iterator[Path]:
    """An empty directory of that name for as long as the block takes; what a killed program has left goes before it."""
    above = store.directory(paths) / above_name
    values.fresh_directory(above)
    try:
        values.make_directory(above / name)
        yield above / name
    finally:
        values.remove_tree(above)


def dump_all(operation: Operation, service: Service, directory: Path) -> Content:
    """A checked dump of each app's data, and what was in it, as files of the directory."""
    engine, reporter = operation.engine, operation.reporter
    running = container.running(engine, service)
    at = now()
    dumps = []
    for app in subject.kept_in(operation.paths, service):
        reporter.step("backup-dump", "start", f"{app} in {service.name}")
        dumps.append(_dump(engine, Link(service, app), running, directory))
        reporter.step("backup-dump", "done", f"{dumps[-1].size} bytes")
    made = Content(service.name, service.kind.name, service.major, at, tuple(dumps))
    values.put(directory / content.FILE, made.text)
    return made


def _dump(engine: Engine, link: Link, running: str, directory: Path) -> Dump:
    before = count(engine, link, running)
    file = directory / f"{link.app}.dump"
    written = write(engine, link, running, file)
    _check(engine, link, running, file)
    counts, moving = content.noted(before, count(engine, link, running))
    return Dump(link.app, written.size, written.sha256, counts, moving)


def write(engine: Engine, link: Link, running: str, file: Path) -> Written:
    """A dump of the app's data as that file, not checked yet. Raises `Failed`, `CannotWrite`, `EngineError`."""
    try:
        with open(file, "wb") as stream:
            written = Written(file.parent, stream)
            data.dump(engine, link, running, written.add, _SILENCE)
            stream.flush()
    except OSError as error:
        raise CannotWrite(file, error) from error
    if not written.size:
        raise Failed("dump-failed", f"the dump of {link.app} is empty")
    return written


class Written:
    """What goes into a file of the directory: its size and its checksum are known at its end. The disk keeps room for
    others."""

    def __init__(self, directory: Path, file: BinaryIO) -> None:
        self._directory, self._file = directory, file
        self._digest = hashlib.sha256()
        self._look_at = 0
        self.size = 0

    def add(self, piece: bytes) -> None:
        """More of it. Raises OSError, `Failed` before the disk is full."""
        if self.size >= self._look_at:
            room.refuse_short(self._directory)
            self._look_at = self.size + _LOOK_BYTES
        self._file.write(piece)
        self._digest.update(piece)
        self.size += len(piece)

    @property
    def sha256(self) -> str:
        """Its checksum."""
        return self._digest.hexdigest()


def _check(engine: Engine, link: Link, running: str, file: Path) -> None:
    """The server's own tools can read the dump to its end. Raises `Failed`."""
    said: list[bytes] = []
    with open(file, "rb") as stream:
        words = (engine, link.service, running, "check")
        code = scripts.stream(*words, given=stream, err=said.append, silence=_SILENCE)
    if code != 0:
        last = b"".join(said)[-300:].decode("utf-8", "replace").strip()
        raise Failed("dump-failed", f"the dump of {link.app} is not whole: {last or f'the check ended with {code}'}")


def count(engine: Engine, link: Link, running: str) -> tuple[str, ...]:
    """What is in an app's data, by the kind's script: however many tables those are. Raises `Failed`, also where it
    does not get on."""
    said, complained = bytearray(), bytearray()
    words = (engine, link.service, running, "count", link.database)
    code = scripts.stream(*words, out=said.extend, err=complained.extend, silence=_SILENCE)
    if code != 0:
        last = complained[-300:].decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise Failed("service-script", f"{link.service.name} (count): {last or f'it ended with {code}'}")
    return tuple(line for line in said.decode("utf-8", "replace").splitlines() if line)
