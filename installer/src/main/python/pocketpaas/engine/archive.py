"""Files into and out of containers, as tar streams. The container need not run. The engine follows a path inside the
container, wherever its links lead."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from pocketpaas.engine.client import Engine, EngineError

if TYPE_CHECKING:
    import tarfile

_SILENCE = 300.0
_DIRECTORY, _LINK = 1 << 31, 1 << 27


@dataclass(frozen=True)
class Stat:
    """What is at a path of a container. `target`: where a symbolic link leads in the end."""

    is_directory: bool
    is_link: bool
    size: int
    target: str


def stat(engine: Engine, container: str, path: str) -> Stat | None:
    """None where there is nothing, or what is above it is no directory. Raises `EngineError`."""
    try:
        header = engine.head(f"/containers/{container}/archive", {"path": path})["x-docker-container-path-stat"]
        found = json.loads(base64.b64decode(header))
        mode = int(found["mode"])
        return Stat(bool(mode & _DIRECTORY), bool(mode & _LINK), int(found["size"]), str(found.get("linkTarget") or ""))
    except EngineError as error:
        if error.status in (400, 404):
            return None
        raise
    except (KeyError, ValueError, TypeError) as error:
        raise EngineError(500, "the Docker engine does not tell what is at a path of a container") from error


@contextmanager
def get(engine: Engine, container: str, path: str) -> Iterator[BinaryIO]:
    """What is at `path`, as a tar stream to be read. Raises `EngineError` (404: there is nothing)."""
    with engine.open("GET", f"/containers/{container}/archive", {"path": path}, seconds=_SILENCE) as stream:
        yield stream


def put(engine: Engine, container: str, directory: str, tar: bytes | BinaryIO | Iterable[bytes]) -> None:
    """Unpacks a tar in a directory that is there. A directory is never replaced by a file, nor the other way round.
    Raises `EngineError`."""
    query = {"path": directory, "noOverwriteDirNonDir": "true"}
    headers = {"Content-Type": "application/x-tar"}
    path = f"/containers/{container}/archive"
    with engine.open("PUT", path, query, body=tar, headers=headers, seconds=_SILENCE) as answer:
        answer.read()


def copy(engine: Engine, source: str, path: str, target: str, directory: str) -> None:
    """What is at `path` of one container into a directory of another. Raises `EngineError`."""
    with get(engine, source, path) as stream:
        put(engine, target, directory, stream)


def of_file(name: str, data: bytes, mode: int = 0o644) -> bytes:
    """A tar with one file of root's."""
    import tarfile

    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    return _tar(entry, data)


def of_directory(name: str, owner: int, mode: int) -> bytes:
    """A tar with one empty directory."""
    import tarfile

    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
    return _tar(entry, b"")


def _tar(entry: tarfile.TarInfo, data: bytes) -> bytes:
    import tarfile

    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as tar:
        tar.addfile(entry, io.BytesIO(data))
    return target.getvalue()
