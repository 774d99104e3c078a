"""A service is made, from its image to its first query. What does not come up leaves nothing."""

from __future__ import annotations

import hashlib

from pocketpaas.operation.unit import Operation
from pocketpaas.service import access, container, kinds, making, processor, store
from pocketpaas.service.making import Wanted
from pocketpaas.service.store import Service
from pocketpaas.state import values

_LONGEST_NAME, _HASH = 30, 6


def own_name(service: str, app: str) -> str:
    """The name of the service that a preview, a clone or a copy has in the place of one that is another app's alone."""
    mark = hashlib.sha256(f"{service}\0{app}".encode()).hexdigest()[:_HASH]
    return f"{service[: _LONGEST_NAME - _HASH - 1].rstrip('-')}-{mark}"


def like(operation: Operation, service: Service, name: str) -> Service:
    """The service of that name, made as the other one is where it is missing. Raises what keeps it from that."""
    found = store.find(operation.paths, name)
    if found is not None and not making.was_cut(found):
        return found
    memory = values.read_or(service.directory / "memory", "")
    return make(operation, Wanted(name, service.kind.name, service.major, memory, service.reference))


def make(operation: Operation, wanted: Wanted) -> Service:
    """The service, which takes queries. Raises what keeps it from that; then nothing of it is left."""
    paths, engine, reporter = operation.paths, operation.engine, operation.reporter
    processor.refuse_without(kinds.named(paths, wanted.kind))
    lock = making.claim(paths, wanted, operation.holder(f"creating {wanted.name}"))
    taking_back = len(operation.undo)
    operation.undo.append(lambda: making.take_back(paths, engine, reporter, wanted.name))
    # A program that was killed may have left some of it.
    making.clear(engine, wanted.name)
    service = making.describe(paths, engine, reporter, wanted, operation.who)
    with container.goes_when_it_fails(service):
        running = container.ensure(paths, engine, service, reporter, operation.holder())
    access.refuse_other_version(engine, service, running)
    values.remove(service.directory / store.MAKING)
    # It is there: what fails after this does not take it back.
    del operation.undo[taking_back:]
    lock.release()
    return service


def stop(operation: Operation, service: Service) -> None:
    """It ends, keeps its data, and stays stopped until it is started. Raises `EngineError`, `CannotWrite`."""
    found = container.find(operation.engine, service)
    values.write(service.directory / "stopped", "")
    if found is not None:
        container.stop(operation.engine, service, (found.id,))
