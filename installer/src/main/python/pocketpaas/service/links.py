"""Which app is linked to which service: services/<name>/apps/<app>/ holds the app's database and, while it is linked,
its login and its variables. What an app gets of it is a layer of its environment, `service`: a bundle holds the name
of the service, never a password, so that no rollback brings an old one back."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite, Damaged, Refused
from pocketpaas.service import store
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

PARTS = ("env", "env.json")
_PASSWORD_BYTES = 24
#: The file with the name of the app's database, where it is not the usual one.
_DATABASE = "database"
#: The same of the one that it shares. Without the name of the other app it says nothing: that is never its own.
_SHARED = "shared-database"
#: Before the name of an app whose place is being removed.
_GONE = ".gone."


@dataclass(frozen=True)
class Login:
    """What an app logs in with. The password is hexadecimal: it needs no quoting anywhere."""

    name: str
    password: str

    @property
    def line(self) -> str:
        """As it is kept."""
        return f"{self.name}\t{self.password}"


@dataclass(frozen=True)
class Link:
    """An app's place in a service."""

    service: Service
    app: str

    @property
    def directory(self) -> Path:
        """Where it is kept."""
        return self.service.directory / "apps" / self.app

    @property
    def database(self) -> str:
        """The name of the app's database, or of the one that it shares. No app's name has an underscore, so no two have
        one database; and none has the name of something that is the server's own. It stays when the app gets another
        name."""
        if not self.shares:
            return values.read_or(self.directory / _DATABASE, "") or database_of(self.app)
        return values.read_or(self.directory / _SHARED, "") or Link(self.service, self.shares).database

    @property
    def shares(self) -> str:
        """The app whose data it leads to; empty where it has data of its own."""
        found = values.read_or(self.directory / store.SHARES, "")
        return found if names.is_app(found) else ""

    def share(self, owner: Link) -> None:
        """It leads to the data of another app, which has them whatever that is called. Raises `CannotWrite`."""
        values.write(self.directory / _SHARED, owner.database)
        values.write(self.directory / store.SHARES, owner.app)

    @property
    def is_linked(self) -> bool:
        """Whether the app may log in."""
        return (self.directory / "login").exists()

    @property
    def login(self) -> Login:
        """What the app logs in with now. Raises `Damaged`."""
        return _login(self.directory / "login")

    def old_logins(self) -> list[Login]:
        """Those that went before, or were to come, and are not dropped yet."""
        directory, own = self.directory / "old", login_in(self.directory / "login")
        found = [_login(directory / name) for name in values.names(directory)]
        return [login for login in found if own is None or login.name != own.name]

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that hold the address."""
        return values.lines(self.directory / "variables")

    def url(self, login: Login) -> str:
        """The address, for the app."""
        return self.service.kind.url(
            {
                "login": login.name,
                "password": login.password,
                "host": self.service.name,
                "database": self.database,
                "service": self.service.name,
            }
        )

    def claim(self) -> None:
        """Before the app has a database: one of its own name may be that of an app that was called so before. Raises
        `CannotWrite`."""
        if self.shares or (self.directory / _DATABASE).exists():
            return
        others = [Link(self.service, app).database for app in self.service.holders() if app != self.app]
        if self.database in others:
            values.make_directory(self.directory)
            values.write(self.directory / _DATABASE, f"{self.database}_{secrets.token_hex(3)}")

    def rename(self, app: str) -> None:
        """The app has another name; login and database are what they were. Raises `CannotWrite`."""
        if self.directory.is_dir():
            values.write(self.directory / _DATABASE, self.database)
            try:
                os.rename(self.directory, Link(self.service, app).directory)
                values.sync(self.directory.parent)
            except OSError as error:
                raise CannotWrite(self.directory, error) from error

    def keep(self, login: Login, variables: tuple[str, ...]) -> None:
        """The app is linked. Raises `CannotWrite`."""
        values.make_directory(self.directory)
        values.write_lines(self.directory / "variables", variables)
        values.write(self.directory / "login", login.line)
        try:
            self.forget_old(login)
        except OSError as error:
            raise CannotWrite(self.directory, error) from error

    def keep_variables(self, variables: tuple[str, ...]) -> None:
        """Other variables hold the address. Raises `CannotWrite`."""
        values.write_lines(self.directory / "variables", variables)

    def set_aside(self, login: Login) -> None:
        """A login that is to be dropped when nothing needs it any more. Raises `CannotWrite`."""
        values.make_directory(self.directory / "old")
        values.write(self.directory / "old" / login.name, login.line)

    def set_aside_at(self, login: Login) -> float:
        """When that was, in seconds since the epoch."""
        try:
            return (self.directory / "old" / login.name).stat().st_mtime
        except OSError:
            return time.time()

    def users(self, login: Login) -> tuple[str, ...]:
        """The containers that may still use a login that was set aside, as they were known then."""
        return values.lines(self.directory / "users" / login.name)

    def keep_users(self, login: Login, containers: tuple[str, ...]) -> None:
        """These may still use it. Raises `CannotWrite`."""
        values.make_directory(self.directory / "users")
        values.write_lines(self.directory / "users" / login.name, containers)

    def forget_old(self, login: Login) -> None:
        """A login that was set aside is dropped."""
        for place in ("users", "old"):
            values.remove(self.directory / place / login.name)

    @property
    def is_to_be_removed(self) -> bool:
        """Whether its data is to be removed as soon as that can be done."""
        return (self.directory / store.TO_BE_REMOVED).exists()

    def give_up(self, data: bool) -> None:
        """The app goes, and where `data` says so with all that it has here. Raises `CannotWrite`."""
        if self.is_linked:
            self.set_aside(self.login)
            self.unlink()
        if data:
            values.write(self.directory / store.TO_BE_REMOVED, "")

    def unlink(self) -> None:
        """The app is linked no more; its database stays. Raises `CannotWrite`."""
        try:
            for name in ("login", "variables"):
                values.remove(self.directory / name)
        except OSError as error:
            raise CannotWrite(self.directory, error) from error

    def forget(self, data: bool) -> None:
        """The app is linked no more, and where `data` says so has no database either. Raises `CannotWrite`."""
        self.unlink()
        try:
            if data:
                self._remove()
            else:
                for gone in (self.directory / "users", self.directory / "old"):
                    values.remove_tree(gone)
        except OSError as error:
            raise CannotWrite(self.directory, error) from error

    def _remove(self) -> None:
        """All at once: without the name of its database, what is left of it would be the place of another one."""
        places = self.directory.parent
        for name in os.listdir(places) if places.is_dir() else ():
            if name.startswith(_GONE):
                values.remove_tree(places / name)
        if self.directory.is_dir():
            gone = places / f"{_GONE}{self.app}"
            os.rename(self.directory, gone)
            values.sync(places)
            values.remove_tree(gone)


def database_of(app: str) -> str:
    """The name of an app's database."""
    return f"app_{app.replace('-', '_')}"


