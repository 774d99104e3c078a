"""What another host removes while it is read here. Nothing keeps it from that: a place that can only be read takes no
lock, and a lock would have its backups wait for as long as a restore takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed
from pocketpaas.machine.process import Ended

CAUSE = "backup-gone"
#: Of a snapshot, or of data, that are not where they were; not of those that are there and are damaged.
_MISSING = re.compile(
    rb"no matching id found|does not exist|no such file|unknown blob|not found in (the )?(index|repository)"
    rb"|(key|object|directory) not found",
    re.IGNORECASE,
)
#: Whoever removes backups also puts together what is left of their files.
_TIMES = 2


def read(work: Callable[[], Ended], is_listed: Callable[[], bool], backup: str) -> Ended:
    """How reading the backup has ended. It is read once more where its data had another place meanwhile. Raises
    `Failed` where it is not there any more."""
    ended = work()
    for _ in range(1, _TIMES):
        if ended.ok or not _MISSING.search(ended.err):
            return ended
        if not is_listed():
            break
        ended = work()
    if not ended.ok and _MISSING.search(ended.err) and not is_listed():
        raise Failed(
            CAUSE,
            f"the backup {backup} has been removed from the destination, as by a host that still makes backups there",
            "run the command again: it takes one that is there (pocketpaas backups)",
        )
    return ended


def is_one_gone(before: Collection[Snapshot], now: Collection[Snapshot]) -> bool:
    """Whether one of them is not there any more."""
    return not {one.id for one in before} <= {one.id for one in now}
