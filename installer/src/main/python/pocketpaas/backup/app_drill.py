"""The drill of an app: all of its newest backup is fetched into a scratch directory, and each file is compared with
what was noted; its bundle is compared with its seal, and its image with its checksum."""

from __future__ import annotations

from pocketpaas.backup import app_content, app_restoring, content, fetched, image, taking, volumes
from pocketpaas.backup.app_content import AppContent
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation


def prove(operation: Operation, repository: Repository, found: Snapshot) -> str:
    """What is wrong with the backup; empty where nothing is. Raises `Failed`."""
    with taking.spool(operation.paths, app_content.spool_name(found.name)) as directory:
        operation.reporter.step("backup-fetch", "start", found.id)
        repository.restore(found.id, directory.parent, size=found.size, on_disk=found.on_disk)
        made = app_content.read(directory)
        operation.reporter.step("backup-fetch", "done", f"{made.size} bytes of {made.at}")
        app_restoring.check(directory / "state" / "releases" / str(made.release), made.image)
        for volume in made.volumes:
            notes = directory / volume.notes
            if content.digest(notes) != volume.sums:
                raise Failed("backup-damaged", f"the backup is damaged: {volume.notes} is not what was stored")
            operation.reporter.step("backup-compare", "start", volume.name)
            try:
                files = fetched.place_of(directory.parent, volume.place)
            except OSError:
                return f"volume {volume.name}: it is not in the backup"
            compared = volumes.compare(files, notes, volume.still)
            if compared.wrong:
                operation.reporter.step("backup-compare", "fail", compared.wrong)
                return f"volume {volume.name}: {compared.wrong}"
            moving = f"; {compared.moving} were being written to" if compared.moving else ""
            operation.reporter.step("backup-compare", "done", f"{compared.files} files are as noted{moving}")
    _image(operation, repository, made)
    return ""


def _image(operation: Operation, repository: Repository, made: AppContent) -> None:
    operation.reporter.step("backup-compare", "start", "the image")
    with taking.spool(operation.paths, "image", "images") as directory:
        size = image.fetch(repository, made.image, directory.parent).stat().st_size
    operation.reporter.step("backup-compare", "done", f"the image: {size} bytes are as noted")
