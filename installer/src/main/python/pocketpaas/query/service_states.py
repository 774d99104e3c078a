"""How the services of the host are, by one question to the engine for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failure
from pocketpaas.service import links, spec, store
from pocketpaas.service.generations import Kept
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Seen:
    """A service. `state`: running, stopped (on purpose), crash-loop, down (it should run and does not), destroying
    (also where that was cut off), damaged. `volume`: of its data. `kept`: what it was before an upgrade, and can be
    again."""

    name: str
    type: str = ""
    major: str = ""
    state: str = "damaged"
    apps: tuple[str, ...] = ()
    volume: str = ""
    problem: str = ""
    kept: str = ""


def look(paths: HostPaths, engine: Engine, apps: Sequence[str] | None = None) -> list[Seen]:
    """All services, or those that are linked to one of the apps, and then of those apps alone. Raises `EngineError`,
    `NoEngine`."""
    services = [name for name in values.names(paths.services) if names.is_service(name)]
    if not services:
        return []
    there = {}
    for one in engine.list("/containers/json", {"label": [spec.SERVICE]}, all="1"):
        labels = one.get("Labels") or {}
        there[(labels.get(spec.SERVICE), labels.get(spec.GENERATION))] = str(one.get("State", ""))
    found = [one for one in (_seen(paths, name, there) for name in services) if one is not None]
    if apps is None:
        return found
    own = (replace(one, apps=tuple(app for app in one.apps if app in apps)) for one in found)
    return [one for one in own if one.apps]


def _seen(paths: HostPaths, name: str, there: dict[tuple[str | None, str | None], str]) -> Seen | None:
    try:
        service = store.find(paths, name)
        if service is None:
            return None
        state = there.get((name, service.generation), "")
        apps = tuple(link.app for link in links.of_service(service))
        word = "destroying" if service.is_going else _word(state, service.is_stopped)
        kept = Kept.of(service)
        before = "" if kept is None else service.as_of(kept.generation).version
        return Seen(name, service.kind.name, service.major, word, apps, service.volume, kept=before)
    except Failure as failure:
        return Seen(name, problem=failure.text)


def _word(state: str, stopped: bool) -> str:
    if state == "restarting":
        return "crash-loop"
    if state == "running":
        return "running"
    return "stopped" if stopped else "down"
