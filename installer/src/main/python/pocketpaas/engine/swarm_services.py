"""What runs on the machines of a cluster (https://docs.docker.com/reference/api/engine/, "Service", "Task", "Config").
All but `local_tasks` needs a manager, and a majority of them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import Container

_TASK_NAME = "com.docker.swarm.task.name"
_NOT_THERE = 404
_PATIENCE = 40.0


@dataclass(frozen=True)
class Task:
    """One run of a service's process. `state` as the engine says it: new, pending, assigned, accepted, preparing,
    ready, starting, running, complete, shutdown, failed, rejected, orphaned; `wanted` is the state that it shall have.
    `slot` counts from 1 (0 for one that runs on each machine);
    `since` is a time as the engine writes it; `labels` are those of its container."""

    id: str
    service: str
    node: str
    slot: int
    state: str
    wanted: str
    container: str
    message: str
    code: int
    since: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def runs(self) -> bool:
        """Whether it is up and shall be."""
        return self.state == "running" and self.wanted == "running"

    @property
    def has_failed(self) -> bool:
        """Whether it ended, or could not begin."""
        return self.state in ("failed", "rejected", "complete")


@dataclass(frozen=True)
class Service:
    """A service: `version` is what a change has to name, `spec` the engine's own document."""

    id: str
    name: str
    version: int
    spec: dict[str, Any]

    @property
    def labels(self) -> Mapping[str, str]:
        """Those of the service itself."""
        found: Mapping[str, str] = self.spec.get("Labels") or {}
        return found


# ---------------------------------------------------------------- services


def services(engine: Engine, label: str) -> tuple[Service, ...]:
    """Those that have the label (`key` or `key=value`). Raises `EngineError`."""
    return tuple(_service(one) for one in engine.list("/services", {"label": [label]}))


def service(engine: Engine, name: str) -> Service | None:
    """The one of that name; None where there is none. Raises `EngineError`."""
    try:
        return _service(engine.get(f"/services/{name}"))
    except EngineError as error:
        if error.status == _NOT_THERE:
            return None
        raise


def create_service(engine: Engine, document: Mapping[str, Any]) -> str:
    """Makes it; the id. Raises `EngineError`."""
    return str(engine.call("POST", "/services/create", document=document, seconds=_PATIENCE)["ID"])


def update_service(engine: Engine, found: Service, document: Mapping[str, Any]) -> None:
    """It becomes what the document says. Raises `EngineError`, also where somebody has changed it since."""
    engine.call(
        "POST", f"/services/{found.id}/update", {"version": str(found.version)}, document=document, seconds=_PATIENCE
    )


def remove_service(engine: Engine, name: str) -> None:
    """Its tasks end; nothing where there is none. Raises `EngineError`."""
    try:
        engine.call("DELETE", f"/services/{name}", seconds=_PATIENCE)
    except EngineError as error:
        if error.status != _NOT_THERE:
            raise


def tasks(engine: Engine, name: str) -> tuple[Task, ...]:
    """The tasks of a service, old ones too. Raises `EngineError`."""
    return tuple(_task(one) for one in engine.list("/tasks", {"service": [name]}))


def wanted_tasks(engine: Engine) -> tuple[Task, ...]:
    """The tasks of all services that shall run. Raises `EngineError`."""
    return tuple(_task(one) for one in engine.list("/tasks", {"desired-state": ["running"]}))


def _service(document: Mapping[str, Any]) -> Service:
    spec = dict(document["Spec"])
    return Service(str(document["ID"]), str(spec["Name"]), int(document["Version"]["Index"]), spec)


def _task(document: Mapping[str, Any]) -> Task:
    status = document.get("Status") or {}
    container = status.get("ContainerStatus") or {}
    return Task(
        id=str(document["ID"]),
        service=str(document.get("ServiceID", "")),
        node=str(document.get("NodeID", "")),
        slot=int(document.get("Slot") or 0),
        state=str(status.get("State", "")),
        wanted=str(document.get("DesiredState", "")),
        container=str(container.get("ContainerID", "")),
        message=str(status.get("Err") or status.get("Message") or ""),
        code=int(container.get("ExitCode") or 0),
        since=str(status.get("Timestamp", "")),
        labels=((document.get("Spec") or {}).get("ContainerSpec") or {}).get("Labels") or {},
    )


# ---------------------------------------------------------------- files that the managers keep


@dataclass(frozen=True)
class Config:
    """A file that the managers hand to tasks: its content never changes, its labels may."""

    id: str
    name: str
    version: int
    labels: Mapping[str, str]


def configs(engine: Engine, label: str) -> tuple[Config, ...]:
    """Those that have the label. Raises `EngineError`."""
    return tuple(_config(one) for one in engine.list("/configs", {"label": [label]}))


def config(engine: Engine, name: str) -> Config | None:
    """The one of that name; None where there is none. Raises `EngineError`."""
    found = [one for one in engine.list("/configs", {"name": [name]}) if one["Spec"]["Name"] == name]
    return _config(found[0]) if found else None


def create_config(engine: Engine, name: str, content: bytes, labels: Mapping[str, str]) -> str:
    """Makes it; the id. Raises `EngineError` (409: there is one of that name)."""
    document = {"Name": name, "Labels": dict(labels), "Data": base64.b64encode(content).decode("ascii")}
    return str(engine.call("POST", "/configs/create", document=document, seconds=_PATIENCE)["ID"])


def label_config(engine: Engine, found: Config, labels: Mapping[str, str]) -> None:
    """Other labels, all of them, unless somebody has changed it since `found` was read: then `EngineError`. Only a
    majority of the managers can do that."""
    spec = dict(engine.get(f"/configs/{found.id}")["Spec"])
    spec["Labels"] = dict(labels)
    engine.call(
        "POST", f"/configs/{found.id}/update", {"version": str(found.version)}, document=spec, seconds=_PATIENCE
    )


def remove_config(engine: Engine, name: str) -> None:
    """Gone; nothing where there is none. Raises `EngineError` where a service uses it."""
    try:
        engine.call("DELETE", f"/configs/{name}")
    except EngineError as error:
        if error.status != _NOT_THERE:
            raise


def _config(document: Mapping[str, Any]) -> Config:
    spec = document["Spec"]
    return Config(str(document["ID"]), str(spec["Name"]), int(document["Version"]["Index"]), spec.get("Labels") or {})


# ---------------------------------------------------------------- tasks on this machine (any)


def local_tasks(engine: Engine, app: str, slot: str, status: str = "running") -> tuple[Container, ...]:
    """The containers of this machine that are tasks of the app in that slot, and run, or are `paused`. The number of a
    task is in the name that the managers give it: SERVICE.NUMBER.ID. Raises `EngineError`."""
    labels = [f"{containers.APP}={app}", f"{containers.SLOT}={slot}", containers.TASK]
    found = []
    for document in engine.list("/containers/json", {"label": labels, "status": [status]}):
        number = (str(document["Labels"].get(_TASK_NAME, "")).split(".") + [""])[1]
        one = containers.container_of(document)
        found.append(replace(one, instance=int(number) if number.isdigit() else 0))
    return tuple(found)
