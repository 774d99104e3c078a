"""Lines that could not be sent to where an app's logs go."""

from __future__ import annotations

from pocketpaas.notice.store import NoticeStore
from pocketpaas.schedule import drains
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

KIND = "drain"


def look(paths: HostPaths, store: NoticeStore, app: str) -> None:
    """Leaves the notices of the app's drains as they are now. One that is told stays until the drain is removed."""
    for one in drains.of_app(paths, app):
        if one.lost:
            store.put(
                KIND,
                app,
                str(one.number),
                f"{one.lost} lines of {app} were not sent to {one.target}: it took none, and the buffer of"
                f" {drains.BUFFER_MB} MB was full",
                f"see what waits: pocketpaas logs drain --app {app}",
                (one.directory / "lost",),
            )
    store.sweep(KIND, app)


def count(paths: HostPaths) -> None:
    """Before `look`."""
    if values.names(drains.place(paths)):
        drains.count_losses(paths)
