"""Which of two hosts may write while an app moves from one to the other: apps/APP/move/ holds one file whose name says
it, and every change of it is one rename.

The host that it leaves has the word: `ahead` (it writes, and is copied meanwhile), `closed` (nobody writes), `passed`
(the other one writes, and this one passes requests on), `reclaiming` (the other one writes no more once it knows). On
the host that it comes to: `arriving` (it may not start), `arrived` (it was given the word, and writes), `returning` (it
goes back, and may not start)."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

AHEAD, CLOSED, PASSED, RECLAIMING = "ahead", "closed", "passed", "reclaiming"
ARRIVING, ARRIVED, RETURNING = "arriving", "arrived", "returning"
_PHASES = (PASSED, RECLAIMING, CLOSED, AHEAD, RETURNING, ARRIVING, ARRIVED)
#: The file with the id of the move that brought the app.
_CAME = "came"
_HALTED, _TAKEN = "halted", "taken"
#: It is to serve here again, and does not yet; why not, and whether somebody was told so.
_OPENING, _OPENING_WHY, _OPENING_TOLD = "opening", "opening-why", "opening-told"
#: In these the app must not run here.
_WORDS = {
    PASSED: "moved to",
    RECLAIMING: "returning from",
    CLOSED: "moving to",
    ARRIVING: "arriving from",
    RETURNING: "returning to",
}
_SILENT = (CLOSED, PASSED, RECLAIMING, ARRIVING, RETURNING)
#: In these what is here is older than what another host has, or not all of it.
_ELSEWHERE = {
    PASSED: "was moved to {}, and is backed up there, if anywhere",
    RECLAIMING: "is just coming back from {}",
    ARRIVING: "is just being moved here from {}, and is backed up there, if anywhere",
    RETURNING: "is just going back to {}",
}


def directory(paths: HostPaths, app: str) -> Path:
    """Where it is."""
    return paths.app(app) / "move"


def phase(paths: HostPaths, app: str) -> str:
    """One of the words; empty for an app that does not move."""
    return _phase_in(directory(paths, app))


def _phase_in(place: Path) -> str:
    return next((one for one in _PHASES if (place / one).exists()), "")


def is_silent(paths: HostPaths, app: str) -> bool:
    """Whether nothing of the app may run here."""
    return phase(paths, app) in _SILENT


def is_silent_in(app: Path) -> bool:
    """The same by the app's directory."""
    return _phase_in(app / "move") in _SILENT


def begin(paths: HostPaths, app: str, first: str) -> None:
    """The app moves. nginx looks at the directory, too. Raises `CannotWrite`."""
    place = directory(paths, app)
    values.make_directory(place, 0o711)
    values.touch(place / first)


def note_end(paths: HostPaths, app: str, move: str) -> None:
    """The app is here for good since the move of that id, whatever it is called from here on. Raises `CannotWrite`."""
    values.write(paths.app(app) / _CAME, move)


def came_with(paths: HostPaths, app: str) -> str:
    """The id of the last move that brought the app here for good; empty where none did."""
    return values.read_or(paths.app(app) / _CAME, "")


def need(paths: HostPaths, app: str, wanted: str) -> None:
    """Raises `Refused` where it is not in that phase."""
    if phase(paths, app) != wanted:
        raise _elsewhere(paths, app)


def _elsewhere(paths: HostPaths, app: str) -> Refused:
    found = phase(paths, app)
    text = f"the move of {app} is not where it was thought to be: {found or 'it does not move'}"
    return Refused("move-phase", text, "run the same command again" if found else "see: pocketpaas apps")


def turn(paths: HostPaths, app: str, before: str, after: str) -> None:
    """The one step from a phase to another. Raises `Refused` where it is not in that phase, `CannotWrite`."""
    place = directory(paths, app)
    try:
        os.rename(place / before, place / after)
        values.sync(place)
    except FileNotFoundError as error:
        raise _elsewhere(paths, app) from error
    except OSError as error:
        raise CannotWrite(place, error) from error


def turn_open(paths: HostPaths, app: str, before: str, after: str) -> None:
    """The same to a phase in which the app is to serve here again, which is known from here on until it does
    (`note_open`): whatever fails or is killed in between, somebody goes on. Raises as `turn`."""
    place = directory(paths, app)
    need(paths, app, before)
    try:
        _forget_opening(place)
        # Empty, and in the directory that `turn` has written: it takes no room, and is there when the phase is.
        values.touch(place / _OPENING, 0o600)
    except (CannotWrite, OSError):
        # It opens all the same.
        pass
    turn(paths, app, before, after)


def is_opening(paths: HostPaths, app: str) -> bool:
    """Whether it is to serve here again, and does not yet."""
    return (directory(paths, app) / _OPENING).exists() and not is_silent(paths, app)


def opening(paths: HostPaths, app: str) -> Path:
    """The mark of that, as old as the turn."""
    return directory(paths, app) / _OPENING


