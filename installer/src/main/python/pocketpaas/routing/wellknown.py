"""What nginx answers below /.well-known/ for every app (RFC 8615): to an ACME authority, and to the host itself, which
sees by it whether a name leads here. Each answer is a file that is there while somebody may ask for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.routing import places
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: The directories: an authority's challenges (RFC 8555), the host's own question.
ACME, REACH = "acme-challenge", "pocketpaas"
_ROOTS: dict[str, Callable[[HostPaths], Path]] = {ACME: places.challenges, REACH: places.tokens}
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_TEXT = re.compile(r"[A-Za-z0-9._-]{1,512}", re.ASCII)
#: Nobody asks for longer than that; what is older was left by a program that was killed. Seconds.
_LASTS = 3600.0


@dataclass(frozen=True)
class WellKnown:
    """The path below /.well-known/ in two parts, and what is answered there."""

    kind: str
    name: str
    text: str

    @property
    def path(self) -> str:
        """Below /.well-known/."""
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True)
class Told:
    """The other machines that give an answer, too, and those that could not be told: names of machines."""

    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


#: In the block that it gives, the answer is there, on whichever machines. Raises OSError, `CannotWrite`.
Leave = Callable[[HostPaths, WellKnown], AbstractContextManager[Told]]


@contextmanager
def here(paths: HostPaths, one: WellKnown) -> Iterator[Told]:
    """`Leave` for this machine alone."""
    put(paths, one)
    try:
        yield Told()
    finally:
        remove(paths, one.kind, one.name)


def is_one(kind: str, name: str, text: str) -> bool:
    """Whether this may be an answer: what comes from elsewhere is a file of a plain name, with plain text."""
    return kind in _ROOTS and _NAME.fullmatch(name) is not None and _TEXT.fullmatch(text) is not None


def place(paths: HostPaths, kind: str) -> Path:
    """Where the answers of that kind are."""
    return _ROOTS[kind](paths) / ".well-known" / kind


def put(paths: HostPaths, one: WellKnown) -> None:
    """It is answered from now on: nginx's worker may read it. Raises OSError, `CannotWrite`."""
    folder = place(paths, one.kind)
    for directory in (folder.parent.parent, folder.parent, folder):
        values.make_directory(directory, 0o755)
    _sweep(folder)
    values.write_file(folder / one.name, values.encode(one.text), 0o644, durable=False)


def remove(paths: HostPaths, kind: str, name: str) -> None:
    """It is answered no more. Raises OSError."""
    values.remove(place(paths, kind) / name)


def _sweep(folder: Path) -> None:
    for name in values.names(folder):
        file = folder / name
        try:
            if file.stat().st_mtime < time.time() - _LASTS:
                values.remove(file)
        except FileNotFoundError:
            # Who left it has just removed it.
            continue
