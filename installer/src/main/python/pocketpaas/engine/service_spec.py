"""A service of a cluster, made from what a container is made from. Pure: configuration in, JSON out.

The engine reads the environment, the host name and the mounts of a service as templates of Go. What a user chose is
text: every `{{` in it is written as a template that gives `{{`. Names are resolved to the addresses of the tasks
(`dnsrr`), as not every kernel has IPVS, which a virtual address needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketpaas.engine.spec import Bind, ContainerSpec, Volume

_OPEN = "{{"
#: The number of the task, from 1 on.
TASK_SLOT, TASK_ID = "{{.Task.Slot}}", "{{.Task.ID}}"
_NANO = 1_000_000_000


@dataclass(frozen=True)
class File:
    """A file that the managers keep (`swarm_services.create_config`), at its place in the container."""

    config: str
    id: str
    target: str


@dataclass(frozen=True)
class ServiceSpec:
    """A service: `copies` None: one on each machine. `constraints` as the engine takes them; `spread` names what of a
    machine the copies are spread over evenly, as a constraint does (empty: the machines themselves). `restart_delay` in
    seconds. `templates` are elements of the environment that are templates: ours."""

    name: str
    container: ContainerSpec
    labels: Mapping[str, str]
    networks: tuple[str, ...]
    copies: int | None
    constraints: tuple[str, ...] = ()
    spread: str = ""
    files: tuple[File, ...] = ()
    templates: tuple[str, ...] = ()
    hostname: str = ""
    grace: int = 10
    restart_delay: float = 1.0
    read_only: bool = False
    #: Whether a task that is replaced ends only when the one that replaces it runs, and all are replaced at once.
    start_first: bool = False

    def document(self) -> dict[str, Any]:
        """The body of POST /services/create."""
        found: dict[str, Any] = {
            "Name": self.name,
            "Labels": dict(self.labels),
            "TaskTemplate": {
                "ContainerSpec": self._container(),
                "Resources": {"Limits": self._limits()},
                "RestartPolicy": {"Condition": "any", "Delay": int(self.restart_delay * _NANO)},
                "Placement": self._placement(),
                "Networks": [{"Target": network} for network in self.networks],
            },
            "Mode": {"Global": {}} if self.copies is None else {"Replicated": {"Replicas": self.copies}},
            "EndpointSpec": {"Mode": "dnsrr"},
        }
        if self.start_first:
            found["UpdateConfig"] = {"Parallelism": 0, "Order": "start-first", "FailureAction": "continue"}
        if self.container.log is not None:
            driver = {"Name": self.container.log, "Options": dict(self.container.log_options)}
            found["TaskTemplate"]["LogDriver"] = driver
        return found

    def _placement(self) -> dict[str, Any]:
        found: dict[str, Any] = {"Constraints": list(self.constraints)}
        if self.spread:
            found["Preferences"] = [{"Spread": {"SpreadDescriptor": self.spread}}]
        return found

    def _container(self) -> dict[str, Any]:
        spec = self.container
        found: dict[str, Any] = {
            "Image": spec.image,
            "Labels": dict(spec.labels),
            "Env": [*map(as_text, spec.environment), *self.templates],
            "Init": spec.init,
            "StopGracePeriod": self.grace * _NANO,
            "Mounts": [_mount(one) for one in spec.mounts] + _tmpfs(spec.tmpfs),
            "CapabilityDrop": list(spec.drop_capabilities),
            "CapabilityAdd": [f"CAP_{one}" for one in spec.add_capabilities],
            "Configs": [
                {"ConfigID": one.id, "ConfigName": one.config, "File": _place(one.target)} for one in self.files
            ],
            "ReadOnly": self.read_only,
            # Swarm knows it since Docker 25; older engines leave out what they do not know.
            "Privileges": {"NoNewPrivileges": True},
        }
        optional = {
            "Hostname": self.hostname or as_text(spec.hostname),
            "User": spec.user,
            "Dir": spec.directory,
            "StopSignal": spec.stop_signal or "",
            "Command": list(spec.entrypoint or ()),
            "Args": list(spec.command or ()),
        }
        return {**found, **{name: value for name, value in optional.items() if value}}

    def _limits(self) -> dict[str, int]:
        limits = self.container.limits
        return {"MemoryBytes": limits.memory, "NanoCPUs": limits.cpus, "Pids": limits.pids}


def as_text(value: str) -> str:
    """What a user chose, for a field that is a template."""
    return value.replace(_OPEN, '{{"{{"}}')


def _mount(mount: Bind | Volume) -> dict[str, Any]:
    found = mount.document()
    return {**found, "Source": as_text(str(found["Source"])), "Target": as_text(str(found["Target"]))}


def _tmpfs(places: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"Type": "tmpfs", "Target": place} for place in places]


def _place(target: str) -> dict[str, Any]:
    return {"Name": target, "UID": "0", "GID": "0", "Mode": 0o444}


def copies_of(document: Mapping[str, Any]) -> int:
    """How many copies a service has; 0 for one that runs on each machine."""
    return int(((document.get("Mode") or {}).get("Replicated") or {}).get("Replicas") or 0)


def pinned_to(document: Mapping[str, Any]) -> str:
    """The id of the one machine that a service runs on; empty where it may run on others."""
    constraints = ((document.get("TaskTemplate") or {}).get("Placement") or {}).get("Constraints") or ()
    found = [str(one).partition("==")[2] for one in constraints if str(one).startswith("node.id==")]
    return found[0] if found else ""


def with_copies(document: Mapping[str, Any], copies: int) -> dict[str, Any]:
    """The same with another number of copies."""
    return {**document, "Mode": {"Replicated": {"Replicas": copies}}}
