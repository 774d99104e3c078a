"""Who may see an app by HTTP basic auth: a file that nginx's workers read at each request, and no other user of the
machine."""

from __future__ import annotations

import grp
import os
from pathlib import Path

from pocketpaas.state import values

_NGINX_GROUPS = ("www-data", "nginx")


def store(file: Path, text: str) -> None:
    """The file holds that from now on; an empty text removes it. Raises `CannotWrite`, OSError."""
    if not text:
        values.remove(file)
        return
    group = _nginx_group()
    if group is None:
        values.write(file, text, 0o644)
        return
    new = file.with_name("visitors.new")
    values.write(new, text, 0o640)
    if os.geteuid() == 0:
        os.chown(new, 0, group)
    os.replace(new, file)
    values.sync(file.parent)


def _nginx_group() -> int | None:
    for name in _NGINX_GROUPS:
        try:
            return grp.getgrnam(name).gr_gid
        except KeyError:
            continue
    return None
