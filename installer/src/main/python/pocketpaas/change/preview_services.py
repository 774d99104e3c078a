"""The services of a preview: for each that its parent is linked to an empty database of its own, a copy of the
parent's, the parent's very database, or nothing, as the parent's live settings say. The variables are the parent's.
Whose link it is its directory says (`preview`), so that what a killed program leaves can be told apart, and goes."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack

from pocketpaas.change import service_link
from pocketpaas.change.service_release import AppChange
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.release.running import Running
from pocketpaas.service import container, copying, creating, links, making, store
from pocketpaas.service.links import Link
from pocketpaas.service.making import Wanted
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.previews import Policy, Preview

#: Of a link whose data is not copied yet.
_TO_BE_COPIED = "to-be-copied"
_LONGEST_NAME, _HASH = 30, 6


def provide(operation: Operation, preview: Preview) -> None:
    """Returns when the preview has them. Before the build, without the app's lock. Raises what keeps it from that."""
    policy = Policy.of(operation.paths, preview.parent)
    for link in list(links.of_app(operation.paths, preview.parent)):
        mode = policy.service(link.service.name)
        if mode != "none":
            _provide(operation, link, mode)


def _provide(operation: Operation, source: Link, mode: str) -> None:
    own = Link(_service(operation, source, mode), operation.app)
    if own.is_linked and not (own.directory / _TO_BE_COPIED).exists():
        return
    holder, reporter = operation.holder(f"linking {operation.app}"), operation.reporter
    with ExitStack() as held:
        for name in sorted({own.service.name, source.service.name}):
            held.callback(store.lock(operation.paths, name, holder, reporter).release)
        lock = locks.app_lock(operation.paths, operation.app, holder, reporter)
        held.callback(lock.release)
        taking_back = len(operation.undo)
        change = AppChange(operation, Running(), lock, slots.live_release(operation.paths, operation.app))
        _mark(own, source, mode)
        service_link.prepare(change, own.service, source.variables)
        if (own.directory / _TO_BE_COPIED).exists():
            _copy(operation, source, own)
        # It is linked: what fails after this does not take it back.
        del operation.undo[taking_back:]


def _mark(own: Link, source: Link, mode: str) -> None:
    """Before anything is made, so that nothing is ever there whose end nobody knows."""
    values.make_directory(own.directory)
    values.write(own.directory / store.OF_PREVIEW, source.app)
    if mode == "share":
        values.write(own.directory / store.SHARES, source.app)
    if mode == "copy" and not own.is_linked:
        values.write(own.directory / _TO_BE_COPIED, source.app)


def _copy(operation: Operation, source: Link, own: Link) -> None:
    words = f"{source.app} in {source.service.name} to {own.app}"
    operation.reporter.step("service-copy", "start", words)
    try:
        running = [container.running(operation.engine, one.service) for one in (source, own)]
        copying.copy(operation.engine, source, running[0], own, running[1])
    except Exception:
        operation.reporter.step("service-copy", "fail")
        raise
    values.remove(own.directory / _TO_BE_COPIED)
    operation.reporter.step("service-copy", "done", words)


# ---------------------------------------------------------------- a service of its own


def _service(operation: Operation, source: Link, mode: str) -> Service:
    """The service that holds the preview's data: the parent's, unless its kind keeps no two apps apart."""
    service = source.service
    if mode == "share" or service.kind.apps > 1:
        return service
    name = own_name(service.name, operation.app)
    found = store.find(operation.paths, name)
    if found is None:
        values.make_directory(operation.paths.services)
        values.make_directory(operation.paths.service(name))
        values.write(operation.paths.service(name) / store.OF_PREVIEW, operation.app)
        memory = values.read_or(service.directory / "memory", "")
        found = creating.make(operation, Wanted(name, service.kind.name, service.major, memory, service.reference))
    return found


def own_name(service: str, app: str) -> str:
    """The name of the service that a preview has in the place of one."""
    mark = hashlib.sha256(f"{service}\0{app}".encode()).hexdigest()[:_HASH]
    return f"{service[: _LONGEST_NAME - _HASH - 1].rstrip('-')}-{mark}"


def remove_own(operation: Operation, app: str) -> None:
    """The services that are there for the preview alone go. What cannot be done is told."""
    for name in values.names(operation.paths.services):
        if names.is_service(name) and values.read_or(operation.paths.service(name) / store.OF_PREVIEW, "") == app:
            try:
                making.remove(operation.paths, operation.engine, name)
            except Failure as failure:
                operation.reporter.warn(f"the service {name} could not be removed yet: {failure.text}")
