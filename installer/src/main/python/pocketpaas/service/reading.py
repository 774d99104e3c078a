"""Servers that end for a restore and read what was restored when they start again (Redis and Valkey). Until one has
answered with that, its script `start` keeps the data of before, and takes it back where the server ends earlier."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failed
from pocketpaas.service import container, links, restarts, scripts, spec
from pocketpaas.service.store import Service

_POLL, _READY_SECONDS = 0.2, 120.0
#: So long it may take the engine to start one that has ended: 0.1 s, and twice as long each time, until one has been up
#: for ten seconds. This is between two of those times, as one that has just begun to read must not be ended.
_ENGINE_SECONDS = 1.2
#: The generation, in its label, of a container that only holds the data while the server keeps ending: none has it.
_ASIDE = "aside"
_FAILED = 1


@dataclass
class Place:
    """`inside` is the container in which the scripts run, `server` that of the server: mostly the same one."""

    inside: str
    server: str


def fillable(engine: Engine, service: Service) -> str:
    """The container of a service for a restore into it: one that runs, or of such a server one that should and does not
    come up with what it has. Raises `Refused`, `EngineError`."""
    found = container.find(engine, service)
    if found is not None and service.kind.reads_at_start and not service.is_stopped:
        return found.id
    return container.running(engine, service)


def need_in_use(engine: Engine, service: Service, found: str) -> None:
    """Raises `Failed` where that container is not the one in use: what goes into another one is lost with it, and one
    that was started beside the one in use would answer in its place. Raises `EngineError`."""
    one = container.find(engine, service)
    if one is None or one.id != found:
        raise Failed(
            "service-replaced",
            f"another server has taken the place of that of {service.name} meanwhile",
            "run the command again",
        )


@contextmanager
def place(engine: Engine, service: Service, running: str) -> Iterator[Place]:
    """Where a restore works. Of a server that does not come up, in a container beside it, with nothing but its data:
    nobody could begin a script in its own one. It is started afterwards, whatever has happened. Raises `Failed`, also
    for a container that is not the one in use, `EngineError`."""
    need_in_use(engine, service, running)
    server = running
    ails = _ails(engine, service, running)
    if ails:
        container.stop(engine, service, (running,))
    if not _is_of_today(engine, service, running):
        # What it was made with knows no way back to the data of before.
        server = _made_anew(engine, service, running)
        if not ails:
            _start(engine, server)
            await_read(engine, service, server, "")
    if not ails:
        yield Place(server, server)
        return
    inside = _aside(engine, service)
    try:
        yield Place(inside, server)
    finally:
        containers.remove(engine, (inside,))
        _start(engine, server)


def await_read(engine: Engine, service: Service, server: str, database: str) -> str:
    """Returns when the server answers: why not with what was restored into the database, but with the data of before;
    else nothing. One that gets on with reading is waited for, however long it takes. Raises `Failed`."""
    end, far = time.monotonic() + _READY_SECONDS, b""
    begin: float | None = time.monotonic()
    while time.monotonic() < end:
        try:
            ready = scripts.inside(engine, service, server, "ready")
            ended = scripts.inside(engine, service, server, "restored", database) if ready.ok else None
            if ended is not None and ended.code in (0, _FAILED):
                restarts.note(engine, service, server)
                return "" if ended.ok else ended.complaint
            if ready.out != far:
                end, far = time.monotonic() + _READY_SECONDS, ready.out
        except EngineError:
            # It is just between its end and its start.
            if begin is not None and time.monotonic() - begin > _ENGINE_SECONDS and _waits(engine, server):
                _restart(engine, service, server)
                begin = None
        time.sleep(_POLL)
    raise Failed(
        "too-slow", f"{service.name} took no query after the restore", f"pocketpaas services logs {service.name}"
    )


def _ails(engine: Engine, service: Service, running: str) -> bool:
    """Whether it does not stay up."""
    state = containers.state(engine, running)
    return state is None or state.status != "running" or restarts.is_loop(engine, service, running)


def _waits(engine: Engine, server: str) -> bool:
    """Whether it has ended, and the engine lets time pass before it starts it again."""
    state = containers.state(engine, server)
    return state is not None and state.status == "restarting"


def _restart(engine: Engine, service: Service, server: str) -> None:
    """One call, so that nothing can come between its end and its start."""
    grace = int(service.kind.data["stop-seconds"])
    engine.call("POST", f"/containers/{server}/restart", {"t": str(grace)}, seconds=grace + 60.0)
    # The engine counts anew.
    restarts.note(engine, service, server)


def _is_of_today(engine: Engine, service: Service, server: str) -> bool:
    """Whether it starts by the script that we have now."""
    words = engine.get(f"/containers/{server}/json")["Config"].get("Cmd") or []
    begin = len(service.kind.data["command"])
    return list(words[:begin]) == list(service.kind.command(service.memory, {})[:begin])


def _made_anew(engine: Engine, service: Service, old: str) -> str:
    """Another container with the same data, which does not run yet."""
    container.stop(engine, service, (old,))
    containers.remove(engine, (old,))
    new = containers.create(engine, spec.container(service))
    for link in links.of_service(service):
        container.connect(engine, service, new, link.app)
    return new


def _aside(engine: Engine, service: Service) -> str:
    """A container with the data, and no server."""
    left = [one.id for one in container.all_of(engine, service.name) if one.generation == _ASIDE]
    containers.remove(engine, left)
    own = spec.container(service)
    wanted = replace(
        own,
        name=f"{own.name}.{_ASIDE}",
        command=("sh", "-c", "exec sleep 86400"),
        labels={spec.SERVICE: service.name, spec.GENERATION: _ASIDE},
        network="none",
        aliases=(),
    )
    found = containers.create(engine, wanted)
    containers.start(engine, found)
    return found


def _start(engine: Engine, server: str) -> None:
    containers.set_restart(engine, "unless-stopped", (server,))
    containers.start(engine, server)
