"""Which apps there are."""

from __future__ import annotations

from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


#: What an app has from its first moment on (`operation.apps`). One of them is enough: a damaged app is still one.
_OWN = ("settings", "operator", "releases", "repo.git", "created")


def is_there(paths: HostPaths, app: str) -> bool:
    """Whether there is such an app, by this name or by one that it is just getting. A file, or a directory of somebody
    else's, is none, whatever its name is."""
    return names.is_app(app) and any((paths.app(app) / own).exists() for own in _OWN)


def apps(paths: HostPaths) -> list[str]:
    """The names of the apps of this host, in order. A name that an app is just getting (`state.renames`) is not one
    yet."""
    found = [name for name in values.names(paths.apps) if not paths.app(name).is_symlink()]
    return [name for name in found if is_there(paths, name)]
