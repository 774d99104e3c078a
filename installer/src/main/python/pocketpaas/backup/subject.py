"""What there are backups of: services, apps, and the host itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup import belonging
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.record import Record
from pocketpaas.failure import Cancelled, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.release import slots
from pocketpaas.service import store as services
from pocketpaas.service.store import OF_PREVIEW, Service
from pocketpaas.state import listing, marks, moves, names, previews
from pocketpaas.state.paths import HostPaths

SERVICE, APP, HOST, IMAGE = "service", "app", "host", "image"


@dataclass(frozen=True)
class Subject:
    """One of them. `lives` is a file that is there as long as it is; `is_due`: whether it has something to be kept;
    `elsewhere`: why another host backs it up, and not this one; `mark`: that of an app, if it has one."""

    kind: str
    name: str
    record: Record
    lives: Path
    is_due: bool
    elsewhere: str = ""
    mark: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether it was destroyed, or got another name, since this was asked for; another one may have its own."""
        above = self.lives.parent
        if self.kind == HOST:
            return False
        if self.kind == SERVICE:
            return not self.lives.exists()
        return not listing.is_app_directory(above) or (bool(self.mark) and marks.of(above).text != self.mark)

    @property
    def text(self) -> str:
        """For people."""
        return {SERVICE: self.name, APP: f"the app {self.name}", HOST: "the host's settings"}[self.kind]

    @property
    def tag(self) -> str:
        """That of its backups."""
        return f"{self.kind}={self.name}" if self.name else f"kind={self.kind}"

    def owner(self, paths: HostPaths) -> Owner:
        """By what its backups are known, as it is just now."""
        if self.kind == APP:
            return belonging.of_app(paths, self.name)
        return belonging.of_service(paths, self.name) if self.kind == SERVICE else belonging.of_host()

    @property
    def word(self) -> str:
        """What a command names it by, with a blank before it; nothing for the host, which is in all of them."""
        return f" {self.name}" if self.name else ""


def kept_in(paths: HostPaths, service: Service) -> tuple[str, ...]:
    """The apps whose data in the service are to be kept: all but previews and those that another host backs up."""
    return tuple(app for app in _with_data(service) if not moves.elsewhere(paths, app))


def _with_data(service: Service) -> tuple[str, ...]:
    return tuple(app for app in service.apps() if not (service.directory / "apps" / app / OF_PREVIEW).exists())


def _elsewhere(paths: HostPaths, service: Service) -> str:
    """Why another host backs up all that is in the service; empty where this host has data of its own in it."""
    found = [moves.elsewhere(paths, app) for app in _with_data(service)]
    return f"{service.name} is not backed up here: {'; '.join(found)}" if found and all(found) else ""


def kept_services(paths: HostPaths) -> list[Service]:
    """The services of this host, without those that are there for one preview alone. Raises `Damaged`."""
    return [service for service in services.all_of(paths) if not (service.directory / OF_PREVIEW).exists()]


def of_service(paths: HostPaths, service: Service) -> Subject:
    """A service."""
    due = bool(kept_in(paths, service)) and not service.is_stopped
    record, lives = Record.of(service), service.directory / "type"
    return Subject(SERVICE, service.name, record, lives, due, elsewhere=_elsewhere(paths, service))


def of_app(paths: HostPaths, app: str) -> Subject:
    """An app. One of which nothing was ever live has nothing to keep."""
    directory, elsewhere = paths.app(app), moves.elsewhere(paths, app)
    due = (directory / "live").is_symlink() and not elsewhere
    facts = (directory / "created", due, elsewhere, marks.of(directory).text)
    return Subject(APP, app, Record.of_app(paths, app), *facts)


def of_host(paths: HostPaths) -> Subject:
    """The host itself."""
    return Subject(HOST, "", Record.of_host(paths), paths.backups / "destination", True)


def apps(paths: HostPaths) -> list[str]:
    """The apps of this host. Previews are left out: nothing of them is to be kept."""
    return [name for name in listing.apps(paths) if paths.app(name).is_dir() and not previews.is_preview(paths, name)]


def all_of(paths: HostPaths) -> list[Subject]:
    """All of this host: itself, apps, services."""
    found = [of_host(paths), *(of_app(paths, app) for app in apps(paths))]
    return [*found, *(of_service(paths, service) for service in kept_services(paths))]


def due(paths: HostPaths, reporter: Reporter) -> list[Subject]:
    """Those that have something to be kept; what is left out is told."""
    found = []
    for one in all_of(paths):
        if one.is_due:
            found.append(one)
        elif one.elsewhere:
            reporter.note(one.elsewhere)
        elif one.kind == APP:
            reporter.note(f"{one.name} is left out: nothing of it is live")
        else:
            service = services.need(paths, one.name)
            reporter.note(
                f"{one.name} was stopped by somebody and is left out"
                if kept_in(paths, service)
                else f"{one.name} is empty: no app is linked to it"
            )
    return found


def named(paths: HostPaths, wanted: Sequence[str]) -> list[Subject]:
    """The services and the apps of these names. Raises `Refused` for one that is neither, or has nothing to keep."""
    found: list[Subject] = []
    for name in dict.fromkeys(wanted):
        before = len(found)
        service = services.find(paths, name)
        if service is not None:
            one = of_service(paths, service)
            _refuse_elsewhere(one)
            if not kept_in(paths, service):
                raise Refused("no-data", f"no app has data in {name} yet")
            found.append(one)
        if names.is_app(name) and previews.is_preview(paths, name):
            if service is None:
                # Restored it would be an app without an end, that everybody sees.
                raise Refused("is-preview", f"{name} is a preview, and nothing of it is kept", "back up its app")
        elif names.is_app(name) and paths.app(name).is_dir():
            one = of_app(paths, name)
            if service is None:
                _refuse_elsewhere(one)
                if slots.live_slot(paths, name) is None:
                    raise Refused("not-live", f"nothing of {name} is live", "deploy it first: pocketpaas deploy")
            if slots.live_slot(paths, name) is not None and not one.elsewhere:
                found.append(one)
        if len(found) == before:
            raise Refused(
                "no-service",
                f"there is no service and no app {name} on this host",
                "see their names: " "pocketpaas services, pocketpaas apps",
            )
    return found


def _refuse_elsewhere(one: Subject) -> None:
    if one.elsewhere:
        raise Refused("moved", one.elsewhere, "add --host with the name of the host that has it")


@contextmanager
def called_off(paths: HostPaths, who: Callable[[], str]) -> Iterator[None]:
    """Where somebody stops what is done here (`who`: empty where nobody has), that one knows that no backup was made:
    none of them was killed. Raises OSError."""
    try:
        yield
    except Cancelled:
        if who():
            for one in all_of(paths):
                one.record.call_off()
        raise
