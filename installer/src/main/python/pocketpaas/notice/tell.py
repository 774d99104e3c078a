"""What the host has noticed, told after a verb to the key that may know of it."""

from __future__ import annotations

from pocketpaas.notice.store import NoticeStore
from pocketpaas.machine.events import Reporter
from pocketpaas.state import keys
from pocketpaas.state.paths import HostPaths

#: So many are told at one time at most.
_MOST = 100


def tell(paths: HostPaths, reporter: Reporter, key: str) -> None:
    """An event line for each: of the apps that the key sees, and of the host where it is an admin's."""
    if not keys.exists(paths, key):
        # It may just have been removed.
        return
    role = keys.role(paths, key)
    store = NoticeStore(paths)
    found = (store.read(directory) for directory in store.all())
    told = 0
    for notice in found:
        if notice is None:
            continue
        if not (keys.sees(paths, key, notice.app) if notice.app else role == keys.ADMIN):
            continue
        if told == _MOST:
            return
        told += 1
        reporter.event("notice", notice.kind, notice.app, notice.text, notice.hint)
