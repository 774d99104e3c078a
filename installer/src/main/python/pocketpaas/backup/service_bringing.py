"""A service comes back with its logins and its data. What it holds already is looked at before: data that are not those
of the backup are nobody's to replace without a word."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from pocketpaas.backup import content, restoring, taking
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.host_content import StoredService
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, creating, links, making, scripts
from pocketpaas.service import store as services
from pocketpaas.service.links import Link, login_in
from pocketpaas.service.making import Wanted
from pocketpaas.service.store import Service
from pocketpaas.state import moves, names, values


#: The names that apps of a backup have now, by those of then.
NamesNow = Callable[[Snapshot, Iterable[str]], dict[str, str]]


def has_come(mark: Path, app: str) -> bool:
    """Whether the data of the app have come with the service that `mark` is of, in this try or an earlier one."""
    return _came(mark, app).exists()


def _came(mark: Path, app: str) -> Path:
    return mark.with_name(f"{mark.name}.{app}")


class Changed(Refused):
    """It holds other data than its backup: nothing was touched."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(
            "service-changed",
            text,
            f"to replace it by its backup: --confirm {name}; to leave it as it is: --keep {name}",
        )


def bring(
    operation: Operation,
    repository: Repository | None,
    stored: StoredService,
    found: Sequence[Snapshot],
    mark: Path,
    *,
    serves: Callable[[str], bool] = lambda app: False,
    confirmed: bool = False,
    needs_all: bool = False,
    names_now: NamesNow | None = None,
) -> None:
    """The service with its logins and its data, which is fetched before anything is made: of its backups `found`, the
    last is the newest. `mark` is there as soon as it is begun: what an earlier try has left half-done is made again
    while nothing is in it, else it goes on there; a service that somebody else has made is used. `serves`: whether an
    app works with it now; `names_now`: the names that the apps in it have in `stored`, by those of then. Raises
    `Changed` where it holds other data than the backup, or an app serves with it, unless that is `confirmed`; `Failed`
    with `needs_all` where there is no backup of an app's data, and where the data of some apps did not come
    (`has_come`); `Failure`, `EngineError`."""
    with _fetched(operation, repository, stored, found, names_now or _as_then) as (restored, directory):
        _look_for_all(operation, stored, restored, needs_all and not confirmed)
        service, is_new = _there(operation, stored, mark)
        lock = services.lock(operation.paths, service.name, operation.holder(), operation.reporter)
        try:
            running = container.ensure(
                operation.paths, operation.engine, service, operation.reporter, operation.holder()
            )
            _link(operation, service, stored, running, is_new)
            try:
                if restored is not None:
                    wanted = restored.dumps
                    if is_new or confirmed:
                        for dump in wanted:
                            values.remove(_came(mark, dump.app))
                    else:
                        wanted = _wanted(operation, service, running, wanted, mark, serves)
                    _fill(operation, service, running, replace(restored, dumps=wanted), directory, mark)
            except Failed:
                # Those whose data have come are started. What failed first is what is told.
                with suppress(Failure):
                    _connect(operation, service, running)
                raise
            _connect(operation, service, running)
        finally:
            lock.release()
    if stored.is_stopped:
        creating.stop(operation, service)


def _connect(operation: Operation, service: Service, running: str) -> None:
    """Those whose networks are there already do not make a release that would do it."""
    for link in links.of_service(service):
        container.connect(operation.engine, service, running, link.app)


@contextmanager
def _fetched(
    operation: Operation,
    repository: Repository | None,
    stored: StoredService,
    found: Sequence[Snapshot],
    names_now: NamesNow,
) -> Iterator[tuple[Content | None, Path]]:
    if not found or repository is None:
        yield None, Path()
        return
    *older, newest = found
    reporter = operation.reporter
    with taking.spool(operation.paths, "restore") as directory:
        restored = restoring.fetch(reporter, repository, newest, directory)
        known = names_now(newest, [dump.app for dump in restored.dumps])
        restored = restoring.by_their_names(reporter, known, restored)
        lacking = set(names_now(newest, newest.without).values())
        dumps = _of_older(reporter, repository, older, lacking, names_now, directory / stored.name)
        yield replace(restored, dumps=(*restored.dumps, *dumps)), directory / stored.name


def _as_then(_: Snapshot, apps: Iterable[str]) -> dict[str, str]:
    return {app: app for app in apps}


def _of_older(
    reporter: Reporter,
    repository: Repository,
    older: Sequence[Snapshot],
    lacking: set[str],
    names_now: NamesNow,
    place: Path,
) -> Iterator[Dump]:
    """The data of the apps that could not be dumped for the newest backup, from the last one before for which they
    could be; their files are in `place` then."""
    for one in reversed(older):
        if not lacking:
            return
        there = {then: now for then, now in names_now(one, one.apps).items() if now in lacking}
        if there:
            directory = place.parent / one.id
            values.make_directory(directory)
            for dump in restoring.fetch(reporter, repository, one, directory).dumps:
                if dump.app in there:
                    file = f"{one.id}.{dump.file}"
                    os.rename(directory / place.name / dump.file, place / file)
                    app = there[dump.app]
                    reporter.warn(f"the data of {app} are those of {one.at}: they could not be dumped after that")
                    yield replace(dump, app=app, stored_as=file)
            values.remove_tree(directory)
        # What was not there at all then, and what another host had, is not looked for any further back.
        lacking = (lacking - set(there.values())) & set(names_now(one, one.without).values())


