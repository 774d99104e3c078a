"""Another host has the destination locked, as while it removes old backups: whoever comes meanwhile waits for its end.
restic 0.14 cannot wait by itself."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Sequence

_PAUSE_SECONDS = 15.0
#: Ten minutes in all for one command, however many backups it makes.
_MOST_PAUSES = 40
#: Of versions since 0.17.
_CODE = 11
#: What it says where it cannot begin, and nothing before: names of files may hold these words, too.
_LOCKED = re.compile(rb"^(Fatal: )?unable to create lock in backend: repository is already locked", re.MULTILINE)
_ENDS = re.compile(rb'\{"message_type": ?"exit_error", ?"code": ?11\b')
#: Of versions before: whatever it dies of.
_FATAL = 1
_HOLDER = re.compile(r"repository is already locked(.*)")
_CREATED = re.compile(r"lock was created at (.*?)(?: \([^()]* ago\))?$", re.MULTILINE)


def is_locked(code: int, said: bytes) -> bool:
    """Whether the tool has ended because the destination is locked: by its exit code and what it has said."""
    return code == _CODE or (code == _FATAL and bool(_LOCKED.search(said)))


def is_begin(line: bytes) -> bool:
    """Whether it says with this line that the destination is locked, where it has said nothing of files before."""
    return bool(_LOCKED.match(line) or _ENDS.match(line))


def holder(lines: Sequence[str]) -> str:
    """Who holds the lock and since when, in restic's words, but for the age, which is kept for later; empty where it
    does not say."""
    text = "\n".join(lines)
    who, when = _HOLDER.search(text), _CREATED.search(text)
    if who is None:
        return ""
    return f"repository is already locked{who[1].rstrip()}" + (f", since {when[1].strip()}" if when else "")


class Patience:
    """How long one command waits for others; `tell` is said once."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._pauses = 0

    def wait(self) -> bool:
        """Whether to try once more, after a while."""
        if self._pauses == _MOST_PAUSES:
            return False
        if self._pauses == 0:
            self._tell("waiting for another host that uses the destination")
        self._pauses += 1
        # Not in step with a host that waits for this one.
        time.sleep(_PAUSE_SECONDS * random.uniform(0.7, 1.3))
        return True
