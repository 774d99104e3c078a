"""A release as services of a cluster (docs/cluster.md): one for each process type and slot. The managers start their
tasks where there is room, and again elsewhere where a machine is lost. Here: what the services are, and whether their
tasks are up."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.cluster import distribution, gateway, membership, mesh, missed
from pocketpaas.cluster.distribution import Silent, Wanted
from pocketpaas.cluster.peers import Unreachable
from pocketpaas.engine import containers, images, networks, swarm, swarm_services
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.service_spec import TASK_SLOT, File, ServiceSpec
from pocketpaas.engine.spec import Bind, Volume
from pocketpaas.engine.swarm_services import Service, Task
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles
from pocketpaas.release import placement, scale, spec
from pocketpaas.routing import addresses
from pocketpaas.service import container
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node

_POLL = 0.2
_NAME_LENGTH = 63
#: A task that has not begun by then will not: no machine has room, or the image is not there.
_START_SECONDS = 120.0
#: By this variable the journal knows which process it is: a task has no label with its number.
_PROCESS = "POCKETPAAS_PROCESS"
_OURS = (f"{_PROCESS}=", "DYNO=")


def service_name(app: str, process_type: str, slot: str) -> str:
    """A name of the network, too: so it has no dots. A type that makes it too long is in it by its digest."""
    name = f"pocketpaas_{app}_{process_type}_{slot}"
    if len(name) <= _NAME_LENGTH:
        return name
    return f"pocketpaas_{app}_{hashlib.sha256(process_type.encode()).hexdigest()[:6]}_{slot}"


def services_of(operation: Operation, slot: str) -> tuple[Service, ...]:
    """The app's services in the slot. Raises `EngineError`."""
    found = swarm_services.services(operation.engine, f"{containers.APP}={operation.app}")
    return tuple(one for one in found if one.labels.get(containers.SLOT) == slot)


def others_that_answer(operation: Operation) -> tuple[Node, ...]:
    """The other machines that the managers hear of, but for those that did not answer this operation. One that is left
    out is told. Raises `Refused` without a majority."""
    return tuple(node for node in _others_that_are_up(operation) if node.name not in operation.silent)


def others_for_release(operation: Operation) -> tuple[Node, ...]:
    """The other machines that the managers hear of: each has to answer. One that is down is left out, and told. Raises
    `Refused` without a majority, `Failed`."""
    found = _others_that_are_up(operation)
    for node in found:
        if node.name in operation.silent:
            raise in_the_way(operation.silent[node.name])
    return found


def _others_that_are_up(operation: Operation) -> tuple[Node, ...]:
    members = {one.labels.get(membership.NAME): one for one in membership.need_majority(operation.engine)}
    found = []
    for node in nodes.others(operation.paths):
        known = members.get(node.name)
        if known is not None and known.is_ready:
            found.append(node)
        else:
            missed.leave_out(operation, node.name, "it is down")
    return tuple(found)


def in_the_way(why: str) -> Failed:
    """Of a release, before anything of it is begun: a machine is silent that the managers take to be up. It may go on
    to serve what it has, so two machines would answer differently."""
    return Failed(
        "node-unreachable",
        f"{why}; nothing was changed, as that machine may go on to answer with the old release",
        "if it is down, the managers notice it within a minute: run the command again then",
    )


def without(operation: Operation, silent: Unreachable) -> None:
    """The operation goes on without a machine that does not answer, and asks it no more. Raises `CannotWrite`."""
    operation.silent[silent.node] = silent.text
    missed.leave_out(operation, silent.node, silent.text)


# ---------------------------------------------------------------- what the services are


