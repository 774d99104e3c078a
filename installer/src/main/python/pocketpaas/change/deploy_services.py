"""The services that the settings of a deploy name: what is missing is created and linked, for an admin. Nothing is ever
unlinked or destroyed by a deploy; a service that it created stays, whatever becomes of it, and a link that it made goes
if it fails."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from pocketpaas.change import service_link
from pocketpaas.change.service_release import AppChange
from pocketpaas.failure import Refused
from pocketpaas.machine import locks
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.release.running import Running
from pocketpaas.service import creating, kinds, links, making, store
from pocketpaas.service.links import Link
from pocketpaas.service.making import Wanted
from pocketpaas.state import keys, values


def provide(operation: Operation, settings: Path) -> None:
    """Returns when the app is linked to each of them. Before the build, without the app's lock. Raises `Refused` for a
    key that may only deploy, where something is missing."""
    paths, app = operation.paths, operation.app
    _refuse_hidden(operation, settings)
    for name in values.names(settings / "services"):
        kind, _, major = values.need(settings / "services" / name).partition(":")
        found = store.find(paths, name)
        if found is not None and making.was_cut(found):
            found = None
        if found is not None and Link(found, app).is_linked:
            _compare(operation, found, kind, major)
            _warn_hidden(operation, Link(found, app), settings)
            continue
        if keys.role(paths, operation.who) != keys.ADMIN:
            raise _not_by_this_key(operation, name, kind, major, found is not None)
        kinds.named(paths, kind)
        if found is None:
            found = creating.make(operation, Wanted(name, kind, major))
        _compare(operation, found, kind, major)
        _link(operation, name, settings)


def _refuse_hidden(operation: Operation, settings: Path) -> None:
    """Before anything is made: the app would not get the address of what is to be linked. Raises `Refused`."""
    paths, app = operation.paths, operation.app
    taken = {*links.layer(paths, app)}
    for name in values.names(settings / "services"):
        found = store.find(paths, name)
        if found is not None and Link(found, app).is_linked:
            continue
        kind = kinds.named(paths, values.need(settings / "services" / name).partition(":")[0])
        variables = service_link.usual(kind, name, taken)
        service_link.refuse_hidden(operation, variables, settings)
        taken.update(variables)


def _warn_hidden(operation: Operation, link: Link, settings: Path) -> None:
    for variable in link.variables:
        is_stated = (settings / "env" / variable).is_file()
        if is_stated or service_link.is_sent(operation, variable):
            how = f"is set in pocketpaas.yml (env.{variable})" if is_stated else "was sent as one of the secrets"
            text = f"{variable} {how}: the app gets that, and not the address of {link.service.name}"
            operation.reporter.warn(text)


def _link(operation: Operation, name: str, settings: Path) -> None:
    """Without a release: the deploy makes one."""
    paths, app = operation.paths, operation.app
    holder = operation.holder(f"linking {app}")
    own = store.lock(paths, name, holder, operation.reporter)
    lock = locks.app_lock(paths, app, holder, operation.reporter)
    taking_back = len(operation.undo)
    try:
        change = AppChange(operation, Running(), lock, slots.live_release(paths, app))
        service_link.prepare(change, store.need(paths, name), (), settings)
        operation.undo[taking_back:] = [lambda: _take_back(operation, name)]
    finally:
        lock.release()
        own.release()


def _take_back(operation: Operation, name: str) -> None:
    """The deploy has failed. The live release does without the service, and so will the next one, unless it asks for
    it. What was written there stays; so does the link where nothing is live yet: data can be brought in for a first
    release. Raises `Failed`, `EngineError`, `CannotWrite`."""
    paths, app = operation.paths, operation.app
    link, live = Link(store.need(paths, name), app), slots.live_release(paths, app)
    if live is None or not link.is_linked:
        return
    with ExitStack() as held:
        # The app's may be ours. Nobody is waited for: what they are at may need the link.
        for file in (link.service.directory / "lock", paths.app(app) / "lock"):
            lock = locks.take(file, operation.holder(f"unlinking {app}"))
            if lock is not None:
                held.callback(lock.release)
            elif not values.read_or(file, "").endswith(f"\t{operation.work.id}"):
                operation.reporter.warn(f"{app} stays linked to {name}, as somebody else is at work there")
                operation.reporter.hint(f"to take that back: pocketpaas services unlink {name} --app {app}")
                return
        # Somebody may have made a release with it meanwhile.
        needed = paths.release(app, slots.live_release(paths, app) or live) / "service" / "env"
        if name in (values.read(needed / variable) for variable in values.names(needed)):
            return
        service_link.give_up(link)
        service_link.drop(operation, link)
    operation.reporter.note(f"{app} is not linked to {name} any more; the service stays")


def _compare(operation: Operation, found: store.Service, kind: str, major: str) -> None:
    if found.kind.name != kind:
        raise Refused(
            "service-type",
            f"the service {found.name} is of the kind {found.kind.name}, and pocketpaas.yml says {kind}",
            "give the other one another name in pocketpaas.yml",
        )
    if major and major != found.major:
        is_later = kinds.is_later(major, found.major)
        cure = (
            f"pocketpaas services upgrade {found.name} --to {major}"
            if is_later
            else f"write {kind}:{found.major} there"
        )
        operation.reporter.warn(
            f"the service {found.name} is {kind} {found.major}, and pocketpaas.yml says {major}: a deploy "
            f"{'upgrades' if is_later else 'changes'} nothing; {cure}"
        )


def _not_by_this_key(operation: Operation, name: str, kind: str, major: str, is_there: bool) -> Refused:
    app, version = operation.app, f"{kind}:{major}" if major else kind
    what = "is not linked to" if is_there else "does not exist for"
    link = f"pocketpaas services link {name} --app {app}"
    create = f"pocketpaas services create {version} {name} && "
    return Refused(
        "service-missing",
        f"the service {name} of pocketpaas.yml {what} {app}, and the key {operation.who} may only deploy",
        f"an admin of the host deploys once, or runs: {'' if is_there else create}{link}",
    )
