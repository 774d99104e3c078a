"""A backup takes the place of a service's data. Until all of it is there the old data stays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas.backup import belonging, content, taking
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine.client import Engine
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, data, reading, store
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import marks, moves, names, values

#: The other apps' data, and the backups of all others, wait for it.
_PATIENCE = Patience(300, 1800)
_BYTES_A_SECOND = 250_000


def restore(operation: Operation, repository: Repository, found: Snapshot, into: str, app: str = "") -> Service:
    """The backup's data is in the service that it is from, or in `into`, which may be of a later version; with `app`
    that app's alone, and what others have there stays. Raises `Refused`, `Failed`, `EngineError`."""
    name = into or found.facts.get("service", "")
    if not names.is_service(name):
        raise Refused("no-service", "the backup does not say of which service it is", "name one: --into NAME")
    service = store.find(operation.paths, name)
    if service is None:
        version = f"{found.facts.get('type', 'TYPE')}:{found.facts.get('major', 'MAJOR')}"
        raise Refused(
            "no-service",
            f"there is no service {name} on this host to restore into",
            f"pocketpaas services create {version} {name}",
        )
    _refuse_other_kind(found, service)
    # Before anything is fetched. Which server is filled is found when nobody can put another one in its place any more.
    reading.fillable(operation.engine, service)
    mark = marks.of(service.directory).text
    with taking.spool(operation.paths, "restore") as directory:
        fetched = fetch(operation.reporter, repository, found, directory)
        lock = store.lock(operation.paths, service.name, operation.holder(), operation.reporter)
        try:
            service = store.need(operation.paths, service.name)
            if marks.of(service.directory).text != mark:
                text = f"the service {service.name} was destroyed meanwhile, and there is another one of that name now"
                raise Refused("service-other", f"{text}: nothing was restored", "run the same command again")
            _refuse_other_kind(found, service)
            then = [one.app for one in fetched.dumps]
            here, apps = repository.destination.host, belonging.apps(operation.paths)
            known = belonging.dumps_of_host(apps, here, found, then)
            restored = by_their_names(operation.reporter, known, fetched)
            if app:
                restored = only_of(restored, app, found.id)
            elif found.without:
                lack = " and ".join(sorted(found.without))
                operation.reporter.warn(f"the backup is without the data of {lack}, which stay as they are")
            for dump in restored.dumps:
                # The lock keeps an app from leaving this host meanwhile.
                moves.refuse(operation.paths, dump.app)
            _refuse_no_place(service, restored)
            running = reading.fillable(operation.engine, service)
            wrong = fill(operation.engine, operation.reporter, service, running, restored, _place(directory, found))
        except NotAll as failure:
            where = f"{f' --into {into}' if into else ''} --confirm {service.name}"
            one = f"pocketpaas backups restore {found.id} --app {failure.failed[0]}{where}"
            raise Failed(
                failure.cause, f"not all was restored: {failure.told}", f"that of one alone: {one}"
            ) from failure
        finally:
            lock.release()
    if wrong:
        raise Failed("restore-differs", f"the data was restored, but is not what was noted: {wrong}")
    return service


def fetch(reporter: Reporter, repository: Repository, found: Snapshot, directory: Path) -> Content:
    """The backup's files in the directory, each compared with its checksum. Raises `Failed`."""
    reporter.step("backup-fetch", "start", found.id)
    repository.restore(found.id, directory, size=found.size)
    restored = content.read(_place(directory, found))
    reporter.step("backup-fetch", "done", f"{restored.size} bytes of {restored.at}")
    return restored


def by_their_names(reporter: Reporter, known: Mapping[str, str], restored: Content) -> Content:
    """The same, with the names that the apps have now (`known`, by those of then); the files have those of then. One
    that has none is left out, and told."""
    for one in restored.dumps:
        if one.app not in known:
            reporter.warn(f"the data of the earlier app {one.app} are left out: another app has its name now")
    dumps = (replace(one, app=known[one.app], stored_as=one.file) for one in restored.dumps if one.app in known)
    return replace(restored, dumps=tuple(dumps))


