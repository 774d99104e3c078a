"""Whether a new release fits beside the one that serves, over the machines of a cluster: as far as they say how much is
free, and as far as it is known how much a process needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.cluster import membership, peers
from pocketpaas.engine import parallel, swarm, swarm_services
from pocketpaas.engine.swarm import Member
from pocketpaas.operation.unit import Operation
from pocketpaas.release import memory, overlap, placement, scale, spread
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node


@dataclass(frozen=True)
class Need:
    """The bytes that a new process may take, and the ids of the machines that may run it."""

    size: int
    able: frozenset[str]


def guard(operation: Operation, bundle: Path, old_slot: str, others: Sequence[Node], free: Mapping[str, int]) -> None:
    """Raises `Refused` where the bundle's processes do not fit beside those of the old slot; `free` is what the
    machines (by id) have said, and is asked again before one is refused. Raises `EngineError`, `Damaged`,
    `Unreachable`.
    """
    if operation.stop_first or not spread.services_of(operation, old_slot):
        return
    needs = _needs(operation, bundle, old_slot)
    if fits(needs, free):
        return
    # What still ended in the other slot is gone by now.
    told = parallel.each(lambda node: peers.ask(operation.paths, node, ["room", operation.app], {}), others)
    again = free_of(swarm.own_id(operation.engine), others, told)
    if not fits(needs, again):
        machines = {one for need in needs for one in need.able} & set(again)
        left = sum(again[one] for one in machines)
        raise memory.refusal(operation.kind, sum(one.size for one in needs), left, len(needs), len(machines))


def free_of(own: str, others: Sequence[Node], told: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """What is free on each machine, by its id, as it says; this one's is looked at. One that does not say is left
    out."""
    found = {own: memory.available()}
    for node, answer in zip(others, told):
        if answer.get("free", "").isdigit():
            found[node.id] = int(answer["free"])
    return found


def fits(needs: Sequence[Need], free: Mapping[str, int]) -> bool:
    """Whether each finds room on a machine that may run it: the largest first, each where most is left. A machine that
    says nothing has room for all."""
    left = {machine: size - memory.MARGIN for machine, size in free.items()}
    for need in sorted(needs, key=lambda one: (len(one.able), -one.size)):
        if not need.able <= set(left):
            continue
        best = max(need.able, key=lambda machine: left[machine], default="")
        if not best or left[best] < need.size:
            return False
        left[best] -= need.size
    return True


def _needs(operation: Operation, bundle: Path, old_slot: str) -> list[Need]:
    paths, engine, settings = operation.paths, operation.engine, bundle / "settings"
    members = swarm.members(engine)
    there = swarm_services.local_tasks(engine, operation.app, old_slot)
    used = memory.largest(engine, [one.id for one in there], {one.id: one.type for one in there})
    found = []
    for instance in scale.instances(paths, operation.app, bundle):
        if overlap.is_allowed(bundle, instance.type):
            size = memory.limit(settings, instance.type)
            size = used.get(instance.type, 0) if size is None else size
            found.append(Need(size, _able(operation, settings, instance.type, members)))
    return found


def _able(operation: Operation, settings: Path, process_type: str, members: Sequence[Member]) -> frozenset[str]:
    known = {node.id for node in nodes.others(operation.paths)} | {swarm.own_id(operation.engine)}
    if values.lines(settings / "volumes"):
        known = {swarm.own_id(operation.engine)}
    return frozenset(
        one.id
        for one in members
        if one.id in known
        and one.is_ready
        and not one.labels.get(membership.DRAINED)
        and placement.has(one.labels, placement.labels(settings, process_type))
    )
