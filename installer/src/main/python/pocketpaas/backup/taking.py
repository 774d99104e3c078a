"""A backup of a service: each app's data is dumped, the dump is checked, and only when it is good does it go to the
destination. An app whose data cannot be dumped is left out, so that its neighbours have their backup; what was made so
has not ended well, and nothing that is there is touched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pocketpaas.backup import content, room, snapshots, store, subject
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.record import Record
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.watch import Patience
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
    """Makes a backup of the service; its id. A failure is kept for `notice.backups`, also that of one app alone, when
    the data of the others are stored. Raises `Failed`, `Refused`, `EngineError`, `CannotWrite`."""
    record = Record.of(service)
    record.begin()
    try:
        with spool(operation.paths, service.name) as directory:
            dumped = dump_all(operation, service, directory)
            made = dumped.content
            operation.reporter.step("backup-store", "start", service.name)
            backup = repository.store(directory, (*made.tags, *_whose(operation.paths, service, dumped)))
            operation.reporter.step("backup-store", "done", f"{backup}, {made.size} bytes")
    except BaseException as error:
        record.fail(why(error))
        raise
    sizes = {dump.app: dump.size for dump in made.dumps}
    record.succeed(backup, made.size, made.at, sizes, repository.number)
    if dumped.failures:
        lack = f"the backup {backup} is without the data of {' and '.join(dumped.failures)}"
        cures = dict.fromkeys(one.cure for one in dumped.failures.values() if one.cure)
        whys = "; ".join(one.text for one in dumped.failures.values())
        failure = Failed("dump-failed", f"{lack}: {whys}", "; ".join(cures))
        record.fail(failure.text)
        raise failure
    return backup


@dataclass(frozen=True)
class Dumped:
    """What could be dumped, and of which apps the data could not be."""

    content: Content
    failures: Mapping[str, Failure]


def _whose(paths: HostPaths, service: Service, dumped: Dumped) -> Iterator[str]:
    """Tags: whose data they are, whatever has these names later. Data that an app has left are nobody's."""
    there = [paths.app(app) for app in (*(dump.app for dump in dumped.content.dumps), *dumped.failures)]
    found = (marks.ensure(one) if one.is_dir() else snapshots.UNKNOWN for one in there)
    yield f"{snapshots.MARK}={marks.ensure(service.directory)}"
    yield f"{snapshots.MARKS}={'+'.join(found)}"
    if dumped.failures:
        yield f"{snapshots.WITHOUT}={'+'.join(dumped.failures)}"


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


def dump_all(operation: Operation, service: Service, directory: Path) -> Dumped:
    """A checked dump of each app's data, and what was in it, as files of the directory. Raises what keeps all of them
    from being dumped, and `Failed` where none could be."""
    engine, reporter = operation.engine, operation.reporter
    running = container.running(engine, service)
    at = now()
    dumps: list[Dump] = []
    failures: dict[str, Failure] = {}
    for app in subject.kept_in(operation.paths, service):
        reporter.step("backup-dump", "start", f"{app} in {service.name}")
        try:
            if failures:
                # The one before may have ended the server: no reason for this one to fail.
                data.await_ready(engine, service, running)
            dumps.append(_dump(engine, Link(service, app), running, directory))
        except (Failed, EngineError) as failure:
            reporter.step("backup-dump", "fail", failure.text)
            if failure.cause == room.CAUSE:
                raise
            failures[app] = failure
            values.remove(directory / content.dump_file(app))
            continue
        reporter.step("backup-dump", "done", f"{dumps[-1].size} bytes")
    if failures and not dumps:
        raise next(iter(failures.values()))
    made = Content(service.name, service.kind.name, service.major, at, tuple(dumps))
    values.put(directory / content.FILE, made.text)
    return Dumped(made, failures)


def _dump(engine: Engine, link: Link, running: str, directory: Path) -> Dump:
    before = count(engine, link, running)
    file = directory / content.dump_file(link.app)
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


def count(engine: Engine, link: Link, running: str, silence: Patience | float = _SILENCE) -> tuple[str, ...]:
    """What is in an app's data, by the kind's script: however many tables those are. Raises `Failed`, also where it
    does not get on."""
    said, complained = bytearray(), data.Said()
    words = (engine, link.service, running, "count", link.database)
    code = scripts.stream(*words, out=said.extend, err=complained.add, silence=silence)
    if code != 0:
        raise Failed("service-script", f"{link.service.name} (count): {data.told(link.service, code, complained)}")
    return tuple(line for line in said.decode("utf-8", "replace").splitlines() if line)
