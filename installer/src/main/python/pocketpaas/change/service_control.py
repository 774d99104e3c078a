"""Starts, stops, restarts and destroys a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from pocketpaas.change import outcome
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, Cancelled, Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container, creating, links, making, own_settings, retiring, store
from pocketpaas.service.store import Service
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths


def _locked(
    operation: Operation, arguments: Sequence[str], need: Callable[[HostPaths, str], Service] = store.need
) -> Service:
    """The service, its lock held to the end of the operation."""
    if len(arguments) != 1:
        raise BadRequest("one service is needed")
    found = need(operation.paths, arguments[0])
    store.lock(operation.paths, found.name, operation.holder(), operation.reporter)
    return need(operation.paths, found.name)


def _refuse_closed(operation: Operation, service: Service) -> None:
    """Raises `Refused` while an app of the service is closed to be moved: what is copied out of it would be cut off,
    and nobody is served any sooner."""
    for link in links.of_service(service):
        if moves.phase(operation.paths, link.app) == moves.CLOSED:
            moves.refuse(operation.paths, link.app)


def stop(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME: it keeps its data, and stays stopped until it is started."""
    service = _locked(operation, arguments)
    _refuse_closed(operation, service)
    found = container.find(operation.engine, service)
    if service.is_stopped and (found is None or not found.runs):
        return _nothing(operation, f"{service.name} is stopped already")
    operation.reporter.step("service-stop", "start", service.name)
    creating.stop(operation, service)
    operation.reporter.step("service-stop", "done")
    return _done(operation, service)


def start(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME."""
    service = _locked(operation, arguments)
    found = container.find(operation.engine, service)
    # One whose start was killed runs, and is not done with it.
    if not service.is_stopped and found is not None and found.runs and container.is_kept_up(operation.engine, found.id):
        return _nothing(operation, f"{service.name} runs already")
    return _start(operation, service)


def restart(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME: it ends and starts again, in a new container where its settings are others than before."""
    service = _locked(operation, arguments)
    _refuse_closed(operation, service)
    own_settings.of(service)
    found = container.find(operation.engine, service)
    with _comes_back(service):
        if found is not None and found.runs:
            operation.reporter.step("service-stop", "start", service.name)
            container.stop(operation.engine, service, (found.id,))
            operation.reporter.step("service-stop", "done")
        return _start(operation, service)


@contextmanager
def _comes_back(service: Service) -> Iterator[None]:
    """The host's timer starts it again where this is killed, or ended from outside. What ends otherwise has told
    how."""
    values.put(service.directory / store.RESTARTING, "")
    try:
        yield
    except Cancelled:
        raise
    except BaseException:
        values.remove(service.directory / store.RESTARTING)
        raise
    values.remove(service.directory / store.RESTARTING)


def _start(operation: Operation, service: Service) -> int:
    # Refused before anything is done.
    own_settings.of(service)
    values.remove(service.directory / "stopped")
    engine, reporter = operation.engine, operation.reporter
    running = container.ensure(operation.paths, engine, service, reporter, operation.holder())
    for flag in (store.MAKING, store.RESTARTING):
        values.remove(service.directory / flag)
    try:
        retiring.drop_left(engine, service, running)
    except (EngineError, Failed) as failure:
        reporter.warn(f"a login of an app that is not linked any more stays for some minutes: {failure.text}")
    return _done(operation, service)


def destroy(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME: with all its data. Refused while an app is linked to it. What was cut off goes on."""
    service = _locked(operation, arguments, store.known)
    linked = [link.app for link in links.of_service(service)]
    if linked:
        raise Refused(
            "service-linked",
            f"{service.name} is in use by {', '.join(linked)}",
            "; ".join(f"pocketpaas services unlink {service.name} --app {app}" for app in linked),
        )
    operation.reporter.step("service-data", "start", service.name)
    making.remove(operation.paths, operation.engine, service.name)
    operation.reporter.step("service-data", "done")
    return _done(operation, service)


def _nothing(operation: Operation, why: str) -> int:
    operation.reporter.note(f"Nothing to do: {why}.")
    operation.reporter.result("unchanged", "yes")
    return 0


def _done(operation: Operation, service: Service) -> int:
    operation.reporter.result("service", service.name)
    outcome.tell_seconds(operation)
    return 0
