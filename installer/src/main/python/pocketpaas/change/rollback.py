"""An older release again, exactly, as a new release. No build, no release command; the scale stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.change import branch, environment, link_changes, outcome
from pocketpaas.engine import images
from pocketpaas.engine.client import EngineAway
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, network, reconcile, seal
from pocketpaas.service import links
from pocketpaas.state import names, values

_RELEASES = 'see "pocketpaas releases"'
#: The file of a bundle that makes no difference with today's environment.
_ENVIRONMENT = "environment"


@dataclass(frozen=True)
class Choice:
    """Which release is live, and to which one it goes back; None: it is live already."""

    live: int
    target: int | None


def change(operation: Operation, arguments: Sequence[str]) -> int:
    """[N|- [keep-env]]; the app's lock is held. Which release it is, is found out while reconcile waits for the
    engine."""
    if len(arguments) > 2 or list(arguments[1:]) not in ([], ["keep-env"]):
        raise BadRequest(f'"{" ".join(arguments[1:])}" is not keep-env')
    wanted, keep = (arguments[0] if arguments else "-"), len(arguments) == 2
    chosen: list[Choice] = []
    running = reconcile.reconcile(operation, lambda: chosen.append(choose(operation, wanted, keep)))
    choice = chosen[0] if chosen else choose(operation, wanted, keep)
    if choice.target is None:
        # The rollback that made it may have been killed before it came to that.
        branch.align(operation, choice.live)
        return outcome.nothing_to_do(operation, f"v{choice.live} is live")
    release = _make(operation, choice.live, choice.target, keep)
    network.ensure(operation)
    activate.activate(operation, running, release)
    branch.align(operation, release)
    operation.reporter.hint(f"undo: pocketpaas rollback v{choice.live}")
    operation.reporter.result("previous", f"v{choice.live}")
    operation.reporter.result("target", f"v{choice.target}")
    return outcome.released(operation, release)


def _make(operation: Operation, live: int, target: int, keep: bool) -> int:
    """The new release, with the target's environment (the operator's part and that of all apps), or today's. It takes
    up nothing that is pending: what waits goes on waiting."""
    paths, app = operation.paths, operation.app
    layers = paths.release(app, live if keep else target)
    if keep:
        operator = paths.app(app) / "operator"
        kept = {"shared": layers / "shared", "service": layers / "service", "operator": operator}
        environment.need_secrets(paths.release(app, target) / "settings", kept)
    _need_links(operation, layers / "service" / "env")
    release = bundle.open_release(operation, "rollback", f"rollback to v{target}")
    bundle.from_release(operation, release, target, {name: layers / name for name in ("shared", "service", "operator")})
    back = environment.differing(paths.release(app, live) / "env", paths.release(app, release) / "env")
    if back:
        operation.reporter.note(f"env keys that go back: {' '.join(back)}")
    link_changes.warn_of_waiting(operation, release)
    return release


def _need_links(operation: Operation, directory: Path) -> None:
    """What the release has from services is still to be had. Raises `Refused`."""
    for service in sorted({values.need(directory / name) for name in values.names(directory)}):
        links.resolve(operation.paths, operation.app, service)


# ---------------------------------------------------------------- which one


def choose(operation: Operation, wanted: str, keep: bool) -> Choice:
    """`wanted`: N, vN, or - for the newest good one that is another thing than what is live; `keep`: with today's
    environment. Nothing is touched. Raises `Refused`, `BadRequest`, `Damaged`, `NoEngine`."""
    live = outcome.need_live(operation)
    if wanted.removeprefix("v") == str(live):
        return Choice(live, None)
    target = _newest(operation, live, keep) if wanted == "-" else _named(operation, wanted)
    seal.check_intact(operation.paths, operation.app, target)
    return Choice(live, target)


def _newest(operation: Operation, live: int, keep: bool) -> int:
    """With today's environment, a release that differs by its environment alone is the same thing."""
    paths, app = operation.paths, operation.app
    without = _ENVIRONMENT if keep else ""
    number = bundle.good_before(paths, app, bundle.newest(paths, app) + 1)
    while number is not None:
        if not seal.same(paths, app, number, live, without) and _has_image(operation, number):
            return number
        number = bundle.good_before(paths, app, number)
    raise Refused("no-release", f"there is no other good release of {app} to go back to", _RELEASES)


def _named(operation: Operation, wanted: str) -> int:
    paths, app, text = operation.paths, operation.app, wanted.removeprefix("v")
    if not names.is_release(text):
        raise BadRequest(f'"{wanted}" is not a release; it looks like v12')
    number = int(text)
    if not paths.release(app, number).is_dir():
        raise Refused("no-release", f"{app} has no release v{number}", _RELEASES)
    if values.read(paths.release(app, number) / "status") != "good":
        raise Refused("no-release", f"v{number} was never healthy, so nothing goes back to it", _RELEASES)
    if not _has_image(operation, number):
        raise Refused(
            "no-image",
            f"the image of v{number} is no longer on the host: only those of the newest good releases stay",
            "deploy its commit again",
        )
    return number


def _has_image(operation: Operation, release: int) -> bool:
    """An engine that is just away is waited for: it has no image less for it."""
    image = values.need(operation.paths.release(operation.app, release) / "image")
    try:
        return images.exists(operation.engine, image)
    except EngineAway:
        operation.engine.need()
        return images.exists(operation.engine, image)
