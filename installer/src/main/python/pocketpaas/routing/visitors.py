"""The file of an app's visitors and their passwords: nginx's workers read it, and nobody else but root."""

from __future__ import annotations

import grp
import os
from pathlib import Path

#: Of nginx's workers, by the system.
_GROUPS = ("www-data", "nginx")


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
