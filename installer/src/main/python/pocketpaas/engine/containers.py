"""Containers: made, listed and removed by label and id only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pocketpaas.engine import parallel
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.state.clock import seconds_of

if TYPE_CHECKING:
    from pocketpaas.engine.spec import ContainerSpec

#: The label of an app's containers, images, networks and volumes; that of what a build works with.
APP, BUILD = "pocketpaas.app", "pocketpaas.build"
#: Of an app's containers.
RELEASE, TYPE, SLOT, INSTANCE = "pocketpaas.release", "pocketpaas.type", "pocketpaas.slot", "pocketpaas.instance"
#: Of a container that runs in the background (`schedule.runs`): the run's id.
RUN = "pocketpaas.run"
#: Of a container that is a task of a cluster's service: the managers look after those, we only look at them.
TASK = "com.docker.swarm.task.id"
#: What may have to copy, or to wait for a slow disk.
_PATIENCE = 300.0


@dataclass(frozen=True)
class Container:
    """One of an app's containers as the engine lists it. `state`: created, running, restarting, exited, paused, dead.
    Numbers that are none are 0."""

    id: str
    app: str
    release: int
    type: str
    slot: str
    instance: int
    state: str

    @property
    def runs(self) -> bool:
        """Whether it should be running, in the engine's eyes."""
        return self.state in ("running", "restarting")


@dataclass(frozen=True)
class ContainerFacts:
    """What the engine tells of one container. `started` is a time as the engine writes it; `pid` 0 and no `address`
    while it does not run."""

    id: str
    app: str
    release: int
    type: str
    slot: str
    instance: int
    state: str
    started: str
    restarts: int
    pid: int
    code: int
    oom_killed: bool
    memory: int
    cpus: int
    address: str
    tty: bool

    @property
    def is_crash_loop(self) -> bool:
        """Whether a process that should run keeps ending."""
        return is_crash_loop(self.state, self.restarts, self.started)


@dataclass(frozen=True)
class State:
    """`status` as in `Container.state`, and the code that it has ended with."""

    status: str
    code: int

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("running", "restarting", "paused")


# ---------------------------------------------------------------- looking


def listed(engine: Engine, labels: Iterable[str], statuses: Iterable[str] = ()) -> tuple[Container, ...]:
    """The containers that have all of the labels (`key` or `key=value`) and one of the statuses, in whatever state
    where none is named. Not those that are tasks of a cluster."""
    filters = {"label": list(labels)}
    if found := list(statuses):
        filters["status"] = found
    documents = engine.list("/containers/json", filters, all="1")
    return tuple(container_of(one) for one in documents if TASK not in (one.get("Labels") or {}))


def list_of_app(engine: Engine, app: str) -> tuple[Container, ...]:
    """The app's processes and release commands. Neither builds nor `run`."""
    found = listed(engine, (f"{APP}={app}", SLOT))
    return tuple(one for one in found if one.slot in ("blue", "green", "release"))


def in_slot(engine: Engine, app: str, slot: str) -> tuple[str, ...]:
    """The ids of the app's containers in that slot."""
    return tuple(one.id for one in list_of_app(engine, app) if one.slot == slot)


def of_run(engine: Engine, run: str) -> tuple[str, ...]:
    """The ids of the containers of a run in the background."""
    return tuple(one.id for one in listed(engine, (f"{RUN}={run}",)))


def there(engine: Engine, ids: Iterable[str]) -> tuple[str, ...]:
    """Those that the engine still has, in whatever state. An engine that is away has them all the same: it is waited
    for; raises `NoEngine`."""
    wanted = list(ids)
    if not wanted:
        return ()
    for again in (True, False):
        try:
            return tuple(one["Id"] for one in engine.list("/containers/json", {"id": wanted}, all="1"))
        except EngineAway:
            if not again:
                raise
            engine.need()
    return ()


def inspect(engine: Engine, container: str) -> ContainerFacts | None:
    """What the engine tells of it; None where it knows no such container."""
    try:
        return _facts(engine.get(f"/containers/{container}/json"))
    except EngineError as error:
        if error.status == 404:
            return None
        raise


def inspect_all(engine: Engine, ids: Iterable[str]) -> dict[str, ContainerFacts]:
    """The same of several, by id; those that the engine does not know, or does not tell of, are not in it."""
    wanted = list(dict.fromkeys(ids))
    found = parallel.tried(lambda one: inspect(engine, one), wanted)
    return {one: facts for one, facts in zip(wanted, found) if isinstance(facts, ContainerFacts)}


def state(engine: Engine, container: str) -> State | None:
    """Whether it runs, and how it ended; None where the engine does not tell."""
    try:
        facts = inspect(engine, container)
    except EngineError:
        return None
    return None if facts is None else State(facts.state, facts.code)


def is_crash_loop(status: str, restarts: int, started: str) -> bool:
    """Whether a process that should run keeps ending: the engine has started it again more than once, and the last time
    it has not been up for a minute yet. `started` as the engine writes it."""
    if restarts < 2:
        return False
    if status != "running":
        return True
    at = seconds_of(started)
    return at is not None and time.time() - at < 60


# ---------------------------------------------------------------- changing


