"""Which services the app has data in, and which addresses it gets of them, as the host tells that it leaves: it goes
along with the app each time, and the other host makes it so, whatever was linked, unlinked or promoted since the app
was there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import linking
from pocketpaas.change import service_link
from pocketpaas.failure import Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.service import creating
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.service.making import Wanted
from pocketpaas.service.store import Service
from pocketpaas.state import names, values

_PLACE, _LINKED, _VARIABLES = "services", "linked", "variables"


@dataclass(frozen=True)
class Told:
    """A service in which the app has data. `image`: what a new one is made of. It may log in where it `is_linked`; the
    variables hold the address then."""

    name: str
    kind: str
    major: str
    memory: str
    image: str
    is_linked: bool
    variables: tuple[str, ...]


def write(directory: Path, app: str, used: Iterable[Service]) -> None:
    """Notes it of each of the services. Raises `CannotWrite`, `Damaged`."""
    values.make_directory(directory / _PLACE)
    for service in used:
        link, place = Link(service, app), directory / _PLACE / service.name
        values.make_directory(place)
        facts = {"type": service.kind.name, "major": service.major, "memory": str(service.memory)}
        facts |= {"reference": service.reference, "digest": service.digest}
        for name, text in facts.items():
            values.put(place / name, text)
        if link.is_linked:
            values.touch(place / _LINKED)
            values.write_lines(place / _VARIABLES, link.variables)


def read(directory: Path) -> tuple[Told, ...] | None:
    """What was noted; None of a host whose programs note nothing. Raises `Failed`."""
    if not (directory / _PLACE).is_dir():
        return None
    return tuple(_told(directory / _PLACE / name) for name in values.names(directory / _PLACE))


def _told(place: Path) -> Told:
    is_linked, variables = (place / _LINKED).exists(), values.lines(place / _VARIABLES)
    found = of_facts(place, variables if is_linked else None)
    if (
        not names.is_service(found.name)
        or rules.service(found.kind) is None
        or not all(map(names.is_variable, variables))
    ):
        raise Failed("backup-damaged", "what came over is damaged: it names what is no service")
    return found


def of_facts(place: Path, variables: tuple[str, ...] | None) -> Told:
    """The same by the facts of the service alone, and the variables of an app that is linked."""
    digest = values.read_or(place / "digest", "")
    image = digest if names.is_image_reference(digest) else values.read_or(place / "reference", "")
    kind, major, memory = (values.read_or(place / name, "") for name in ("type", "major", "memory"))
    return Told(place.name, kind, major, memory, image, variables is not None, variables or ())


def as_here(service: Service, app: str) -> Told:
    """What is so already."""
    link = Link(service, app)
    facts = (service.name, service.kind.name, service.major, str(service.memory), service.digest)
    return Told(*facts, link.is_linked, link.variables)


def settle(operation: Operation, told: Told, making: Callable[[str], None] = lambda name: None) -> Service:
    """The service is there, one of the same kind and image where it was missing (`making` is told before), and the app
    may log in where it could. Where it could not, it still can: a release that serves may need it (`unlink`). Raises
    what keeps it from that."""
    service = services.find(operation.paths, told.name)
    if service is None:
        making(told.name)
        service = creating.make(operation, Wanted(told.name, told.kind, told.major, told.memory, told.image))
    if service.kind.name != told.kind:
        raise Refused(
            "service-there",
            f"the service {told.name} is {service.kind.name} on one of the hosts, and {told.kind} on the other one",
            "run the same command again",
        )
    link = Link(service, operation.app)
    if told.is_linked and not link.is_linked:
        linking.make(operation, link, told.variables)
    elif told.is_linked and link.variables != told.variables:
        link.keep_variables(told.variables)
    return service


def unlink(operation: Operation, service: Service) -> None:
    """The app may not log in any more; its data stays. Raises `Failed`, `EngineError`."""
    link = Link(service, operation.app)
    if link.is_linked:
        lock = services.lock(operation.paths, service.name, operation.holder(), operation.reporter)
        try:
            service_link.give_up(link)
            service_link.drop(operation, link)
        finally:
            lock.release()
