"""The services of the host: a tree, NAME/… (docs/protocol.md, "Answers of the queries").

Arguments: list | info NAME.
"""

from __future__ import annotations

from pocketpaas.backup.store import Record
from pocketpaas.engine import containers, parallel
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Failure
from pocketpaas.machine.request import Request, answer
from pocketpaas.service import container, links, scripts, store
from pocketpaas.service.store import Service
from pocketpaas.state import values

_FACTS = ("major", "reference", "digest", "created", "who", "network")
_SECONDS = 10.0


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
        return answer(_told(engine, store.need(request.paths, more[0])))
    raise BadRequest("services: list, or info NAME")


def _told(engine: Engine, service: Service) -> dict[str, str]:
    prefix = f"{service.name}/"
    found = {
        f"{prefix}type": service.kind.name,
        f"{prefix}memory": str(service.memory),
        f"{prefix}port": str(service.kind.port),
    }
    for name in _FACTS:
        value = values.read(service.directory / name)
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
    one = container.find(engine, service)
    found[f"{prefix}state"] = _state(engine, service, one)
    if one is not None and one.runs:
        found |= {prefix + name: value for name, value in _measured(engine, service, one.id).items()}
    return found


def _state(engine: Engine, service: Service, one: container.Found | None) -> str:
    """running, stopped (on purpose), crash-loop (it keeps ending), down (it should run and does not)."""
    if one is None or not one.runs:
        return "stopped" if service.is_stopped else "down"
    facts = containers.inspect(engine, one.id)
    return "crash-loop" if facts is not None and facts.is_crash_loop else "running"


def _measured(engine: Engine, service: Service, running: str) -> dict[str, str]:
    """size (bytes), connections, version; none where the server does not tell within seconds."""
    try:
        ended = scripts.inside(engine, service, running, "facts", seconds=_SECONDS)
    except (EngineError, Failure, OSError):
        return {}
    if not ended.ok:
        return {}
    lines = (line.partition(" ") for line in ended.out.decode("utf-8", "replace").splitlines())
    return {name: value for name, _, value in lines if name in ("size", "connections", "version")}
