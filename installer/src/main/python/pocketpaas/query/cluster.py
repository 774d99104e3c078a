"""The machines of the cluster: what the managers know of them, and what each tells of itself. One that does not answer
is part of the answer."""

from __future__ import annotations

from functools import partial

from pocketpaas.cluster import membership, peers
from pocketpaas.engine import parallel
from pocketpaas.engine.client import Engine
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import machine
from pocketpaas.state import nodes

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
