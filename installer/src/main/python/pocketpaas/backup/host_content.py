"""What is in a backup of a host: its settings, keys, logins at registries, shared variables, the accounts at the
authorities of certificates, what its services are (not their data), and `host.json`."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocketpaas import rules
from pocketpaas.backup import belonging, fetched, store, subject
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.service.store import Service
from pocketpaas.state import keys, marks, names, registries, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

SPOOL = "host.settings"
FILE = "host.json"
_FORMAT = 1
#: Of the directory of the state, as they are.
TREES = ("host", "keys", "registries", "shared", "acme-client")
_SERVICE = ("type", "major", "reference", "digest", "memory", "stopped")
_LINK = ("login", "variables")
_MAJOR = re.compile(r"([0-9A-Za-z][0-9A-Za-z._-]{0,40})?")
#: An admin's own settings of servers.
OWN = Path("/etc/pocketpaas/services")


@dataclass(frozen=True)
class StoredService:
    """What a service was: `apps` have data in it."""

    name: str
    directory: Path
    apps: tuple[str, ...]

    def fact(self, name: str) -> str:
        """A value of its state; empty where there is none."""
        return values.read_or(self.directory / name, "")

    @property
    def is_stopped(self) -> bool:
        """Whether somebody had stopped it."""
        return (self.directory / "stopped").exists()


@dataclass(frozen=True)
class HostContent:
    """All of it, below `directory`. `owners`: by what the backups of its services and apps (kind, name) are known."""

    directory: Path
    at: str
    apps: tuple[str, ...]
    services: tuple[StoredService, ...]
    schedule: str
    keep: str
    owners: Mapping[tuple[str, str], Owner] = field(default_factory=dict)

    @property
    def marks(self) -> dict[str, str] | None:
        """Those of its apps; None where an older version has made it, which knew none."""
        found = {name: owner.mark.text for (kind, name), owner in self.owners.items() if kind == subject.APP}
        return found if self.owners else None

    def all_of(self, found: Sequence[Snapshot], kind: str, name: str) -> list[Snapshot]:
        """Of these backups of the host those of the service or the app, which may have been called otherwise. An older
        version has only noted names."""
        owner = self.owners.get((kind, name))
        return [one for one in found if (owner.has(one) if owner else (one.kind, one.name) == (kind, name))]

    def newest(self, found: Sequence[Snapshot], kind: str, name: str) -> Snapshot | None:
        """The newest of them."""
        return next(reversed(self.all_of(found, kind, name)), None)

    def names_now(self, found: Snapshot, then: Iterable[str]) -> dict[str, str]:
        """The names of the apps whose data the backup of a service holds, by those of `then`."""
        known = {name: owner for (kind, name), owner in self.owners.items() if kind == subject.APP}
        return belonging.dumps_now(known, found, then)


def write(paths: HostPaths, directory: Path) -> tuple[str, ...]:
    """Puts it into the directory; the tags of the backup. Raises `CannotWrite`, `Damaged`."""
    # What was moved away is another host's: a restore of this one would start it a second time.
    found = [one for one in subject.kept_services(paths) if not subject.of_service(paths, one).elsewhere]
    apps = [one for one in subject.apps(paths) if subject.of_app(paths, one).is_due]
    try:
        for name in TREES:
            if (paths.root / name).is_dir():
                values.copy_tree(paths.root / name, directory / name)
        for service in found:
            _write_service(paths, service, directory / "services" / service.name)
        if OWN.is_dir():
            values.copy_tree(OWN, directory / "own")
    except OSError as error:
        raise CannotWrite(directory, error) from error
    document: dict[str, Any] = {
        "format": _FORMAT,
        "kind": "host",
        "at": now(),
        "apps": apps,
        "services": {service.name: list(subject.kept_in(paths, service)) for service in found},
        "owners": {
            subject.APP: {app: _owner(paths, paths.app(app), belonging.of_app, app) for app in subject.apps(paths)},
            subject.SERVICE: {one.name: _owner(paths, one.directory, belonging.of_service, one.name) for one in found},
        },
        "schedule": store.schedule(paths),
        "keep": store.keep(paths).text,
    }
    values.put(directory / FILE, json.dumps(document, indent=1, sort_keys=True) + "\n")
    return ("kind=host", f"apps={'+'.join(apps)}", f"size={size(directory)}")


def _owner(paths: HostPaths, directory: Path, of: Callable[[HostPaths, str], Owner], name: str) -> Mapping[str, object]:
    marks.ensure(directory)
    return of(paths, name).told


def size(directory: Path) -> int:
    """Bytes of all files."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file() and not file.is_symlink())


