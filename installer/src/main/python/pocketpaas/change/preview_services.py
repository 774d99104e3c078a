"""The services of a preview: for each that its parent is linked to an empty database of its own, a copy of the
parent's, the parent's very database, or nothing, as the parent's live settings say. The variables are the parent's.
Whose link it is its directory says (`preview`), so that what a killed program leaves can be told apart, and goes.

A clone has them in the same way, an empty database or a copy of each; what is a clone's stays."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path

from pocketpaas.change import service_link
from pocketpaas.change.service_release import AppChange
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.operation.clone import Clone
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.release.running import Running
from pocketpaas.service import container, copying, creating, links, making, store
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import moves, names, values
from pocketpaas.state.previews import Policy, Preview


def provide(operation: Operation, preview: Preview) -> None:
    """Returns when the preview has them. Before the build, without the app's lock. Raises what keeps it from that."""
    policy = Policy.of(operation.paths, preview.parent)
    for link in list(links.of_app(operation.paths, preview.parent)):
        mode = policy.service(link.service.name)
        if mode != "none":
            _provide(operation, link, mode)


def provide_clone(operation: Operation, clone: Clone, settings: Path) -> None:
    """The same for an app that is a clone of another one; a service that it has of its own takes the place of the other
    app's in its settings."""
    for link in list(links.of_app(operation.paths, clone.source)):
        own = _provide(operation, link, "copy" if clone.data else "new", is_preview=False)
        asked = settings / "services" / link.service.name
        if own.service.name != link.service.name and asked.exists():
            os.rename(asked, asked.with_name(own.service.name))
            operation.reporter.note(
                f"{link.service.name} holds the data of one app only: {clone.app} has the service {own.service.name} "
                "in its place"
            )


def _provide(operation: Operation, source: Link, mode: str, is_preview: bool = True) -> Link:
    own = Link(_service(operation, source, mode, is_preview), operation.app)
    if own.is_linked and not (own.directory / store.TO_BE_COPIED).exists():
        return own
    holder, reporter = operation.holder(f"linking {operation.app}"), operation.reporter
    with ExitStack() as held:
        for name in sorted({own.service.name, source.service.name}):
            held.callback(store.lock(operation.paths, name, holder, reporter).release)
        lock = locks.app_lock(operation.paths, operation.app, holder, reporter)
        held.callback(lock.release)
        if mode == "share":
            # What the preview writes there would be lost.
            moves.refuse(operation.paths, source.app)
        taking_back = len(operation.undo)
        change = AppChange(operation, Running(), lock, slots.live_release(operation.paths, operation.app))
        _mark(own, source, mode, is_preview)
        service_link.prepare(change, own.service, source.variables)
        if (own.directory / store.TO_BE_COPIED).exists():
            _copy(operation, source, own)
        # It is linked: what fails after this does not take it back.
        del operation.undo[taking_back:]
    return own


def _mark(own: Link, source: Link, mode: str, is_preview: bool) -> None:
    """Before anything is made, so that nothing is ever there whose end nobody knows."""
    values.make_directory(own.directory)
    if is_preview:
        values.write(own.directory / store.OF_PREVIEW, source.app)
    if mode == "share":
        own.share(source)
    if mode == "copy" and not own.is_linked:
        values.write(own.directory / store.TO_BE_COPIED, source.app)


def _copy(operation: Operation, source: Link, own: Link) -> None:
    words = f"{source.app} in {source.service.name} to {own.app}"
    operation.reporter.step("service-copy", "start", words)
    try:
        running = [container.running(operation.engine, one.service) for one in (source, own)]
        copying.copy(operation.engine, source, running[0], own, running[1])
    except Exception:
        operation.reporter.step("service-copy", "fail")
        raise
    values.remove(own.directory / store.TO_BE_COPIED)
    operation.reporter.step("service-copy", "done", words)


# ---------------------------------------------------------------- a service of its own


def _service(operation: Operation, source: Link, mode: str, is_preview: bool) -> Service:
    """The service that holds the app's data: the other app's, unless its kind keeps no two apps apart."""
    service = source.service
    if mode == "share" or service.kind.apps > 1:
        return service
    name = creating.own_name(service.name, operation.app)
    if is_preview and store.find(operation.paths, name) is None:
        values.make_directory(operation.paths.services)
        values.make_directory(operation.paths.service(name))
        values.write(operation.paths.service(name) / store.OF_PREVIEW, operation.app)
    return creating.like(operation, service, name)


def remove_own(operation: Operation, app: str) -> None:
    """The services that are there for the preview alone go. What cannot be done is told."""
    for name in values.names(operation.paths.services):
        if names.is_service(name) and values.read_or(operation.paths.service(name) / store.OF_PREVIEW, "") == app:
            try:
                lock = store.lock(operation.paths, name, operation.holder(), operation.reporter)
                try:
                    making.remove(operation.paths, operation.engine, name)
                finally:
                    lock.release()
            except Failure as failure:
                operation.reporter.warn(f"the service {name} could not be removed yet: {failure.text}")
