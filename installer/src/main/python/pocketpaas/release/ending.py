"""How an app's containers end: each is asked to, and has as long as its release says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pocketpaas import rules
from pocketpaas.engine import containers, parallel
from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.state import values
from pocketpaas.state.names import is_number
from pocketpaas.state.paths import HostPaths

if TYPE_CHECKING:
    from pocketpaas.operation.unit import Operation

LEFT = "the engine left a container that was to go; the next command tries again"


def grace(paths: HostPaths, app: str, release: int, process_type: str) -> int:
    """The seconds between the stop signal and SIGKILL."""
    bundle = paths.release(app, release)
    least, most = rules.limits("stop-timeout")
    for file in (bundle / "processes" / process_type / "stop-timeout", bundle / "settings" / "stop-timeout"):
        found = values.read(file)
        if found is not None:
            # Releases of older programs may have less than what is allowed now, or more.
            return max(least, min(int(found), most)) if is_number(found) else int(rules.default("stop-timeout"))
    return int(rules.default("stop-timeout"))


def end(paths: HostPaths, engine: Engine, app: str, ids: Iterable[str]) -> None:
    """Each is asked to end, and has its grace; all at once. They are still there. Those that the engine does not know
    are gone."""
    end_known(paths, engine, app, containers.inspect_all(engine, ids).values())


def end_known(paths: HostPaths, engine: Engine, app: str, facts: Iterable[ContainerFacts]) -> None:
    """The same of those of which the engine has told already."""
    parallel.tried(lambda one: _end(paths, engine, app, one), facts)


def _end(paths: HostPaths, engine: Engine, app: str, facts: ContainerFacts) -> None:
    containers.stop(engine, grace(paths, app, facts.release, facts.type), (facts.id,))


def end_and_remove(operation: Operation, ids: Iterable[str]) -> None:
    """They end, and are gone; where the engine leaves one it is told."""
    wanted = tuple(ids)
    end(operation.paths, operation.engine, operation.app, wanted)
    if not containers.remove(operation.engine, wanted):
        operation.reporter.warn(LEFT)


@dataclass(frozen=True)
class Target:
    """Where a web container answers."""

    address: str
    port: int


@dataclass(frozen=True)
class Answering:
    """The web containers among some, and the seconds that their requests may last."""

    targets: tuple[Target, ...]
    seconds: int


def answering(paths: HostPaths, app: str, facts: Iterable[ContainerFacts]) -> Answering:
    """Which of them answer requests: by the ports and the drain times of their releases."""
    targets, seconds = [], 0
    least, most = rules.limits("drain")
    for one in facts:
        if one.type == "web" and one.address:
            bundle = paths.release(app, one.release)
            text = values.read_or(bundle / "settings" / "drain", str(rules.default("drain")))
            if is_number(text, least, most):
                seconds = max(seconds, int(text))
            port = values.number(bundle / "port", int(rules.default("port")), 1, 65535)
            targets.append(Target(one.address, port))
    return Answering(tuple(targets), seconds)
