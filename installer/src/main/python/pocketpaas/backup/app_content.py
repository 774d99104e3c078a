"""What is in a backup of an app: `state` (its settings, its environment, its certificates, the bundle of its live
release), for each volume its files and the notes of them, and `backup.json`. The image is a backup of its own, as many
backups have the same one. The format is docs/protocol.md, "Backups"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pocketpaas import rules
from pocketpaas.backup import fetched
from pocketpaas.backup.content import FILE
from pocketpaas.backup.snapshots import MARK, ON_DISK
from pocketpaas.failure import Failed
from pocketpaas.state import names
from pocketpaas.state.clock import seconds_of

#: Since the second one notes know of holes; what has none is of the first.
_FORMAT, _WITH_HOLES = 1, 2
#: A path without what could mean another one to the tool that fetches it.
_PLACE = re.compile(r"(/[^/\0-\x1f*?\[\]\\]+)+")
_MODE = re.compile(r"[a-z-]{0,20}")
_LONGEST = 4095


@dataclass(frozen=True)
class StoredVolume:
    """A volume: `place` is where its files are in the backup, `still` whether nobody was writing meanwhile; `on_disk`
    the bytes of `size` that are in no hole."""

    name: str
    place: str
    still: bool
    files: int
    size: int
    on_disk: int
    sums: str

    @property
    def notes(self) -> str:
        """The name of the file with the notes of its files."""
        return f"{self.name}.sums"


@dataclass(frozen=True)
class AppContent:
    """All of it. `image` is the image's id, `reference` our name for it; `held` how long the app held still (s);
    `mark` the app's, which only the tags have."""

    app: str
    release: int
    image: str
    reference: str
    at: str
    mode: str
    held: float
    volumes: tuple[StoredVolume, ...]
    mark: str = ""

    @property
    def size(self) -> int:
        """Bytes of all volumes."""
        return sum(volume.size for volume in self.volumes)

    @property
    def on_disk(self) -> int:
        """The same without their holes."""
        return sum(volume.on_disk for volume in self.volumes)

    @property
    def text(self) -> str:
        """As `backup.json` holds it."""
        document: dict[str, Any] = {
            "format": _FORMAT if self.on_disk == self.size else _WITH_HOLES,
            "kind": "app",
            "app": self.app,
            "release": self.release,
            "image": self.image,
            "reference": self.reference,
            "at": self.at,
            "mode": self.mode,
            "held": round(self.held, 3),
        }
        volumes = {
            volume.name: {
                "place": volume.place,
                "still": volume.still,
                "files": volume.files,
                "size": volume.size,
                **({} if volume.on_disk == volume.size else {"on-disk": volume.on_disk}),
                "sums": volume.sums,
            }
            for volume in self.volumes
        }
        return json.dumps({**document, "volumes": volumes}, indent=1, sort_keys=True) + "\n"

    @property
    def tags(self) -> tuple[str, ...]:
        """What a list of backups tells of it."""
        facts = {"kind": "app", "app": self.app, "release": self.release, "size": self.size, "image": self.image[7:]}
        if self.on_disk != self.size:
            facts[ON_DISK] = self.on_disk
        return (*(f"{name}={value}" for name, value in facts.items()), *((f"{MARK}={self.mark}",) if self.mark else ()))


def spool_name(app: str) -> str:
    """The name of the directory in the backup: no app has one with a dot in it, so nothing else there has it."""
    return f"app.{app}"


def read(directory: Path) -> AppContent:
    """What was restored into the directory; raises `Failed` where it is not what was stored, or holds what would lead
    elsewhere."""
    fetched.refuse_odd(directory)
    try:
        found = json.loads((directory / FILE).read_text(encoding="utf-8"))
        if found["format"] not in (_FORMAT, _WITH_HOLES):
            raise Failed("backup-format", f"the backup is of another version of PocketPaaS (format {found['format']})")
        volumes = tuple(_volume(name, told) for name, told in sorted(found["volumes"].items()))
        made = AppContent(
            str(found["app"]),
            int(found["release"]),
            str(found["image"]),
            str(found["reference"]),
            str(found["at"]),
            str(found["mode"]),
            float(found["held"]),
            volumes,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failed("backup-damaged", f"the backup is damaged: {FILE} cannot be read") from error
    reference_is_good = not made.reference or names.is_image_reference(made.reference)
    told_is_good = seconds_of(made.at) is not None and _MODE.fullmatch(made.mode) is not None
    is_good = names.is_app(made.app) and 0 < made.release < 10**9 and names.is_image(made.image)
    if not (is_good and reference_is_good and told_is_good):
        raise Failed("backup-damaged", f"the backup is damaged: {FILE} holds what is no app")
    return made


def _volume(name: str, told: Mapping[str, Any]) -> StoredVolume:
    place = str(told["place"])
    if not rules.pattern("volume-name").fullmatch(name) or not _is_place(place):
        raise ValueError(name)
    sums = str(told["sums"])
    if not names.is_sha256(sums):
        raise ValueError(name)
    size = int(told["size"])
    on_disk = int(told.get("on-disk", size))
    return StoredVolume(name, place, bool(told["still"]), int(told["files"]), size, on_disk, sums)


def _is_place(place: str) -> bool:
    return len(place) <= _LONGEST and bool(_PLACE.fullmatch(place)) and not {".", ".."} & set(place.split("/"))
