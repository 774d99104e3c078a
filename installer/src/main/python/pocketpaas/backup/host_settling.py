"""What a restored host has of its own, beside apps and services: settings, keys, registries, variables, accounts. What
belongs to the machine stays as it is there. All of it can be done again."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas import rules
from pocketpaas.backup import host_content
from pocketpaas.backup.host_content import HostContent
from pocketpaas.failure import CannotWrite
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation.unit import Operation
from pocketpaas.state import host_settings, keys, values
from pocketpaas.state.paths import HostPaths

#: Settings of the machine and of the network that it is in.
_MACHINE = ("address", "public-port", "public-https-port", "subnets", "proxy", "ca-certificates.pem", "name")
_OWN_SUFFIXES = (".sslip.io", "localhost")


def settle(operation: Operation, made: HostContent) -> None:
    """Does it; what there is in both ways and cannot be joined is told. Raises `CannotWrite`, `Busy`."""
    paths = operation.paths
    operation.reporter.step("restore-settings", "start")
    try:
        _settings(paths, made.directory / "host")
        for name in ("registries", "shared", "acme-client"):
            _missing(made.directory / name, paths.root / name)
        _missing(made.directory / "own", host_content.OWN)
        with host_lock(paths, operation.holder("restoring keys")):
            _keys(operation, made.directory / "keys")
    except OSError as error:
        raise CannotWrite(paths.root, error) from error
    operation.reporter.step("restore-settings", "done")


def _settings(paths: HostPaths, stored: Path) -> None:
    for name in rules.settings():
        text = values.read(stored / name)
        if text is None or name in _MACHINE or (name == "domain" and text.endswith(_OWN_SUFFIXES)):
            continue
        setting = host_settings.path(paths, name)
        if values.read(setting) != text:
            mode = (stored / name).stat().st_mode & 0o777
            values.write(setting, text, mode)


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


def _keys(operation: Operation, stored: Path) -> None:
    """Those of this host stay; of the others each that is not there under another name."""
    paths = operation.paths
    there = {values.read(paths.keys / name / "public") for name in keys.all_keys(paths)}
    for name in values.names(stored):
        public = values.read(stored / name / "public")
        if public in there:
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
        values.sync_tree(new)
        os.rename(new, paths.keys / name)
    values.sync(paths.keys)
    keys.authorize(paths)