def note_open(paths: HostPaths, app: str) -> None:
    """It serves. Raises OSError."""
    _forget_opening(directory(paths, app))


def _forget_opening(place: Path) -> None:
    # The mark last: the others are nothing without it.
    for name in (_OPENING_TOLD, _OPENING_WHY, _OPENING):
        values.remove(place / name)


def note_shut(paths: HostPaths, app: str, why: str) -> None:
    """Why it does not serve yet. Where that cannot be written nobody learns it."""
    place = directory(paths, app)
    try:
        if place.is_dir() and values.read(place / _OPENING_WHY) != why:
            values.put(place / _OPENING_WHY, why)
    except CannotWrite:
        pass


def why_shut(paths: HostPaths, app: str) -> str:
    """That; empty where it is not known."""
    return fact(paths, app, _OPENING_WHY)


def is_first_told(paths: HostPaths, app: str) -> bool:
    """Whether nobody was told yet that it does not serve; from here on somebody was. Raises `CannotWrite`."""
    mark = directory(paths, app) / _OPENING_TOLD
    if mark.exists():
        return False
    values.touch(mark, 0o600)
    return True


def fact(paths: HostPaths, app: str, name: str) -> str:
    """What is known of the move: `id`, `peer` (the other host, for people), `address`, `port`, `secret`."""
    return values.read_or(directory(paths, app) / name, "")


def note_halted(paths: HostPaths, app: str, copy: str) -> None:
    """Which copy holds all that the app has here, as nothing of it runs any more; empty while there is none. Raises
    `CannotWrite`."""
    place = directory(paths, app)
    values.remove(place / _TAKEN)
    values.remove(place / _HALTED)
    if copy:
        values.write(place / _HALTED, copy)


def was_halted(paths: HostPaths, app: str) -> bool:
    """Whether there is a copy with all that it had here, which the other host may have taken."""
    return fact(paths, app, _HALTED) != ""


def note_taken(paths: HostPaths, app: str, copy: str) -> None:
    """Which copy the other host says that it has. Raises `CannotWrite`."""
    values.write(directory(paths, app) / _TAKEN, copy)


def is_taken(paths: HostPaths, app: str) -> bool:
    """Whether the other host has all that the app had here when it was halted."""
    halted = fact(paths, app, _HALTED)
    return halted != "" and fact(paths, app, _TAKEN) == halted


def refuse(paths: HostPaths, app: str) -> None:
    """Raises `Refused` where nothing of the app may be changed here, and says where it can be."""
    found, peer = phase(paths, app), fact(paths, app, "peer")
    if found == PASSED:
        raise Refused("moved", f"{app} was moved to {peer}, which serves it now", f"add --host {peer}")
    if found == RECLAIMING:
        raise Refused("moving", f"{app} is just coming back from {peer}", "end that: pocketpaas apps move --abort")
    if found == CLOSED:
        raise Refused("moving", f"{app} is just being moved to {peer}", "wait for the end of the move")
    if found == ARRIVING:
        raise Refused(
            "moving", f"{app} is just being moved here from {peer}, which still has the word", "wait for its end"
        )
    if found == RETURNING:
        raise Refused(
            "moving", f"{app} is just going back to {peer}", f"end that: pocketpaas apps move --abort --host {peer}"
        )


def refuse_destroy(paths: HostPaths, app: str) -> None:
    """Raises `Refused` where another host still relies on the app here, or has it: to destroy it there is no cure."""
    found, peer = phase(paths, app), fact(paths, app, "peer")
    if found == PASSED:
        text = f"{app} was moved to {peer}; what is here is what it left"
        cure = (
            f"to remove it from this host: pocketpaas apps move {peer} --finish --app {app}; if {peer} is gone for good"
        )
        cure += f", have it serve here again, and destroy it then: pocketpaas apps move --lost --app {app}"
        raise Refused("moved", text, cure)
    if found == ARRIVED:
        text = f"{app} came here from {peer}, which passes requests on to this host"
        raise Refused(
            "moving",
            text,
            f"end the move first: pocketpaas apps move --finish, or --abort, with --host {peer}; if {peer} is gone for "
            f"good: pocketpaas apps move --lost --app {app}",
        )


def elsewhere(paths: HostPaths, app: str) -> str:
    """Why what is here of the app is not to be backed up; empty where it is."""
    words = _ELSEWHERE.get(phase(paths, app), "")
    return f"{app} {words.format(fact(paths, app, 'peer'))}" if words else ""


def text(paths: HostPaths, app: str) -> str:
    """The state for listings: `moved to HOST`, `moving to HOST`, `arriving from HOST`; empty where the app serves here
    as ever."""
    found, peer = phase(paths, app), fact(paths, app, "peer")
    return f"{_WORDS[found]} {peer}" if found in _WORDS else ""
