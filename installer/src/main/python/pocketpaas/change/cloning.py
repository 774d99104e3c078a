"""What an app that is a clone of another one gets before its first release: services, as previews get theirs, and where
it was asked for a copy of the files of each volume."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pocketpaas.backup import app_taking, app_volumes, room, volumes
from pocketpaas.change import preview_services
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.operation import clone as clones
from pocketpaas.operation.clone import Clone
from pocketpaas.operation.unit import Operation
from pocketpaas.state import durable, values

#: In the clone's directory: its volumes hold the copy.
_COPIED = "volumes-copied"


def provide(operation: Operation, settings: Path) -> None:
    """Before the first release, without the app's lock; nothing for an app that is no clone, or is done. Raises what
    keeps it from that."""
    clone = clones.find(operation.paths, operation.app)
    if clone is None:
        return
    clones.refuse_other(operation.paths, clone)
    preview_services.provide_clone(operation, clone, settings)
    if clone.data and not (clone.directory(operation.paths) / _COPIED).exists():
        _copy_volumes(operation, clone)
        values.touch(clone.directory(operation.paths) / _COPIED, 0o600)
    if values.names(settings / "cron"):
        operation.reporter.note("its cron jobs run, too; pause them: pocketpaas cron pause NAME")


def ended(operation: Operation) -> None:
    """Its first release is live."""
    clones.ended(operation.paths, operation.app)


def _copy_volumes(operation: Operation, clone: Clone) -> None:
    """Nothing of the clone runs yet, so what an earlier try has left is in nobody's way."""
    source = replace(operation, app=clone.source, undo=[])
    with app_taking.locked(source, f"cloning {clone.source}"):
        _copy_locked(operation, clone, source)


def _copy_locked(operation: Operation, clone: Clone, source: Operation) -> None:
    paths, engine = operation.paths, operation.engine
    try:
        bundle = paths.release(clone.source, app_taking.live(paths, clone.source))
        found = app_volumes.volumes_of(source, bundle)
        if not found:
            return
        engine_volumes.ensure(engine, clone.app, bundle)
        places = {}
        for volume in found:
            place = engine_volumes.mount_of(engine, f"pocketpaas-{clone.app}.{volume.name}")
            if place is None:
                raise Failed("no-volume", f"the volume {volume.name} of {clone.app} could not be made")
            values.remove_tree(place)
            places[volume.name] = place
        size = sum(volumes.size(volume.mount) for volume in found)
        room.refuse_less(found[0].mount, size, "a copy of the volumes")
        app_taking.copy_volumes(source, bundle, found, places, app_taking.made_ready(source, bundle, found))
        for place in places.values():
            durable.flush(place)
    except EngineError as error:
        raise Failed("engine", f"the volumes of {clone.app} cannot be made: {error.text}") from error
    except OSError as error:
        raise CannotWrite(paths.app(clone.app), error) from error
