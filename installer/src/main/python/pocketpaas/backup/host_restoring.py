"""A whole host comes back on another one: settings, keys, services with their data, apps with their volumes, schedules.
Each part is done once: after a cut the same restore goes on where it was, and touches nothing that somebody has made or
changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pocketpaas.backup import (
    app_restoring,
    host_content,
    host_settling,
    placing,
    service_bringing,
    subject,
    taking,
    timers,
    vanishing,
)
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.restore_progress import Progress, Wish, own, refuse_own
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing import names as app_names
from pocketpaas.state import host_settings, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_AGAIN = "put right what is told, and run the same command again: it goes on where it was"
_SETTINGS = ("settings", "host")
#: So often a backup that has gone while it was read is replaced by the newest one.
_TIMES = 3


def restore(operation: Operation, repository: Repository, wish: Wish) -> int:
    """The host comes back. Returns the exit code; raises `Refused` where this host has apps or services of its own,
    `Failed` where a part could not be restored."""
    snapshots = repository.snapshots()
    progress = Progress(operation.paths)
    if not _goes_on(operation.paths, progress, wish):
        refuse_own(operation.paths)
        snapshots = _fetch_newest(operation, repository, wish.of, snapshots, progress)
    made = host_content.read(progress.content)
    wish.refuse_unknown(made)
    if not progress.is_done(*_SETTINGS):
        host_settling.settle(operation, made, by_name=True)
        progress.done(*_SETTINGS)
    host = progress.host or _chosen(snapshots, wish.of).host
    parts = _Parts(operation, repository, [one for one in snapshots if one.host == host], progress, wish, made, host)
    parts.bring()
    _tell_names(operation, made.apps)
    if parts.failed:
        cure = "; ".join(dict.fromkeys([*filter(None, parts.cures), _AGAIN]))
        raise Failed("restore-incomplete", f"not everything was restored: {'; '.join(parts.failed)}", cure)
    if made.schedule and not (operation.paths.backups / "schedule").exists():
        if not (operation.paths.backups / "keep").exists():
            values.write(operation.paths.backups / "keep", made.keep)
        values.write(operation.paths.backups / "schedule", made.schedule)
        values.write(operation.paths.backups / "since", now())
        timers.apply(operation.paths, made.schedule)
    host_settling.end(operation)
    progress.end()
    return 0


# ---------------------------------------------------------------- which one


def _goes_on(paths: HostPaths, progress: Progress, wish: Wish) -> bool:
    """Whether it is the one that has begun here. What that has fetched is enough: the backup itself may be gone."""
    if not progress.is_open:
        return False
    if wish.of in ("", progress.host) or not progress.host:
        return True
    if not own(paths):
        return False
    raise Refused(
        "other-restore",
        f"the host {progress.host} is being restored here",
        f"restore that one to its end: --of {progress.host}; or begin with a new machine",
    )


def _chosen(snapshots: list[Snapshot], of: str) -> Snapshot:
    """The newest of the host."""
    found = [one for one in snapshots if one.kind == subject.HOST and (not of or one.host == of)]
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


def _fetch_newest(
    operation: Operation, repository: Repository, of: str, snapshots: list[Snapshot], progress: Progress
) -> list[Snapshot]:
    """The snapshots that are there when it is fetched."""
    for _ in range(_TIMES):
        try:
            _fetch(operation, repository, _chosen(snapshots, of), progress)
            return snapshots
        except Failed as failed:
            if failed.cause != vanishing.CAUSE:
                raise
            operation.reporter.note(f"{failed.text}; the newest one is taken")
            snapshots = repository.snapshots()
    _fetch(operation, repository, _chosen(snapshots, of), progress)
    return snapshots


def _fetch(operation: Operation, repository: Repository, found: Snapshot, progress: Progress) -> None:
    with taking.spool(operation.paths, host_content.SPOOL) as directory:
        operation.reporter.step("backup-fetch", "start", found.id)
        repository.restore(found.id, directory.parent)
        for name in host_content.drop_links(directory):
            operation.reporter.warn(f"/etc/pocketpaas/services/{name} is not restored: it is a link to another place")
        made = host_content.read(directory)
        operation.reporter.step("backup-fetch", "done", f"{found.host} of {made.at}")
        progress.begin(found, directory)


# ---------------------------------------------------------------- the parts


@dataclass
class _Parts:
    """Services, then apps, from the backups of that host. Every part is tried: `failed` says why one did not come, and
    `cures` what helps."""

    operation: Operation
    repository: Repository
    snapshots: list[Snapshot]
    progress: Progress
    wish: Wish
    made: HostContent
    host: str

    def __post_init__(self) -> None:
        self.failed: list[str] = []
        self.cures: list[str] = []
        #: Services that did not come, or not whole.
        self._missing: list[str] = []

    def bring(self) -> None:
        """All that is not done yet."""
        made = self.made
        for service in made.services:
            if not self._part(subject.SERVICE, service.name, partial(self._service, service)):
                self._missing.append(service.name)
        for app in made.apps:
            self._part(subject.APP, app, partial(self._app, app))

    def _part(self, kind: str, name: str, do: Callable[[Sequence[Snapshot]], None]) -> bool:
        """Whether it is there, or nobody wants it."""
        reporter, progress = self.operation.reporter, self.progress
        if name in self.wish.kept and not progress.is_done(kind, name):
            progress.done(kind, name)
        if progress.is_done(kind, name) and (name not in self.wish.confirmed or progress.is_there(kind, name)):
            if not progress.is_there(kind, name):
                reporter.note(f"the {kind} {name} is not there any more, and stays so; {self._again(kind, name)}")
            return True
        try:
            self._do(kind, name, do)
        except (Failure, EngineError) as error:
            self.operation.take_back()
            reporter.warn(f"{name}: {error.text}")
            self.failed.append(f"{name}: {error.text}")
            self.cures.append(error.cure if isinstance(error, Failure) else "")
            return False
        progress.done(kind, name)
        reporter.result("restored", f"{kind} {name}")
        return True

    def _do(self, kind: str, name: str, do: Callable[[Sequence[Snapshot]], None]) -> None:
        """A backup may go while it is read here: a host that is still at work removes its old ones."""
        for _ in range(_TIMES):
            found = self.made.all_of(self.snapshots, kind, name)
            try:
                do(found)
                return
            except Failed as failed:
                if not self._is_one_gone(found):
                    raise
                self.operation.take_back()
                self.operation.reporter.note(f"{name}: {failed.text}; the newest backup that is there is taken")
        do(self.made.all_of(self.snapshots, kind, name))

    def _is_one_gone(self, found: Sequence[Snapshot]) -> bool:
        """Whether one of them has left the destination; what is there now is known then."""
        try:
            now_there = [one for one in self.repository.snapshots() if one.host == self.host]
        except Failed:
            return False
        gone = vanishing.is_one_gone(found, now_there)
        self.snapshots = now_there if gone else self.snapshots
        return gone

    def _again(self, kind: str, name: str) -> str:
        if self.made.newest(self.snapshots, kind, name) is not None:
            return f"from its backup: --confirm {name}"
        return (
            f"there is no backup of it; empty: --confirm {name}" if kind == subject.SERVICE else "nor has it a backup"
        )

    def _service(self, stored: StoredService, found: Sequence[Snapshot]) -> None:
        service_bringing.bring(
            self.operation,
            self.repository,
            stored,
            found,
            self.progress.begun(subject.SERVICE, stored.name),
            serves=lambda app: _serves(self.operation.paths, app),
            confirmed=stored.name in self.wish.confirmed,
            needs_all=True,
            names_now=self.made.names_now,
        )

    def _app(self, app: str, found: Sequence[Snapshot]) -> None:
        there = placing.look(self.operation.paths, app)
        if there.is_live:
            # It was up when an earlier try was cut, or somebody has brought it.
            return
        if not found:
            raise Failed(
                "no-backup", f"there is no backup of the app {app}", f"to leave it out: --keep {app}, or deploy it"
            )
        mark = self.progress.begun(subject.APP, app)
        if not (mark.exists() or app in self.wish.confirmed):
            self._refuse_other(app)
        values.touch(mark, 0o600)
        own = replace(self.operation)
        # One whose own data have come does not wait for those of others.
        begun = {name: self.progress.begun(subject.SERVICE, name) for name in self._missing}
        missing = [name for name, mark in begun.items() if not service_bringing.has_come(mark, app)]
        app_restoring.restore(own, self.repository, found[-1], app, missing=missing, there=there)
        host_settling.came(self.operation, app)

    def _refuse_other(self, app: str) -> None:
        """What somebody has made of it, or has kept of an app that was destroyed, is not replaced without a word."""
        is_there = self.progress.is_there(subject.APP, app)
        found = [f"an app {app}, of which nothing is live,"] if is_there else []
        for volume in engine_volumes.called_so(self.operation.engine, app):
            mount = engine_volumes.mount_of(self.operation.engine, volume)
            if mount is not None and mount.is_dir() and any(mount.iterdir()):
                found.append(f"files in the volume {volume}")
        if found:
            raise Refused(
                "app-there",
                f"there is already {' and '.join(found)}",
                f"to replace it by the backup: --confirm {app}; to leave it as it is: --keep {app}",
            )


def _serves(paths: HostPaths, app: str) -> bool:
    return paths.app(app).is_dir() and slots.live_slot(paths, app) is not None


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
