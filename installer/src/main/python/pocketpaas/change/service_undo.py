"""A service becomes what it was before its last upgrade: the server that was kept takes its place again. What was
written since then is lost, so that is looked for first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pocketpaas.backup import content, taking
from pocketpaas.change import service_upgrade
from pocketpaas.change import service_window as window
from pocketpaas.change.service_window import Downtime, Server
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, scripts
from pocketpaas.service.generations import UNDO, Kept, Move
from pocketpaas.service.links import Link, Login

#: So many tables are named.
_NAMED = 5
_LOSE = "lose=yes"


def undo(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME [lose=yes]: with it what was written since is given up."""
    if not arguments or list(arguments[1:]) not in ([], [_LOSE]):
        raise BadRequest(f"service undo: NAME [{_LOSE}]")
    service, lose = service_upgrade.locked(operation, arguments[0]), len(arguments) == 2
    kept = Kept.of(service)
    if kept is None:
        raise Refused(
            "no-upgrade",
            f"nothing is kept of {service.name} as it was before an upgrade",
            "older data: pocketpaas backups",
        )
    new = Server(service, container.running(operation.engine, service))
    if not lose:
        _refuse_loss(operation, new, kept)
    move = Move.begin(service, UNDO, kept.generation)
    operation.undo.append(lambda: service_upgrade.settle(operation, service))
    old = service.as_of(kept.generation)
    running = container.ensure(
        operation.paths, operation.engine, old, operation.reporter, operation.holder(), connected=False
    )
    _go_back(operation, new, Server(old, running), move, kept, lose)
    operation.reporter.result("undone", service.version)
    operation.reporter.result("service", service.name)
    return 0


def _go_back(operation: Operation, new: Server, old: Server, move: Move, kept: Kept, lose: bool) -> None:
    downtime = Downtime(operation, new, move)
    downtime.begin()
    if not lose:
        # Now that nobody writes any more.
        _refuse_loss(operation, new, kept)
    _match_logins(operation, old, kept)
    service_upgrade.take_place(operation, new.service, move)
    downtime.end()
    service_upgrade.settle(operation, new.service)
    downtime.close()
    downtime.tell()


# ---------------------------------------------------------------- what would be lost


def _refuse_loss(operation: Operation, new: Server, kept: Kept) -> None:
    """Raises `Refused` where something was written since the upgrade, or where nobody can say."""
    service = new.service
    cure = f"give that up: pocketpaas services upgrade {service.name} --undo --confirm {service.name}"
    if not service.kind.counts_rows:
        raise Refused(
            "upgrade-written",
            f"{service.kind.name} does not tell what was written since the upgrade ({kept.since}): it would be lost",
            cure,
        )
    now = {app: taking.count(operation.engine, Link(service, app), new.running) for app in service.apps()}
    lost = list(differences(kept.counts, now))
    if lost:
        more = f", and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        raise Refused(
            "upgrade-written",
            f"written since the upgrade, and lost by going back: {', '.join(lost[:_NAMED])}{more}",
            cure,
        )


def differences(before: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is not as it was, in words: lines are `TABLE ROWS CHECKSUM`."""
    for app in sorted({*before, *now}):
        counted = now.get(app, ())
        counted = content.comparable(before[app], counted) if app in before else content.holding(counted)
        was, is_ = _rows(before.get(app, ())), _rows(counted)
        for table in sorted({*was, *is_}):
            if was.get(table) == is_.get(table):
                continue
            name, rows = f"{table} of {app}", "" if content.is_beside(table) else " rows"
            if table not in is_:
                yield f"{name} (was removed)"
            elif table not in was:
                yield f"{name} (is new{f', {is_[table][0]}{rows}' if rows else ''})"
            elif was[table][0] != is_[table][0]:
                yield f"{name} ({was[table][0]}{rows}, now {is_[table][0]})"
            else:
                yield f"{name} ({f'other{rows}' if rows else 'changed'})"


def _rows(lines: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Of each table the number of its rows, and the checksum."""
    return {table: (rows, checksum) for table, rows, checksum in map(content.parts, lines)}


# ---------------------------------------------------------------- logins


def _match_logins(operation: Operation, old: Server, kept: Kept) -> None:
    """The kept server has the logins of now: passwords were rotated meanwhile, apps linked, unlinked and deleted.
    Raises `Failed`."""
    engine, service = operation.engine, old.service
    there, wanted = set(kept.logins), set()
    for app in service.users():
        link = Link(service, app)
        for login in window.logins(link):
            wanted.add(f"{app} {login.name}")
            if f"{app} {login.name}" not in there:
                access.make(engine, link, old.running, login)
        if link.is_linked:
            access.await_query(engine, link, old.running, link.login)
    for line in sorted(there - wanted):
        app, _, name = line.partition(" ")
        access.drop(engine, Link(service, app), old.running, Login(name, ""))
    for app in kept.counts:
        if app not in service.apps():
            link = Link(service, app)
            scripts.must(engine, service, old.running, "drop-database", link.database)
