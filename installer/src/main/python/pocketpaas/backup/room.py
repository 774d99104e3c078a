"""Room on the host's disk for what a backup makes or fetches: apps that serve come first."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.failure import Failed
from pocketpaas.state import disk

#: So much of the disk stays free.
SPARE_BYTES = 256 << 20
#: That of the failures here.
CAUSE = "disk-full"
_CURE = "make room on the host: pocketpaas prune"


def refuse_short(place: Path) -> None:
    """Raises `Failed` where the disk of the directory is so full that a dump could take the last of it."""
    free = disk.free_kilobytes(place)
    if free * 1024 < SPARE_BYTES:
        raise Failed(
            CAUSE,
            f"the host's disk is nearly full ({free >> 10} MB free): there is no room for the dump",
            _CURE,
        )


def refuse_less(place: Path, size: int, what: str) -> None:
    """Raises `Failed` where so many bytes would take the last of the disk of the directory."""
    free = disk.free_kilobytes(place) * 1024 - SPARE_BYTES
    if size > free:
        raise Failed(
            CAUSE,
            f"there is no room on the host's disk for {what}: {-(-size >> 20)} MB are needed, "
            f"{max(free, 0) >> 20} MB can be had",
            _CURE,
        )
