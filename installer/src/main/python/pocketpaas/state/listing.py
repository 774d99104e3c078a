"""Which apps there are."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


#: What an app has from its first moment on (`operation.apps`). One of them is enough: a damaged app is still one.
_OWN = ("settings", "operator", "releases", "repo.git", "created")

#: What may be made in its directory at any time.
_RESTS = {"lock", "build.lock", "starting.lock", "backup", "runs", "mark", "network", "automatic"}


def is_there(paths: HostPaths, app: str) -> bool:
    """Whether there is such an app, by this name or by one that it is just getting. A file, or a directory of somebody
    else's, is none, whatever its name is."""
    return names.is_app(app) and is_app_directory(paths.app(app))


def is_app_directory(directory: Path) -> bool:
    """Whether an app's state is in the directory."""
    return any((directory / own).exists() for own in _OWN)


def is_rest(paths: HostPaths, app: str) -> bool:
    """Whether there is something in the app's place that is none, and only what programs of ours make in an app's
    directory: one was destroyed while they were at work."""
    place = paths.app(app)
    if not names.is_app(app) or place.is_symlink() or not place.is_dir() or is_there(paths, app):
        return False
    return set(os.listdir(place)) <= _RESTS


def apps(paths: HostPaths) -> list[str]:
    """The names of the apps of this host, in order. A name that an app is just getting (`state.renames`) is not one
    yet."""
    found = [name for name in values.names(paths.apps) if not paths.app(name).is_symlink()]
    return [name for name in found if is_there(paths, name)]
