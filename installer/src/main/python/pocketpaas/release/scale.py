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
    """How many: what `scale` says, else the manifest, else what the release was made with. Raises `Damaged`."""
    stated = paths.app(app) / "operator" / "scale" / process_type
    for file in (stated, bundle / "settings" / "processes" / process_type / "scale", _default(bundle, process_type)):
        if values.read(file) is not None:
            return values.number(file, int(rules.default("scale")), 0, _MOST)
    return int(rules.default("scale"))


def _default(bundle: Path, process_type: str) -> Path:
    """The scale of a type that nobody has said one for. Releases of earlier programs have none: there it is one."""
    return bundle / "processes" / process_type / "default-scale"


def let_new_types_wait(bundle: Path, before: Path | None) -> None:
    """In a new release types other than web wait for `scale`; those that the release before (None: there is none) had
    keep what they had there. Raises `CannotWrite`, `Damaged`."""
    known = bundles.types(before) if before is not None else []
    for process_type in bundles.types(bundle):
        if process_type == "web":
            continue
        number = 0
        if before is not None and process_type in known:
            number = values.number(_default(before, process_type), int(rules.default("scale")), 0, _MOST)
        if number != int(rules.default("scale")):
            values.put(_default(bundle, process_type), str(number))


def waiting(paths: HostPaths, app: str, bundle: Path) -> tuple[str, ...]:
    """The types that do not run because nobody has said a scale for them. Raises `Damaged`."""
    return tuple(
        process_type
        for process_type in bundles.types(bundle)
        if wanted(paths, app, bundle, process_type) == 0
        and values.read(paths.app(app) / "operator" / "scale" / process_type) is None
        and values.read(bundle / "settings" / "processes" / process_type / "scale") is None
    )


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
