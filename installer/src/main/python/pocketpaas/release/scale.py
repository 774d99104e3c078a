"""How many instances of each process type are wanted."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pocketpaas import rules
from pocketpaas.engine import networks
from pocketpaas.failure import Refused
from pocketpaas.release import bundle as bundles
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: What a stored number may be at most; what a command takes is less.
_MOST = 1000


class Instance(NamedTuple):
    """One process of a type, counted from 1."""

    type: str
    number: int

    @property
    def name(self) -> str:
        """`web.1`."""
        return f"{self.type}.{self.number}"


def wanted(paths: HostPaths, app: str, bundle: Path, process_type: str) -> int:
    """How many: what `scale` says, else the manifest, else one. Raises `Damaged`."""
    stated = paths.app(app) / "operator" / "scale" / process_type
    for file in (stated, bundle / "settings" / "processes" / process_type / "scale"):
        if values.read(file) is not None:
            return values.number(file, int(rules.default("scale")), 0, _MOST)
    return int(rules.default("scale"))


def instances(paths: HostPaths, app: str, bundle: Path) -> tuple[Instance, ...]:
    """All that should run, web first. Raises `Refused` for a scale that the network cannot hold, `Damaged`."""
    found: list[Instance] = []
    for process_type in bundles.types(bundle):
        number = wanted(paths, app, bundle, process_type)
        if process_type == "web":
            check_web(number)
        found += [Instance(process_type, one) for one in range(1, number + 1)]
    return tuple(found)


def check_web(number: int) -> None:
    """Raises `Refused` for more web instances than the network can hold."""
    if number > networks.most_web():
        raise Refused("scale", f"web={number} is more than the {networks.most_web()} that one app can have")


def text(wanted_ones: Iterable[Instance]) -> str:
    """`web=2 worker=1`, in their order."""
    counts: dict[str, int] = {}
    for instance in wanted_ones:
        counts[instance.type] = counts.get(instance.type, 0) + 1
    return " ".join(f"{process_type}={count}" for process_type, count in counts.items())
