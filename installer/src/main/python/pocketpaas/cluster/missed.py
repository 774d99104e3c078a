"""What a machine of the cluster could not be told, and of which app. The home's timer tells it when the machine is back
(`notice.machines`), if no command of the app has done so before."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.operation.unit import Operation
from pocketpaas.state import names, nodes, values
from pocketpaas.state.paths import HostPaths

#: In the place of an app: which machines belong to the cluster.
MACHINES = ".machines"


def note(paths: HostPaths, node: str, what: str) -> None:
    """The machine lacks the last change of the app, or of the `MACHINES`. Raises `CannotWrite`."""
    values.make_directory(_place(paths, node))
    values.touch(_place(paths, node) / what)


def of(paths: HostPaths, node: str) -> tuple[str, ...]:
    """What the machine lacks: apps, and `MACHINES`."""
    place = _place(paths, node)
    found = tuple(name for name in values.names(place) if names.is_app(name))
    return (*found, MACHINES) if (place / MACHINES).exists() else found


def told(paths: HostPaths, node: str, what: str) -> None:
    """The machine has it, or is about to be told."""
    values.remove(_place(paths, node) / what)


def leave_out(operation: Operation, node: str, why: str) -> None:
    """The operation goes on without the machine, which is named once. Raises `CannotWrite`."""
    note(operation.paths, node, operation.app)
    if node not in operation.away:
        operation.away.add(node)
        operation.reporter.warn(sentence(node, why))


def sentence(node: str, why: str) -> str:
    """For people."""
    return f"{node} could not be brought up to date: {why}; the home does it when {node} answers again"


def _place(paths: HostPaths, node: str) -> Path:
    return nodes.missed(paths, node)
