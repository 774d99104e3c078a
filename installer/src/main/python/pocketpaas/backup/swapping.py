"""The files of a restored volume take the place of those that are there. What was there stays beside them until it is
known that the app runs with the new ones: where that takes a release, `release.swapped` knows it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup import content, volumes
from pocketpaas.backup import fetched as fetched_files
from pocketpaas.backup.app_content import StoredVolume
from pocketpaas.backup.repository import Repository
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import Engine
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.machine.events import Reporter
from pocketpaas.release import swapped
from pocketpaas.state import durable, values

_AGAIN = "run the same command again"


@dataclass(frozen=True)
class Fetched:
    """A volume whose restored files lie beside it, on the same disk. `exact`: they are all that was noted, and no
    more."""

    mount: Path
    files: Path
    exact: bool = True


def fetch(
    engine: Engine,
    reporter: Reporter,
    repository: Repository,
    backup: str,
    target: str,
    volume: StoredVolume,
    notes: Path,
    moved: bool = False,
) -> Fetched:
    """The volume's files beside the engine's volume `target`, as noted. Of an app that is `moved` they are copied once
    more if they were not `still`, and may differ until then. Raises `Failed`, `EngineError`."""
    if content.digest(notes) != volume.sums:
        raise Failed("backup-damaged", f"the backup is damaged: {volume.notes} is not what was stored")
    mount = engine_volumes.mount_of(engine, target)
    if mount is None:
        raise Failed("no-volume", f"the volume {target} could not be made")
    _settle(mount)
    place = swapped.new_of(mount)
    reporter.step("restore-volume", "start", volume.name)
    values.fresh_directory(place)
    try:
        repository.restore(backup, place, volume.place, volume.size, volume.on_disk)
        files = _files(place, volume)
        if not moved:
            volumes.remove_devices(files)
        compared = volumes.compare(files, notes, volume.still, moved and not volume.still)
        if compared.wrong and moved:
            wrong = f"volume {volume.name}: {compared.wrong}"
            raise Failed("restore-differs", f"what came over is not what was sent: {wrong}", _AGAIN)
        if compared.wrong:
            raise Failed("backup-damaged", f"the backup is damaged: volume {volume.name}: {compared.wrong}")
        _onto_disk(files)
    except BaseException:
        values.remove_tree(place)
        raise
    reporter.step("restore-volume", "done", f"{volume.files} files, {volume.size} bytes")
    return Fetched(mount, files, not compared.moving and volumes.count(files) == compared.files)


def _onto_disk(files: Path) -> None:
    """The old ones go soon after these have taken their place."""
    try:
        durable.flush(files)
    except OSError as error:
        raise CannotWrite(files, error) from error


def _files(place: Path, volume: StoredVolume) -> Path:
    """Where they were fetched. On the way there is no link: what it leads to would be in the app."""
    try:
        return fetched_files.place_of(place, volume.place)
    except OSError as error:
        text = f"the backup is damaged: the volume {volume.name} is not in it"
        raise Failed("backup-damaged", text) from error


def _settle(mount: Path) -> None:
    """What was killed between two renames, or before the old files had gone. Nobody waits for a release that goes with
    those: that is noted, and was settled before (`release.swapped`)."""
    before = swapped.before_of(mount)
    try:
        if before.is_dir() and not mount.exists():
            os.rename(before, mount)
        values.remove_tree(before)
    except PermissionError as error:
        # Root may do it, but not where a file is immutable.
        raise Failed(
            "not-removable",
            f"files that an earlier restore has left in {before} cannot be removed: {error.strerror}",
            f"on the host: chattr -R -f -i -a {before}; then run the same command again",
        ) from error
    except OSError as error:
        raise CannotWrite(before, error) from error


def swap(fetched: Fetched) -> None:
    """The restored files are in the volume, the old ones beside it. Nothing of the app runs. Raises `CannotWrite`."""
    try:
        os.rename(fetched.mount, swapped.before_of(fetched.mount))
        os.rename(fetched.files, fetched.mount)
        values.sync(fetched.mount.parent)
    except OSError as error:
        raise CannotWrite(fetched.mount, error) from error


def drop(fetched: Fetched) -> None:
    """What was fetched and is not in the volume goes. Raises OSError."""
    values.remove_tree(swapped.new_of(fetched.mount))


def finish(fetched: Fetched) -> None:
    """The same, and the old files go. Raises OSError."""
    drop(fetched)
    if fetched.mount.is_dir():
        values.remove_tree(swapped.before_of(fetched.mount))
