"""The image of an app in the destination: a backup of its own, named by the image's id, so that it is stored once for
all the backups that need it."""

from __future__ import annotations

import json
from pathlib import Path

from pocketpaas.backup import content, fetched, own_backups, taking
from pocketpaas.backup.refusal import NEW_PLACE
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine import images
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.state import names, values

_NAME, _TAR = "image", "image.tar"
_FORMAT = 1
#: The engine puts it together before it says anything.
_SILENCE = 600.0


def reference_of(engine: Engine, app: str, image: str) -> str:
    """Our name for the image; empty where it has none."""
    return next(
        (
            one.reference
            for one in images.app_images(engine, app)
            if one.id == image and ":" in one.reference and not one.reference.startswith("sha256:")
        ),
        "",
    )


def find(repository: Repository, image: str) -> Snapshot | None:
    """The backup of the image, by whatever host; None where there is none."""
    digest = image.removeprefix("sha256:")
    found = [one for one in repository.snapshots() if one.kind == "image" and one.facts.get("image") == digest]
    return found[-1] if found else None


def ensure(operation: Operation, repository: Repository, image: str, suspect: bool = False) -> None:
    """The image is in the destination; where something there was found damaged (`suspect`), it can be read there, too.
    Raises `Failed`, `EngineError`."""
    mine = _mine(repository, image)
    if not mine:
        _store(operation, repository, image)
    if not suspect or _is_whole(operation, repository, image):
        return
    # What is stored once is not stored again: where the data are known to be lost it is, else what holds them goes.
    operation.reporter.note(f"the image of {operation.app} is damaged where it is stored, and is stored again")
    if not _is_stored_again(operation, repository, image):
        text = f"the image of {operation.app} is damaged where it is stored, and cannot be stored again there"
        try:
            repository.forget_these(_damaged(operation, repository))
        except Failed as failed:
            cure = failed.cure if failed.cause == own_backups.CAUSE else NEW_PLACE
            raise Failed("backup-damaged", f"{text}: {failed.text}", cure) from failed
        if not _is_stored_again(operation, repository, image):
            raise Failed("backup-damaged", text, NEW_PLACE)
    old = [one.id for one in _mine(repository, image)[:-1]]
    if old:
        try:
            repository.forget_these(old)
        except Failed as failed:
            # The new one is good: what may be another's stays beside it.
            if failed.cause != own_backups.CAUSE:
                raise


def _is_stored_again(operation: Operation, repository: Repository, image: str) -> bool:
    """Raises `Failed` where that cannot be known."""
    try:
        _store(operation, repository, image)
    except Failed as failed:
        if failed.cause != "backup-damaged":
            raise
        return False
    return _is_whole(operation, repository, image)


def _mine(repository: Repository, image: str) -> list[Snapshot]:
    """This host's backups of the image: one of another host may go any time."""
    digest, host = image.removeprefix("sha256:"), repository.destination.host
    found = [one for one in repository.snapshots() if one.kind == "image" and one.host == host]
    return [one for one in found if one.facts.get("image") == digest]


def _damaged(operation: Operation, repository: Repository) -> list[str]:
    """This host's backups of images that cannot be read: images share their data with others."""
    host = repository.destination.host
    found = [one for one in repository.snapshots() if one.kind == "image" and one.host == host]
    return [one.id for one in found if not _can_be_read(operation, repository, one)]


def _is_whole(operation: Operation, repository: Repository, image: str) -> bool:
    found = find(repository, image)
    return found is not None and _can_be_read(operation, repository, found)


def _can_be_read(operation: Operation, repository: Repository, found: Snapshot) -> bool:
    """Raises `Failed` where it is not known: a connection that is cut says nothing about the data."""
    try:
        with taking.spool(operation.paths, _NAME, "images") as directory:
            _fetch(repository, found, directory.parent)
    except Failed as failed:
        if failed.cause != "backup-damaged":
            raise
        return False
    return True


