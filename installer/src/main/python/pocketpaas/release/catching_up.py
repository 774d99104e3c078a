"""Apps that run over the cluster come to machines that are new, or were away: their images, and nginx's part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from pocketpaas.cluster import membership, missed, peers
from pocketpaas.engine import parallel
from pocketpaas.machine.process import run
from pocketpaas.release import slots
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import listing, nodes
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_SECONDS = 900.0


def bring_all(paths: HostPaths) -> list[str]:
    """Every app that runs over the cluster, to every machine; those that could not be brought."""
    return [app for app in _spread_apps(paths) if not _bring(paths, app)]


def bring_missed(paths: HostPaths, ready: Collection[str], every_app: bool) -> None:
    """Each of the machines with these names gets what it could not be told before (`cluster.missed`), or `every_app`.
    What cannot be told now either stays for the next time. Raises `CannotWrite`, `Damaged`."""
    lacking = {node: missed.of(paths, node.name) for node in nodes.others(paths) if node.name in ready}
    lost = [node for node, those in lacking.items() if missed.MACHINES in those]
    if lost:
        # After `host recover` it may not know yet which machine is the home.
        parallel.tried(partial(peers.ask, paths, words=["claim"]), lost)
        membership.tell_others(paths)
    spread = set(_spread_apps(paths))
    apps = {one for those in lacking.values() for one in those if one != missed.MACHINES}
    for app in sorted(apps | spread if every_app else apps):
        if app in spread:
            _bring_to(paths, app, [node for node, those in lacking.items() if every_app or app in those])
        else:
            _forget(paths, app, [node for node, those in lacking.items() if app in those])


def _bring_to(paths: HostPaths, app: str, to: Sequence[Node]) -> None:
    for node in to:
        # It notes those again that do not answer.
        missed.told(paths, node.name, app)
    if not _bring(paths, app):
        for node in to:
            missed.note(paths, node.name, app)


def _forget(paths: HostPaths, app: str, to: Sequence[Node]) -> None:
    """It is gone since, or runs on the home alone."""
    told = parallel.tried(partial(peers.ask, paths, words=["forget", app]), to)
    for node, one in zip(to, told):
        if not isinstance(one, Exception):
            missed.told(paths, node.name, app)


def _spread_apps(paths: HostPaths) -> Iterator[str]:
    for app in listing.apps(paths):
        slot = slots.live_slot(paths, app)
        if slot is not None and is_spread(paths, app, slot):
            yield app


def _bring(paths: HostPaths, app: str) -> bool:
    return run([str(paths.programs / "reconcile"), app], seconds=_SECONDS).ok
