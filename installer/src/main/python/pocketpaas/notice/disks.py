"""Whether a disk is nearly full: that of the state, and that of the engine where it is another one."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.engine.root import engine_directory
from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import disk, host_settings
from pocketpaas.state.paths import HostPaths

#: It is over only some way below the limit, so that nobody is told again and again.
_OVER_BELOW = 2


def look(paths: HostPaths, store: NoticeStore, engine: Engine) -> None:
    """Leaves the notices as they are now. Raises `Damaged`, OSError."""
    limit = host_settings.number(paths, "disk-warning")
    names = {paths.root: "state"}
    for place, status in disk.distinct((paths.root, engine_directory(engine))):
        name = names.get(place, "engine")
        percent = disk.percent_used(status.f_blocks, status.f_bfree, status.f_bavail)
        was_told = store.place("disk", "", name).is_dir()
        if percent >= limit - (_OVER_BELOW if was_told else 0):
            free = status.f_bavail * status.f_frsize // 1024**2
            text = f"the host's disk is {percent} % full: {free} MB are free in {place}"
            store.put("disk", "", name, text, "make room: pocketpaas prune")
    store.sweep("disk")
