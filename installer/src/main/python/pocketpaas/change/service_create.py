"""Makes a service: its image, its container, its data. What does not come up leaves nothing."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas import rules
from pocketpaas.failure import BadRequest
from pocketpaas.operation.unit import Operation
from pocketpaas.release import memory as memory_of_host
from pocketpaas.service import creating
from pocketpaas.service.making import Wanted
from pocketpaas.state import names


def create(operation: Operation, arguments: Sequence[str]) -> int:
    """NAME TYPE MAJOR MEMORY IMAGE; `-` for what nobody says."""
    if len(arguments) != 5:
        raise BadRequest("service create: NAME TYPE MAJOR MEMORY IMAGE")
    name, kind, major, memory, image = ("" if word == "-" else word for word in arguments)
    if memory and not names.is_number(memory, *rules.limits("service-memory")):
        raise BadRequest(f"{memory} is not a number of bytes that a service can have")
    has = memory_of_host.total()
    if memory and 0 < has < int(memory):
        operation.reporter.note(f"{name} may use {int(memory) >> 20} MB, and this host has {has >> 20} MB of memory")
    creating.make(operation, Wanted(name, kind, major, memory, image))
    operation.reporter.result("service", name)
    return 0
