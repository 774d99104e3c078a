"""A whole host comes back on another one: settings, keys, services with their data, apps with their volumes, schedules.
Each part is done once: after a cut the same restore goes on where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pocketpaas.backup import app_restoring, host_content, host_settling, restoring, subject, taking, timers
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing import names as app_names
from pocketpaas.service import access, container, creating, making
from pocketpaas.service import store as services
from pocketpaas.service.links import Link, login_in
from pocketpaas.service.making import Wanted
from pocketpaas.state import host_settings, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths


def restore(operation: Operation, repository: Repository, of: str) -> int:
    """The host of the name `of` in the destination (empty: the only one that there is). Returns the exit code; raises
    `Refused` where this host has apps or services of its own, `Failed` where a part could not be restored."""
    snapshots = repository.snapshots()
    progress = _Progress(operation.paths)
    found = _chosen(snapshots, of, progress)
    _refuse_own(operation.paths, progress, found)
    progress.begin(found)
    with taking.spool(operation.paths, host_content.SPOOL) as directory:
        operation.reporter.step("backup-fetch", "start", found.id)
        repository.restore(found.id, directory.parent)
        made = host_content.read(directory)
        operation.reporter.step("backup-fetch", "done", f"{found.host} of {made.at}")
        host_settling.settle(operation, made)
        kept = operation.paths.backups / "restoring" / "content"
        values.replace_tree(directory, kept)
    failed = _parts(operation, repository, host_content.read(kept), found.host, snapshots, progress)
    _tell_names(operation, made.apps)
    if failed:
        raise Failed(
            "restore-incomplete",
            f"not everything was restored: {'; '.join(failed)}",
            "put right what is told, and run the same command again: it goes on where it was",
        )
    if made.schedule:
        values.write(operation.paths.backups / "keep", made.keep)
        values.write(operation.paths.backups / "schedule", made.schedule)
        values.write(operation.paths.backups / "since", now())
        timers.apply(operation.paths, made.schedule)
    progress.end()
    return 0


# ---------------------------------------------------------------- which one, and how far


class _Progress:
    """What of a restore is done: backups/restoring/."""

    def __init__(self, paths: HostPaths) -> None:
        self._paths = paths
        self.directory = paths.backups / "restoring"

    @property
    def snapshot(self) -> str:
        """The backup that is being restored, or was; empty where there is none."""
        return values.read_or(self.directory / "snapshot", "")

    def begin(self, found: Snapshot) -> None:
        """It begins, or goes on."""
        values.make_directory(self.directory)
        values.make_directory(self.directory / "done")
        values.write(self.directory / "snapshot", found.id)

    def is_done(self, kind: str, name: str) -> bool:
        """Whether the part is there, and nobody has destroyed it since."""
        place = self._paths.app(name) / "live" if kind == subject.APP else self._paths.service(name) / "type"
        return (self.directory / "done" / f"{kind}.{name}").exists() and place.exists()

    def done(self, kind: str, name: str) -> None:
        """The part is there."""
        values.touch(self.directory / "done" / f"{kind}.{name}", 0o600)

    def end(self) -> None:
        """All of it is there."""
        values.remove_tree(self.directory / "content")


def _chosen(snapshots: list[Snapshot], of: str, progress: _Progress) -> Snapshot:
    """The newest of the host; that of an earlier try, where there was one."""
    found = [one for one in snapshots if one.kind == subject.HOST and (not of or one.host == of)]
    again = [one for one in found if one.id == progress.snapshot]
    if again:
        return again[0]
    if progress.snapshot:
        raise Refused(
            "other-restore",
            f"another backup is being restored on this host: {progress.snapshot}",
            "restore that one to its end, or begin with a new machine",
        )
    hosts = sorted({one.host for one in found})
    if not hosts:
        raise _no_backup(snapshots, of)
    if len(hosts) > 1:
        raise Refused("several-hosts", f"there are backups of several hosts: {', '.join(hosts)}", "name one: --of NAME")
    return found[-1]


def _no_backup(snapshots: list[Snapshot], of: str) -> Refused:
    others = sorted({one.host for one in snapshots if one.kind == subject.HOST})
    if others:
        text = f"there is no backup of the host {of} in the destination, but of {', '.join(others)}"
        return Refused("no-backup", text, f"name one of these: --of {others[0]}")
    return Refused(
        "no-backup", "there is no backup of a host in the destination", "look for its backups elsewhere: --from"
    )


def _refuse_own(paths: HostPaths, progress: _Progress, found: Snapshot) -> None:
    """Nothing that somebody has made here is touched."""
    if progress.snapshot == found.id:
        return
    own = [*subject.apps(paths), *(service.name for service in services.all_of(paths))]
    if own:
        raise Refused(
            "not-empty",
            f"this host has apps or services already: {', '.join(own[:5])}",
            "restore onto a machine that has none: pocketpaas init host; single ones: pocketpaas backups restore ID",
        )


# ---------------------------------------------------------------- the parts


def _parts(
    operation: Operation,
    repository: Repository,
    made: HostContent,
    host: str,
    snapshots: list[Snapshot],
    progress: _Progress,
) -> list[str]:
    """Every part is tried; why one could not be restored."""
    failed: list[str] = []

    def part(name: str, kind: str, do: Callable[[Snapshot | None], None]) -> None:
        if progress.is_done(kind, name):
            return
        of_it = [one for one in snapshots if (one.host, one.kind, one.name) == (host, kind, name)]
        try:
            do(of_it[-1] if of_it else None)
            progress.done(kind, name)
            operation.reporter.result("restored", f"{kind} {name}")
        except (Failure, EngineError) as error:
            operation.take_back()
            operation.reporter.warn(f"{name}: {error.text}")
            failed.append(f"{name}: {error.text}")

    for service in made.services:
        part(service.name, subject.SERVICE, partial(bring_service, operation, repository, service))
    for app in made.apps:
        part(app, subject.APP, partial(_app, operation, repository, app))
    return failed


def bring_service(
    operation: Operation, repository: Repository | None, stored: StoredService, found: Snapshot | None
) -> None:
    """The service with its logins and its data. One that an earlier try has left half-done is made again. Raises
    `Failure`, `EngineError`."""
    paths, engine, reporter = operation.paths, operation.engine, operation.reporter
    making.remove(paths, engine, stored.name)
    service = _made(operation, stored)
    running = container.running(engine, service)
    for app in stored.apps:
        login = login_in(stored.directory / "apps" / app / "login")
        link = Link(service, app)
        values.make_directory(link.directory)
        if login is not None:
            access.make(engine, link, running, login)
            link.keep(login, values.lines(stored.directory / "apps" / app / "variables"))
    if found is not None and repository is not None:
        with taking.spool(paths, "restore") as directory:
            restored = restoring.fetch(reporter, repository, found, directory)
            wrong = restoring.fill(engine, reporter, service, running, restored, directory / stored.name)
        if wrong:
            raise Failed("restore-differs", f"the data was restored, but is not what was noted: {wrong}")
    elif stored.apps and not stored.is_stopped:
        reporter.warn(f"{stored.name} is empty: there is no backup of its data")
    if stored.is_stopped:
        creating.stop(operation, service)


def _made(operation: Operation, stored: StoredService) -> services.Service:
    """A new service of the same kind and image."""
    digest = stored.fact("digest")
    image = digest if names.is_image_reference(digest) else stored.fact("reference")
    memory = stored.fact("memory")
    wanted = Wanted(stored.name, stored.fact("type"), stored.fact("major"), memory, image)
    return creating.make(operation, wanted)


def _app(operation: Operation, repository: Repository, app: str, found: Snapshot | None) -> None:
    if found is None:
        raise Failed("no-backup", f"there is no backup of the app {app}")
    if operation.paths.app(app).is_dir() and slots.live_slot(operation.paths, app) is not None:
        # It was up when an earlier try was cut.
        return
    app_restoring.restore(replace(operation), repository, found, "")


# ---------------------------------------------------------------- what is left to do


def _tell_names(operation: Operation, apps: tuple[str, ...]) -> None:
    """The names whose records have to lead here."""
    paths = operation.paths
    address = host_settings.text(paths, "address")
    suffix = host_settings.text(paths, "domain")
    for app in apps:
        live = slots.live_release(paths, app) if paths.app(app).is_dir() else None
        if live is None:
            continue
        for name in app_names.names_of(paths, app, paths.release(app, live) / "settings"):
            if not (name.endswith(f".{suffix}") and is_derived(suffix)):
                operation.reporter.result("dns", f"{name} {address}")


def is_derived(suffix: str) -> bool:
    """Whether default names lead to an address by themselves: nobody has to make a record."""
    return suffix.endswith((".sslip.io", ".localhost", "localhost"))
