"""The services of an old release end. Their gateways are on every machine, so nobody can see from here whether a
request is left: they have the whole drain time, and their processes the stop signal and its grace after it."""

from __future__ import annotations

import time

from pocketpaas import rules
from pocketpaas.engine import containers, swarm_services
from pocketpaas.engine.client import Engine
from pocketpaas.release import slots
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def work(paths: HostPaths, engine: Engine, app: str, slot: str) -> None:
    """Returns when they are gone; nothing for a slot that serves. Raises `EngineError`, `Damaged`."""
    if slot not in slots.SLOTS or slots.live_slot(paths, app) == slot:
        return
    settings = paths.app(app) / "slots" / slot / "release" / "settings"
    time.sleep(values.number(settings / "drain", int(rules.default("drain"))))
    for one in swarm_services.services(engine, f"{containers.APP}={app}"):
        if one.labels.get(containers.SLOT) == slot:
            swarm_services.remove_service(engine, one.name)
