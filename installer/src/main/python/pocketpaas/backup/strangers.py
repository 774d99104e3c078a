"""Whoever stores under this host's name without being this host: a copy of its machine has its name, its marks and its
keys. Nothing tells their backups apart but who made them, so what could be another's is left alone.

A machine tells itself from a copy by what the copy got anew. Where nothing does, each host knows what it has made
(`own_backups`), and what else is in the place under its name is another's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pocketpaas.backup import own_backups, store, subject
from pocketpaas.backup.repository import Repository
from pocketpaas.failure import Failed
from pocketpaas.machine.events import Reporter
from pocketpaas.state import values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: Made anew with a machine, and the same after a start, with another address, and in another size.
_SIGNS = (Path("/etc/machine-id"), Path("/sys/class/dmi/id/product_uuid"))
_MACHINE = "machine"


def settle_name(paths: HostPaths, reporter: Reporter) -> None:
    """Before anything is stored or removed: a machine that was copied from another one gets a name of its own. Raises
    `CannotWrite`."""
    file, own = paths.backups / _MACHINE, signs()
    known = values.lines(file)
    if differ(known, own):
        before = store.host_name(paths)
        values.remove(paths.backups / "host")
        own_backups.rename(store.Destination(paths.backups))
        for one in subject.all_of(paths):
            one.record.forget()
        if (paths.backups / "since").exists():
            values.write(paths.backups / "since", now())
        reporter.warn(
            f"this machine is a copy of the one that is called {before} in the backup destination: it is called "
            f"{store.host_name(paths)} there from now on, and the backups of {before} are not its own any more"
        )
    if known != own:
        values.write_lines(file, own)


def differ(known: tuple[str, ...], own: tuple[str, ...]) -> bool:
    """Whether signs that were noted once are those of another machine."""
    return len(known) == len(own) and any(one != "-" != other and one != other for one, other in zip(known, own))


def signs() -> tuple[str, ...]:
    """What tells this machine from a copy of it; of nothing that is there: `-`."""
    found = (values.read_or(one, "").strip() for one in _SIGNS)
    return tuple(hashlib.sha256(one.encode()).hexdigest()[:32] if one else "-" for one in found)


def look(paths: HostPaths, repository: Repository) -> None:
    """Notes where somebody else has stored under this host's name. Raises `Failed`, `CannotWrite`."""
    own_backups.look(store.Destination(paths.backups), repository.listed())


def settle(paths: HostPaths, is_other: bool = False) -> None:
    """Somebody has said where backups go: what is there under this host's name is its own. `is_other`: they went
    elsewhere before. Raises `CannotWrite`."""
    own_backups.settle(store.Destination(paths.backups), is_other)


def trouble(paths: HostPaths) -> Failed | None:
    """Why nothing can be removed or proven; None where nobody else stores under this host's name."""
    return own_backups.trouble(store.Destination(paths.backups))
