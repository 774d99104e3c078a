"""What it means that the tool did not do something, and what helps. It is known by the tool's own words alone: names of
files, which stand beside them, may hold the same."""

from __future__ import annotations

import re

from pocketpaas.backup import waiting
from pocketpaas.failure import Failed
from pocketpaas.machine.process import Ended

CURE = "check the address, the keys and the passphrase: pocketpaas backups destination"
NEW_PLACE = "use a new place: pocketpaas backups destination PLACE; then pocketpaas backups create"
_MAKE_ROOM = (
    "make room in the destination: old backups are removed there by restic forget ID --prune (docs/backups.md); "
    "fewer are kept from the next good backup on by: pocketpaas backups schedule --keep"
)
_WAIT = (
    "wait until that has ended, and run the command again; what somebody has left who was killed goes by itself after "
    "half an hour"
)
_FULL = re.compile(rb"no space left on device|disk quota exceeded", re.IGNORECASE)
#: Of data that are not what was stored. They are stored once: nothing stores them again there.
_BROKEN = re.compile(rb"ciphertext verification failed|repository could be damaged|invalid data returned")


def is_broken(said: bytes) -> bool:
    """Whether data are damaged that are stored there."""
    return bool(_BROKEN.search(said))


def failed(cause: str, what: str, why: str, ended: Ended, words: bytes | None = None) -> Failed:
    """The failure, `why` for people. `words`: what the tool said without names of files, where they are in it."""
    said = ended.err if words is None else words
    if waiting.is_locked(ended.code, said):
        return Failed("backup-locked", f"{what}: it is in use: {why}", _WAIT)
    if is_broken(said):
        return Failed("backup-damaged", f"{what}: data that are stored there are damaged: {why}", NEW_PLACE)
    return Failed(cause, f"{what}: {why}", _MAKE_ROOM if _FULL.search(said) else CURE)
