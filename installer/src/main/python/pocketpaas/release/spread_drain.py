"""The services of an old release end: each machine says when its processes have no request any more, at most after the
drain time. Then their processes get the stop signal, and its grace. At last the other machines lose the images that
nothing needs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from pocketpaas import rules
from pocketpaas.cluster import peers
from pocketpaas.engine import containers, parallel, swarm_services
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.swarm_services import Service
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.release import prune, slots, spread_push
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_ESTABLISHED = "01"
#: So many looks without a request are quiet: one that nginx has just accepted may still be on its way.
_QUIET, _LOOK = 5, 0.1
#: What a machine may take to answer beside the drain time.
_MARGIN = 15.0
#: So long the managers may be without a leader, and so often they are asked, in seconds.
_LEADERLESS, _AGAIN = 60.0, 3.0
_Found = TypeVar("_Found")


def work(paths: HostPaths, engine: Engine, app: str, slot: str) -> None:
    """Returns when they are gone; nothing for a slot that serves. Raises `EngineError`, `Damaged`."""
    if slot not in slots.SLOTS or slots.live_slot(paths, app) == slot:
        return
    bundle = paths.app(app) / "slots" / slot / "release"
    seconds = values.number(bundle / "settings" / "drain", int(rules.default("drain")))
    port = values.number(bundle / "port", int(rules.default("port")), 1, 65535)
    there = _persistently(lambda: swarm_services.services(engine, f"{containers.APP}={app}"))
    found = [one for one in there if one.labels.get(containers.SLOT) == slot]
    # One that was away at the switch may be back. Who is not is told here alone.
    spread_push.push(paths, Reporter(), app)
    for one in found:
        if one.labels.get(containers.TYPE) != "web":
            _remove(engine, one)
    _await_quiet(paths, engine, app, slot, port, seconds)
    for one in found:
        _remove(engine, one)


def _remove(engine: Engine, one: Service) -> None:
    _persistently(lambda: swarm_services.remove_service(engine, one.name))


def _persistently(act: Callable[[], _Found]) -> _Found:
    """Managers that choose a leader, or take another one in, refuse everything meanwhile. Nobody waits for this, and
    what is left here would stay until the next command. Raises `EngineError` in the end."""
    until = time.monotonic() + _LEADERLESS
    while True:
        try:
            return act()
        except EngineError:
            if time.monotonic() >= until:
                raise
            time.sleep(_AGAIN)


def await_quiet_live(operation: Operation, slot: str) -> None:
    """Returns when no process of the slot that is live has a request any more, on any machine, or after its drain
    time. Raises `Damaged`."""
    bundle = operation.paths.app(operation.app) / "slots" / slot / "release"
    seconds = values.number(bundle / "settings" / "drain", int(rules.default("drain")))
    port = values.number(bundle / "port", int(rules.default("port")), 1, 65535)
    _await_quiet(operation.paths, operation.engine, operation.app, slot, port, seconds)


def _await_quiet(paths: HostPaths, engine: Engine, app: str, slot: str, port: int, seconds: int) -> None:
    """On every machine at the same time. One that does not answer is not waited for: no answer comes from there."""

    def wait(node: Node | None) -> None:
        if node is None:
            quiet(engine, app, slot, port, seconds)
            return
        sent = {"port": str(port), "seconds": str(seconds)}
        peers.ask(paths, node, ["quiet", app, slot], sent, seconds=seconds + _MARGIN)

    parallel.tried(wait, (None, *nodes.others(paths)))


def quiet(engine: Engine, app: str, slot: str, port: int, seconds: int) -> bool:
    """Returns when no process of the slot on this machine has a request any more, or (False) after that many seconds.
    Gateways keep no connection without one. Raises `EngineError`."""
    there = containers.inspect_all(engine, (one.id for one in swarm_services.local_tasks(engine, app, slot)))
    processes = [one.pid for one in there.values() if one.type == "web" and one.pid]
    still, until = 0, time.monotonic() + seconds
    while processes and still < _QUIET and time.monotonic() < until:
        time.sleep(_LOOK)
        still = 0 if any(has_requests(pid, port) for pid in processes) else still + 1
    return not processes or still >= _QUIET


def has_requests(pid: int, port: int, proc: Path = Path("/proc")) -> bool:
    """Whether somebody is connected to the port in the process's network; not where the process has ended."""
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / str(pid) / "net" / name).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 3 and fields[3] == _ESTABLISHED and int(fields[1].rpartition(":")[2], 16) == port:
                return True
    return False


def tidy_others(paths: HostPaths, app: str) -> None:
    """The other machines keep of the app's images what this one keeps. One that does not answer does it another time.
    Raises `Damaged`."""
    sent = {"kept": "\n".join(sorted(set(prune.kept_images(paths, app))))}
    ask = partial(peers.ask, paths, words=["tidy", app], sent=sent)
    parallel.tried(ask, nodes.others(paths))
