"""What a move needs on a host beside the app itself, moves/APP/: a repository of restic's with all that goes over, the
passphrase for it, the secret of the passage, and what was made here for the move. Both hosts have the same."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.backup.repository import Repository
from pocketpaas.backup.store import Destination
from pocketpaas.failure import BadRequest, Busy, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.state import moves, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

#: What the host that the app leaves makes, and the other one gets.
SECRETS = ("id", "secret", "passphrase")
_SECRET = re.compile("[0-9a-f]{32}", re.ASCII)
_PEER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}", re.ASCII)
#: Nobody who drives the move has said anything for so long (s): it is given up.
LEASE_SECONDS = 30.0
#: An app that is to serve again may take so long (s) before somebody has to know.
_SHUT_SECONDS = 120.0
#: A step that an earlier run has left at work is waited for so long (s).
_PATIENCE = 300.0


def directory(paths: HostPaths, app: str) -> Path:
    """Where it is."""
    return paths.moves / app


def repository(paths: HostPaths, app: str, reporter: Reporter) -> Repository:
    """What goes over. Raises `Refused` where nothing was begun."""
    found = Destination(directory(paths, app))
    if not found.location_file.exists():
        raise Refused("no-move", f"no move of {app} was begun here", "pocketpaas apps move HOST")
    return Repository(found, reporter)


def target(paths: HostPaths, app: str) -> str:
    """Which machine (`identity`) the app goes to; empty where a program of an earlier version began the move."""
    return values.read_or(directory(paths, app) / "target", "")


def source(paths: HostPaths, app: str) -> str:
    """On that machine: which one the app comes from; empty as above."""
    return values.read_or(directory(paths, app) / "source", "")


def secrets_of(paths: HostPaths, app: str) -> dict[str, str]:
    """The secrets of a move that was begun; new ones where there is none."""
    place = directory(paths, app)
    known = {name: values.read_or(place / name, "") for name in SECRETS}
    if all(_SECRET.fullmatch(text) for text in known.values()):
        return known
    return {name: secrets.token_hex(16) for name in SECRETS}


def write(paths: HostPaths, app: str, given: Mapping[str, str]) -> None:
    """The secrets are kept; where others were, what went over with them goes. Raises `BadRequest`, `CannotWrite`."""
    if not all(_SECRET.fullmatch(given.get(name, "")) for name in SECRETS):
        raise BadRequest("move: the secrets are missing")
    values.make_directory(paths.moves, 0o711)
    place = directory(paths, app)
    if values.read_or(place / "id", "") != given["id"]:
        values.remove_tree(place)
    values.make_directory(place)
    for name in SECRETS:
        if values.read(place / name) != given[name]:
            values.write(place / name, given[name])
    # As that of a destination of backups: all snapshots are of one host.
    values.write(place / "host", f"move-{given['id'][:8]}")
    values.write(place / "destination", str(place / "repository"))


def peer(text: str) -> str:
    """The other host as people call it; raises `BadRequest` for what nobody can."""
    if not _PEER.fullmatch(text):
        raise BadRequest("move: this is no name of a host")
    return text


def forget(paths: HostPaths, app: str) -> None:
    """All of it goes, at once: who still holds the move writes to nothing. Raises OSError."""
    gone = paths.moves / f".gone.{app}"
    values.remove_tree(gone)
    try:
        os.rename(directory(paths, app), gone)
    except FileNotFoundError:
        return
    values.remove_tree(gone)


def lock(paths: HostPaths, app: str, holder: Holder) -> Lock:
    """One step of a move at a time. Raises `Busy`."""
    file = directory(paths, app) / "lock"
    values.make_directory(file.parent)
    found = locks.take(file, holder, _PATIENCE)
    if found is None:
        raise Busy(f"the move of {app} is at work already: {locks.holder_text(file)}")
    return found


def turn_number(paths: HostPaths, app: str) -> int:
    """The last turn of the word that is known here; 0 before the first one."""
    return values.number(directory(paths, app) / "turn", 0)


def turns(paths: HostPaths, app: str) -> None:
    """The word is about to go over or to come back once more: what was said at an earlier turn counts no more. Raises
    `CannotWrite`."""
    values.write(directory(paths, app) / "turn", str(turn_number(paths, app) + 1))


def word(paths: HostPaths, app: str) -> str:
    """The turn as it is told to the other host, by whoever drives the move: which move, and the how manieth turn."""
    return f"{values.read_or(directory(paths, app) / 'id', '')}.{turn_number(paths, app)}"


def number_in(paths: HostPaths, app: str, told: str) -> int:
    """The turn of this very move that `told` names; 0 for none, and for one of another move."""
    move, _, number = told.partition(".")
    known = values.read_or(directory(paths, app) / "id", "")
    return int(number) if known != "" and move == known and names.is_number(number) else 0


def hear_of(paths: HostPaths, app: str, told: str) -> None:
    """The word is not here at that turn, nor at any before. Raises `CannotWrite`."""
    number = number_in(paths, app, told)
    if number > turn_number(paths, app):
        values.write(directory(paths, app) / "turn", str(number))


def note_given(paths: HostPaths, app: str, told: str) -> None:
    """The word is here since a turn that comes after all that were known: at `told`, or, where nobody has told that, at
    the next one. Raises `CannotWrite`."""
    number = max(number_in(paths, app, told), turn_number(paths, app) + 1)
    values.write(directory(paths, app) / "turn", str(number))


def is_late(paths: HostPaths, app: str, told: str) -> bool:
    """Whether the other host has said that at a turn before the last one that is known here, or of another move. A
    program of an earlier version says nothing."""
    return told != "" and number_in(paths, app, told) < turn_number(paths, app)


def note_closing(paths: HostPaths, app: str, which: str) -> None:
    """Which closing of the app is the last one: what was brought after an earlier one is not all that there is. Raises
    `CannotWrite`."""
    values.write(directory(paths, app) / "closing", which)


def last_closing(paths: HostPaths, app: str) -> str:
    """That one; empty where there was none."""
    return values.read_or(directory(paths, app) / "closing", "")


def note_sent(paths: HostPaths, app: str, volumes: Sequence[str]) -> None:
    """Which volumes (by their names in the manifest) went over when nobody wrote any more. Raises `CannotWrite`."""
    values.write_lines(directory(paths, app) / "sent", [f"pocketpaas-{app}.{name}" for name in volumes])


def sent(paths: HostPaths, app: str) -> tuple[str, ...]:
    """Those, as the engine calls them."""
    return tuple(values.lines(directory(paths, app) / "sent"))


def note_volume(paths: HostPaths, app: str, name: str) -> None:
    """A volume is made here for the move. Raises `CannotWrite`."""
    place = directory(paths, app) / "volumes"
    values.make_directory(place)
    values.touch(place / name, 0o600)


def volumes_made(paths: HostPaths, app: str) -> tuple[str, ...]:
    """Those."""
    return tuple(values.names(directory(paths, app) / "volumes"))


def note_filled(paths: HostPaths, app: str, services: Sequence[str]) -> None:
    """Data of the app are about to be brought into these, in which it had none. Raises `CannotWrite`."""
    place = directory(paths, app) / "filled"
    values.make_directory(place)
    for name in services:
        values.touch(place / name, 0o600)


def filled(paths: HostPaths, app: str) -> tuple[str, ...]:
    """Those services: what an app of that name has in any other one did not come with this move."""
    place = directory(paths, app)
    if not (place / "filled").is_dir() and moves.phase(paths, app) == moves.ARRIVING:
        # It came by programs that noted none: into all that were told of.
        return tuple(values.names(place / "services"))
    return tuple(values.names(place / "filled"))


def note_whole(paths: HostPaths, app: str, at: str) -> None:
    """All of the app is here, as it was then; empty while something of it is being replaced. Raises `CannotWrite`."""
    values.write(directory(paths, app) / "whole", at)


def whole(paths: HostPaths, app: str) -> str:
    """When what is here was copied, UTC; empty where not all of it is."""
    return values.read_or(directory(paths, app) / "whole", "")


def note_written(paths: HostPaths, app: str) -> None:
    """The app runs here, and what it has here is more than what came over. Raises `CannotWrite`."""
    values.make_directory(directory(paths, app))
    values.write(directory(paths, app) / "written", now())


def is_only_a_copy(paths: HostPaths, app: str) -> bool:
    """Whether a move is known here, and the app has never run here: all that it has here came over."""
    place = directory(paths, app)
    return (place / "id").exists() and not (place / "written").exists()


def rest(paths: HostPaths, app: str) -> Path:
    """What is left to do of an app that came back when it writes here again; `copy` in it, which is written last, is
    the id of what came."""
    return directory(paths, app) / "rest"


def is_half(paths: HostPaths, app: str) -> bool:
    """Whether there is something left to do of an app that came back, and writes here."""
    return (rest(paths, app) / "copy").exists() and moves.phase(paths, app) == moves.AHEAD


def taken(paths: HostPaths, app: str) -> str:
    """The copy of which all is here since the app came back; empty where there is none."""
    return values.read_or(directory(paths, app) / "taken", "")


def note_taken(paths: HostPaths, app: str) -> None:
    """Nothing of it is left to do. Raises `CannotWrite`, `Damaged`."""
    values.write(directory(paths, app) / "taken", values.need(rest(paths, app) / "copy"))
    values.remove_tree(rest(paths, app))


def forget_taken(paths: HostPaths, app: str) -> None:
    """It is to come back anew, or does not come back: what an earlier try has brought counts no more. Raises
    OSError."""
    values.remove(directory(paths, app) / "taken")
    values.remove_tree(rest(paths, app))


def unanswered(paths: HostPaths, app: str) -> Path:
    """A mark: somebody was told that the app runs nowhere. It goes when somebody drives the move again."""
    return directory(paths, app) / "unanswered"


def touch_lease(paths: HostPaths, app: str) -> None:
    """Who drives the move is there. Raises `CannotWrite`."""
    values.write(directory(paths, app) / "lease", now(), durable=False)


def has_lease(paths: HostPaths, app: str) -> bool:
    """Whether that was said lately."""
    try:
        return time.time() - (directory(paths, app) / "lease").stat().st_mtime < LEASE_SECONDS
    except FileNotFoundError:
        return False


def is_shut(paths: HostPaths, app: str) -> bool:
    """Whether the app is to serve here again, nobody drives its move any more, and it does not for minutes."""
    is_meant = moves.phase(paths, app) == moves.CLOSED or moves.is_opening(paths, app)
    if not is_meant or has_lease(paths, app):
        return False
    try:
        # Of a phase that is when it was renamed: nobody writes to it.
        return time.time() - shut_mark(paths, app).stat().st_ctime > _SHUT_SECONDS
    except FileNotFoundError:
        return False


def shut_mark(paths: HostPaths, app: str) -> Path:
    """What is as old as that, and goes with it."""
    closed = moves.directory(paths, app) / moves.CLOSED
    return closed if closed.exists() else moves.opening(paths, app)
