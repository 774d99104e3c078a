"""What stands in the way of an app that comes back from a backup: looked at before anything is stopped or made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.backup.app_content import AppContent
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles
from pocketpaas.routing import names as app_names


def refuse_taken_names(operation: Operation, bundle: Path, added: Sequence[str] = ()) -> None:
    """Raises `Refused` where another app has one of the names that the release states, or of those that commands have
    `added`. (What is decided is decided under host.lock, by `nginx.apply`.)"""
    wanted = (*app_names.manifest_names(bundle / "settings"), *added)
    taken = app_names.claimed(operation.paths, operation.app, wanted) if bundles.has_web(bundle) else None
    if taken is not None:
        cure = "take it from that app first; or restore this one under another name, without its domains: --into NAME"
        raise Refused("domain-taken", f"{taken} now; nothing was touched", cure)


def files_left(operation: Operation, made: AppContent) -> list[str]:
    """Of the volumes in the backup those that hold files here already. Raises `EngineError`."""
    found = []
    for volume in made.volumes:
        name = f"pocketpaas-{operation.app}.{volume.name}"
        mount = engine_volumes.mount_of(operation.engine, name)
        if mount is not None and mount.is_dir() and any(mount.iterdir()):
            found.append(name)
    return found


def refuse_left(operation: Operation, found: Sequence[str], confirmed: bool) -> None:
    """Files that an app has left which was destroyed may be newer: they are not replaced without a word. Raises
    `Refused`."""
    if not found:
        return
    text = f"{'files of ' if len(found) == 1 else 'files of each of '}{' '.join(found)}"
    if not confirmed:
        cure = f"to replace them by the backup: --confirm {operation.app}"
        raise Refused("volume-there", f"there are already {text}, which an app {operation.app} has left", cure)
    operation.reporter.note(f"replaced by the backup when the app is healthy: {text}")
