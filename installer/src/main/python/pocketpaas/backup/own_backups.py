"""Which of the backups under this host's name it has made itself. A copy of its machine stores under that name, too,
maybe at the same moment and with the same number: so each backup has a mark that is noted here before it is stored, and
which no other machine knows. Nothing is removed as long as there is one that is not this host's."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.store import Destination
from pocketpaas.failure import Failed
from pocketpaas.state import values

#: The tag with that mark.
MADE = "made"
CAUSE = "stranger"
# A move has its files in the same place as its destination: none of these names is one of them.
_NOTES, _STRANGER, _ADOPT = "own", "stranger", "adopt"


def begin(destination: Destination) -> str:
    """The mark of one that is about to be stored: whatever is killed afterwards, it is known. Raises `CannotWrite`."""
    mark = secrets.token_hex(8)
    values.write_lines(_notes(destination), [*values.lines(_notes(destination)), mark])
    return mark


def adopt(destination: Destination, mine: Iterable[Snapshot]) -> None:
    """All that there are under this host's name are its own. Raises `CannotWrite`."""
    noted = values.lines(_notes(destination))
    values.write_lines(_notes(destination), dict.fromkeys([*noted, *map(_key, mine)]))


def gone(destination: Destination, removed: Iterable[Snapshot]) -> None:
    """Nothing has to be known of these any more. Raises `CannotWrite`."""
    keys = {_key(one) for one in removed}
    values.write_lines(_notes(destination), [one for one in values.lines(_notes(destination)) if one not in keys])


def look(destination: Destination, mine: Sequence[Snapshot]) -> None:
    """Notes where one of those under this host's name is another's. A host that has lost its count takes them for its
    own. Raises `CannotWrite`, `Damaged`."""
    if (destination.directory / _ADOPT).exists():
        if mine:
            destination.know(mine[-1].order[0])
        adopt(destination, mine)
        values.remove(destination.directory / _ADOPT)
    elif (found := _strange(destination, mine)) is not None:
        values.write(destination.directory / _STRANGER, f"{found.id} of {found.at}")
    elif not destination.count or not _notes(destination).exists():
        adopt(destination, mine)


def settle(destination: Destination, is_other: bool) -> None:
    """Somebody has said where backups go: what is there under this host's name is its own. `is_other`: they went
    elsewhere before. Raises `CannotWrite`."""
    if is_other or (destination.directory / _STRANGER).exists():
        values.touch(destination.directory / _ADOPT, 0o600)
        values.remove(destination.directory / _STRANGER)


def rename(destination: Destination) -> None:
    """This host has another name now, under which there is nothing yet. Raises OSError."""
    values.remove(_notes(destination))


def trouble(destination: Destination) -> Failed | None:
    """Why nothing can be removed or proven; None where nobody else stores under this host's name."""
    found = values.read_or(destination.directory / _STRANGER, "")
    if not found:
        return None
    return Failed(
        CAUSE,
        f"another machine stores backups under the name of this host, {destination.host}, or this one was set back "
        f"since: it knows nothing of {found}. As nobody can tell whose they are, none is removed, and none is proven",
        "where this machine was set back to a snapshot of it: name the same place again, pocketpaas backups "
        "destination PLACE; else give its copy another place: there, pocketpaas backups destination PLACE; then "
        "name that of this host again",
    )


def _notes(destination: Destination) -> Path:
    return destination.directory / _NOTES


def _key(one: Snapshot) -> str:
    """Those of older versions have no mark."""
    return one.facts.get(MADE, "") or one.id


def _strange(destination: Destination, mine: Sequence[Snapshot]) -> Snapshot | None:
    """The last one that this host has not made."""
    known, noted = destination.count, {*values.lines(_notes(destination))}
    if not known:
        return None
    has_notes = _notes(destination).exists()
    times = Counter(one.order[0] for one in mine)
    for one in reversed(mine):
        number = one.order[0]
        # Before there were notes, the number told: a host gives each once.
        is_of_before = (
            not has_notes and MADE not in one.facts and number <= known and (not number or times[number] == 1)
        )
        if _key(one) not in noted and not is_of_before:
            return one
    return None
