"""What the home of a cluster asks of its other machines, with the key of that machine: `report` · `nodes` · `dismiss`.
Answers with a tree."""

from __future__ import annotations

from pocketpaas.cluster import membership
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import machine
from pocketpaas.state import nodes, tree

_MAX_BYTES, _MAX_VALUES = 1 << 20, 1000


def serve(request: Request) -> int:
    """See the module."""
    paths, (action, *words) = request.paths, request.arguments
    if nodes.of_key(request.key) != nodes.home(paths):
        raise Refused("not-home", "only the home of the cluster may ask this", "")
    if action == "report" and not words:
        return answer(machine.facts(paths))
    if action == "dismiss" and not words:
        membership.dissolve(paths, Engine(paths))
        return answer({})
    if action == "nodes" and not words:
        membership.learn(paths, tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES))
        return answer({})
    raise BadRequest("peer: report, nodes, dismiss")
