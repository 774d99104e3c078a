"""Lines that could not be sent to where an app's logs go, and targets that take none for a while."""

from __future__ import annotations

import time

from pocketpaas.notice.store import NoticeStore
from pocketpaas.schedule import drain_place, drains
from pocketpaas.state import values
from pocketpaas.state.clock import seconds_of
from pocketpaas.state.paths import HostPaths

KIND = "drain"
#: A target that is restarted is no news.
_PATIENCE = 600.0


def look(paths: HostPaths, store: NoticeStore, app: str) -> None:
    """Leaves the notices of the app's drains as they are now. One that is told stays until the drain is removed."""
    for one in drains.of_app(paths, app):
        if one.lost:
            store.put(
                KIND,
                app,
                str(one.number),
                f"{one.lost} lines of {app} were not sent to {one.to.shown}: it took none, and the buffer of"
                f" {drains.BUFFER_MB} MB was full",
                f"see what waits: pocketpaas logs drain --app {app}",
                (one.directory / "lost",),
            )
        problem = drain_place.problem(paths, one.name)
        if problem is not None and time.time() - (seconds_of(problem.since) or 0.0) > _PATIENCE:
            store.put(
                KIND,
                app,
                f"{one.number} problem",
                f"the logs of {app} do not reach {one.to.shown} since {problem.since}: {problem.text}",
                f"they wait, up to {drains.BUFFER_MB} MB; see pocketpaas logs drain --app {app}",
                (drain_place.https(paths) / one.name / "problem",),
            )
    store.sweep(KIND, app)


def count(paths: HostPaths) -> None:
    """Before `look`."""
    if values.names(drain_place.place(paths)):
        drains.count_losses(paths)
