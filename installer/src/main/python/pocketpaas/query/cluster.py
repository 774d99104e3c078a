"""The machines of the cluster: what the managers know of them, and what each tells of itself. One that does not answer
is part of the answer."""

from __future__ import annotations

from collections import Counter
from functools import partial

from pocketpaas.cluster import membership, peers
from pocketpaas.engine import containers, parallel, swarm, swarm_services
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Refused
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import machine
from pocketpaas.routing.addresses import SLOTS
from pocketpaas.state import nodes
from pocketpaas.state.paths import HostPaths

_SECONDS = 12
_TOLD = ("host/load", "host/cpus", "memory/total", "memory/available", "disk/1/free", "disk/1/percent")


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    if not nodes.is_member(paths):
        return answer({})
    found = {"name": nodes.own_name(paths), "home": nodes.home(paths)}
    if not nodes.is_home(paths):
        return answer(found)
    engine = Engine(paths)
    engine.look()
    found |= membership.told(paths, engine)
    found |= _runs(paths, engine)
    others = nodes.others(paths)
    own = machine.facts(paths)
    found |= {f"node/{nodes.own_name(paths)}/{name}": own[name] for name in _TOLD if name in own}
    ask = partial(peers.ask, paths, words=["report"], seconds=_SECONDS)
    for node, told in zip(others, parallel.tried(ask, others)):
        if isinstance(told, Exception):
            found[f"node/{node.name}/trouble"] = getattr(told, "text", str(told))
        else:
            found |= {f"node/{node.name}/{name}": told[name] for name in _TOLD if name in told}
    return answer(found)


def _runs(paths: HostPaths, engine: Engine) -> dict[str, str]:
    """node/NAME/runs/APP: how many processes of which app run on which machine. Raises `Refused`."""
    try:
        apps = {one.id: one.labels.get(containers.APP, "") for one in swarm_services.services(engine, containers.APP)}
        machines = {swarm.own_id(engine): nodes.own_name(paths)} | {one.id: one.name for one in nodes.others(paths)}
        counted = Counter(
            (machines.get(task.node, ""), apps.get(task.service, ""))
            for task in swarm_services.wanted_tasks(engine)
            if task.runs
        )
        # What does not run over the cluster is on the home.
        alone = containers.listed(engine, (containers.APP, containers.SLOT), ("running",))
        counted.update((nodes.own_name(paths), one.app) for one in alone if one.slot in SLOTS)
    except EngineError as error:
        raise Refused("no-majority", f"the managers of the cluster do not answer: {error.text}") from error
    return {f"node/{name}/runs/{app}": str(count) for (name, app), count in counted.items() if name and app}
