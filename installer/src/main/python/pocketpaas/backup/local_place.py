"""Which directories of the host backups may go to: none that belongs to PocketPaaS, to the engine, or to the system.
The files of a repository have names of their own (`index`, `keys`), which would be taken for apps, or for images."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pocketpaas.engine.client import Engine
from pocketpaas.engine.root import engine_directory
from pocketpaas.failure import Refused
from pocketpaas.state import disk
from pocketpaas.state.paths import HostPaths

#: The system's own directories. Those of a merged /usr are links, and stand here for systems where they are none.
_SYSTEM = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr")


def refuse_taken(paths: HostPaths, engine: Engine, location: str) -> None:
    """Raises `Refused` for a directory in, above, or the same as one of these, wherever links and `..` lead."""
    place = Path(os.path.realpath(location))
    for taken, whose in _taken(paths, engine):
        real = Path(os.path.realpath(taken))
        if place == real or real in place.parents or place in real.parents:
            relation = "is" if place == real else "is in" if real in place.parents else "holds"
            named = location if str(place) == location else f"{location} ({place})"
            raise Refused(
                "backup-place-taken",
                f"backups cannot go to {named}: it {relation} {taken}, {whose}",
                "choose a directory of its own: /var/backups/pocketpaas, or one of another disk",
            )


def _taken(paths: HostPaths, engine: Engine) -> Iterator[tuple[Path, str]]:
    yield paths.root, "where PocketPaaS keeps its state"
    yield paths.log, "where PocketPaaS keeps its logs"
    yield paths.programs, "where PocketPaaS has its programs"
    for directory in dict.fromkeys((engine_directory(engine), *disk.ENGINE_DIRECTORIES)):
        yield directory, "where Docker keeps its data"
    for system in _SYSTEM:
        yield Path(system), "a directory of the system"
