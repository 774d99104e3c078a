"""What is said where the repository of a move fails. It is no destination of backups, and what came over damaged is
sent again."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.failure import Failed
from pocketpaas.move import parcels, store
from pocketpaas.operation.unit import Operation

#: The causes of those failures.
OF_THE_REPOSITORY = ("backup-damaged", "backup-destination", "backup-store")
_RECEIVING = ("bring", "take", "unpack")
#: Of a move that can be given up, and is not.
_BEFORE = ("ahead", "close", "bring")


def told(operation: Operation, action: str, failure: Failed) -> Failed:
    """The same failure, as whoever moves something reads it; of what came over, what is damaged goes."""
    cure = "run the same command again"
    if action in _RECEIVING:
        repository = store.repository(operation.paths, operation.app, operation.reporter)
        parcels.remove_damaged(Path(repository.destination.location))
        cure += ": what is damaged is sent again"
    if action in _BEFORE:
        cure += ". If that fails, too, begin again from the start: pocketpaas apps move --abort"
    what = "what came over cannot be used" if action in _RECEIVING else "what is moved cannot be stored or read"
    return Failed("move-damaged", f"{what}: {failure.text.partition(': ')[2] or failure.text}", cure, failure.code)