def only_of(restored: Content, app: str, backup: str) -> Content:
    """The same with the data of one app alone. Raises `Refused` where it has none in it."""
    dumps = tuple(one for one in restored.dumps if one.app == app)
    if not dumps:
        known = ", ".join(one.app for one in restored.dumps)
        raise Refused("no-data", f"the backup {backup} holds no data of {app}", f"--app NAME, one of: {known}")
    return replace(restored, dumps=dumps)


def _place(directory: Path, found: Snapshot) -> Path:
    name = found.facts.get("service", "")
    if not names.is_service(name):
        raise Failed("backup-damaged", "the backup is damaged: it does not say of which service it is")
    return directory / name


class NotAll(Failed):
    """Of several apps some have the data of the backup (`came`), and others not (`failed`): their text says why."""

    def __init__(self, came: Sequence[str], failed: Mapping[str, Failure], wrong: str) -> None:
        damaged = next((one.cause for one in failed.values() if one.cause == "backup-damaged"), "restore-failed")
        why = [f"{app}: {one.text}{f' ({one.cure})' if one.cure else ''}" for app, one in failed.items()]
        super().__init__(damaged, "; ".join([*why, *([f"it is not what was noted: {wrong}"] if wrong else [])]))
        self.came = tuple(came)
        self.failed = tuple(failed)

    @property
    def told(self) -> str:
        """Whose data are now which, and why."""
        if not self.came:
            return f"no data was restored: {self.text}"
        verb = "is" if len(self.came) == 1 else "are"
        return f"the data of {' and '.join(self.came)} {verb} now that of the backup; {self.text}"


def fill(
    engine: Engine,
    reporter: Reporter,
    service: Service,
    running: str,
    restored: Content,
    directory: Path,
    silence: Patience | float = _PATIENCE,
    note: Callable[[str], None] = lambda app: None,
) -> str:
    """Every app's dump is in the service, in the place of what was there; where the counts are not those that were
    noted, how they differ. `note` is told each app that has its data as they were noted. One that fails keeps none of
    the others from theirs. Raises `NotAll` then, of a single one what it fails with: `Failed`, also where it stands for
    so long (`silence`), `EngineError`."""
    wrong, came, failed = "", list[str](), dict[str, Failure]()
    for dump in restored.dumps:
        link = Link(service, dump.app)
        reporter.step("backup-restore", "start", f"{dump.app} into {service.name}")
        # Another app may have had that name, and has its database still; or has left data that are about to go.
        access.remove_left(engine, link, running)
        link.claim()
        values.make_directory(link.directory)
        try:
            if failed:
                # It may have ended with the one before.
                container.await_ready(engine, service, running, reporter)
            with open(directory / dump.file, "rb") as stream:
                running = data.restore(engine, link, running, stream, silence)
            found = content.difference(dump, taking.count(engine, link, running, _counting(dump, silence)))
        except Failure as failure:
            if len(restored.dumps) == 1:
                raise
            reporter.step("backup-restore", "fail", failure.text)
            failed[dump.app] = failure
            continue
        state = "fail" if found else "done"
        reporter.step("backup-restore", state, found or f"{len(dump.counts)} counts are as noted{_moving(dump.moving)}")
        came.append(dump.app)
        if not found:
            note(dump.app)
        wrong = wrong or found
    if failed:
        raise NotAll(came, failed, wrong)
    return wrong


def _counting(dump: Dump, silence: Patience | float) -> Patience | float:
    """It prints nothing before all of a table is read."""
    return (
        Patience(silence.idle, silence.most + dump.size / _BYTES_A_SECOND) if isinstance(silence, Patience) else silence
    )


def _moving(number: int) -> str:
    return f"; {number} were changing during the dump" if number else ""


def _refuse_other_kind(found: Snapshot, service: Service) -> None:
    kind = found.facts.get("type", "")
    if kind != service.kind.name:
        raise Refused(
            "service-type",
            f"the backup is of {kind}, and {service.name} is {service.kind.name}",
            f"pocketpaas services create {kind} NAME, then --into NAME",
        )


def _refuse_no_place(service: Service, restored: Content) -> None:
    for dump in restored.dumps:
        access.refuse_full(Link(service, dump.app))
