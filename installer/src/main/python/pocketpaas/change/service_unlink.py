"""Unlinks an app from a service, by a release of the app; and removes the data of one that is not linked."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.change import service_link, service_release
from pocketpaas.change.service_release import AppChange
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, links, moving
from pocketpaas.service.generations import Kept
from pocketpaas.service.links import Link
from pocketpaas.state import moves

#: The word for an app's data that is to go.
_DATA = "data"


def unlink(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME APP [data]: a release without the address, then the login goes; the database stays. With `data` that goes,
    of an app that is not linked; also of one that is not on the host."""
    if len(arguments) > 3 or list(arguments[2:]) not in ([], [_DATA]):
        raise BadRequest(f"service unlink: NAME APP [{_DATA}]")
    service, app = service_link.locked(operation, arguments[:2])
    if len(arguments) == 3:
        return _remove_data(operation, Link(service, app))
    with service_release.of_app(operation, app) as change:
        wanted = Link(service, app)
        if not wanted.is_linked:
            # Killed before its end, the login is there, which nothing uses.
            if wanted.old_logins():
                service_link.drop(operation, wanted)
            return service_link.ended(change, 0)
        earlier, lost = service_release.Before(change), set(wanted.variables) & set(service.kind.variables)
        release = service_release.make(change, f"service {service.name} unlinked", {service.name: ()}, earlier.end)
        service_link.give_up(wanted)
        operation.reporter.note(f"the data stays in {service.name}: link it again, or destroy the service")
        _tell_others(change, lost)
        earlier.await_end()
        service_link.drop(operation, wanted)
        return service_link.ended(change, release)


def _remove_data(operation: Operation, wanted: Link) -> int:
    """Raises `Refused` where the app has none there, or still uses it."""
    service, app = wanted.service, wanted.app
    if app not in service.users():
        known = ", ".join(service.users())
        cure = f"--app NAME, one of: {known}" if known else "there is nothing to remove"
        raise Refused("no-data", f"{app} has no data in {service.name}", cure)
    # A login whose app is gone is nobody's.
    using = [one for one in links.of_service(service) if app in (one.app, one.shares)]
    if using:
        raise Refused(
            "service-linked",
            f"the data of {app} in {service.name} is in use by {', '.join(one.app for one in using)}",
            "; ".join(f"pocketpaas services unlink {service.name} --app {one.app}" for one in using),
        )
    moves.refuse(operation.paths, app)
    if Kept.of(service) is not None and not moving.answers(operation.engine, service):
        # What is kept may be the only server that runs, and going back to it waits for nothing but this.
        wanted.give_up(True)
        operation.reporter.note(f"{service.name} does not run: the data of {app} go when it does, or with it")
        operation.reporter.result("service", service.name)
        return 0
    running = container.running(operation.engine, service)
    words = f"{app} in {service.name}"
    operation.reporter.step("service-data", "start", words)
    # Killed from here on, the host's timer goes on with it.
    wanted.give_up(True)
    access.leave(operation.engine, wanted, running, True)
    wanted.forget(True)
    operation.reporter.step("service-data", "done", words)
    operation.reporter.result("service", service.name)
    return 0


def _tell_others(change: AppChange, lost: set[str]) -> None:
    """The usual variables are nobody's now: another service may be meant to have them."""
    for other in links.of_app(change.operation.paths, change.app):
        if lost & set(other.service.kind.variables):
            change.operation.reporter.hint(
                f"{change.app} has no {' and '.join(sorted(lost))} any more; to give it the address of "
                f"{other.service.name}: pocketpaas services promote {other.service.name} --app {change.app}"
            )
