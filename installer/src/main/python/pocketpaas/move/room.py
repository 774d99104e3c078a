"""Room on the host that an app leaves, and comes back to: for what is stored there while it goes over, or is brought
there. It is looked at before anything of the app is touched."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketpaas.backup.room import CAUSE, SPARE_BYTES
from pocketpaas.failure import Refused
from pocketpaas.move import parcels, store
from pocketpaas.state import disk, names
from pocketpaas.state.paths import HostPaths


def refuse_leaving(paths: HostPaths, app: str, told: Mapping[str, str]) -> None:
    """By what this host has said of the app (`look.of`): image, volumes and dumps are stored once, and the image and
    each dump lie beside that for a moment. What an earlier run has stored counts. Raises `Refused`."""
    image, volumes, dumps = _number(told.get("image", "")), _number(told.get("volumes", "")), _dumps(told)
    stored = image + sum(dumps)
    most = max(2 * image, stored + max(dumps, default=0), stored + volumes)
    here = held(paths, app)
    _refuse(paths.root, max(most - here, 0), f"that {app} leaves", f"{app} is stored there while it goes over, which")


def refuse_returning(paths: HostPaths, app: str, told: Mapping[str, str]) -> None:
    """By what the other host says of it: its volumes are brought beside those that are here, then the dumps. Raises
    `Refused`."""
    # Whichever disk that is.
    place = max(disk.places(paths), key=disk.free_kilobytes)
    most = max(_number(told.get("volumes", "")), *_dumps(told), 0)
    _refuse(place, most, f"that {app} comes back to", f"{app} is brought there, beside what it has there, which")


def held(paths: HostPaths, app: str) -> int:
    """How many bytes of the disk the move of the app holds here."""
    return sum(size for _, size in parcels.listed(store.directory(paths, app) / "repository"))


def _number(text: str) -> int:
    return int(text) if names.is_number(text) else 0


def _dumps(told: Mapping[str, str]) -> list[int]:
    return [_number(text) for path, text in told.items() if path.startswith("service/") and path.endswith("/size")]


def _refuse(place: Path, needed: int, where: str, why: str) -> None:
    free = disk.free_kilobytes(place) * 1024 - SPARE_BYTES
    if needed > free:
        raise Refused(
            CAUSE,
            f"there is too little room on the host {where}: {why} needs {-(-needed >> 20)} MB, and "
            f"{max(free, 0) >> 20} MB can be had in {place}",
            "make room there: pocketpaas prune",
        )