def _write_service(paths: HostPaths, service: Service, target: Path) -> None:
    values.make_directory(target)
    for name in _SERVICE:
        if (service.directory / name).exists():
            shutil.copy2(service.directory / name, target / name)
    for app in subject.kept_in(paths, service):
        values.make_directory(target / "apps" / app)
        for name in _LINK:
            if (service.directory / "apps" / app / name).exists():
                shutil.copy2(service.directory / "apps" / app / name, target / "apps" / app / name)


def drop_links(directory: Path) -> list[str]:
    """Links of the admin's own settings of servers that lead elsewhere are not brought; their names. Raises
    `CannotWrite`."""
    own = directory / "own"
    try:
        return fetched.drop_links(own) if own.is_dir() and not own.is_symlink() else []
    except OSError as error:
        raise CannotWrite(own, error) from error


def read(directory: Path) -> HostContent:
    """What was restored into the directory; raises `Failed` where it is not what a host can be, or holds what would
    lead elsewhere."""
    fetched.refuse_odd(directory)
    try:
        found = json.loads((directory / FILE).read_text(encoding="utf-8"))
        if found["format"] != _FORMAT:
            raise Failed("backup-format", f"the backup is of another version of PocketPaaS (format {found['format']})")
        stored = tuple(
            StoredService(name, directory / "services" / name, tuple(str(app) for app in apps))
            for name, apps in sorted(found["services"].items())
        )
        made = HostContent(
            directory,
            str(found["at"]),
            tuple(str(app) for app in found["apps"]),
            stored,
            str(found["schedule"]),
            str(found["keep"]),
            {
                (kind, str(name)): belonging.read(kind, told)
                for kind in (subject.APP, subject.SERVICE)
                for name, told in found.get("owners", {}).get(kind, {}).items()
            },
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed("backup-damaged", f"the backup is damaged: {FILE} cannot be read") from error
    wrong = _wrong(made)
    if wrong:
        raise Failed("backup-damaged", f"the backup is damaged: {wrong}")
    return made


def _wrong(made: HostContent) -> str:
    """What of it no host can have; empty where all is well."""
    for app in (*made.apps, *(app for service in made.services for app in service.apps)):
        if not names.is_app(app):
            return f"{FILE} names an app that can be none"
    for service in made.services:
        if not names.is_service(service.name) or rules.service(service.fact("type")) is None:
            return f"the service {service.name[:40]} is of no kind that is known"
        if not names.is_image_reference(service.fact("reference")):
            return f"the service {service.name} has no image"
        if not _MAJOR.fullmatch(service.fact("major")):
            return f"the service {service.name} is of a version that is none"
    for key in values.names(made.directory / "keys"):
        if not names.is_key(key) or values.read_or(made.directory / "keys" / key / "role", "") not in rules.words(
            "roles"
        ):
            return f"the key {key[:40]} cannot be read"
        # It becomes a line of what sshd reads.
        if not keys.is_public(values.read_or(made.directory / "keys" / key / "public", "")):
            return f"the key {key} is none"
    for name in rules.settings():
        rule, text = rules.setting(name), values.read_or(made.directory / "host" / name, "")
        if text and "least" in rule and not names.is_number(text, int(rule["least"]), int(rule["most"])):
            return f"the setting {name} is no number that it can be"
    for registry in values.names(made.directory / "registries"):
        if not registries.is_registry(registry):
            return "there is a login at what can be no registry"
    for variable in values.names(made.directory / "shared" / "env"):
        if not names.is_variable(variable):
            return "there is a shared variable that can be none"
    if made.schedule and not names.is_time_of_day(made.schedule):
        return f"{FILE} holds a time that is none"
    return "" if store.Keep.parse(made.keep) else f"{FILE} does not say what is kept"
