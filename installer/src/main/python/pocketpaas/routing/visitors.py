"""The file of an app's visitors and their passwords: nginx's workers read it at each request, and nobody else but
root."""

from __future__ import annotations

import grp
import os
from pathlib import Path

from pocketpaas.state import values

#: Of nginx's workers, by the system.
_GROUPS = ("www-data", "nginx")


def store(file: Path, text: str) -> None:
    """The file holds that from now on; an empty text removes it. Raises `CannotWrite`, OSError."""
    if not text:
        values.remove(file)
        return
    group = nginx_group()
    if group is None:
        values.write(file, text, 0o644)
        return
    new = file.with_name("visitors.new")
    values.write(new, text, 0o640)
    if os.geteuid() == 0:
        os.chown(new, 0, group)
    os.replace(new, file)
    values.sync(file.parent)


def nginx_group() -> int | None:
    """The group of nginx's workers; None where there is none."""
    for name in _GROUPS:
        try:
            return grp.getgrnam(name).gr_gid
        except KeyError:
            continue
    return None


def give(file: Path) -> None:
    """A copy of such a file is nginx's to read, as the first one was; nothing where there is none. Raises OSError."""
    group = nginx_group()
    if file.exists() and group is not None and os.geteuid() == 0:
        os.chown(file, 0, group)
