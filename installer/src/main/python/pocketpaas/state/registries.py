"""Logins at registries of images: for all apps, or for one app alone. Root's; a password leaves the host only in what
the engine sends to the registry that it is for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.state import listing, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_PARTS = ("user", "password", "who", "when")


@dataclass(frozen=True)
class Login:
    """An account at the registry `host`. `app` is empty for all apps; `who` stored it `when`."""

    host: str
    user: str
    password: str
    app: str = ""
    who: str = ""
    when: str = ""


def is_registry(text: str) -> bool:
    """The name of a registry, with its port if it has an unusual one."""
    return rules.pattern("registry").fullmatch(text) is not None


def is_user(text: str) -> bool:
    """The name of an account."""
    return rules.pattern("registry-user").fullmatch(text) is not None


def is_password(text: str) -> bool:
    """Whatever it is: some are documents of many lines."""
    least, most = rules.limits("registry-password")
    return least <= len(values.encode(text)) <= most and "\0" not in text


def stored(paths: HostPaths, host: str, app: str) -> Login | None:
    """The login for the app's images there: its own one, else that of all apps."""
    return (_read(paths, host, app) if app else None) or _read(paths, host, "")


def all_logins(paths: HostPaths) -> Iterator[Login]:
    """Every one, those for all apps first."""
    for app in ("", *listing.apps(paths)):
        for host in values.names(_directory(paths, app)):
            found = _read(paths, host, app) if is_registry(host) else None
            if found is not None:
                yield found


def store(paths: HostPaths, login: Login) -> None:
    """In the place of one that is there. Raises `CannotWrite`."""
    above = _directory(paths, login.app)
    values.make_directory(above)
    new = above / f".{login.host}"
    values.fresh_directory(new)
    for part, value in zip(_PARTS, (login.user, login.password, login.who, now())):
        values.put(new / part, value)
    values.replace_tree(new, above / login.host)
    values.remove_tree(new)


def remove(paths: HostPaths, host: str, app: str) -> bool:
    """Whether there was one."""
    found = _directory(paths, app) / host
    was_there = found.is_dir()
    values.remove_tree(found)
    return was_there


def _directory(paths: HostPaths, app: str) -> Path:
    return (paths.app(app) if app else paths.root) / "registries"


def _read(paths: HostPaths, host: str, app: str) -> Login | None:
    directory = _directory(paths, app) / host
    user, password, who, when = (values.read(directory / part) for part in _PARTS)
    if user is None or password is None:
        return None
    return Login(host, user, password, app, who or "", when or "")
