"""What the home of a cluster asks of its other machines, with the key of that machine: `report` · `nodes` · `dismiss` ·
`image-look` · `image` (the layers follow the tree) · `check APP SLOT` · `room APP` · `front APP` · `switch APP SLOT` ·
`forget APP`. Answers with a tree."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from io import BufferedReader
from pathlib import Path
from typing import cast

from pocketpaas.cluster import distribution, fronts, gateway, membership
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import machine
from pocketpaas.release import spread_check
from pocketpaas.state import names, nodes, tree

_MAX_BYTES, _MAX_VALUES = 4 << 20, 20_000
#: How many words each takes.
_WORDS = {
    "report": 0,
    "nodes": 0,
    "dismiss": 0,
    "image-look": 0,
    "image": 0,
    "check": 2,
    "front": 1,
    "room": 1,
    "switch": 2,
    "forget": 1,
}
#: The answer is a tree: what is worth telling is in it, or fails.
_SILENT = Reporter(lambda _data: None)


def serve(request: Request) -> int:
    """See the module."""
    paths, (action, *words) = request.paths, request.arguments
    if nodes.of_key(request.key) != nodes.home(paths):
        raise Refused("not-home", "only the home of the cluster may ask this", "")
    if (action, len(words)) not in _WORDS.items():
        raise BadRequest(f"peer: {' '.join(_WORDS)}")
    if words and not names.is_app(words[0]):
        raise BadRequest("this is not the name of an app")
    try:
        return answer(_do(request, action, words))
    except EngineError as error:
        raise Refused("engine", f"the Docker engine refuses: {error.text}") from error


def _do(request: Request, action: str, words: Sequence[str]) -> dict[str, str]:
    paths, engine = request.paths, Engine(request.paths)
    if action == "report":
        return machine.facts(paths)
    if action == "dismiss":
        membership.dissolve(paths, engine)
    elif action == "nodes":
        membership.learn(paths, _sent(request))
    elif action == "image-look":
        return distribution.look(engine, _sent(request))
    elif action == "image":
        announced = tree.read_leading(cast(BufferedReader, request.stdin), _MAX_BYTES, _MAX_VALUES)
        distribution.take(engine, announced, request.stdin)
    elif action == "check":
        return _check(request, engine, *words)
    elif action == "room":
        gateway.make_directory(paths, words[0])
    elif action == "front":
        fronts.take(paths, _SILENT, words[0], _sent(request))
    elif action == "switch":
        fronts.switch(paths, *words)
    elif action == "forget":
        fronts.forget(paths, _SILENT, words[0])
    return {}


def _sent(request: Request) -> dict[str, str]:
    return tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)


def _check(request: Request, engine: Engine, app: str, slot: str) -> dict[str, str]:
    """What the check needs of a bundle comes with the question, into a directory that goes."""
    sent = _sent(request)
    host = sent.pop("host", "")
    with tempfile.TemporaryDirectory(prefix="pocketpaas-check.", dir="/run") as directory:
        bundle = Path(directory) / "bundle"
        tree.store(sent, bundle)
        return {"wrong": "\n".join(spread_check.wrong(engine, app, slot, bundle, host))}