def _look_for_all(operation: Operation, stored: StoredService, restored: Content | None, must: bool) -> None:
    """An app that begins with an empty database does so because somebody has said it."""
    there = {dump.app for dump in restored.dumps} if restored is not None else set()
    missing = [app for app in stored.apps if app not in there]
    if not missing:
        return
    text = f"there is no backup of the data of {' and '.join(missing)} in {stored.name}"
    if must:
        raise Failed("no-backup", text, f"to begin without them: --confirm {stored.name}")
    if not stored.is_stopped:
        operation.reporter.warn(text)


# ---------------------------------------------------------------- what is there


def _there(operation: Operation, stored: StoredService, mark: Path) -> tuple[Service, bool]:
    """The service, and whether it is new."""
    paths = operation.paths
    service = services.find(paths, stored.name)
    if service is not None and mark.exists() and not service.users():
        # It may have been cut before it took its first query. Nothing is in it.
        making.remove(paths, operation.engine, stored.name)
        service = None
    if service is None:
        values.touch(mark, 0o600)
        return _made(operation, stored), True
    kind = stored.fact("type")
    if service.kind.name != kind:
        raise Refused(
            "service-type",
            f"there is another service {stored.name} on this host: {service.kind.name}, and not {kind}",
            f"to leave it as it is: --keep {stored.name}",
        )
    values.remove(service.directory / "stopped")
    return service, False


def _made(operation: Operation, stored: StoredService) -> Service:
    """A new service of the same kind and image."""
    digest = stored.fact("digest")
    image = digest if names.is_image_reference(digest) else stored.fact("reference")
    memory = stored.fact("memory")
    wanted = Wanted(stored.name, stored.fact("type"), stored.fact("major"), memory, image)
    return creating.make(operation, wanted)


def _link(operation: Operation, service: Service, stored: StoredService, running: str, is_new: bool) -> None:
    """The apps have the logins that they had; one that is linked since keeps what it has."""
    for app in stored.apps:
        link, place = Link(service, app), stored.directory / "apps" / app
        if link.is_linked:
            continue
        # Another app may have had that name, and has its database still.
        link.claim()
        values.make_directory(link.directory)
        login = login_in(place / "login")
        if login is None:
            continue
        if not is_new:
            # It may have been cut when the login was made and not kept yet.
            scripts.must(operation.engine, service, running, "database", link.database)
            access.drop(operation.engine, link, running, login)
        access.make(operation.engine, link, running, login)
        link.keep(login, values.lines(place / "variables"))


# ---------------------------------------------------------------- its data


def _wanted(
    operation: Operation,
    service: Service,
    running: str,
    dumps: tuple[Dump, ...],
    mark: Path,
    serves: Callable[[str], bool],
) -> tuple[Dump, ...]:
    """Those whose data are not there yet. Raises `Changed` where there are others, or may be."""
    wanted: list[Dump] = []
    changed: list[Dump] = []
    for dump in dumps:
        link = Link(service, dump.app)
        if not link.directory.is_dir():
            wanted.append(dump)
            continue
        if has_come(mark, dump.app):
            # With an earlier try; what it is now, the app has made of it.
            continue
        # It may have been cut before there was one.
        scripts.must(operation.engine, service, running, "database", link.database)
        counted = taking.count(operation.engine, link, running)
        # Some kinds tell of an empty database, too, what it has none of.
        is_empty = not content.holding(counted)
        if content.difference(dump, counted):
            (wanted if is_empty and not serves(dump.app) else changed).append(dump)
        elif is_empty and not serves(dump.app):
            # Nothing that is counted, which is not to say that nothing was in it.
            wanted.append(dump)
        else:
            values.touch(_came(mark, dump.app), 0o600)
    if changed:
        apps = " and ".join(dump.app for dump in changed)
        raise Changed(
            service.name, f"the data of {apps} in {service.name} are not those of the backup, and were left as they are"
        )
    return tuple(wanted)


def _fill(operation: Operation, service: Service, running: str, restored: Content, directory: Path, mark: Path) -> None:
    def note(app: str) -> None:
        values.touch(_came(mark, app), 0o600)

    for dump in restored.dumps:
        moves.refuse(operation.paths, dump.app)
    keep = f"--keep {service.name}"
    try:
        engine, reporter = operation.engine, operation.reporter
        wrong = restoring.fill(engine, reporter, service, running, restored, directory, note=note)
    except restoring.NotAll as failure:
        without = " and ".join(failure.failed)
        raise Failed(failure.cause, failure.told, f"to go on without the data of {without}: {keep}") from failure
    except Failed as failure:
        cure = "; ".join(filter(None, (failure.cure, f"to go on without them: {keep}")))
        raise Failed(failure.cause, failure.text, cure) from failure
    if wrong:
        raise Failed(
            "restore-differs",
            f"the data was restored, but is not what was noted: {wrong}",
            f"look at it: pocketpaas services console {service.name}; to take it as it is: {keep}",
        )
