"""The processes of an app on this machine: containers, or tasks of a cluster (docs/cluster.md)."""

from __future__ import annotations

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import Container
from pocketpaas.release import slots
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state.paths import HostPaths


def in_slot(paths: HostPaths, engine: Engine, app: str, slot: str | None) -> tuple[Container, ...]:
    """Those of the slot, whatever their state; of a slot that is spread those of its release that run. Raises
    `EngineError`, `Damaged`."""
    if slot is not None and is_spread(paths, app, slot):
        # Loaded in a cluster alone.
        from pocketpaas.engine import swarm_services

        release = slots.slot_release(paths, app, slot)
        return tuple(one for one in swarm_services.local_tasks(engine, app, slot) if one.release == release)
    return tuple(one for one in containers.list_of_app(engine, app) if one.slot == slot)
