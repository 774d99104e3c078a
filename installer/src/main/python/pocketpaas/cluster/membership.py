"""What a cluster is made of, and how machines change their part in it. The managers' own list is the truth; without a
majority of them nothing is changed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.cluster import firewall, live_restore, missed, peers
from pocketpaas.engine import parallel, swarm
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.swarm import Member
from pocketpaas.failure import BadRequest, Damaged, Failed, Refused
from pocketpaas.routing import metadata
from pocketpaas.state import keys, names, nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

#: Labels of machines: the name by which people know it; that nothing new shall run on it.
NAME, DRAINED = "pocketpaas.node", "pocketpaas.drained"
_ROLE_SECONDS, _NOTED_SECONDS, _POLL = 60.0, 20.0, 0.2
NO_MAJORITY = "the cluster has no majority of its managers, so nothing can be changed; apps go on serving"


def need_majority(engine: Engine) -> tuple[Member, ...]:
    """All machines. Raises `Refused` where the managers that are left cannot decide."""
    try:
        return swarm.members(engine)
    except EngineError as error:
        raise Refused("no-majority", f"{NO_MAJORITY} ({error.text})", "start the other managers again") from error


def member(paths: HostPaths, engine: Engine, name: str) -> Member:
    """The machine of that name. Raises `Refused` where there is none."""
    found = {one.labels.get(NAME, one.hostname): one for one in need_majority(engine)}
    if name not in found:
        raise Refused("no-node", f"there is no machine {name} in this cluster; it has: {' '.join(sorted(found))}")
    return found[name]


def name_it(engine: Engine, member_id: str, name: str) -> None:
    """People know the machine by this name. Raises `EngineError`."""
    swarm.change_member(engine, member_id, labels={NAME: name})


def label(paths: HostPaths, engine: Engine, name: str, changes: Mapping[str, str | None]) -> None:
    """The machine has these labels (None: without), by which processes are placed. Raises `Refused`, `EngineError`."""
    swarm.change_member(engine, member(paths, engine, name).id, labels=changes)


def labels(found: Member) -> dict[str, str]:
    """Those that people gave it."""
    return {name: value for name, value in sorted(found.labels.items()) if names.is_label(name)}


def drain(paths: HostPaths, engine: Engine, name: str, on: bool) -> None:
    """Nothing runs there any more, or it may again. Its nginx goes on: a machine without apps is a front all the same.
    (The engine's own `drain` would end the gateways, too.) Raises `Refused`, `EngineError`."""
    swarm.change_member(engine, member(paths, engine, name).id, labels={DRAINED: "yes" if on else None})


def change_role(paths: HostPaths, engine: Engine, name: str, role: str) -> int:
    """It is a manager that takes part in what they decide, or a worker; how many managers there are then. Raises
    `Refused`, `Failed`, `EngineError`."""
    found = member(paths, engine, name)
    managers = {one.id for one in swarm.members(engine) if one.is_manager}
    if role == swarm.WORKER and name == nodes.own_name(paths):
        raise Refused("home", f"{name} is where the apps are at home; it stays a manager")
    _await_role(engine, found, role)
    return len(managers | {found.id} if role == swarm.MANAGER else managers - {found.id})


def _await_role(engine: Engine, found: Member, role: str) -> None:
    """It has the role, and takes part or does not any more. Before that nobody should count on it: one that is lost
    meanwhile can take the majority with it. While one comes, the managers may be too slow for a question."""
    until = time.monotonic() + _ROLE_SECONDS
    while True:
        why = ""
        try:
            swarm.change_member(engine, found.id, role=role)
            now = next((one for one in swarm.members(engine) if one.id == found.id), None)
            if now is not None and now.reachable == (role == swarm.MANAGER):
                return
        except EngineError as error:
            why = f" ({error.text})"
        if time.monotonic() >= until:
            text = f"the managers do not hear of {found.hostname} as a {role} yet{why}"
            raise Failed("role", text, "see: pocketpaas hosts nodes")
        time.sleep(_POLL)


def strike_out(engine: Engine, found: Member) -> None:
    """The managers know the machine no more. One of them that is struck out has to become a worker first, and is one
    when the others have noted it. Raises `EngineError`."""
    until = time.monotonic() + _NOTED_SECONDS
    while True:
        try:
            if found.is_manager:
                _demote(engine, found)
            swarm.remove_member(engine, found.id)
            return
        except EngineError:
            if not found.is_manager or time.monotonic() >= until:
                raise
        time.sleep(_POLL)


def _demote(engine: Engine, found: Member) -> None:
    try:
        swarm.change_member(engine, found.id, role=swarm.WORKER)
    except EngineError:
        # One that was lost before it took part cannot become a worker, and may be removed as it is.
        pass


def leave(paths: HostPaths, engine: Engine, name: str, lost: bool) -> dict[str, str]:
    """The machine is one of the cluster no more; those of the others that could not be told, each with why. `lost`: it
    is not asked, as it is gone for good. Raises `Refused`, `Failure` of the machine itself, `EngineError`."""
    if name == nodes.own_name(paths):
        if nodes.others(paths):
            raise Refused("home", f"{name} is where the apps are at home; the others leave first")
        dissolve(paths, engine)
        return {}
    found = member(paths, engine, name)
    if lost and found.is_ready:
        raise Refused("not-lost", f"{name} is there, and answers the managers", "leave out --lost")
    if not lost:
        if found.is_manager:
            change_role(paths, engine, name, swarm.WORKER)
        peers.ask(paths, nodes.read(paths, name), ["dismiss"], seconds=120)
    strike_out(engine, found)
    nodes.forget(paths, name)
    settle(paths)
    return tell_others(paths)


def settle(paths: HostPaths) -> None:
    """SSH, the door and the firewall know the machines that are in `nodes/`, and no others. Raises `CannotWrite`."""
    peers.remember(paths)
    keys.authorize(paths)
    firewall.guard(paths)
    metadata.guard(paths)


def tell_others(paths: HostPaths) -> dict[str, str]:
    """Each of the others knows who belongs to the cluster: they let one another in. Those that could not be told, each
    with why: the next change tells them, or the home's timer. Raises `CannotWrite`."""
    every, untold = nodes.others(paths), {}
    told = parallel.tried(lambda node: peers.ask(paths, node, ["nodes"], _seen_from(every, node)), every)
    for node, one in zip(every, told):
        if isinstance(one, Exception):
            missed.note(paths, node.name, missed.MACHINES)
            untold[node.name] = str(one)
        else:
            missed.told(paths, node.name, missed.MACHINES)
    return untold


def _seen_from(every: Sequence[Node], node: Node) -> dict[str, str]:
    return nodes.tree(one for one in every if one.name != node.name)


def learn(paths: HostPaths, sent: Mapping[str, str]) -> None:
    """The other side of `tell_others`, on a machine that is not the home. Raises `BadRequest`, `CannotWrite`."""
    fields: dict[str, dict[str, str]] = {}
    for path, value in sent.items():
        name, _, field = path.partition("/")
        fields.setdefault(name, {})[field] = value
    try:
        coming = [nodes.of_tree(name, of_one) for name, of_one in fields.items()]
    except Damaged as error:
        raise BadRequest("what the home has said of the other machines is not whole") from error
    for node in coming:
        nodes.write(paths, node)
    for node in nodes.others(paths):
        if node.name not in fields and node.name != nodes.home(paths):
            nodes.forget(paths, node.name)
    settle(paths)


def follow(paths: HostPaths, engine: Engine, name: str) -> None:
    """That machine is the home from now on. Only a manager may say so, as this machine's own engine knows them: they
    decide already what runs here. Raises `Refused`, `EngineError`, `CannotWrite`."""
    claiming = nodes.read(paths, name)
    if claiming.id not in swarm.managers(engine):
        raise Refused("no-manager", f"{name} is no manager of the cluster, so it cannot be its home", "")
    if nodes.home(paths) != name:
        values.write(nodes.directory(paths) / "home", name)


def dissolve(paths: HostPaths, engine: Engine) -> None:
    """This machine is in no cluster any more, and the engine as it was before. What ran of a cluster here ends. Raises
    `EngineError`, `Failed`, `Busy`."""
    swarm.leave(engine)
    live_restore.put_back(paths, engine)
    firewall.forget(paths)
    # Loaded when it is asked for.
    from pocketpaas.cluster import log_drains

    log_drains.forget(paths)
    values.remove_tree(front(paths))
    values.remove_tree(nodes.directory(paths))
    keys.authorize(paths)


def front(paths: HostPaths) -> Path:
    """What nginx of this machine has to know of apps that are at home on another one."""
    return paths.root / "front"


def told(paths: HostPaths, engine: Engine) -> dict[str, str]:
    """NAME/… of docs/protocol.md (`cluster`). Raises `Refused` without a majority."""
    found: dict[str, str] = {}
    for one in need_majority(engine):
        name = one.labels.get(NAME, one.hostname)
        found |= {
            f"node/{name}/role": one.role,
            f"node/{name}/state": one.state,
            f"node/{name}/address": one.address if one.address != "0.0.0.0" else "",
            f"node/{name}/drained": "yes" if one.labels.get(DRAINED) else "no",
            f"node/{name}/leader": "yes" if one.leader else "no",
            f"node/{name}/cpus": str(one.cpus),
            f"node/{name}/memory": str(one.memory),
            f"node/{name}/labels": "\n".join(f"{key}={value}" for key, value in labels(one).items()),
        }
    return found
