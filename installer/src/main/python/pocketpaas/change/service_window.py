"""What an upgrade does while the apps wait: nobody writes any more, all data go from one server of a service into
another one, are compared there, and the apps' logins are made."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

from pocketpaas.backup import content, taking
from pocketpaas.backup.content import Dump
from pocketpaas.engine import parallel
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed, Failure
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import flags
from pocketpaas.service import access, container, copying, links, scripts, sessions
from pocketpaas.service.generations import Move
from pocketpaas.service.links import Link, Login
from pocketpaas.service.scripts import STALLED
from pocketpaas.service.store import Service
from pocketpaas.state import values

_PASSWORD_BYTES = 24
_LONG = 600.0
#: All apps wait for each: short as long as it does nothing. It counts at least so fast (bytes a second).
_PATIENCE, _BYTES_A_SECOND = Patience(120, 300), 2_000_000


@dataclass(frozen=True)
class Server:
    """A generation of a service, and its container, which runs; empty for one that does not."""

    service: Service
    running: str

    @property
    def major(self) -> str:
        """Its version."""
        return self.service.major


@dataclass(frozen=True)
class Copied:
    """What is in the data of each app, and how long copying and comparing took."""

    counts: dict[str, tuple[str, ...]]
    seconds: float

    @property
    def tables(self) -> int:
        """How many counts are equal."""
        return sum(len(lines) for lines in self.counts.values())


# ---------------------------------------------------------------- while the apps still work


def reader(operation: Operation, old: Server, new: Server, move: Move) -> Login | None:
    """A login by which the tools of the new server read all of the old one; None where the kind has its dump from the
    old server alone. Raises `Failed` where it cannot be used: the apps notice nothing of that."""
    kind, engine, apps = old.service.kind, operation.engine, old.service.apps()
    if not kind.has("dump-from") or not apps:
        return None
    if kind.has("reader"):
        found = Login(f"upgrade_{secrets.token_hex(4)}", secrets.token_hex(_PASSWORD_BYTES))
        move.keep_reader(found.name)
        databases = dict.fromkeys(Link(old.service, app).database for app in apps)
        given = f"{found.password}\n"
        scripts.must(engine, old.service, old.running, "reader", found.name, *databases, given=given)
    else:
        found = Login(str(kind.data["superuser"]), values.need(old.service.password_file))
    address, database = container.own_address(engine, old.service, old.running), Link(old.service, apps[0]).database
    given = f"{found.password}\n"
    scripts.must(engine, new.service, new.running, "query", address, database, found.name, given=given)
    return found


def tell_others(operation: Operation, old: Server) -> None:
    """What somebody has made in the server beside the apps' data does not come along."""
    service = old.service
    if not service.kind.has("others"):
        return
    of_apps = [Link(service, app) for app in service.users()]
    known = [name for link in of_apps for name in (link.database, *(login.name for login in logins(link)))]
    try:
        text = scripts.must(operation.engine, service, old.running, "others", *(known or ["-"]))
    except Failure as failure:
        operation.reporter.warn(
            f"whether there is more in {service.name} than the apps' data is not known: {failure.text}"
        )
        return
    for line in text.splitlines():
        operation.reporter.warn(f"an upgrade takes the apps' data and logins along, and nothing else: not the {line}")


def logins(link: Link) -> list[Login]:
    """The app's logins: the one in use, and those that something may still have begun with."""
    return [*([link.login] if link.is_linked else []), *link.old_logins()]


# ---------------------------------------------------------------- while they wait


class Downtime:
    """The time in which the linked apps are in maintenance, and nobody reaches the service."""

    def __init__(self, operation: Operation, old: Server, move: Move) -> None:
        self._operation, self._old, self._move = operation, old, move
        self._apps = [link.app for link in links.of_service(old.service)]
        self._locks: list[Lock] = []
        self._began = time.monotonic()
        self.seconds = 0.0

    def begin(self) -> None:
        """Raises `Busy` where something else is at work on an app; none is in maintenance then."""
        operation, paths = self._operation, self._operation.paths
        for app in sorted(self._apps):
            holder = operation.holder(f"upgrading {self._old.service.name}")
            self._locks.append(locks.app_lock(paths, app, holder, operation.reporter))
        operation.reporter.step("service-freeze", "start", ", ".join(self._apps) or self._old.service.name)
        self._began = time.monotonic()
        free = [app for app in self._apps if not flags.in_maintenance(paths, app)]
        # In this order: one that is in maintenance by us is known to be.
        self._move.maintain(free)
        for app in free:
            flags.maintain(paths, app, True)
        freeze(operation, self._old)
        operation.reporter.step("service-freeze", "done")

    def end(self) -> None:
        """They are back."""
        self.seconds = time.monotonic() - self._began

    def close(self) -> None:
        """Others may change the apps again."""
        for lock in self._locks:
            lock.release()

    def tell(self) -> None:
        """How long it was."""
        operation = self._operation
        operation.reporter.result("downtime", f"{self.seconds:.1f}")
        if self._apps:
            words = f"{', '.join(self._apps)}: in maintenance for {self.seconds:.1f} s"
            operation.reporter.note(words)