def _store(operation: Operation, repository: Repository, image: str) -> None:
    operation.reporter.step("backup-image", "start", operation.app)
    # Not the app's own spool: that one is in use.
    with taking.spool(operation.paths, _NAME, "images") as directory:
        size, digest = _save(operation, image, directory / _TAR)
        told = {"format": _FORMAT, "kind": "image", "image": image, "size": size, "sha256": digest}
        values.put(directory / content.FILE, json.dumps(told, indent=1, sort_keys=True) + "\n")
        backup = repository.store(directory, ("kind=image", f"image={image[7:]}", f"size={size}"))
    operation.reporter.step("backup-image", "done", f"{backup}, {size} bytes")


def _save(operation: Operation, image: str, file: Path) -> tuple[int, str]:
    engine = operation.engine
    name = reference_of(engine, operation.app, image) or image
    try:
        with open(file, "wb") as stream, engine.open("GET", "/images/get", {"names": name}, seconds=_SILENCE) as source:
            written = taking.Written(file.parent, stream)
            while piece := source.read(1 << 16):
                written.add(piece)
            stream.flush()
    except EngineError as error:
        raise Failed("image-missing", f"the image of {operation.app} cannot be had: {error.text}") from error
    except OSError as error:
        raise CannotWrite(file, error) from error
    return written.size, written.sha256


def fetch(repository: Repository, image: str, directory: Path) -> Path:
    """The image's archive in the directory, as it was stored. Raises `Failed`."""
    found = find(repository, image)
    if found is None:
        raise Failed("backup-damaged", f"the backup has no image: {image[7:19]} is not in the destination")
    return _fetch(repository, found, directory)


def _fetch(repository: Repository, found: Snapshot, directory: Path) -> Path:
    repository.restore(found.id, directory, size=found.size)
    place = directory / _NAME
    fetched.refuse_odd(place)
    try:
        told = json.loads((place / content.FILE).read_text(encoding="utf-8"))
        whole = told["format"] == _FORMAT and content.digest(place / _TAR) == told["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failed("backup-damaged", f"the backup {found.id} of an image is damaged: it cannot be read") from error
    if not whole:
        raise Failed("backup-damaged", f"the backup {found.id} of an image is damaged: it is not what was stored")
    return place / _TAR


def load(operation: Operation, repository: Repository, image: str, reference: str) -> str:
    """The engine has the image; its id there, which may be another one in another kind of store. `reference` is the
    name that it gets. Raises `Failed`, `EngineError`."""
    engine = operation.engine
    if not images.exists(engine, image):
        operation.reporter.step("restore-image", "start", image[7:19])
        with taking.spool(operation.paths, _NAME, "images") as directory:
            archive = fetch(repository, image, directory.parent)
            with open(archive, "rb") as stream, engine.open(
                "POST",
                "/images/load",
                {"quiet": "1"},
                body=stream,
                headers={"Content-Type": "application/x-tar"},
                seconds=3600.0,
            ) as answer:
                said = _error(answer.read())
        if said:
            raise Failed("image-missing", f"the engine does not take the image: {said}")
        operation.reporter.step("restore-image", "done")
    found = image if images.exists(engine, image) else images.image_id(engine, reference) if reference else None
    if found is None or not names.is_image(found):
        raise Failed("image-missing", f"the engine does not have the image {image[7:19]} after it was loaded")
    if reference and images.image_id(engine, reference) != found:
        repository_name, _, tag = reference.rpartition(":")
        images.tag(engine, found, repository_name, tag)
    return found


def _error(answer: bytes) -> str:
    """What the engine has against it: with status 200 it may still say that it failed."""
    for line in answer.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("error"):
            return str(told["error"])
    return ""


def forget_unneeded(repository: Repository) -> None:
    """This host's backups of images that none of its backups of apps needs. Raises `Failed`."""
    mine = [one for one in repository.snapshots() if one.host == repository.destination.host]
    needed = {one.facts.get("image") for one in mine if one.kind == "app"}
    gone = [one.id for one in mine if one.kind == "image" and one.facts.get("image") not in needed]
    if gone:
        repository.forget_these(gone)
