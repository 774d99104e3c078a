"""A service becomes what it was before its last upgrade: the server that was kept takes its place again. What was
written since then is lost, so that is looked for first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pocketpaas.backup import content, taking
from pocketpaas.change import service_upgrade
from pocketpaas.change import service_window as window
from pocketpaas.change.service_window import Downtime, Server
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, kept_places, moving, scripts, store
from pocketpaas.service.generations import UNDO, Kept, Move
from pocketpaas.service.kept_places import Whose
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import values

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
    store.refuse_going(service)
    new = Server(service, moving.answers(operation.engine, service))
    _refuse(operation, new, kept, lose)
    if not new.running:
        operation.reporter.warn(
            f"{service.name} does not run: what was written since the upgrade ({kept.since}) is not known, and is lost"
        )
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
    if not new.running:
        # The engine may be about to start it once more.
        _stop(operation, new.service)
    downtime.begin()
    # Now that nobody writes any more.
    _match(operation, old, kept, _refuse(operation, new, kept, lose))
    service_upgrade.take_place(operation, new.service, move)
    # Whoever has stopped the one that is gone wants this one to run.
    values.remove(new.service.directory / "stopped")
    downtime.end()
    service_upgrade.settle(operation, new.service)
    downtime.close()
    downtime.tell()


def _stop(operation: Operation, service: Service) -> None:
    found = container.find(operation.engine, service)
    if found is not None:
        container.stop(operation.engine, service, (found.id,))


# ---------------------------------------------------------------- what would be lost


def _refuse(operation: Operation, new: Server, kept: Kept, lose: bool) -> Whose:
    """Whose is what is kept. Raises `Refused` where nobody can say, where an app would have nothing, and but for `lose`
    where something was written since the upgrade."""
    whose = kept_places.whose(new.service, kept.places)
    if not new.running and not lose:
        name = new.service.name
        raise Refused(
            "service-stopped",
            f"{name} does not run: what was written since the upgrade ({kept.since}), and is lost by going back, is "
            "not known",
            f"pocketpaas services start {name}; to lose it, whatever it is: {_giving_up(name)}",
        )
    _refuse_new(operation, new, kept, whose)
    if not lose:
        _refuse_loss(operation, new, kept, whose)
    return whose


def _refuse_new(operation: Operation, new: Server, kept: Kept, whose: Whose) -> None:
    """What an app has that has come since is in the new server alone: that is all it has, and no name of a service
    gives it up. Raises `Refused`."""
    service, counts_rows = new.service, new.service.kind.counts_rows
    own = [link for link in whose.new if not link.shares and not link.is_to_be_removed]
    for link in own:
        unknown = not counts_rows or not new.running
        if unknown or content.holding(taking.count(operation.engine, link, new.running)):
            before = service.as_of(kept.generation).version
            raise Refused(
                "upgrade-new-data",
                f"the data of {link.app} in {service.name} have come since the upgrade ({kept.since}): {before} holds "
                "none of them, and going back would lose them all",
                "copy them to another service before (pocketpaas services copy), and remove them here: "
                f"pocketpaas services unlink {service.name} --app {link.app}, and the same with --data",
            )


def _refuse_loss(operation: Operation, new: Server, kept: Kept, whose: Whose) -> None:
    """Raises `Refused` where something was written since the upgrade, or where nobody can say."""
    service = new.service
    cure = f"give that up: {_giving_up(service.name)}"
    if not service.kind.counts_rows:
        raise Refused(
            "upgrade-written",
            f"{service.kind.name} does not tell what was written since the upgrade ({kept.since}): it would be lost",
            cure,
        )
    own = [(place, link) for place, link in whose.there if place.counts is not None and not link.is_to_be_removed]
    before = {link.app: place.counts or () for place, link in own}
    now = {link.app: taking.count(operation.engine, link, new.running) for _, link in own}
    lost = list(differences(before, now))
    if lost:
        more = f", and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        raise Refused(
            "upgrade-written",
            f"written since the upgrade, and lost by going back: {', '.join(lost[:_NAMED])}{more}",
            cure,
        )
    if any(content.is_of_other_sums(before[app], now[app]) for app in before):
        raise Refused(
            "upgrade-written",
            f"what was in {service.name} at the upgrade ({kept.since}) was noted by an older PocketPaaS, in another "
            "way: each table has as many rows as then, but whether they were changed is not known, and would be lost",
            cure,
        )


def _giving_up(service: str) -> str:
    return f"pocketpaas services upgrade {service} --undo --confirm {service}"


def differences(before: Mapping[str, Sequence[str]], now: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What is not as it was, in words: lines are `TABLE ROWS CHECKSUM`. Checksums that are made in another way than
    those of then are not compared."""
    for app in sorted({*before, *now}):
        counted = now.get(app, ())
        counted = content.comparable(before[app], counted) if app in before else content.holding(counted)
        rows_alone = content.is_of_other_sums(before.get(app, ()), counted)
        was, is_ = _rows(before.get(app, ()), rows_alone), _rows(counted, rows_alone)
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


def _rows(lines: Sequence[str], rows_alone: bool) -> dict[str, tuple[str, str]]:
    """Of each table the number of its rows, and the checksum."""
    return {table: (rows, "" if rows_alone else checksum) for table, rows, checksum in map(content.parts, lines)}


# ---------------------------------------------------------------- what the kept server has


def _match(operation: Operation, old: Server, kept: Kept, whose: Whose) -> None:
    """The kept server has the logins of now, and no data that were removed: passwords were rotated meanwhile, apps
    linked, unlinked and deleted. Killed half-way it is done once more. Raises `Failed`, `CannotWrite`."""
    engine, service = operation.engine, old.service
    missing = []
    gone = [*kept.made, *((place.database, name) for place in whose.gone for name in place.logins)]
    for link in (Link(service, app) for app in service.users()):
        place, wanted = whose.of(link), window.logins(link)
        there = place.logins if place else ()
        gone += [(link.database, name) for name in there if name not in {login.name for login in wanted}]
        missing += [(link, login) for login in wanted if login.name not in there]
    for database, name in gone:
        scripts.must(engine, service, old.running, "drop-login", database, name)
    for database in whose.left:
        access.drop_database(engine, service, old.running, database)
    # In this order: one that a killed undo has made goes with the next one, whatever has become of its app.
    kept.keep_made((link.database, login.name) for link, login in missing)
    for link, login in missing:
        access.drop(engine, link, old.running, login)
        access.make(engine, link, old.running, login)
    _await_queries(operation, old)


def _await_queries(operation: Operation, old: Server) -> None:
    """The linked apps can query it. One whose login is not as it was kept, as an app may change its own, gets it anew;
    where even that is of no use, it is named, and keeps none of the others from theirs. Raises `Failed` where it is of
    no use to any."""
    engine, failed = operation.engine, list[Failed]()
    linked = [link for link in (Link(old.service, app) for app in old.service.users()) if link.is_linked]
    for link in linked:
        if access.can_query(engine, link, old.running, link.login):
            continue
        try:
            access.drop(engine, link, old.running, link.login)
            access.make(engine, link, old.running, link.login)
            access.await_query(engine, link, old.running, link.login)
        except Failed as failure:
            failed.append(failure)
    if failed and len(failed) == len(linked):
        raise failed[0]
    for one in failed:
        operation.reporter.warn(one.text)
