"""Which apps there are."""

from __future__ import annotations

from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


def apps(paths: HostPaths) -> list[str]:
    """The names of the apps of this host, in order. A name that an app is just getting (`state.renames`) is not one
    yet."""
    found = [name for name in values.names(paths.apps) if names.is_app(name)]
    return [name for name in found if not paths.app(name).is_symlink()]
