"""The files of an app's volumes that a restore has put in the place of others. What was there lies beside them until
the release that belongs to them is live: which one that is, is noted before the first file is moved. Whoever finds the
note under the app's lock settles it, before anything of the app is started: where that release is live the old files
go, else they come back, in all of its volumes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import CannotWrite, Damaged, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import ending, slots
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: In the directory of the app: a line with the number of the release, and one for each volume.
_NOTE = "restoring"
_NEW, _BEFORE = ".pocketpaas-new", ".pocketpaas-before"
_RUNNING = ("running", "paused", "restarting")


def new_of(mount: Path) -> Path:
    """Where the restored files of a volume are until they are in it."""
    return mount.parent / _NEW


def before_of(mount: Path) -> Path:
    """Where its old files are meanwhile."""
    return mount.parent / _BEFORE


def note(paths: HostPaths, app: str, release: int, mounts: Sequence[Path]) -> None:
    """From here on the files of these volumes belong to that release. Raises `CannotWrite`."""
    values.write_lines(_file(paths, app), [str(release), *map(str, mounts)])


def is_open(paths: HostPaths, app: str) -> bool:
    """Whether nobody has settled yet which files are the app's."""
    return _file(paths, app).exists()


def settle(operation: Operation) -> None:
    """The volumes hold the files of what is live, also where a restore was killed. The app's lock is held. Raises
    `CannotWrite`, `Damaged`, `Refused` without the engine: nothing may be started then."""
    paths, app = operation.paths, operation.app
    file = _file(paths, app)
    noted = values.lines(file)
    if not noted:
        return
    if not names.is_release(noted[0]):
        raise Damaged(file, "does not say of which release it is")
    mounts = [Path(line) for line in noted[1:]]
    gone: list[Path] = []
    if slots.live_release(paths, app) == int(noted[0]):
        gone = [before_of(mount) for mount in mounts]
    elif any(before_of(mount).is_dir() for mount in mounts):
        _end_all(operation)
        for mount in mounts:
            _back(mount)
        _stay_up(operation)
    try:
        values.remove(file)
        values.sync(file.parent)
    except OSError as error:
        raise CannotWrite(file, error) from error
    _drop(operation, *gone, *map(new_of, mounts))


def _back(mount: Path) -> None:
    """The old files are in the volume again; nothing where they are. Cut between any two of these it can be done
    again."""
    before, new = before_of(mount), new_of(mount)
    try:
        if before.is_dir():
            values.remove_tree(new)
            if mount.exists():
                os.rename(mount, new)
            os.rename(before, mount)
            values.sync(mount.parent)
    except OSError as error:
        raise CannotWrite(mount, error) from error


def _drop(operation: Operation, *places: Path) -> None:
    """What is not the app's any more. It is in nobody's way."""
    for place in places:
        try:
            values.remove_tree(place)
        except (OSError, RecursionError) as error:
            operation.reporter.warn(f"some files of a restore could not be removed: {place}: {error}")


def _end_all(operation: Operation) -> None:
    """What runs of the app has files that are about to go, however it was begun."""
    operation.engine.need()
    try:
        found = containers.listed(operation.engine, (f"{containers.APP}={operation.app}",), _RUNNING)
        ending.end(operation.paths, operation.engine, operation.app, [one.id for one in found])
    except EngineError as error:
        raise _silent(operation.app) from error


def _stay_up(operation: Operation) -> None:
    """What is live was kept from starting while its files were not there. Raises `Refused`."""
    slot = slots.live_slot(operation.paths, operation.app)
    if slot is None:
        return
    try:
        ids = containers.in_slot(operation.engine, operation.app, slot)
        containers.set_restart(operation.engine, "unless-stopped", ids)
    except EngineError as error:
        raise _silent(operation.app) from error


def _silent(app: str) -> Refused:
    return Refused(
        "no-engine", f"the Docker engine on the host does not tell what runs of {app}", "run the command again"
    )


def _file(paths: HostPaths, app: str) -> Path:
    return paths.app(app) / _NOTE
