"""Writes authorized_keys from keys/. For root, when it was damaged; the verb `keys` does it by itself."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.state import keys
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, _reporter: Reporter, _arguments: Sequence[str]) -> int:
    """See the module."""
    with host_lock(paths, Holder("host", "writing authorized_keys")):
        keys.authorize(paths)
    return 0
