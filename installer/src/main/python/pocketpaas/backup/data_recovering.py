"""The data of a cluster whose home is lost comes to the machine that takes its place: what was in databases and volumes
there, from the newest backups. Each part is done once: after a cut, or when the destination answers again, the same
command goes on with what is left."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from pocketpaas.backup import (
    app_content,
    app_restoring,
    belonging,
    linking,
    service_bringing,
    store,
    subject,
    swapping,
    taking,
    timers,
)
from pocketpaas.backup.host_content import HostContent, StoredService
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Failed, Failure
from pocketpaas.machine import packages
from pocketpaas.machine.search import PATH
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.service import store as services
from pocketpaas.state import nodes, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: Of `backups/`, what another machine needs to read the backups and to go on making them.
_KEPT = (
    *("passphrase", "credentials", "known-hosts", "repository", "public-key", "ssh-config", "rclone"),
    *("ssh-key", "ssh-key.pub", "keep", "limit", "destination"),
)
_HOST, _SCHEDULE = "host", "schedule"


def gather(paths: HostPaths, target: Path) -> None:
    """What the other managers are told of backups, in an empty directory. Raises `CannotWrite`."""
    for name in (*_KEPT, _HOST, _SCHEDULE):
        text = values.read(paths.backups / name)
        if text is not None:
            values.put(target / name, text)


class Data:
    """The data of the lost home. `stored` is what `gather` has told of its backups."""

    def __init__(self, operation: Operation, stored: Path) -> None:
        self._operation = operation
        self._stored = stored
        self._done = done(operation.paths)
        self._host = values.read_or(stored / _HOST, "")
        self._repository: Repository | None = None
        self._snapshots: Sequence[Snapshot] = ()
        self._trouble = ""
        self.failed: list[str] = []
        #: Services that did not come, or not whole.
        self.missing: list[str] = []

    def open(self) -> None:
        """This machine has the destination from now on, as the lost one had it. One that cannot be read fails each part
        that has to come from there. Raises `CannotWrite`, `Busy`."""
        values.make_directory(self._done)
        self._settle()
        found = store.destination(self._operation.paths)
        if found is None:
            return
        store.lock(self._operation.paths, self._operation.holder("backups restore"))
        try:
            _need_programs(self._operation, found)
            self._repository = Repository(found, self._operation.reporter)
            self._repository.open()
            self._snapshots = self._repository.snapshots()
        except Failure as failure:
            self._trouble = failure.text

    def _settle(self) -> None:
        """Once: what somebody says of backups later, here, is what counts."""
        paths = self._operation.paths
        if self._is_done("settings", "backups"):
            return
        store.directory(paths)
        store.host_name(paths)
        if store.destination(paths) is None and not self._is_lost():
            for name in _KEPT:
                text = values.read(self._stored / name)
                if text is not None:
                    values.write(paths.backups / name, text)
            schedule = values.read_or(self._stored / _SCHEDULE, "")
            if schedule and store.destination(paths) is not None:
                values.write(paths.backups / _SCHEDULE, schedule)
                values.write(paths.backups / "since", now())
                timers.apply(paths, schedule)
        self._mark("settings", "backups")

    def _is_lost(self) -> bool:
        """Whether the backups were in a directory that only the lost machine had."""
        place = values.read_or(self._stored / "destination", "")
        lost = place.startswith("/") and not Path(place).is_dir()
        if lost:
            self._operation.reporter.warn(f"the backups were on the lost machine, in {place}")
        return lost

    # ------------------------------------------------------------ the parts

    def services(self, made: HostContent) -> None:
        """Each service is there again, with the logins that the apps have, and its data of the newest backup."""
        paths = self._operation.paths
        for stored in made.services:
            if services.find(paths, stored.name) is not None and self._is_done(subject.SERVICE, stored.name):
                continue
            found = made.all_of(self._of_lost(), subject.SERVICE, stored.name)
            do = partial(self._bring_service, made, stored, found)
            if not self._part(subject.SERVICE, stored.name, bool(stored.apps), do):
                self.missing.append(stored.name)

    def _bring_service(self, made: HostContent, stored: StoredService, found: Sequence[Snapshot]) -> None:
        mark = self._begun(stored.name)
        try:
            service_bringing.bring(self._operation, self._repository, stored, found, mark, names_now=made.names_now)
        except service_bringing.Changed as changed:
            # Since an earlier try somebody has put them there, or an app has written.
            self._operation.reporter.warn(changed.text)
            if found:
                cure = f"pocketpaas backups restore {found[-1].id} --confirm {stored.name}"
                self._operation.reporter.hint(f"to replace them by the backup: {cure}")

    def _begun(self, service: str) -> Path:
        return self._done / f"begun.{subject.SERVICE}.{service}"

    def needed(self, app: str) -> list[str]:
        """The services that its live release needs."""
        live = slots.live_release(self._operation.paths, app)
        return list(linking.wanted(self._operation.paths.release(app, live or 0)))

    def are_there(self, app: str) -> bool:
        """Whether all of them have come; one that begins without is told."""
        lost = [name for name in self.needed(app) if name in self.missing]
        # One whose own data have come does not wait for those of others.
        missing = [name for name in lost if not service_bringing.has_come(self._begun(name), app)]
        if missing:
            self._operation.reporter.warn(f"{app} is left as it is: {missing[0]}, which it needs, did not come")
        return not missing

    def volumes(self, app: str) -> bool:
        """The app's volumes hold the files of its newest backup; False where there is one that could not be read, so
        that nothing of the app should begin with empty ones."""
        if not self.of_app(app) or self._is_done(subject.APP, app):
            return True
        own = belonging.of_app(self._operation.paths, app)
        found = next((one for one in reversed(self._of_lost()) if own.has(one)), None)
        if found is None and not self._trouble:
            self._operation.reporter.warn(f"the volumes of {app} are empty: there is no backup of them")
            self._mark(subject.APP, app)
            return True
        return self._part(subject.APP, app, True, partial(self._bring_volumes, app, found))

    def of_app(self, app: str) -> list[str]:
        """The names of the volumes that its live release has."""
        live = slots.live_release(self._operation.paths, app)
        file = self._operation.paths.release(app, live or 0) / "settings" / "volumes"
        return [volume.name for volume in engine_volumes.of_settings(app, file)]

    def _bring_volumes(self, app: str, found: Snapshot | None) -> None:
        operation, repository = replace(self._operation, app=app), self._repository
        live = slots.live_release(operation.paths, app)
        if found is None or repository is None or live is None:
            raise Failed("no-backup", f"there is no backup of the app {app}")
        with taking.spool(operation.paths, app_content.spool_name(found.name)) as directory:
            made, _ = app_restoring.fetch(operation, repository, found, directory)
            bundle = operation.paths.release(app, live)
            fetched = app_restoring.fetch_volumes(operation, repository, found, made, directory, bundle)
            try:
                for one in fetched:
                    swapping.swap(one)
            finally:
                for one in fetched:
                    swapping.finish(one)

    def _part(self, kind: str, name: str, has_data: bool, do: Callable[[], None]) -> bool:
        reporter = self._operation.reporter
        try:
            if self._trouble and has_data:
                raise Failed("destination", f"its backup cannot be read: {self._trouble}")
            do()
            self._mark(kind, name)
            reporter.result("restored", f"{kind} {name}")
            return True
        except (Failure, EngineError, OSError) as error:
            text = str(error) if isinstance(error, OSError) else error.text
            reporter.warn(f"{name}: {text}")
            self.failed.append(name)
            return False

    def _of_lost(self) -> list[Snapshot]:
        """The lost home's backups."""
        return [one for one in self._snapshots if one.host == self._host]

    def _is_done(self, kind: str, name: str) -> bool:
        return (self._done / f"{kind}.{name}").exists()

    def _mark(self, kind: str, name: str) -> None:
        values.touch(self._done / f"{kind}.{name}", 0o600)


def done(paths: HostPaths) -> Path:
    """What of it is done, until all is."""
    return nodes.directory(paths) / "recovered"


def _need_programs(operation: Operation, found: store.Destination) -> None:
    wanted = ["restic", *(["rclone"] if found.is_rclone else [])]
    missing = [one for one in wanted if not any(os.access(f"{place}/{one}", os.X_OK) for place in PATH.split(":"))]
    if missing:
        packages.install(operation.reporter, missing)
