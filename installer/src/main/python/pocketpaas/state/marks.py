"""By what an app or a service is known, whatever it is called: the file `mark` of its state. One that is made again
under the same name has another mark; an app that is renamed, moved or restored keeps its own. Backups have it, too.

What programs have made that knew no marks gets one later (`ensure`): the file has a second word then, the time of that.
What has no mark and is later than that is not its own; of what was made with its mark nothing without one is."""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import values
from pocketpaas.state.clock import now, seconds_of

FILE = "mark"
_MARK = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Mark:
    """`text` is the mark, empty for what has none yet; `given` until when (s) it had none."""

    text: str = ""
    given: float = math.inf


def new() -> str:
    """One that nothing else has."""
    return secrets.token_hex(8)


def is_mark(text: str) -> bool:
    """Whether it can be one."""
    return _MARK.fullmatch(text) is not None


def parse(text: str) -> Mark:
    """As the file holds it; what is none is as no file."""
    mark, _, given = text.partition(" ")
    if not is_mark(mark):
        return Mark()
    return Mark(mark, (seconds_of(given) or 0.0) if given else 0.0)


def of(directory: Path) -> Mark:
    """That of the app or the service whose state is there."""
    return parse(values.read_or(directory / FILE, ""))


def ensure(directory: Path) -> str:
    """The same, made where there is none yet. Raises `CannotWrite`."""
    found = of(directory).text
    if not found:
        found = new()
        values.write(directory / FILE, f"{found} {now()}")
    return found
