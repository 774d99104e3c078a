"""Variables of an app that hold the address of another service than in its live release. A change that was killed may
have left that, and a rollback does: the next release of whatever kind takes it up, which nobody may meet unawares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketpaas.change.environment import Staged
from pocketpaas.operation.unit import Operation
from pocketpaas.service import links, store
from pocketpaas.service.links import Link
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: Of each variable the service whose address it holds.
_Layer = Mapping[str, str]


def of_release(paths: HostPaths, app: str, release: int) -> dict[str, str]:
    """Of each variable of a release the service whose address it holds. Raises `Damaged`."""
    directory = paths.release(app, release) / "service" / "env"
    return {variable: values.need(directory / variable) for variable in values.names(directory)}


def has(paths: HostPaths, link: Link, release: int | None) -> bool:
    """Whether the release gives the app what its link says; also where there is none yet."""
    return release is None or variables_in(paths, link, release) == set(link.variables)


def variables_in(paths: HostPaths, link: Link, release: int) -> set[str]:
    """The variables of a release that hold the address of the link's service."""
    held = of_release(paths, link.app, release)
    return {variable for variable, name in held.items() if name == link.service.name}


def warn(operation: Operation, staged: Staged, live: int, links_too: bool = False) -> None:
    """Of a release that is about something else: which variables change with it. One that makes links (`links_too`) has
    told of those that are new."""
    for name, (was, is_now) in _changes(operation, staged, live).items():
        if was or not links_too:
            operation.reporter.warn(f"{name} of {operation.app} {_words(was, is_now)}")


def note(operation: Operation, staged: Staged, live: int) -> None:
    """The same of one that is about links, where one service comes in the place of another one."""
    for name, (was, is_now) in _changes(operation, staged, live).items():
        if was and is_now:
            operation.reporter.note(f"{name} of {operation.app} {_words(was, is_now)}")


def _words(was: str, is_now: str) -> str:
    if not is_now:
        return f"is not the address of the service {was} any more from this release on"
    return f"is the address of the service {is_now} from this release on{f', and no more of {was}' if was else ''}"


def _changes(operation: Operation, staged: Staged, live: int) -> dict[str, tuple[str, str]]:
    """But for those that have a value of the operator's, which wins."""
    held = of_release(operation.paths, operation.app, live)
    coming = _layer_of(staged.service)
    own = values.names(staged.operator / "env")
    return {name: found for name, found in _differing(held, coming).items() if name not in own}


def _layer_of(directory: Path) -> dict[str, str]:
    return {name: values.read_or(directory / "env" / name, "") for name in values.names(directory / "env")}


def _differing(held: _Layer, coming: _Layer) -> dict[str, tuple[str, str]]:
    pairs = {name: (held.get(name, ""), coming.get(name, "")) for name in sorted({*held, *coming})}
    return {name: (was, is_now) for name, (was, is_now) in pairs.items() if was != is_now}


# ---------------------------------------------------------------- after a rollback


def warn_of_waiting(operation: Operation, release: int) -> None:
    """The release has other links than the app: the next one of another kind takes what the app has now."""
    paths, app = operation.paths, operation.app
    found = _differing(of_release(paths, app, release), links.layer(paths, app))
    for name, (held, coming) in found.items():
        if held:
            then = f"with the next one it is that of {coming}" if coming else "it goes with the next one"
            operation.reporter.warn(f"{name} of {app} is the address of the service {held} in this release; {then}")
        else:
            operation.reporter.note(
                f"{name} of {app}, the address of the service {coming}, is not in this release; it comes with the next"
            )
    for way in _ways_to_stay(operation, release, found):
        operation.reporter.hint(f"to stay with what v{release} has: {way}")


def _ways_to_stay(operation: Operation, release: int, found: Mapping[str, tuple[str, str]]) -> list[str]:
    """A command for each service whose address goes with the next release. To promote one gives the others theirs
    back, too."""
    promoted, linked = [], []
    for name in sorted({held for held, _ in found.values() if held}):
        link = Link(store.need(operation.paths, name), operation.app)
        lost = [variable for variable, (held, _) in found.items() if held == name]
        if set(lost) & set(link.service.kind.variables):
            promoted.append(f"pocketpaas services promote {name} --app {operation.app}")
        else:
            wanted = " ".join(f"--as {one}" for one in sorted(variables_in(operation.paths, link, release)))
            linked.append(f"pocketpaas services link {name} {wanted} --app {operation.app}")
    return promoted or linked
