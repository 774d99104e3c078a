"""The volumes of an app: kept across releases, removed only when somebody asks for it. No app's name has a dot, so no
two apps can mean one volume."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.engine import parallel
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import APP
from pocketpaas.engine.spec import Volume
from pocketpaas.failure import Damaged, Refused
from pocketpaas.state import values

_SLUG_USER = 1000


def of_settings(app: str, file: Path) -> tuple[Volume, ...]:
    """The volumes of the lines NAME TAB PATH. Made here and not taken from the laptop: a key that may only deploy must
    not be able to mount the host. Raises `Damaged` for a path that is not UTF-8."""
    found = []
    for line in values.lines(file):
        name, _, path = line.partition("\t")
        try:
            path.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Damaged(file, "holds a path that is not UTF-8") from error
        found.append(Volume(f"pocketpaas-{app}.{name}", path, {APP: app}))
    return tuple(found)


def ensure(engine: Engine, app: str, bundle: Path) -> None:
    """Makes those that are not there yet, before any container of the bundle is made. The engine would make them too,
    but as root's: what a slug's user cannot write to is no place to keep things. One that exists is left as it is.
    Raises `EngineError`, OSError, `Damaged`."""
    wanted = [volume.name for volume in of_settings(app, bundle / "settings" / "volumes")]
    if not wanted:
        return
    there = parallel.each(lambda name: _exists(engine, name), wanted)
    for name, exists in zip(wanted, there):
        if not exists:
            made = engine.call("POST", "/volumes/create", document={"Name": name, "Labels": {APP: app}})
            if values.need(bundle / "base") == "slug":
                _give(Path(made["Mountpoint"]))


def make(engine: Engine, app: str, name: str) -> None:
    """A volume of the app, where there is none of that name; its files and their owners come from elsewhere. Raises
    `EngineError`."""
    if not _exists(engine, name):
        engine.call("POST", "/volumes/create", document={"Name": name, "Labels": {APP: app}})


def _exists(engine: Engine, name: str) -> bool:
    try:
        engine.get(f"/volumes/{name}")
    except EngineError as error:
        if error.status == 404:
            return False
        raise
    return True


def mount_of(engine: Engine, name: str) -> Path | None:
    """Where its files are on the host; None where there is no such volume. Raises `EngineError`."""
    try:
        return Path(engine.get(f"/volumes/{name}")["Mountpoint"])
    except EngineError as error:
        if error.status == 404:
            return None
        raise


def _give(mount: Path) -> None:
    if mount.is_dir():
        os.chown(mount, _SLUG_USER, _SLUG_USER)


def of_app(engine: Engine, app: str) -> tuple[str, ...]:
    """The names of the app's volumes."""
    found = engine.list("/volumes", {"label": [f"{APP}={app}"]}) or {}
    return tuple(sorted(one["Name"] for one in found.get("Volumes") or ()))


def called_so(engine: Engine, app: str) -> tuple[str, ...]:
    """The names of the volumes that the app's would be, whoever has made them. Raises `EngineError`."""
    found = engine.list("/volumes", {}) or {}
    every = (str(one["Name"]) for one in found.get("Volumes") or ())
    return tuple(sorted(name for name in every if name.startswith(f"pocketpaas-{app}.")))


# ---------------------------------------------------------------- of an app that gets another name


def refuse_foreign(engine: Engine, app: str) -> None:
    """Raises `Refused` where a volume of the app cannot get another name: its files are not simply on this host. Raises
    `EngineError`."""
    for name in of_app(engine, app):
        found = engine.get(f"/volumes/{name}")
        if found.get("Driver") != "local" or found.get("Options"):
            raise Refused(
                "foreign-volume",
                f"the volume {name} was not made by PocketPaaS, and cannot get another name",
                "clone the app with its data instead: pocketpaas apps clone --data",
            )


def lend(engine: Engine, old: str, new: str) -> None:
    """The volumes of the app `old` are there by the names of `new`, too: its directories are links to them. Raises
    `EngineError`, OSError."""
    for name in of_app(engine, old):
        place = mount_of(engine, name)
        document = {"Name": _renamed(name, new), "Labels": {APP: new}}
        other = Path(engine.call("POST", "/volumes/create", document=document)["Mountpoint"])
        if place is not None and not other.is_symlink():
            # Empty, as it was just made.
            other.rmdir()
            other.symlink_to(place)


def hand_over(engine: Engine, old: str, new: str) -> None:
    """What was lent is given: the directories themselves are in the volumes of `new`. What has them mounted goes on
    with them. Raises `EngineError`, OSError."""
    for name in of_app(engine, old):
        place, other = mount_of(engine, name), mount_of(engine, _renamed(name, new))
        if place is None or other is None or place.is_symlink() or not place.is_dir():
            continue
        if other.is_symlink() or not other.exists():
            values.remove(other)
            os.rename(place, other)
            for directory in (place.parent, other.parent):
                values.sync(directory)


def give_up(engine: Engine, app: str) -> None:
    """The app's volumes go that were lent to it, or given away; never one with files. Raises `EngineError`, OSError."""
    for name in of_app(engine, app):
        place = mount_of(engine, name)
        if place is None:
            continue
        if place.is_symlink():
            place.unlink()
        # The engine removes none without its directory.
        place.mkdir(exist_ok=True)
        if not any(place.iterdir()):
            remove(engine, name)


def _renamed(name: str, app: str) -> str:
    return f"pocketpaas-{app}.{name.partition('.')[2]}"


def remove(engine: Engine, name: str) -> None:
    """Removes a volume with all that is in it. Raises `EngineError`."""
    engine.call("DELETE", f"/volumes/{name}")
