"""The last of an app that has come back: it writes here already, with all the data, as it was when it went, and gets
the release and the links that it had on the other host. What fails here is done again; no data is brought again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.backup import app_restoring, linking
from pocketpaas.failure import Failure
from pocketpaas.move import carried, store
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, drain, network, reconcile, slots
from pocketpaas.release import bundle as bundles
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.state import values


def note(operation: Operation, copy: str, release: int, bundle: Path | None, gone: Sequence[str]) -> None:
    """Before the app writes here again: what is to be done then. The release of the other host, with its bundle where
    another one is live here, and the services that the app was unlinked from. Raises `CannotWrite`."""
    place = store.rest(operation.paths, operation.app)
    values.fresh_directory(place)
    if bundle is not None:
        values.copy_tree(bundle, place / "bundle")
    values.put(place / "release", str(release))
    values.put(place / "before", str(slots.live_release(operation.paths, operation.app) or 0))
    values.write_lines(place / "gone", gone)
    values.write(place / "copy", copy)


def finish(operation: Operation) -> None:
    """The release of the other host is live here, and what was unlinked there is unlinked here. It may be called again
    until it is so. The app's lock is held. Raises what keeps the release from being healthy."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    place = store.rest(paths, app)
    live = slots.live_release(paths, app) or 0
    release = values.number(place / "release", 0)
    if (place / "bundle").is_dir() and live != values.number(place / "before", 0):
        reporter.note(f"v{release} of the other host does not go live: v{live} has been deployed here since")
    elif (place / "bundle").is_dir():
        try:
            _release(operation, release, place / "bundle")
        except Failure:
            reporter.warn(
                f"{app} serves here with all data of the other host, but not its v{release}. What {app} left there "
                "stays there meanwhile"
            )
            reporter.hint("put right what is told, or deploy another release here; then run the same command again")
            raise
    _unlink(operation, values.lines(place / "gone"))
    store.note_taken(paths, app)


def _unlink(operation: Operation, gone: tuple[str, ...]) -> None:
    wanted = linking.wanted(bundle) if (bundle := _live_bundle(operation)) is not None else {}
    for name in gone:
        service = services.find(operation.paths, name)
        if service is None or not Link(service, operation.app).is_linked:
            continue
        if name in wanted:
            operation.reporter.note(f"{name} stays linked, as the release that is live here needs it")
            continue
        carried.unlink(operation, service)
        operation.reporter.note(f"{name} was unlinked on the other host, and is here; its data stays in {name}")


def _live_bundle(operation: Operation) -> Path | None:
    live = slots.live_release(operation.paths, operation.app)
    return None if live is None else operation.paths.release(operation.app, live)


def _release(operation: Operation, there: int, bundle: Path) -> None:
    """A release like the one that was live there goes live here, and nothing of the one before needs its logins."""
    running = reconcile.reconcile(operation)
    release = bundles.open_release(operation, "restore", f"v{there} of the other host")
    app_restoring.take_over(bundle, operation.paths.release(operation.app, release))
    network.ensure(operation)
    activate.activate(operation, running, release)
    slot = slots.live_slot(operation.paths, operation.app)
    if slot is not None and running.serving:
        drain.await_end(operation, slots.other(slot), running.serving)
