"""A move is one between two machines (`identity`), whatever people call them: what was begun with one machine is never
gone on with another one, which would be given the same secrets, and hear the same word."""

from __future__ import annotations

from collections.abc import Mapping

from pocketpaas.failure import Refused
from pocketpaas.move import identity, store
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

_CURE = "run the same command again"


def _older() -> Refused:
    text = "the programs of the other host, or of your machine, are of an earlier version, and name no machine"
    return Refused("move-older", text, "pocketpaas init host, for both hosts")


def begin(paths: HostPaths, app: str, peer: str, told: Mapping[str, str]) -> str:
    """On the host that the app leaves: the machine that it goes to. What an app that does not move any more had for a
    move to another machine goes. Raises `Refused` where it moves to another one, or none is told."""
    target = told.get("target", "")
    if not identity.PATTERN.fullmatch(target):
        raise _older()
    phase, known, bound = moves.phase(paths, app), moves.fact(paths, app, "peer"), store.target(paths, app)
    if phase and (bound != target if bound else known != peer):
        raise Refused(
            "moving",
            f"{app} is being moved to {known}" + (", which was another machine than this one" if known == peer else ""),
            "end that first: pocketpaas apps move --abort, or --finish, with the address of that machine; if it is "
            f"gone for good: pocketpaas apps move --lost --app {app}",
        )
    if not phase and bound != target:
        store.forget(paths, app)
    return target


def expect(paths: HostPaths, told: Mapping[str, str]) -> dict[str, str]:
    """On the host that it comes to: `target`, which is this machine, and `source`, where it comes from. Raises
    `Refused` where it goes to another one."""
    own, goal, source = identity.of(paths), told.get("target", ""), told.get("host", "")
    if not identity.PATTERN.fullmatch(goal) or not identity.PATTERN.fullmatch(source):
        raise _older()
    if goal != own:
        raise Refused("move-other", "what is to come here goes to another machine than this one", _CURE)
    return {"target": own, "source": source}


def note(paths: HostPaths, app: str, bound: Mapping[str, str]) -> None:
    """Keeps it. Raises `CannotWrite`."""
    for name, text in bound.items():
        if values.read(store.directory(paths, app) / name) != text:
            values.write(store.directory(paths, app) / name, text)


def reach(paths: HostPaths, app: str, told: Mapping[str, str]) -> None:
    """Only the machine that the app goes to says where it is found. Raises `Refused`."""
    if told.get("host", "") != store.target(paths, app):
        raise Refused("move-other", f"{app} goes to another machine", _CURE)
