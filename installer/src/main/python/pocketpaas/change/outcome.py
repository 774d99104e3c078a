"""How an operation on an app ends: the lines that tell what came of it."""

from __future__ import annotations

import time

from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle, slots
from pocketpaas.routing import flags
from pocketpaas.routing import names as app_names
from pocketpaas.state import values


def need_live(operation: Operation) -> int:
    """The live release; raises `Refused` for a change of what runs where nothing does."""
    release = slots.live_release(operation.paths, operation.app)
    if release is None:
        raise Refused("not-live", f"nothing of {operation.app} is live", "deploy it first: pocketpaas deploy")
    return release


def nothing_to_do(operation: Operation, why: str = "already set") -> int:
    """The end of a change that changes nothing; the exit code."""
    operation.reporter.note(f"Nothing to do: {why}.")
    operation.reporter.result("unchanged", "yes")
    release = slots.live_release(operation.paths, operation.app)
    if release is not None and not flags.is_stopped(operation.paths, operation.app):
        operation.reporter.result("release", f"v{release}")
    return 0


def released(operation: Operation, release: int) -> int:
    """The end of what has put a release into service, or kept it for a stopped app; the exit code."""
    reporter = operation.reporter
    reporter.result("release", f"v{release}")
    commit = values.read_or(operation.paths.release(operation.app, release) / "commit", "")
    if commit:
        reporter.result("commit", commit)
    if flags.is_stopped(operation.paths, operation.app):
        reporter.result("stopped", "yes")
    else:
        tell_urls(operation, release)
    tell_seconds(operation)
    return 0


def tell_seconds(operation: Operation) -> None:
    """How long it took."""
    operation.reporter.result("seconds", f"{int((time.monotonic() - operation.began) * 10) / 10:.1f}")


def tell_urls(operation: Operation, release: int | None) -> None:
    """The addresses of the release that answer; none where nothing is live, or nothing of it answers."""
    if release is None:
        return
    paths, app, directory = operation.paths, operation.app, operation.paths.release(operation.app, release)
    if bundle.has_web(directory):
        for address in app_names.addresses(paths, app, directory / "settings"):
            operation.reporter.result("url", address)


def tell_names(operation: Operation, release: int | None) -> None:
    """All names of the release as addresses, for a change of names."""
    if release is None:
        return
    paths, app, directory = operation.paths, operation.app, operation.paths.release(operation.app, release)
    if bundle.has_web(directory):
        for name in app_names.names_of(paths, app, directory / "settings"):
            if not name.startswith("*"):
                operation.reporter.result("url", app_names.url(paths, app, name))