def create(engine: Engine, spec: ContainerSpec) -> str:
    """Makes it; the id. Raises `EngineError`."""
    query = {"name": spec.name} if spec.name else {}
    answer = engine.call("POST", "/containers/create", query, document=spec.document(), seconds=_PATIENCE)
    found = answer.get("Id", "") if isinstance(answer, dict) else ""
    if not found:
        raise EngineError(500, "the Docker engine gave no container id")
    return str(found)


def start(engine: Engine, container: str) -> None:
    """Starts it; nothing where it runs. Raises `EngineError`."""
    engine.call("POST", f"/containers/{container}/start", seconds=_PATIENCE)


def stop(engine: Engine, grace: int, ids: Iterable[str]) -> None:
    """The stop signal, `grace` seconds, SIGKILL; all at once. What fails here is looked at by whoever removes them."""
    parallel.tried(lambda one: _stop(engine, grace, one), ids)


def _stop(engine: Engine, grace: int, container: str) -> None:
    engine.call("POST", f"/containers/{container}/stop", {"t": str(grace)}, seconds=grace + 60.0)
    # What lists containers is a copy, which the engine brings up to date a moment after it has answered here. It holds
    # the container's lock meanwhile, so that whoever has inspected it since finds it ended in the list, too.
    inspect(engine, container)


def pause(engine: Engine, container: str) -> None:
    """Its processes are frozen. Raises `EngineError` (409: it does not run)."""
    engine.call("POST", f"/containers/{container}/pause")


def unpause(engine: Engine, container: str) -> None:
    """They go on. Raises `EngineError` (409: they were not frozen)."""
    engine.call("POST", f"/containers/{container}/unpause")


def kill(engine: Engine, container: str) -> None:
    """SIGKILL; nothing where it has ended or is gone. Raises `EngineError`."""
    try:
        engine.call("POST", f"/containers/{container}/kill")
    except EngineError as error:
        if error.status not in (404, 409):
            raise


def remove(engine: Engine, ids: Iterable[str]) -> bool:
    """Gone, whatever their state, with their anonymous volumes; all at once. Whether none is left: one that is gone
    already (404), or is being removed by somebody else (409), is as good."""
    left = [one for one in parallel.tried(lambda one: _remove(engine, one), ids) if isinstance(one, Exception)]
    return not any(not isinstance(one, EngineError) or one.status not in (404, 409) for one in left)


def _remove(engine: Engine, container: str) -> None:
    engine.call("DELETE", f"/containers/{container}", {"force": "1", "v": "1"}, seconds=_PATIENCE)


def set_restart(engine: Engine, policy: str, ids: Iterable[str]) -> None:
    """`no`, or `unless-stopped`. A candidate must not be restarted (its exit is an answer); what serves must. Each is
    asked for twice. Raises `EngineError`."""
    document = {"RestartPolicy": {"Name": policy}}

    def ask(container: str) -> None:
        engine.call("POST", f"/containers/{container}/update", document=document)

    wanted = list(ids)
    for container, result in zip(wanted, parallel.tried(ask, wanted)):
        if isinstance(result, Exception):
            ask(container)


def wait(engine: Engine, container: str, seconds: float | None = None) -> int:
    """The code that it ends with, waiting `seconds` at most. Raises `EngineError`."""
    answer = engine.call("POST", f"/containers/{container}/wait", seconds=seconds)
    return int(answer["StatusCode"])


# ---------------------------------------------------------------- the engine's documents


def _number(text: object) -> int:
    found = str(text or "")
    return int(found) if found.isascii() and found.isdigit() else 0


def container_of(document: Mapping[str, Any]) -> Container:
    """What the engine's list says of one."""
    labels = document.get("Labels") or {}
    return Container(
        id=str(document["Id"]),
        app=str(labels.get(APP, "")),
        release=_number(labels.get(RELEASE)),
        type=str(labels.get(TYPE, "")),
        slot=str(labels.get(SLOT, "")),
        instance=_number(labels.get(INSTANCE)),
        state=str(document.get("State", "")),
    )


def _facts(document: Mapping[str, Any]) -> ContainerFacts:
    config, at, host = document.get("Config") or {}, document.get("State") or {}, document.get("HostConfig") or {}
    labels = config.get("Labels") or {}
    networks = (document.get("NetworkSettings") or {}).get("Networks") or {}
    return ContainerFacts(
        id=str(document["Id"]),
        app=str(labels.get(APP, "")),
        release=_number(labels.get(RELEASE)),
        type=str(labels.get(TYPE, "")),
        slot=str(labels.get(SLOT, "")),
        instance=_number(labels.get(INSTANCE)),
        state=str(at.get("Status", "")),
        started=str(at.get("StartedAt", "")),
        restarts=int(document.get("RestartCount") or 0),
        pid=int(at.get("Pid") or 0),
        code=int(at.get("ExitCode") or 0),
        oom_killed=bool(at.get("OOMKilled")),
        memory=int(host.get("Memory") or 0),
        cpus=int(host.get("NanoCpus") or 0),
        address=next((str(one["IPAddress"]) for one in networks.values() if one.get("IPAddress")), ""),
        tty=bool(config.get("Tty")),
    )
