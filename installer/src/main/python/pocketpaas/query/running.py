"""What runs of the apps, by one question to the engine for all of them, and whether it answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.engine import cgroup, containers, parallel
from pocketpaas.engine.client import Engine, EngineAway
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.failure import NoEngine
from pocketpaas.query import tasks
from pocketpaas.release import asking, scale, slots
from pocketpaas.release import bundle as bundles
from pocketpaas.release.asking import Question
from pocketpaas.release.check import CheckSettings
from pocketpaas.routing import names as routing_names
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Live:
    """The live release of an app: its number, slot and bundle, and how many of each type are wanted."""

    app: str
    number: int
    slot: str
    bundle: Path
    wanted: Mapping[str, int]


@dataclass(frozen=True)
class Process:
    """A process that should run. `state`: running, crash-loop, or what the engine says of its container; missing where
    there is none. `silent`: why a web process does not answer, empty where it does."""

    name: str
    type: str
    state: str
    restarts: int = 0
    code: int = 0
    memory: int = 0
    silent: str = ""

    @property
    def well(self) -> bool:
        """Whether it is as it should be."""
        return self.state == "running" and not self.silent


def live_of(paths: HostPaths, app: str) -> Live | None:
    """None where nothing is live. Raises `Damaged`."""
    slot, number = slots.live_slot(paths, app), slots.live_release(paths, app)
    if slot is None or number is None:
        return None
    bundle = paths.release(app, number)
    return Live(
        app, number, slot, bundle, {kind: scale.wanted(paths, app, bundle, kind) for kind in bundles.types(bundle)}
    )


def all_facts(paths: HostPaths, engine: Engine) -> tuple[ContainerFacts, ...]:
    """Every container of a slot, whatever its state, and every task of a cluster; those are not asked from here. Raises
    `NoEngine`."""
    engine.look()
    try:
        listed = containers.listed(engine, (containers.SLOT,))
    except EngineAway as away:
        raise NoEngine(away.why) from away
    known = containers.inspect_all(engine, (one.id for one in listed if one.slot in slots.SLOTS))
    return (*known.values(), *(replace(one, address="") for one in tasks.facts(paths, engine)))


def processes(paths: HostPaths, live: Live, facts: Iterable[ContainerFacts], *, thorough: bool) -> list[Process]:
    """The processes that the live release should have, in order. Web processes are asked whether they take a
    connection; `thorough`: by the app's own health check. Raises `Damaged`."""
    own = {
        f"{one.type}.{one.instance}": one
        for one in facts
        if one.app == live.app and one.slot == live.slot and one.release == live.number
    }
    settings = CheckSettings.of_bundle(live.bundle)
    host = routing_names.default_name(paths, live.app)

    def silent(one: ContainerFacts) -> str:
        if one.type != "web" or one.state != "running" or not one.address:
            return ""
        path, timeout = (settings.path, settings.timeout) if thorough else ("", 0.0)
        answer = asking.ask(
            Question(host, one.address, settings.port, path, settings.statuses, timeout), asking.CONNECT_SECONDS
        )
        return _words(answer, settings.port)

    names = [(kind, f"{kind}.{number}") for kind, most in live.wanted.items() for number in range(1, most + 1)]
    asked = [own[name] for _, name in names if name in own]
    answers = dict(zip((one.id for one in asked), parallel.tried(silent, asked)))
    found = []
    for kind, name in names:
        one = own.get(name)
        if one is None:
            found.append(Process(name, kind, "missing"))
            continue
        used = cgroup.memory(cgroup.of_pid(one.pid)) if one.pid else None
        state = "crash-loop" if one.is_crash_loop else one.state
        answer = answers.get(one.id, "")
        found.append(Process(name, kind, state, one.restarts, one.code, used or 0, str(answer)))
    return found


def _words(answer: str, port: int) -> str:
    """What it means that a web process answers so, empty for a good answer."""
    if not answer:
        return ""
    if answer.isdigit():
        return f"its health check answers {answer}"
    return {
        "refused": f"nothing listens on port {port}",
        "unreached": f"port {port} cannot be reached",
        "silent": "its health check gets no answer",
    }.get(answer, f"what it answers on port {port} is no HTTP")
