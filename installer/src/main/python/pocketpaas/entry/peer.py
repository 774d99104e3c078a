"""What the home of a cluster asks of its other machines, with the key of that machine: `report` · `nodes` · `dismiss` ·
`mirror` (what the home knows follows the tree) · `claim` (of a manager that becomes the home) · `room APP` (which
images are missing) · `image` (the layers follow the tree) · `check APP SLOT` · `front APP` · `switch APP SLOT` ·
`quiet APP SLOT` (no request is left) · `tidy APP` (which images are kept) · `well-known` (an answer below that path;
without a text it goes) · `drain-prepare`, `drains`, `drain-counts` (where logs are sent: what sends is there, all of
the drains, what became of lines) · `forget APP`. Answers with a tree.

What a user asks the home about a process here comes with the user's streams, and is answered as the verb of that name
is: `logs APP OPTION…` · `exec APP SLOT RELEASE TYPE.N tty|pipe slug|- COMMAND` · `connect APP SLOT RELEASE TYPE.N
PORT` · `get APP SLOT RELEASE TYPE.N PATH` · `put APP SLOT RELEASE TYPE.N`. Only a process of an app that runs over the
cluster can be named."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import cast

from pocketpaas import rules
from pocketpaas.cluster import challenge, distribution, fronts, gateway, membership
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import machine
from pocketpaas.query.beside import told_beside
from pocketpaas.release import memory, slots, spread_check, spread_drain
from pocketpaas.state import names, nodes, tree

_MAX_BYTES, _MAX_VALUES = 4 << 20, 20_000
#: The answer is a tree: what is worth telling is in it, or fails.
_SILENT = Reporter(lambda _data: None)


def serve(request: Request) -> int:
    """See the module."""
    paths, (action, *words) = request.paths, request.arguments
    if action != "claim" and nodes.of_key(request.key) != nodes.home(paths):
        raise Refused("not-home", "only the home of the cluster may ask this", "")
    if action in _STREAMS:
        return _stream(request, action, words)
    count, do = _ACTIONS.get(action, (-1, None))
    if do is None or len(words) != count:
        raise BadRequest(f"peer: {' '.join((*_ACTIONS, *_STREAMS))}")
    _check_words(words)
    try:
        return answer(do(request, Engine(paths), *words) or {})
    except EngineError as error:
        raise Refused("engine", f"the Docker engine refuses: {error.text}") from error


def _check_words(words: Sequence[str]) -> None:
    if words and not names.is_app(words[0]):
        raise BadRequest("this is not the name of an app")
    if words[1:] and words[1] not in slots.SLOTS:
        raise BadRequest("this is no slot")


def _stream(request: Request, action: str, words: Sequence[str]) -> int:
    """Loaded when it is asked for: the others come with each deploy."""
    if action == "logs":
        return _logs(request, words)
    # What is put is told as an operation tells, the others have standard output for themselves.
    return (
        _of_process(request, action, words)
        if action == "put"
        else told_beside(lambda: _of_process(request, action, words))
    )


def _logs(request: Request, words: Sequence[str]) -> int:
    from pocketpaas.query import far_logs, logs
    from pocketpaas.query.logs_wanted import Wanted

    _check_words(words[:1])
    if not words:
        raise BadRequest("logs: of which app")
    wanted = Wanted.of(words[0], tuple(words[1:]))
    return logs.of_this_machine(fronts.paths_of(request.paths), wanted, lambda: logs.write(far_logs.PAST_OVER))


def _of_process(request: Request, action: str, words: Sequence[str]) -> int:
    from pocketpaas.query import connect, files, inside, instances

    named, more = words[:4], words[4:]
    _check_words(named[:2])
    if len(named) != 4 or len(more) != _STREAMS[action] or not names.is_release(named[2]):
        raise BadRequest(f"peer: {action} APP SLOT RELEASE TYPE.N, and what the verb has")
    engine = Engine(request.paths)
    engine.look()
    app, slot, release, process = named
    container = instances.on_this_machine(engine, app, slot, int(release), process)
    if action == "exec":
        terminal, base, text = more
        return inside.within(request, engine, container, f"exec {process}", (terminal, base, text))
    if action == "connect":
        return connect.within(request, engine, container, connect.port_of(more[0]))
    if action == "get":
        return files.get(request, engine, container, more[0])
    return files.put(request, engine, container)


def _sent(request: Request) -> dict[str, str]:
    return tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)


def _image(request: Request, engine: Engine) -> None:
    announced = tree.read_leading(cast(BufferedReader, request.stdin), _MAX_BYTES, _MAX_VALUES)
    distribution.take(engine, announced, request.stdin)


def _mirror(request: Request, engine: Engine) -> None:
    # Loaded when it is asked for: the others come with each deploy.
    from pocketpaas.backup import mirror

    announced = tree.read_leading(cast(BufferedReader, request.stdin), _MAX_BYTES, _MAX_VALUES)
    mirror.take(request.paths, announced, request.stdin)


def _room(request: Request, engine: Engine, app: str) -> dict[str, str]:
    gateway.make_directory(request.paths, app)
    return {"free": str(memory.available()), **distribution.look(engine, _sent(request))}


def _check(request: Request, engine: Engine, app: str, slot: str) -> dict[str, str]:
    """What the check needs of a bundle comes with the question, into a directory that goes. nginx of this machine is
    seen to meanwhile, where the question says how."""
    sent = _sent(request)
    front = tree.below(sent, spread_check.FRONT)
    if front:
        fronts.take(request.paths, _SILENT, app, front)
    host, release, made_from = (sent.pop(name, "") for name in ("host", "release", "gateway"))
    if not names.is_release(release):
        raise BadRequest("check: of which release")
    with tempfile.TemporaryDirectory(prefix="pocketpaas-check.", dir="/run") as directory:
        bundle = Path(directory) / "bundle"
        tree.store(
            {name: value for name, value in sent.items() if not name.startswith(f"{spread_check.FRONT}/")}, bundle
        )
        found = spread_check.wrong(request.paths, engine, app, slot, int(release), bundle, host, made_from)
        return {"wrong": "\n".join(found)}


def _quiet(request: Request, engine: Engine, app: str, slot: str) -> None:
    sent = _sent(request)
    port, seconds = sent.get("port", ""), sent.get("seconds", "")
    if not (names.is_number(port, 1, 65535) and names.is_number(seconds, *rules.limits("drain"))):
        raise BadRequest("quiet: a port, and how long to wait")
    spread_drain.quiet(engine, app, slot, int(port), int(seconds))


def _drain_prepare(request: Request, engine: Engine) -> dict[str, str]:
    # Loaded when it is asked for, as the two below.
    from pocketpaas.cluster import log_drains

    return log_drains.prepare_here(_SILENT, _sent(request))


def _drains(request: Request, engine: Engine) -> None:
    from pocketpaas.cluster import log_drains

    log_drains.take(request.paths, _SILENT, _sent(request))


def _drain_counts(request: Request, engine: Engine) -> dict[str, str]:
    from pocketpaas.schedule import drain_counts

    found: dict[str, str] = {}
    for name, one in drain_counts.told(request.paths).items():
        found |= one.tree(name)
    return found


#: What has the streams of a user, and how many words each takes behind the process (`logs` has no process).
_STREAMS: Mapping[str, int] = {"logs": 0, "exec": 3, "connect": 1, "get": 1, "put": 0}

#: How many words each takes, and what it does; its answer, where it has one.
_ACTIONS: Mapping[str, tuple[int, Callable[..., Mapping[str, str] | None]]] = {
    "report": (0, lambda request, engine: machine.facts(request.paths)),
    "nodes": (0, lambda request, engine: membership.learn(request.paths, _sent(request))),
    "dismiss": (0, lambda request, engine: membership.dissolve(request.paths, engine)),
    "claim": (0, lambda request, engine: membership.follow(request.paths, engine, nodes.of_key(request.key))),
    "mirror": (0, _mirror),
    "room": (1, _room),
    "image": (0, _image),
    "check": (2, _check),
    "front": (1, lambda request, engine, app: fronts.take(request.paths, _SILENT, app, _sent(request))),
    "switch": (2, lambda request, engine, app, slot: fronts.switch(request.paths, app, slot)),
    "quiet": (2, _quiet),
    "tidy": (1, lambda request, engine, app: distribution.tidy(engine, app, _sent(request).get("kept", "").split())),
    challenge.WORD: (0, lambda request, engine: challenge.take(request.paths, _sent(request))),
    "drain-prepare": (0, _drain_prepare),
    "drains": (0, _drains),
    "drain-counts": (0, _drain_counts),
    "forget": (1, lambda request, engine, app: fronts.forget(request.paths, _SILENT, app)),
}