def freeze(operation: Operation, server: Server) -> None:
    """No app reaches the server, and whoever was connected is not any more; nor is who is in it by hand, whose client
    would log in again by itself and write what nobody copies. Raises `Failed`, `EngineError`."""
    sessions.end_all(operation.engine, server.service)
    if not server.running:
        return
    for app in server.service.users():
        container.disconnect(operation.engine, server.running, app)
    for app in server.service.apps():
        database = Link(server.service, app).database
        scripts.must(operation.engine, server.service, server.running, "end-connections", database, seconds=_LONG)


def copy_all(operation: Operation, old: Server, new: Server, by: Login | None, frozen: bool, size: int) -> Copied:
    """Every app's data are in the new server, and are what they are in the old one; where that is not `frozen`, but for
    what somebody writes meanwhile. One app that keeps the others waiting, by what a check or an index of it calls, say,
    is named. Raises `Failed`, `EngineError`."""
    began, counts = time.monotonic(), {}
    for app in old.service.apps():
        counts[app] = _copy(operation, Link(old.service, app), old, Link(new.service, app), new, by, frozen, size)
    return Copied(counts, time.monotonic() - began)


def _copy(
    operation: Operation,
    source: Link,
    old: Server,
    target: Link,
    new: Server,
    by: Login | None,
    frozen: bool,
    size: int,
) -> tuple[str, ...]:
    engine, reporter = operation.engine, operation.reporter
    before = () if frozen else taking.count(engine, source, old.running)
    reporter.step("service-copy", "start", f"{source.app}: {old.major} to {new.major}")
    try:
        copying.copy(engine, source, old.running, target, new.running, by, _PATIENCE)
    except Failed as failure:
        reporter.step("service-copy", "fail")
        raise _of_app(failure, source.app, "copied") from failure
    except Exception:
        reporter.step("service-copy", "fail")
        raise
    reporter.step("service-copy", "done")
    reporter.step("service-compare", "start", source.app)
    counting = Patience(_PATIENCE.idle, _PATIENCE.most + size / _BYTES_A_SECOND)
    sides = ((source, old.running), (target, new.running))
    try:
        there, here = parallel.each(lambda side: taking.count(engine, *side, counting), sides)
    except Failed as failure:
        reporter.step("service-compare", "fail")
        raise _of_app(failure, source.app, "counted") from failure
    noted, moving = (there, 0) if frozen else content.noted(before, there)
    wrong = content.difference(Dump(source.app, 0, "", noted, moving), here)
    if wrong:
        reporter.step("service-compare", "fail", wrong)
        raise Failed(
            "upgrade-differs",
            f"the copy is not what {old.service.name} holds: {wrong}",
            "it may have been written to meanwhile: try again; nothing was changed",
        )
    changing = f"; {moving} were changing meanwhile" if moving else ""
    reporter.step("service-compare", "done", f"counts equal: {len(noted)}{changing}")
    # Rows are as there; definitions are as this server, which will be asked again, writes them down.
    return here


def _of_app(failure: Failed, app: str, what: str) -> Failed:
    """The same, which says whose data are in the way."""
    cure = failure.cure
    if failure.cause == STALLED:
        cure = f"what an index, a check or a trigger of {app} calls may wait, or never end"
    return Failed(failure.cause, f"the data of {app} could not be {what}: {failure.text}", cure, failure.code)


def make_logins(operation: Operation, new: Server) -> dict[str, tuple[str, ...]]:
    """The apps' logins are there with their passwords, and each linked app can query; their names by the apps. Raises
    `Failed`."""
    made: dict[str, tuple[str, ...]] = {}
    for app in new.service.users():
        link = Link(new.service, app)
        for login in logins(link):
            access.make(operation.engine, link, new.running, login)
            made[app] = (*made.get(app, ()), login.name)
        if link.is_linked:
            operation.reporter.step("service-query", "start", f"{new.service.name} {new.major} as {app}")
            access.await_query(operation.engine, link, new.running, link.login)
            operation.reporter.step("service-query", "done")
    return made
