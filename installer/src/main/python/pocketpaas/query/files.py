"""Files into and out of the container of a process that runs, as a tar.

Arguments: APP get TYPE.N PATH, where PATH is base64url of the path and a NUL: the tar on standard output. APP put
TYPE.N: a tree (path, name, kind: file or directory), and behind it a tar whose names begin with `content`; told as an
operation. A path that is not absolute begins at the image's working directory. Exit codes: 0 copied; 2, 4 and 5 with
+fail, of get on standard error."""

from __future__ import annotations

import os
import posixpath
import threading
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from pocketpaas.engine import archive, containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Cancelled, Failed, Refused
from pocketpaas.machine.channel import HANGUP, ended_by_signals, watched
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request, words_of
from pocketpaas.operation.audit import audit
from pocketpaas.query import far, instances
from pocketpaas.query.beside import told_beside
from pocketpaas.query.instances import Far
from pocketpaas.query.owner import owner_of
from pocketpaas.state import tree

if TYPE_CHECKING:
    import tarfile

_CHUNK = 1024 * 1024
_LONGEST = 4096
_TOP = "content"
_MAX_BYTES, _MAX_VALUES = 64 * 1024, 8


def serve(request: Request) -> int:
    """See the module."""
    action, process, *more = request.arguments[1:]
    if action == "put" and not more:
        return _put(request, process)
    return told_beside(lambda: _got(request, action, process, more))


def _got(request: Request, action: str, process: str, more: list[str]) -> int:
    if action != "get" or len(more) != 1:
        raise BadRequest("files: get or put")
    engine, found = _found(request, process)
    if isinstance(found, Far):
        return far.handed_on(request, found, "get", more, f"copy from {found.name}")
    return get(request, engine, found, more[0])


def _put(request: Request, process: str) -> int:
    # Before anything of standard input is read: another machine reads it itself.
    engine, found = _found(request, process)
    if isinstance(found, Far):
        return far.handed_on(request, found, "put", [], f"copy to {found.name}")
    return put(request, engine, found)


def _found(request: Request, process: str) -> tuple[Engine, Container | Far]:
    engine = Engine(request.paths)
    engine.look()
    return engine, instances.look_up(request, engine, process)


def _absolute(engine: Engine, container: str, path: str) -> str:
    """Within the container; it keeps a slash at its end."""
    if len(path) > _LONGEST or "\0" in path:
        raise BadRequest("this is no path")
    if path.startswith("/"):
        return path
    config = engine.get(f"/containers/{container}/json").get("Config") or {}
    return posixpath.join("/", str(config.get("WorkingDir") or "/"), path)


# ---------------------------------------------------------------- out


def get(request: Request, engine: Engine, process: Container, text: str) -> int:
    """Writes the tar of what the verb names. Raises `BadRequest`, `Refused`, `EngineError`."""
    path, name, container = words_of(text)[0], f"{process.type}.{process.instance}", process.id
    path = posixpath.normpath(_absolute(engine, container, path))
    found = archive.stat(engine, container, path)
    if found is not None and found.is_link and found.target:
        path = found.target
        found = archive.stat(engine, container, path)
    if found is None:
        raise Refused("no-file", f"there is no {path} in {name}", f"pocketpaas exec {name} -- ls")
    if path.strip("/") == "":
        raise BadRequest("the whole file system is not copied; name a directory")
    code = HANGUP
    try:
        with ended_by_signals(), watched(Client.of_this_process()), archive.get(engine, container, path) as stream:
            while data := stream.read(_CHUNK):
                _write(data)
        code = 0
    except Cancelled:
        pass
    finally:
        audit(request.paths, request.key, process.app, f"copy from {name}", code)
    return code


