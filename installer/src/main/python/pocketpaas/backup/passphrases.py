"""The passphrases of destinations: that of the one in use, and those of the ones that were in use before."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from pocketpaas.backup import store
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

_BYTES = 20


def _former(paths: HostPaths, location: str) -> Path:
    return paths.backups / "former" / hashlib.sha256(location.encode()).hexdigest()


def keep(paths: HostPaths, location: str) -> None:
    """That of the destination which was in use until now, for when it is used again. Raises `CannotWrite`."""
    values.make_directory(paths.backups / "former")
    values.write(_former(paths, location), values.need(paths.backups / "passphrase"))


def known(paths: HostPaths, location: str) -> str:
    """That of a destination that is, or was, in use on this host; empty for another one."""
    now_used = store.destination(paths)
    if now_used is not None and now_used.location == location:
        return values.need(now_used.passphrase_file)
    return values.read_or(_former(paths, location), "")


def new() -> str:
    """160 random bits, in groups that can be copied from paper."""
    text = secrets.token_hex(_BYTES)
    return "-".join(text[at : at + 5] for at in range(0, len(text), 5))
