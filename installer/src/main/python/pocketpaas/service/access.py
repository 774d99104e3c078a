"""Databases and logins of apps inside a service."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from pocketpaas.engine.client import Engine
from pocketpaas.engine.execs import Ended
from pocketpaas.failure import Failed, Failure, Refused
from pocketpaas.service import container, scripts
from pocketpaas.service.links import Link, Login
from pocketpaas.service.store import Service

_QUERY_SECONDS, _POLL = 30.0, 0.2
_FACTS_SECONDS = 10.0
_DROP_SECONDS = 1800.0


def make(engine: Engine, link: Link, running: str, login: Login) -> None:
    """The app has a database, and this login. Raises `Failed`."""
    _make(engine, link, running, login, ("database", "login"))


def make_new(engine: Engine, link: Link, running: str, login: Login) -> None:
    """The same of a login that is new: it is known before it is there, so that one that a killed program has made goes
    with the next that does anything about the link. Known no more as an old one when it is kept. Raises `CannotWrite`,
    too."""
    _remove_left(engine, link, running)
    link.claim()
    link.set_aside(login)
    make(engine, link, running, login)


def make_and_query(engine: Engine, link: Link, running: str, login: Login) -> bool:
    """The same, and whether a query by it succeeds at once (else `await_query`)."""
    _remove_left(engine, link, running)
    link.claim()
    link.set_aside(login)
    return _make(engine, link, running, login, ("database", "login", "query"))


def _remove_left(engine: Engine, link: Link, running: str) -> None:
    if remove_left(engine, link, running):
        container.connect(engine, link.service, running, link.app)


def remove_left(engine: Engine, link: Link, running: str) -> bool:
    """What an app of that name has left that was destroyed is nothing of this one's; whether there was something.
    Raises `Failed`, `CannotWrite`."""
    if not link.is_to_be_removed:
        return False
    leave(engine, link, running, True)
    link.forget(True)
    return True


def make_another_and_query(engine: Engine, link: Link, running: str, login: Login) -> bool:
    """The same of a second login to a database that is there."""
    link.set_aside(login)
    return _make(engine, link, running, login, ("login", "query"))


def _make(engine: Engine, link: Link, running: str, login: Login, names: Sequence[str]) -> bool:
    """Whether all of the scripts ended well; False where only the query did not. Raises `Failed`."""
    arguments = {"database": (link.database,), "login": (link.database, login.name)}
    if "query" in names:
        arguments["query"] = (_address(engine, link, running), link.database, login.name)
    calls = [(name, *arguments[name]) for name in names]
    done, ended = scripts.in_turn(engine, link.service, running, calls, login.password)
    if ended.ok:
        return True
    if names[done] == "query":
        return False
    raise Failed("service-script", f"{link.service.name} ({names[done]}): {ended.complaint}")


def _address(engine: Engine, link: Link, running: str) -> str:
    """That which the app reaches it by."""
    return container.address_for(engine, running, link.app) or container.own_address(engine, link.service, running)


def drop(engine: Engine, link: Link, running: str, login: Login) -> None:
    """The login goes, with its connections; the database stays. Nothing where there is none. Raises `Failed`."""
    scripts.must(engine, link.service, running, "drop-login", link.database, login.name)


def leave(engine: Engine, link: Link, running: str, remove: bool) -> None:
    """The app reaches the service no more: its logins go, and where `remove` says so its database, too, unless it is
    another app's. Raises `Failed`, `EngineError`."""
    container.disconnect(engine, running, link.app)
    for login in (*([link.login] if link.is_linked else []), *link.old_logins()):
        drop(engine, link, running, login)
    if remove and not link.shares:
        drop_database(engine, link.service, running, link.database)


def drop_database(engine: Engine, service: Service, running: str, database: str) -> None:
    """It goes; what a long transaction in it has written is undone first. Raises `Failed`, `EngineError`."""
    scripts.must(engine, service, running, "drop-database", database, seconds=_DROP_SECONDS)


def await_query(engine: Engine, link: Link, running: str, login: Login) -> None:
    """Returns when a query as the app sends it succeeds: by its login and password, at the address that it reaches.
    Raises `Failed`."""
    end = time.monotonic() + _QUERY_SECONDS
    while True:
        ended = _query(engine, link, running, login)
        if ended.ok:
            return
        if time.monotonic() > end:
            raise Failed(
                "service-query", f"{link.app} cannot query {link.service.name} by its login: {ended.complaint}"
            )
        time.sleep(_POLL)


def can_query(engine: Engine, link: Link, running: str, login: Login) -> bool:
    """Whether one such query succeeds. Raises `EngineError`."""
    return _query(engine, link, running, login).ok


def _query(engine: Engine, link: Link, running: str, login: Login) -> Ended:
    words = ("query", _address(engine, link, running), link.database, login.name)
    return scripts.inside(engine, link.service, running, *words, given=f"{login.password}\n", seconds=20)


def refuse_full(link: Link) -> None:
    """A service of some kinds holds the data of one app only: there is nothing that keeps two apart. Raises
    `Refused`."""
    kind = link.service.kind
    if link.shares:
        return
    others = [app for app in link.service.holders() if app != link.app]
    if len(others) >= kind.apps:
        raise Refused(
            "service-full",
            f"{link.service.name} holds the data of {', '.join(others)}, and {kind.name} keeps no two apps apart",
            f"make another one: pocketpaas services create {kind.name} NAME",
        )


def refuse_other_version(engine: Engine, service: Service, running: str) -> None:
    """The server is of the major version that was asked for: an image may hold another one. Raises `Failed`."""
    told = _facts(scripts.must(engine, service, running, "facts")).get("version", "")
    if not is_of_major(told, service.major):
        raise Failed(
            "service-other-version",
            f"{service.reference} holds {service.kind.name} {told or 'of an unknown version'}, and not {service.major}",
            f"name an image of {service.version}, or the version that this one holds",
        )


def is_of_major(version: str, major: str) -> bool:
    """Whether the version begins with the numbers of the major one: 17 (.2), 10.11 (.14), 8 (.0.1)."""
    found, wanted = re.match(r"[0-9]+(?:\.[0-9]+)*", version), major.split(".")
    return found is not None and found[0].split(".")[: len(wanted)] == wanted


def measured(engine: Engine, service: Service, running: str) -> dict[str, str]:
    """size (bytes), connections, version; none where the server does not tell within seconds."""
    try:
        ended = scripts.inside(engine, service, running, "facts", seconds=_FACTS_SECONDS)
    except (Failure, OSError):
        return {}
    if not ended.ok:
        return {}
    return _facts(ended.out.decode("utf-8", "replace"))


def _facts(text: str) -> dict[str, str]:
    lines = (line.partition(" ") for line in text.splitlines())
    return {name: value for name, _, value in lines if name in ("size", "connections", "version")}
