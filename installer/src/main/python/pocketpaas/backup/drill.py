"""A drill: the newest backup is restored for real and compared with what was noted when it was made. That of a service
goes into a server of its own that has no network, which goes afterwards, whatever happens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from pocketpaas.backup import app_drill, host_taking, restoring, taking
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.record import GOOD
from pocketpaas.backup.subject import APP, HOST, Subject
from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Cancelled, Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container, images, making, spec, store
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: No service has a name with a dot in it, so a scratch one is never taken for one of the host's.
_PREFIX = "drill."
#: Nobody waits for it but the next backups: an index that an app has made may never be done.
_SILENCE = 4 * 3600.0
_FACTS = ("major", "image", "digest", "reference")


def drill(operation: Operation, repository: Repository, subject: Subject) -> Snapshot:
    """The backup that was proven. A failure is kept for `notice.backups`, too. Raises `Failed`, `Refused`,
    `EngineError`."""
    newest = _newest(operation, repository, subject)
    try:
        wrong = _prove(operation, repository, subject, newest)
    except BaseException as error:
        if not (isinstance(error, Cancelled) and operation.cancelled_by()):
            # Who has stopped it knows that nothing is proven, and nothing is wrong by that.
            subject.record.drilled(newest.id, taking.why(error))
        if isinstance(error, Failed) and error.cause == "backup-damaged":
            subject.record.suspect(error.text)
        raise
    subject.record.drilled(newest.id, wrong or GOOD)
    if wrong:
        raise Failed(
            "drill-differs",
            f"the backup {newest.id} of {subject.text} was restored, but is not what was noted: {wrong}",
            "make another backup and try again: pocketpaas backups create, pocketpaas backups drill",
        )
    return newest


def _newest(operation: Operation, repository: Repository, subject: Subject) -> Snapshot:
    """The newest backup. An older one proves nothing where the last one that was made is not there any more. Raises
    `Failed` then, `Refused` where there never was one."""
    owner, known = subject.owner(operation.paths), subject.record.text("id")
    found = [one for one in repository.mine() if owner.has(one)]
    newest = found[-1] if found else None
    if known and known not in (one.id for one in found) and not _is_later(newest, subject):
        there = f"the newest one there is {newest.id} of {newest.at}" if newest else "there is no other one"
        text = f"it is not in the destination any more; {there}"
        subject.record.drilled(known, text)
        raise Failed(
            "backup-gone",
            f"the last backup {known} of {subject.text} did not pass its drill: {text}",
            f"make another one: pocketpaas backups create{subject.word}",
        )
    if newest is None:
        raise Refused("no-backup", f"there is no backup of {subject.text} yet", "pocketpaas backups create")
    return newest


def _is_later(newest: Snapshot | None, subject: Subject) -> bool:
    """Whether it was made after the last one that is known: a program was killed before it wrote that down."""
    number = int(subject.record.text("number") or 0)
    if newest is None or number:
        return newest is not None and newest.order[0] > number
    # An older version has kept no number. A clock may have been wrong then.
    return newest.at > subject.record.text("at")


def _prove(operation: Operation, repository: Repository, subject: Subject, newest: Snapshot) -> str:
    if subject.kind == APP:
        return app_drill.prove(operation, repository, newest)
    if subject.kind == HOST:
        return host_taking.prove(operation, repository, newest)
    return _try(operation, repository, store.need(operation.paths, subject.name), newest)


def _try(operation: Operation, repository: Repository, service: Service, newest: Snapshot) -> str:
    engine, reporter = operation.engine, operation.reporter
    with taking.spool(operation.paths, "restore") as directory:
        restored = restoring.fetch(reporter, repository, newest, directory)
        try:
            reporter.step("service-start", "start", f"{_PREFIX}{service.name}, without network")
            scratch = make(operation.paths, service)
            running = start(operation, scratch)
            return restoring.fill(engine, reporter, scratch, running, restored, directory / service.name, _SILENCE)
        finally:
            remove(operation.paths, engine, service.name)


def make(paths: HostPaths, service: Service) -> Service:
    """The state of a service like this one, with nothing in it. What a killed drill has left goes before it."""
    directory = _directory(paths, service.name)
    values.make_directory(directory.parent)
    values.fresh_directory(directory)
    for source, facts in ((service.facts, _FACTS), (service.directory, ("memory",))):
        for name in facts:
            text = values.read(source / name)
            if text is not None:
                values.put(directory / name, text)
    values.put(directory / "generation", "1")
    values.put(directory / "password", secrets.token_hex(24), 0o444)
    return Service(_PREFIX + service.name, directory, service.kind)


def start(operation: Operation, scratch: Service) -> str:
    """Its container, which takes queries and has no network. Raises `Failed`, `EngineError`."""
    engine = operation.engine
    making.clear(engine, scratch.name)
    images.ensure(operation.paths, engine, scratch.image, scratch.digest)
    wanted = replace(spec.container(scratch), network="none", aliases=())
    running = containers.create(engine, wanted)
    # Some servers end to read what was restored.
    if scratch.kind.reads_at_start:
        containers.set_restart(engine, "unless-stopped", (running,))
    containers.start(engine, running)
    container.await_ready(engine, scratch, running, operation.reporter)
    return running


def remove(paths: HostPaths, engine: Engine, service: str) -> None:
    """Nothing is left of a drill. Raises `EngineError`."""
    making.clear(engine, _PREFIX + service)
    values.remove_tree(_directory(paths, service))


def sweep(paths: HostPaths, engine: Engine) -> None:
    """What drills that were killed have left goes. For who holds the lock. Raises `EngineError`."""
    for name in values.names(paths.backups / "drill"):
        if names.is_service(name):
            remove(paths, engine, name)
    for name in ("spool", "images"):
        values.remove_tree(paths.backups / name)


def _directory(paths: HostPaths, service: str) -> Path:
    return paths.backups / "drill" / service
