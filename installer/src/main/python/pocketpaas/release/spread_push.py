"""What nginx has to know of an app goes to the other machines of the cluster. Nothing on a host that is alone."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.engine import parallel
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import nodes
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_SECONDS = 60.0


def push(paths: HostPaths, reporter: Reporter, app: str, to: Sequence[Node] | None = None) -> bool:
    """Each of the other machines (or those that are named) serves the app as it is live here; whether all could be
    told. One that could not is told here, and by the home's timer when it is back. Raises `Damaged`, `CannotWrite`."""
    missing = _push(paths, app, nodes.others(paths) if to is None else to)
    for node, error in missing.items():
        # Loaded in a cluster alone.
        from pocketpaas.cluster import missed

        missed.note(paths, node, app)
        reporter.warn(missed.sentence(node, str(error)))
    return not missing


def push_of(operation: Operation, to: Sequence[Node] | None = None) -> bool:
    """The same for an operation: a machine that has not answered it is not asked again, and each is named once."""
    others = nodes.others(operation.paths) if to is None else to
    asked = [node for node in others if node.name not in operation.silent]
    missing = _push(operation.paths, operation.app, asked)
    for node, error in missing.items():
        from pocketpaas.cluster import missed, peers

        if isinstance(error, peers.Unreachable):
            operation.silent[node] = error.text
        missed.leave_out(operation, node, str(error))
    return not missing and len(asked) == len(others)


def _push(paths: HostPaths, app: str, others: Sequence[Node]) -> dict[str, Exception]:
    """The machines that could not be told, each with why."""
    slot = slots.live_slot(paths, app) if nodes.is_home(paths) else None
    if slot is None or not is_spread(paths, app, slot):
        return {}
    from pocketpaas.cluster import fronts, peers

    settings = paths.app(app) / "slots" / slot / "release" / "settings"
    sent = fronts.told(paths, app, settings, slot)
    told = parallel.tried(lambda node: peers.ask(paths, node, ["front", app], sent, seconds=_SECONDS), others)
    return {node.name: one for node, one in zip(others, told) if isinstance(one, Exception)}
