"""What a restored host has of its own, beside apps and services: settings, keys, registries, variables, accounts. What
belongs to the machine stays as it is there. All of it can be done again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import host_content
from pocketpaas.backup.host_content import HostContent
from pocketpaas.failure import CannotWrite
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.state import host_settings, keys, listing, marks, rights, values
from pocketpaas.state.paths import HostPaths

#: Settings of the machine and of the network that it is in.
_MACHINE = ("address", "public-port", "public-https-port", "subnets", "proxy", "ca-certificates.pem", "name")
_OWN_SUFFIXES = (".sslip.io", "localhost")


def settle(operation: Operation, made: HostContent, by_name: bool = False) -> None:
    """Does it; what there is in both ways and cannot be joined is told. `by_name`: of a version whose apps have no
    marks yet, keys come with the names of their apps (`came`). Raises `CannotWrite`, `Busy`."""
    paths = operation.paths
    operation.reporter.step("restore-settings", "start")
    known = made.marks if made.marks is not None or by_name else {}
    others = _apps_beside(paths, known or {})
    try:
        told = [f"the setting {name}" for name in _settings(paths, made.directory / "host")]
        told += [f"the shared variable {name}" for name in _new(made, paths, "shared/env")]
        told += [f"the login at {name}" for name in _new(made, paths, "registries")]
        for name in ("registries", "shared", "acme-client"):
            _missing(made.directory / name, paths.root / name)
        _missing(made.directory / "own", host_content.OWN)
        with host_lock(paths, operation.holder("restoring keys")):
            told += [f"the admin's key {name}" for name in _keys(operation, made.directory / "keys", known)]
    except OSError as error:
        raise CannotWrite(paths.root, error) from error
    if told and others:
        operation.reporter.warn(f"of the other host, and from now on for {', '.join(others)}, too: {', '.join(told)}")
    operation.reporter.step("restore-settings", "done")


def _apps_beside(paths: HostPaths, known: Mapping[str, str]) -> list[str]:
    """The apps of this host that are none of the other one's."""
    marked = set(known.values())
    return [app for app in listing.apps(paths) if marks.of(paths.app(app)).text not in marked]


def _new(made: HostContent, paths: HostPaths, place: str) -> list[str]:
    """What is not there yet."""
    return [name for name in values.names(made.directory / place) if not os.path.lexists(paths.root / place / name)]


def _settings(paths: HostPaths, stored: Path) -> list[str]:
    """The names of those that have changed."""
    changed = []
    for name in rules.settings():
        text = values.read(stored / name)
        if text is None or name in _MACHINE or (name == "domain" and text.endswith(_OWN_SUFFIXES)):
            continue
        setting = host_settings.path(paths, name)
        if values.read(setting) != text:
            mode = (stored / name).stat().st_mode & 0o777
            values.write(setting, text, mode)
            changed.append(name)
    return changed


def _missing(stored: Path, target: Path) -> None:
    """What is in the directory and not in its place yet, with modes and links."""
    if not stored.is_dir():
        return
    if not target.exists():
        values.make_directory(target.parent)
        values.copy_tree(stored, target)
        return
    for name in os.listdir(stored):
        one = stored / name
        if one.is_dir() and not one.is_symlink():
            _missing(one, target / name)
        elif not os.path.lexists(target / name):
            import shutil

            shutil.copy2(one, target / name, follow_symlinks=False)


def _keys(operation: Operation, stored: Path, known: Mapping[str, str] | None) -> list[str]:
    """Those of this host stay; of the others each that is not there under another name. What a key may do with an app
    it may do when that app is here, and with no other one of its name. The names of new ones of admins."""
    paths = operation.paths
    there = {values.read(paths.keys / name / "public"): name for name in keys.all_keys(paths)}
    came, admins = [], []
    for name in values.names(stored):
        public = values.read(stored / name / "public")
        wanted = rights.stored(stored / name, known)
        if public in there:
            own = paths.keys / there[public]
            if wanted and values.read(own / "role") == values.read(stored / name / "role"):
                rights.wait(own, wanted)
            came.append(own.name)
            continue
        if (paths.keys / name).exists():
            operation.reporter.warn(
                f"there is another key with the name {name} on this host; the restored one is left out: "
                "pocketpaas keys add"
            )
            continue
        new = paths.keys / f".new.{os.getpid()}"
        values.remove_tree(new)
        values.copy_tree(stored / name, new)
        if values.read(new / "role") == keys.ADMIN:
            admins.append(name)
        else:
            rights.only_wait(new, wanted)
        values.sync_tree(new)
        os.rename(new, paths.keys / name)
        came.append(name)
    values.sync(paths.keys)
    rights.adopt(paths)
    keys.authorize(paths)
    for name in came:
        _tell_others(operation, name)
    return admins


def _tell_others(operation: Operation, key: str) -> None:
    """Apps of this host that have the names of those that the key was for."""
    paths = operation.paths
    waits = rights.coming(paths.keys / key)
    own = rights.of(paths, key)
    others = [one.app for one in waits if one.app not in own and listing.is_there(paths, one.app)]
    for app in others:
        operation.reporter.warn(
            f"the key {key} was for another app {app}: it may do nothing with the {app} of this host"
        )
    if not own and len(others) == len(waits):
        _tell_without(operation, [key])


def _tell_without(operation: Operation, names: Iterable[str]) -> None:
    paths = operation.paths
    for key in names:
        if keys.role(paths, key) != keys.ADMIN and not rights.of(paths, key):
            operation.reporter.warn(f"the key {key} is for no app of this host, and may do nothing here")
            operation.reporter.hint(f"to remove it: pocketpaas keys remove {key}")


def came(operation: Operation, app: str) -> None:
    """The app is here: keys of the host that it is from may do with it what they could. Raises `CannotWrite`,
    `Busy`."""
    with host_lock(operation.paths, operation.holder("restoring keys")):
        rights.adopt(operation.paths, app)


def end(operation: Operation) -> None:
    """All that comes is here; names the keys that are for nothing of it. Raises `CannotWrite`, `Busy`."""
    with host_lock(operation.paths, operation.holder("restoring keys")):
        rights.forget_unknown(operation.paths)
    _tell_without(operation, keys.all_keys(operation.paths))
