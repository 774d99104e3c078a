"""How much room there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import host_settings
from pocketpaas.state.paths import HostPaths

#: Where the engine keeps images.
ENGINE_DIRECTORIES = (Path("/var/lib/docker"), Path("/var/lib/containerd"))


@dataclass(frozen=True)
class Room:
    """The free megabytes at the place that has the fewest, and what a deploy needs."""

    free: int
    where: Path
    needed: int

    @property
    def is_short(self) -> bool:
        """Whether there is less than a deploy needs."""
        return self.free < self.needed

    @property
    def text(self) -> str:
        """That in one sentence."""
        return (
            f"the host's disk has too little room: {self.free} MB are free in {self.where}, "
            f"a deploy needs {self.needed} MB"
        )


def places(paths: HostPaths) -> list[Path]:
    """Where the state is, and where the engine keeps images."""
    return [paths.root, *(place for place in ENGINE_DIRECTORIES if place.is_dir())]


def distinct(wanted: Iterable[Path]) -> Iterator[tuple[Path, os.statvfs_result]]:
    """Those of the places that are there, each file system once. Raises OSError for one that cannot be looked at."""
    seen: list[os.statvfs_result] = []
    for place in wanted:
        if not place.is_dir():
            continue
        status = os.statvfs(place)
        if not any(_is_same(status, other) for other in seen):
            seen.append(status)
            yield place, status


def _is_same(one: os.statvfs_result, other: os.statvfs_result) -> bool:
    """One disk may be seen as two file systems, with the same numbers but for what is written in between."""
    if one.f_fsid == other.f_fsid:
        return True
    near = abs(one.f_bfree - other.f_bfree) * 1000 <= one.f_blocks
    return near and (one.f_blocks, one.f_frsize, one.f_files) == (other.f_blocks, other.f_frsize, other.f_files)


def room(paths: HostPaths) -> Room:
    """What is free where the engine keeps images and where the state is: the lesser."""
    free, where = min(((free_kilobytes(place) // 1024, place) for place in places(paths)), key=lambda found: found[0])
    needed = host_settings.number(paths, "disk-needed")
    return Room(free, where, needed)


def free_kilobytes(place: Path) -> int:
    """What an ordinary program may still write there."""
    status = os.statvfs(place)
    return status.f_bavail * status.f_frsize // 1024


def percent_used(blocks: int, unused: int, free: int) -> int:
    """As df counts: what is kept for root is not there. Rounded up."""
    used = blocks - unused
    return -(-used * 100 // (used + free)) if used + free > 0 else 0
