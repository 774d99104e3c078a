"""The volumes of an app, and where their files are on this host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation

_VOLUME = rules.pattern("volume-name")


@dataclass(frozen=True)
class FoundVolume:
    """A volume of the app: its name in the manifest, and where its files are."""

    name: str
    mount: Path


def volumes_of(operation: Operation, bundle: Path) -> list[FoundVolume]:
    """Those of the live release that there are. Raises `EngineError`, `Failed` for one that is not on this host."""
    found = []
    for volume in engine_volumes.of_settings(operation.app, bundle / "settings" / "volumes"):
        mount = engine_volumes.mount_of(operation.engine, volume.name)
        if mount is None:
            operation.reporter.note(f"the volume {volume.name} is not there yet, and is left out")
        elif not mount.is_dir():
            raise Failed("no-volume", f"the files of the volume {volume.name} are not on this host: {mount}")
        else:
            found.append(FoundVolume(volume.name.partition(".")[2], mount))
    return found


def unmounted(operation: Operation, found: Sequence[FoundVolume]) -> list[FoundVolume]:
    """The app's other volumes: of releases that are not live, and of an app of that name that was destroyed. Raises
    `EngineError`."""
    known, others = {volume.name for volume in found}, []
    for name in engine_volumes.of_app(operation.engine, operation.app):
        prefix, _, own = name.partition(".")
        if prefix != f"pocketpaas-{operation.app}" or own in known or not _VOLUME.fullmatch(own):
            continue
        mount = engine_volumes.mount_of(operation.engine, name)
        if mount is not None and mount.is_dir():
            others.append(FoundVolume(own, mount))
    return others
