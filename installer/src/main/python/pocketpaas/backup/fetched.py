"""What came out of a destination, looked at before anything of it is read: whoever has the passphrase may have stored
something else than these programs do. In it are files and directories alone, and links that lead nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection
from pathlib import Path

from pocketpaas.backup import beneath
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.state import deep, values

_SHOWN = 100


def refuse_odd(directory: Path) -> None:
    """Raises `Failed` where the directory is none, or something in it would have root read, or wait for, what is not in
    it: a link that leads out of it, a pipe, a device."""
    try:
        if not stat.S_ISDIR(os.lstat(directory).st_mode):
            raise _odd(directory.name)
        root = os.path.realpath(directory)
        for above, directories, others in deep.walk(directory, all_of_it=True):
            for name in (*directories, *others):
                _refuse(root, above / name)
    except OSError as error:
        raise Failed("backup-damaged", f"the backup is damaged: {error.strerror}: {directory.name}") from error


def _refuse(root: str, path: Path) -> None:
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        goal = os.path.realpath(path)
        if os.path.isabs(os.readlink(path)) or not goal.startswith(f"{root}/"):
            raise _odd(path.name)
    elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise _odd(path.name)


def _odd(name: str) -> Failed:
    shown = name[:_SHOWN].encode("utf-8", "backslashreplace").decode()
    return Failed("backup-damaged", f'the backup is damaged, or not ours: "{shown}" is no file, or a link elsewhere')


def drop_links(directory: Path) -> list[str]:
    """The links in the directory that lead elsewhere go, of what an admin may link as they like; their names. Raises
    OSError."""
    gone = []
    root = os.path.realpath(directory)
    for above, _, others in deep.walk(directory, all_of_it=True):
        for path in (above / name for name in others):
            if path.is_symlink() and not os.path.realpath(path).startswith(f"{root}/"):
                values.remove(path)
                gone.append(str(path.relative_to(directory)))
    return gone


def keep_only(directory: Path, wanted: Collection[str]) -> None:
    """Nothing else is in the directory. Raises `CannotWrite`."""
    try:
        for name in os.listdir(directory):
            if name not in wanted:
                values.remove_tree(directory / name)
    except OSError as error:
        raise CannotWrite(directory, error) from error


def place_of(root: Path, path: str) -> Path:
    """The directory of that path, as the backup has it, below `root`: no part of it is a link. Raises OSError where
    there is no such directory."""
    inside = path.lstrip("/")
    with beneath.found(root, inside) as entry:
        if not stat.S_ISDIR(entry.told.st_mode):
            raise NotADirectoryError(inside)
    return root / inside