def _write(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


# ---------------------------------------------------------------- in


def put(request: Request, engine: Engine, process: Container) -> int:
    """Reads what is sent and unpacks it there. Raises `BadRequest`, `Refused`, `Failed`."""
    shown, container = f"{process.type}.{process.instance}", process.id
    given = tree.read_leading(cast(BufferedReader, request.stdin), _MAX_BYTES, _MAX_VALUES)
    name, kind = given.get("name", ""), given.get("kind", "")
    if kind not in ("file", "directory") or "path" not in given:
        raise BadRequest("files: a path, and whether it is a file or a directory")
    directory, name = _place(engine, container, _absolute(engine, container, given["path"]), name, kind)
    facts = containers.inspect(engine, container)
    if facts is None or not facts.pid:
        raise Refused("no-process", f"{shown} of {process.app} has just ended", "pocketpaas ps")
    code = HANGUP
    try:
        with ended_by_signals(), watched(Client.of_this_process()):
            _unpack(engine, container, directory, _Renamed(request.stdin, name, *owner_of(facts.pid)))
        code = 0
    except Cancelled:
        pass
    finally:
        audit(request.paths, request.key, process.app, f"copy to {shown}", code)
    request.reporter.result("path", posixpath.join(directory, name))
    return code


def _place(engine: Engine, container: str, path: str, name: str, kind: str) -> tuple[str, str]:
    """In which directory of the container it gets which name, as `cp -r` decides that. Raises `Refused`."""
    plain = posixpath.normpath(path)
    # With a slash behind it a link to a directory is the directory.
    within = archive.stat(engine, container, plain.rstrip("/") + "/")
    if within is not None and within.is_directory:
        if not name or "/" in name or name in (".", ".."):
            raise BadRequest("files: a name without a slash")
        return plain, name
    above = archive.stat(engine, container, posixpath.dirname(plain).rstrip("/") + "/")
    if (path.endswith("/") and kind == "file") or above is None or not above.is_directory:
        wanted = plain if path.endswith("/") else posixpath.dirname(plain)
        raise Refused("no-directory", f"there is no directory {wanted}", "make it first: pocketpaas exec … -- mkdir -p")
    if kind == "directory" and archive.stat(engine, container, plain) is not None:
        raise Refused("no-directory", f"{plain} is a file, and no directory", "choose another name")
    return posixpath.dirname(plain), posixpath.basename(plain)


def _unpack(engine: Engine, container: str, directory: str, tar: _Renamed) -> None:
    try:
        archive.put(engine, container, directory, cast(BinaryIO, tar))
    except EngineError as error:
        tar.raise_failure()
        raise Failed("copy", f"what was copied may be incomplete: {error}", "", 5) from error
    finally:
        tar.close()
    tar.raise_failure()


class _Renamed(RawIOBase):
    """A tar in which what begins with `content` has another name, and all belongs to one user. A thread makes it as it
    is read. A tar that is cut off, or holds what must not be there, ends without its end."""

    def __init__(self, source: BinaryIO, name: str, user: int, group: int) -> None:
        super().__init__()
        self._source, self._name, self._user, self._group = source, name, user, group
        self._failure: Exception | None = None
        out, end = os.pipe()
        self._out = os.fdopen(out, "rb", 0)
        self._thread = threading.Thread(target=self._make, args=(end,), daemon=True)
        self._thread.start()

    def read(self, size: int = -1) -> bytes:
        """Raises what was wrong with the source."""
        data = self._out.read(size)
        if not data:
            self._thread.join()
            self.raise_failure()
        return data or b""

    def raise_failure(self) -> None:
        """Where there was one."""
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Whoever writes is told that nobody reads."""
        self._out.close()
        super().close()

    def _make(self, end: int) -> None:
        import tarfile

        try:
            with os.fdopen(end, "wb") as out:
                with tarfile.open(fileobj=self._source, mode="r|") as source:
                    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as target:
                        for entry in source:
                            renamed = self._changed(entry)
                            target.addfile(renamed, source.extractfile(entry) if entry.isfile() else None)
        except BrokenPipeError:
            # The engine has said why.
            pass
        except (tarfile.TarError, OSError) as error:
            self._failure = BadRequest(f"what was sent is no whole tar: {error}")
        except BadRequest as error:
            self._failure = error

    def _changed(self, entry: tarfile.TarInfo) -> tarfile.TarInfo:
        parts = entry.name.split("/")
        if parts[0] != _TOP or ".." in parts or not (entry.isfile() or entry.isdir() or entry.issym()):
            raise BadRequest("what was sent holds what is no file, directory or link of it")
        entry.name = "/".join((self._name, *parts[1:]))
        entry.uid, entry.gid, entry.uname, entry.gname = self._user, self._group, "", ""
        entry.mode &= 0o777
        # What they say of the name or the owner is over.
        entry.pax_headers = {}
        return entry
