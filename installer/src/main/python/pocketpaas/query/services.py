"""The services of the host: a tree, NAME/… (docs/protocol.md, "Answers of the queries").

Arguments: list | info NAME.
"""

from __future__ import annotations

from pocketpaas.backup.record import Record
from pocketpaas.engine import parallel
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest
from pocketpaas.machine.request import Request, answer
from pocketpaas.service import access, container, links, restarts, store
from pocketpaas.service.generations import Kept
from pocketpaas.service.store import Service
from pocketpaas.state import values
from pocketpaas.state.clock import text_of

_FACTS, _OF_GENERATION = ("created", "who", "network"), ("major", "reference", "digest")


def serve(request: Request) -> int:
    """See the module."""
    what, *more = request.arguments
    engine = Engine(request.paths)
    engine.look()
    if what == "list" and not more:
        services = store.all_of(request.paths)
        found: dict[str, str] = {}
        for told in parallel.each(lambda one: _told(engine, one), services):
            found |= told
        return answer(found)
    if what == "info" and len(more) == 1:
        return answer(_told(engine, store.known(request.paths, more[0])))
    raise BadRequest("services: list, or info NAME")


def _told(engine: Engine, service: Service) -> dict[str, str]:
    prefix = f"{service.name}/"
    found = {
        f"{prefix}type": service.kind.name,
        f"{prefix}memory": str(service.memory),
        f"{prefix}port": str(service.kind.port),
    }
    for directory, facts in ((service.directory, _FACTS), (service.facts, _OF_GENERATION)):
        for name in facts:
            value = values.read(directory / name)
            if value is not None:
                found[prefix + name] = value
    linked = links.of_service(service)
    found[f"{prefix}apps"] = "\n".join(link.app for link in linked)
    found[f"{prefix}data"] = "\n".join(app for app in service.apps() if app not in [link.app for link in linked])
    for link in linked:
        found[f"{prefix}link/{link.app}/variables"] = "\n".join(link.variables)
        found[f"{prefix}link/{link.app}/database"] = link.database
        found[f"{prefix}link/{link.app}/login"] = link.login.name
    record = Record.of(service)
    for name in ("at", "size", "failed", "failed-at", "drill", "drill-at"):
        if record.text(name):
            found[f"{prefix}backup/{name}"] = record.text(name)
    kept = Kept.of(service)
    if kept is not None:
        found[f"{prefix}kept/major"] = service.as_of(kept.generation).major
        found[f"{prefix}kept/until"] = text_of(kept.until)
    one = container.find(engine, service)
    found[f"{prefix}state"] = _state(engine, service, one)
    if one is not None and one.runs and not service.is_going:
        found |= {prefix + name: value for name, value in access.measured(engine, service, one.id).items()}
    return found


def _state(engine: Engine, service: Service, one: container.Found | None) -> str:
    """running, stopped (on purpose), crash-loop (it keeps ending), down (it should run and does not), destroying (that
    was begun, and may have been cut off)."""
    if service.is_going:
        return "destroying"
    if one is None or not one.runs:
        return "stopped" if service.is_stopped else "down"
    return "crash-loop" if restarts.is_loop(engine, service, one.id) else "running"