def spec_of(operation: Operation, release: int, slot: str, process_type: str, copies: int) -> ServiceSpec:
    """The service of a process type. Raises `Damaged`, `EngineError`."""
    paths, app, engine = operation.paths, operation.app, operation.engine
    bundle = paths.release(app, release)
    found = spec.process(paths, app, release, process_type, slot, 1)
    files = []
    mounts: list[Bind | Volume] = []
    for mount in found.mounts:
        if isinstance(mount, Bind) and mount.target == spec.COMMAND:
            files.append(_command(operation, release, process_type, Path(mount.source)))
        else:
            mounts.append(mount)
    environment = tuple(one for one in found.environment if not one.startswith(_OURS))
    ours = [one.partition("=")[0] for one in found.environment if one.startswith(_OURS)]
    labels = {name: value for name, value in found.labels.items() if name != containers.INSTANCE}
    stop = values.number(bundle / "processes" / process_type / "stop-timeout", 0) or values.number(
        bundle / "settings" / "stop-timeout", int(rules.default("stop-timeout"))
    )
    constraints = placement.constraints(bundle / "settings", process_type)
    if any(isinstance(mount, Volume) for mount in mounts):
        # A volume is on one machine, and what has it stays there.
        constraints = (f"node.id=={swarm.own_id(engine)}", *constraints[1:])
    return ServiceSpec(
        service_name(app, process_type, slot),
        replace(
            found,
            environment=environment,
            labels=labels,
            mounts=tuple(mounts),
            network=None,
            address=None,
            log_options={**found.log_options, "tag": f"{app}/{process_type}/v{release}", "env": _PROCESS},
        ),
        {name: labels[name] for name in (containers.APP, containers.RELEASE, containers.TYPE, containers.SLOT)},
        (networks.over_cluster(app),),
        copies,
        constraints=constraints,
        spread=placement.spread(bundle / "settings", process_type),
        files=tuple(files),
        templates=tuple(f"{name}={process_type}.{TASK_SLOT}" for name in ours),
        hostname=spec.host_name(process_type, TASK_SLOT),
        grace=stop,
    )


def _command(operation: Operation, release: int, process_type: str, file: Path) -> File:
    """The text of a command goes to the machines as a file that the managers keep."""
    digest = hashlib.sha256(process_type.encode()).hexdigest()[:6]
    name = f"pocketpaas_{operation.app}_v{release}_{digest}"
    found = swarm_services.config(operation.engine, name)
    if found is not None:
        return File(name, found.id, spec.COMMAND)
    labels = {containers.APP: operation.app, containers.RELEASE: str(release)}
    content = values.encode(values.need(file))
    return File(name, swarm_services.create_config(operation.engine, name, content, labels), spec.COMMAND)


# ---------------------------------------------------------------- made and taken away


def provide(
    operation: Operation, release: int, others: Sequence[Node], silent: Silent | None = None
) -> Sequence[Mapping[str, str]]:
    """Network, gateways and image are on each machine; what each of the others has answered to that. Those that do not
    answer are told to `silent`, where there is one. Raises `Failure`, `EngineError`."""
    paths, engine, app = operation.paths, operation.engine, operation.app
    mesh.ensure(paths, engine, app)
    container.connect_all(paths, engine, app)
    image = values.need(paths.release(app, release) / "image")
    empty = distribution.gateway_image(engine)
    reference = f"{images.repository(app)}:{image.removeprefix('sha256:')[:12]}"
    wanted_there = (Wanted(empty, f"{distribution.GATEWAY}:1"), Wanted(image, reference))
    sent, told = distribution.send(paths, engine, app, wanted_there, others, silent)
    if sent:
        operation.reporter.step("upload", "done", f"{sent} bytes to {len(told)} other machines")
    gateway.make_directory(paths, app)
    return told


def open_gateways(operation: Operation) -> None:
    """The gateways of the app know the ports of both slots. Raises `EngineError`."""
    paths, app = operation.paths, operation.app
    names = {slot: service_name(app, "web", slot) for slot in addresses.SLOTS}
    ports = {slot: addresses.slot_port(paths, app, slot) for slot in addresses.SLOTS}
    gateway.ensure(paths, operation.engine, app, distribution.gateway_image(operation.engine), names, ports)


