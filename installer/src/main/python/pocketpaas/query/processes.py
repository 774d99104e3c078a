"""The processes of an app: those that there are (while a deploy drains the old release, those of two), and those that
should run and have no container."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.engine import cgroup, containers, exits
from pocketpaas.engine.client import Engine, EngineAway
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.failure import NoEngine
from pocketpaas.query import tasks
from pocketpaas.release import bundle as bundles
from pocketpaas.release import scale, slots
from pocketpaas.state import moves
from pocketpaas.state.paths import HostPaths


def scale_of(paths: HostPaths, app: str, bundle: Path) -> dict[str, str]:
    """How many of each type are wanted (scale/TYPE), and whose word that is (source/TYPE)."""
    found = {}
    for kind in bundles.types(bundle):
        found[f"scale/{kind}"] = str(scale.wanted(paths, app, bundle, kind))
        if (paths.app(app) / "operator" / "scale" / kind).exists():
            found[f"source/{kind}"] = "operator"
        elif (bundle / "settings" / "processes" / kind / "scale").exists():
            found[f"source/{kind}"] = "manifest"
        else:
            found[f"source/{kind}"] = "default"
    return found


def of_app(paths: HostPaths, app: str, engine: Engine) -> dict[str, str]:
    """process/TYPE.N/…; raises `NoEngine` where the engine is down: nothing is known of what runs then."""
    engine.look()
    try:
        listed = containers.list_of_app(engine, app)
    except EngineAway as away:
        raise NoEngine(away.why) from away
    known = containers.inspect_all(engine, (one.id for one in listed if one.slot in slots.SLOTS))
    found: dict[str, str] = {}
    seen: set[str] = set()
    everything = (*known.values(), *tasks.facts(paths, engine, app))
    for facts in sorted(everything, key=lambda one: (-one.release, one.type, one.instance)):
        name = f"process/{facts.type}.{facts.instance}"
        if name in seen:
            # The old release's, when the new one has the same.
            name += f".v{facts.release}"
        seen.add(name)
        found |= {f"{name}/{field}": value for field, value in _described(engine, facts).items()}
    return found | _missing(paths, app, seen)


def _described(engine: Engine, facts: ContainerFacts) -> dict[str, str]:
    state, code = facts.state, str(facts.code)
    if facts.is_crash_loop:
        if facts.state == "running":
            last = exits.last_exit(engine, facts.id)
            code = "" if last is None else str(last)
        state = "crash-loop"
    found = {
        "state": state,
        "since": facts.started,
        "restarts": str(facts.restarts),
        "release": str(facts.release),
        "slot": facts.slot,
    }
    if state != "running" and code:
        found["exit"] = code
    if facts.address:
        found["address"] = facts.address
    if facts.memory:
        found["limit"] = str(facts.memory)
    if facts.cpus:
        found["cpus"] = str(facts.cpus)
    used = cgroup.memory(cgroup.of_pid(facts.pid)) if facts.pid else None
    return found if used is None else {**found, "memory": str(used)}


def _missing(paths: HostPaths, app: str, seen: set[str]) -> dict[str, str]:
    """What should run and is not there: stopped on purpose, or missing."""
    live = slots.live_release(paths, app)
    if live is None:
        return {}
    if moves.is_silent(paths, app):
        state = "moved" if moves.phase(paths, app) == moves.PASSED else "moving"
    else:
        state = "stopped" if (paths.app(app) / "operator" / "stopped").exists() else "missing"
    bundle = paths.release(app, live)
    found: dict[str, str] = {}
    for kind in bundles.types(bundle):
        for instance in range(1, scale.wanted(paths, app, bundle, kind) + 1):
            name = f"process/{kind}.{instance}"
            if name not in seen:
                found |= {f"{name}/state": state, f"{name}/release": str(live)}
    return found
