"""Makes a service: its image, its container, its data. What does not come up leaves nothing."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas import rules
from pocketpaas.failure import BadRequest
from pocketpaas.operation.unit import Operation
from pocketpaas.service import container, making
from pocketpaas.service.making import Wanted
from pocketpaas.service.store import Service
from pocketpaas.state import names


def create(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME TYPE MAJOR MEMORY IMAGE; `-` for what nobody says."""
    if len(arguments) != 5:
        raise BadRequest("service create: NAME TYPE MAJOR MEMORY IMAGE")
    name, kind, major, memory, image = ("" if word == "-" else word for word in arguments)
    if memory and not names.is_number(memory, *rules.limits("service-memory")):
        raise BadRequest(f"{memory} is not a number of bytes that a service can have")
    make(operation, Wanted(name, kind, major, memory, image))
    operation.reporter.result("service", name)
    return 0


def make(operation: Operation, wanted: Wanted) -> Service:
    """The service, which takes queries. Raises what keeps it from that; then nothing of it is left."""
    paths, engine, reporter = operation.paths, operation.engine, operation.reporter
    lock = making.claim(paths, wanted, operation.holder(f"creating {wanted.name}"))
    taking_back = len(operation.undo)
    operation.undo.append(lambda: making.take_back(paths, engine, reporter, wanted.name))
    # A program that was killed may have left some of it.
    making.clear(engine, wanted.name)
    service = making.describe(paths, engine, reporter, wanted, operation.who)
    container.ensure(paths, engine, service, reporter, operation.holder())
    # It is there: what fails after this does not take it back.
    del operation.undo[taking_back:]
    lock.release()
    return service