def create(operation: Operation, release: int, slot: str, wanted: Mapping[str, int]) -> None:
    """The services of the slot, one for each type. Raises `EngineError`."""
    for process_type, copies in wanted.items():
        document = spec_of(operation, release, slot, process_type, copies).document()
        swarm_services.create_service(operation.engine, document)


def drop(operation: Operation, slot: str) -> None:
    """What runs in the slot ends. Raises `EngineError`."""
    for one in services_of(operation, slot):
        swarm_services.remove_service(operation.engine, one.name)
    used = {one.labels.get(containers.RELEASE) for place in addresses.SLOTS for one in services_of(operation, place)}
    for file in swarm_services.configs(operation.engine, f"{containers.APP}={operation.app}"):
        if file.labels.get(containers.RELEASE) not in used:
            try:
                swarm_services.remove_config(operation.engine, file.name)
            except EngineError:
                # A task that is just ending has it; the next one tries again.
                continue


def wanted(operation: Operation, bundle: Path) -> dict[str, int]:
    """How many of each type. Raises `Refused`, `Damaged`."""
    return {one: scale.wanted(operation.paths, operation.app, bundle, one) for one in bundles.types(bundle)}


# ---------------------------------------------------------------- are they up?


def await_running(operation: Operation, slot: str, goal: Mapping[str, int]) -> None:
    """Returns when as many tasks of each type run as are wanted. Raises `Failed` for one that has ended, or that no
    machine takes."""
    until = time.monotonic() + _START_SECONDS
    left = {process_type: copies for process_type, copies in goal.items() if copies}
    while left:
        for process_type, copies in list(left.items()):
            tasks = swarm_services.tasks(operation.engine, service_name(operation.app, process_type, slot))
            _refuse_failed(process_type, tasks)
            if sum(1 for task in tasks if task.runs) >= copies:
                del left[process_type]
        if left and time.monotonic() >= until:
            raise Failed("not-started", _why_not(operation, slot, left))
        if left:
            time.sleep(_POLL)


def await_gateways(operation: Operation, others: Sequence[Node]) -> None:
    """Returns when each of the machines has one as it is wanted now. Raises `Failed`, at once for a machine that goes
    down meanwhile."""
    wanted = gateway.made_from(operation.engine, operation.app)
    here = {swarm.own_id(operation.engine), *(node.id for node in others)}
    names = {node.id: node.name for node in others}
    until = time.monotonic() + _START_SECONDS
    while True:
        tasks = swarm_services.tasks(operation.engine, gateway.service_name(operation.app))
        missing = here - {one.node for one in tasks if one.runs and one.labels.get(gateway.MADE_FROM) == wanted}
        if not missing:
            return
        if time.monotonic() >= until:
            words = sorted({task.message for task in tasks if task.node in missing and task.message})
            raise Failed("not-started", f"not every machine has a gateway for the app: {'; '.join(words)}")
        down = [names[one.id] for one in swarm.members(operation.engine) if one.id in names and not one.is_ready]
        if down:
            raise Failed("node-down", f"{' '.join(down)} went down before the app was up everywhere", "deploy again")
        time.sleep(_POLL)


def _refuse_failed(process_type: str, tasks: Sequence[Task]) -> None:
    for task in tasks:
        if task.has_failed:
            raise Failed(
                "exited",
                f"{process_type}.{task.slot} ended with exit code {task.code}: {task.message}",
                "pocketpaas logs shows what it printed",
            )


def _why_not(operation: Operation, slot: str, left: Mapping[str, int]) -> str:
    process_type = next(iter(left))
    tasks = swarm_services.tasks(operation.engine, service_name(operation.app, process_type, slot))
    words = sorted({task.message for task in tasks if not task.runs and task.message})
    return f"{process_type} does not start on any machine: {'; '.join(words) or 'no machine takes it'}"
