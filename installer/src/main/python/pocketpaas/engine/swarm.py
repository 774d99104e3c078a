"""The Swarm mode of the Docker engine (https://docs.docker.com/reference/api/engine/, "Swarm", "Node"): several
machines that know of one another. What is asked here needs a manager, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pocketpaas.engine.client import Engine, EngineError

PORT = 2377
#: Between the machines: membership, and what containers send (docs/cluster.md).
GOSSIP_PORT, DATA_PORT = 7946, 4789
WORKER, MANAGER = "worker", "manager"
#: What the engine answers who is in no cluster, or whose cluster has lost its managers.
_NO_MANAGER = 503
_NOT_THERE = 404
#: A manager waits some seconds for the others before it gives up.
_PATIENCE = 40.0


@dataclass(frozen=True)
class Member:
    """A machine as the managers know it. `state`: ready, down, unknown, disconnected; `availability`: active, pause,
    drain. `leader` is one of the managers; `reachable` whether a manager answers the others."""

    id: str
    hostname: str
    role: str
    state: str
    availability: str
    address: str
    leader: bool
    reachable: bool
    labels: Mapping[str, str]
    cpus: int
    memory: int

    @property
    def is_manager(self) -> bool:
        """Whether it is one of those who decide."""
        return self.role == MANAGER

    @property
    def is_ready(self) -> bool:
        """Whether the managers hear of it."""
        return self.state == "ready"


# ---------------------------------------------------------------- this machine (any)


def local_state(engine: Engine) -> str:
    """inactive, pending, active, error or locked. Raises `EngineError`."""
    return str((engine.get("/info").get("Swarm") or {}).get("LocalNodeState") or "inactive")


def own_id(engine: Engine) -> str:
    """This machine's id in the cluster; empty in none. Raises `EngineError`."""
    return str((engine.get("/info").get("Swarm") or {}).get("NodeID") or "")


def begin(engine: Engine, address: str, subnets: str) -> None:
    """This machine is a cluster of one. Only `address` is listened at. Raises `EngineError`."""
    document = {
        "ListenAddr": f"{address}:{PORT}",
        "AdvertiseAddr": address,
        "DataPathAddr": address,
        "DefaultAddrPool": [subnets],
        "SubnetSize": 24,
        "ForceNewCluster": False,
    }
    engine.call("POST", "/swarm/init", document=document, seconds=_PATIENCE)


def join(engine: Engine, address: str, manager: str, token: str) -> None:
    """This machine becomes one of the manager's cluster. Raises `EngineError`."""
    document = {
        "ListenAddr": f"{address}:{PORT}",
        "AdvertiseAddr": address,
        "DataPathAddr": address,
        "RemoteAddrs": [f"{manager}:{PORT}"],
        "JoinToken": token,
    }
    engine.call("POST", "/swarm/join", document=document, seconds=_PATIENCE)


def leave(engine: Engine) -> None:
    """This machine is in no cluster any more; its tasks end. Nothing where it is in none. Raises `EngineError`."""
    try:
        engine.call("POST", "/swarm/leave", {"force": "1"}, seconds=_PATIENCE)
    except EngineError as error:
        if error.status != _NO_MANAGER:
            raise


# ---------------------------------------------------------------- machines


def token(engine: Engine, role: str) -> str:
    """What a machine shows to become a worker or a manager. Raises `EngineError`."""
    found = engine.get("/swarm")["JoinTokens"]
    return str(found["Manager" if role == MANAGER else "Worker"])


def members(engine: Engine) -> tuple[Member, ...]:
    """All machines. Raises `EngineError`: without a majority of managers nobody knows."""
    return tuple(_member(one) for one in engine.call("GET", "/nodes", seconds=_PATIENCE) or ())


def knows_all(engine: Engine) -> bool:
    """Whether a network that the engine does not know is none: those over a cluster only its managers know, and nobody
    without a majority of them. Raises `EngineError`."""
    if local_state(engine) == "inactive":
        return True
    try:
        members(engine)
        return True
    except EngineError:
        return False


def managers(engine: Engine) -> tuple[str, ...]:
    """The ids of the managers, as this machine has last heard of them; any machine knows. Raises `EngineError`."""
    found = (engine.get("/info").get("Swarm") or {}).get("RemoteManagers") or ()
    return tuple(str(one.get("NodeID", "")) for one in found)


def change_member(
    engine: Engine, member: str, *, role: str = "", labels: Mapping[str, str | None] | None = None
) -> None:
    """Another role, and other labels (None: without). Raises `EngineError`."""
    found = engine.get(f"/nodes/{member}")
    spec = dict(found["Spec"])
    if role:
        spec["Role"] = role
    merged = {**(spec.get("Labels") or {}), **(labels or {})}
    spec["Labels"] = {name: value for name, value in merged.items() if value is not None}
    if spec != found["Spec"]:
        engine.call("POST", f"/nodes/{member}/update", {"version": str(found["Version"]["Index"])}, document=spec)


def remove_member(engine: Engine, member: str) -> None:
    """The cluster forgets a machine; nothing where it does not know it. Raises `EngineError`."""
    try:
        engine.call("DELETE", f"/nodes/{member}", {"force": "1"})
    except EngineError as error:
        if error.status != _NOT_THERE:
            raise


def _member(document: Mapping[str, Any]) -> Member:
    spec, status = document.get("Spec") or {}, document.get("Status") or {}
    description, manager = document.get("Description") or {}, document.get("ManagerStatus") or {}
    resources = description.get("Resources") or {}
    return Member(
        id=str(document["ID"]),
        hostname=str(description.get("Hostname", "")),
        role=str(spec.get("Role", WORKER)),
        state=str(status.get("State", "unknown")),
        availability=str(spec.get("Availability", "active")),
        address=str(status.get("Addr", "")),
        leader=bool(manager.get("Leader")),
        reachable=manager.get("Reachability") == "reachable",
        labels=spec.get("Labels") or {},
        cpus=int(resources.get("NanoCPUs") or 0) // 1_000_000_000,
        memory=int(resources.get("MemoryBytes") or 0),
    )
