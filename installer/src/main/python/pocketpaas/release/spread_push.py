"""What nginx has to know of an app goes to the other machines of the cluster. Nothing on a host that is alone."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.engine import parallel
from pocketpaas.machine.events import Reporter
from pocketpaas.release import slots
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import nodes
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_SECONDS = 60.0


def push(paths: HostPaths, reporter: Reporter, app: str, to: Sequence[Node] | None = None) -> bool:
    """Each of the other machines (or those that are named) serves the app as it is live here; whether all could be
    told. One that could not is told here. Raises `Damaged`."""
    slot = slots.live_slot(paths, app) if nodes.is_home(paths) else None
    if slot is None or not is_spread(paths, app, slot):
        return True
    # Loaded in a cluster alone.
    from pocketpaas.cluster import fronts, peers

    settings = paths.app(app) / "slots" / slot / "release" / "settings"
    sent = fronts.told(paths, app, settings, slot)
    others = nodes.others(paths) if to is None else to
    told = parallel.tried(lambda node: peers.ask(paths, node, ["front", app], sent, seconds=_SECONDS), others)
    for node, one in zip(others, told):
        if isinstance(one, Exception):
            reporter.warn(f"{node.name} could not be brought up to date: {one}")
    return not any(isinstance(one, Exception) for one in told)
