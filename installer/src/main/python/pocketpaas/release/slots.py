"""The two slots and the switch: apps/<app>/live is a link to one of them, replaced by rename; the only point at which a
release goes live.

nginx's worker looks at the marker file in the slot, so the way there is open to it (0711) and nothing else is.
"""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.failure import CannotWrite, Damaged, Failed
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

SLOTS = ("blue", "green")


def live_slot(paths: HostPaths, app: str) -> str | None:
    """blue or green; None where nothing was ever live. Raises `Damaged`."""
    live = paths.app(app) / "live"
    for slot in SLOTS:
        # As nginx does, by the marker.
        if (live / slot).exists():
            return slot
    if live.is_symlink() or live.exists():
        raise Damaged(live, "does not lead to a slot")
    if _was_live(paths, app):
        raise Damaged(live, "is missing")
    return None


def _was_live(paths: HostPaths, app: str) -> bool:
    """Two good releases cannot be without one that is live. (One can: it was killed at the switch.)"""
    good = 0
    releases = paths.app(app) / "releases"
    for release in values.names(releases):
        good += values.read(releases / release / "status") == "good"
        if good > 1:
            return True
    return False


def other(slot: str) -> str:
    """The other of the two."""
    return "green" if slot == "blue" else "blue"


def idle_slot(paths: HostPaths, app: str) -> str:
    """The slot that may be used. Raises `Damaged`."""
    live = live_slot(paths, app)
    return "blue" if live is None else other(live)


def slot_release(paths: HostPaths, app: str, slot: str) -> int | None:
    """The number of the release in the slot; None where it has none. Raises `Damaged`."""
    link = _directory(paths, app, slot) / "release"
    try:
        goal = os.path.basename(os.readlink(link))
    except OSError:
        return None
    if not names.is_release(goal):
        raise Damaged(link, "does not lead to a release")
    return int(goal)


def live_release(paths: HostPaths, app: str) -> int | None:
    """The number of the live release; None where nothing is live. Raises `Damaged`."""
    slot = live_slot(paths, app)
    if slot is None:
        return None
    release = slot_release(paths, app, slot)
    if release is None:
        raise Damaged(_directory(paths, app, slot) / "release", "is missing")
    return release


def prepare(paths: HostPaths, app: str, slot: str, release: int) -> None:
    """The idle slot gets the release. Raises `CannotWrite`."""
    directory = _directory(paths, app, slot)
    link = directory / "release"
    try:
        if not (directory / slot).exists():
            for place in (directory.parent, directory):
                place.mkdir(exist_ok=True)
                place.chmod(0o711)
            # The marker comes last: with it all of it is there.
            values.touch(directory / slot)
        # Nobody looks there yet.
        values.remove(link)
        values.remove(directory / "spread")
        os.symlink(f"../../releases/{release}", link)
    except OSError as error:
        raise CannotWrite(link, error) from error


def empty(paths: HostPaths, app: str, slot: str) -> None:
    """The idle slot has no release any more. Raises OSError."""
    values.remove(_directory(paths, app, slot) / "release")


def sync(paths: HostPaths, app: str, slot: str) -> None:
    """What `prepare` has made is on the disk; before `switch`. Raises `Failed`."""
    directory = _directory(paths, app, slot)
    try:
        values.sync(directory)
        values.sync(directory.parent)
    except OSError as error:
        raise _unwritten() from error


def switch(paths: HostPaths, app: str, slot: str) -> None:
    """From the next request on, the app is served by that slot. Raises `Failed` where it is not."""
    try:
        values.link(f"slots/{slot}", paths.app(app) / "live")
    except CannotWrite as error:
        # What counts is what is there: it may have failed when the link was in its place.
        if live_slot(paths, app) != slot:
            raise _unwritten() from error


def _unwritten() -> Failed:
    return Failed("state-write", "the switch could not be written (disk full?)")


def _directory(paths: HostPaths, app: str, slot: str) -> Path:
    return paths.app(app) / "slots" / slot