def new_login(app: str) -> Login:
    """A login with a password, both made here."""
    return Login(f"{app.replace('-', '_')[:20]}_{secrets.token_hex(4)}", secrets.token_hex(_PASSWORD_BYTES))


def login_in(file: Path) -> Login | None:
    """The login that a file holds; None where there is no file. Raises `Damaged`."""
    return _login(file) if file.exists() else None


def _login(file: Path) -> Login:
    name, tab, password = values.need(file).partition("\t")
    if not (name and tab and password):
        raise Damaged(file, "does not hold a login")
    return Login(name, password)


def of_service(service: Service) -> list[Link]:
    """The apps that are linked to it, of those that are on the host: an app whose destruction was killed half-way is in
    nobody's way."""
    apps = service.directory.parents[1] / "apps"
    found = (Link(service, app) for app in service.users() if (apps / app).is_dir())
    return [link for link in found if link.is_linked]


def sharing(service: Service, app: str) -> list[Link]:
    """The apps that are linked to the data of another one, as previews may be."""
    return [link for link in of_service(service) if link.shares == app]


def of_app(paths: HostPaths, app: str) -> Iterator[Link]:
    """The services that an app is linked to. Of a service that cannot be read nothing is known, and it is left out."""
    for name in values.names(paths.services):
        if (paths.service(name) / "apps" / app / "login").exists():
            yield Link(store.known(paths, name), app)


# ---------------------------------------------------------------- the layer of the environment


def layer(paths: HostPaths, app: str, changed: Mapping[str, tuple[str, ...]] | None = None) -> dict[str, str]:
    """Of each variable the service whose address it holds; with other variables of some services in the place of theirs
    (none: not linked). Raises `Damaged`."""
    wanted = {**{link.service.name: link.variables for link in of_app(paths, app)}, **(changed or {})}
    return {variable: service for service, variables in sorted(wanted.items()) for variable in variables}


def write_layer(
    paths: HostPaths, app: str, directory: Path, changed: Mapping[str, tuple[str, ...]] | None = None
) -> None:
    """The same as a directory. Raises `CannotWrite`, `Damaged`."""
    values.fresh_directory(directory)
    for part in PARTS:
        values.make_directory(directory / part)
    for variable, service in layer(paths, app, changed).items():
        values.put(directory / "env" / variable, service)
        values.put(directory / "env.json" / variable, json.dumps(f"{variable}={service}"))


def resolve(paths: HostPaths, app: str, service: str) -> str:
    """The address that stands behind the name of a service, as it is now. Raises `Refused` where the app is not linked
    to it (any more)."""
    found = store.find(paths, service) if names.is_service(service) else None
    link = None if found is None else Link(found, app)
    if link is None or not link.is_linked:
        raise Refused(
            "not-linked",
            f"{app} is not linked to the service {service}, whose address this release needs",
            f"pocketpaas services link {service} --app {app}",
        )
    return link.url(link.login)
