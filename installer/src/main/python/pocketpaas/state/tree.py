"""Value trees, as they travel between laptop and host: `path NUL value NUL` repeated, then `.` NUL `end` NUL
(docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from pocketpaas.failure import BadRequest, CannotWrite, Refused
from pocketpaas.state import names, values

MAX_BYTES = 4 * 1024 * 1024
#: For what may hold a whole manifest, certificates or programs.
MAX_LARGE_BYTES = 16 * 1024 * 1024
MAX_VALUES = 4096


def parse(data: bytes, most: int = MAX_VALUES) -> dict[str, str]:
    """The values by path, in their order. All or nothing: raises `BadRequest` for a tree that is cut off, holds an
    invalid path, one path twice, or a path below another value."""
    if not data.endswith(b"\0"):
        raise BadRequest("the request was cut off")
    parts = data[:-1].split(b"\0")
    tree: dict[str, str] = {}
    directories: set[str] = set()
    for at in range(0, len(parts), 2):
        path = values.decode(parts[at])
        value = values.decode(parts[at + 1]) if at + 1 < len(parts) else None
        if path == ".":
            if value != "end" or at + 2 != len(parts):
                raise BadRequest("the request ends in an unexpected way")
            return tree
        if value is None:
            break
        if not names.is_tree_path(path):
            raise BadRequest("invalid path in the request")
        if path in tree:
            raise BadRequest(f"the request holds {path} twice")
        if len(tree) >= most:
            raise BadRequest(f"the request holds more than {most} values")
        above = [path[:slash] for slash in range(len(path)) if path[slash] == "/"]
        if path in directories or any(directory in tree for directory in above):
            raise BadRequest(f"the request holds {path} below or above another value")
        directories.update(above)
        tree[path] = value
    raise BadRequest("the request was cut off")


def read_leading(stream: BufferedReader, max_bytes: int = MAX_BYTES, most: int = MAX_VALUES) -> dict[str, str]:
    """The tree at the beginning of a stream; what follows it is still there. Raises `BadRequest`."""
    data, start, tokens, path = bytearray(), 0, 0, b""
    while piece := stream.peek(1):
        before = len(data)
        data += piece
        while (end := data.find(0, start)) >= 0:
            token, start, tokens = bytes(data[start:end]), end + 1, tokens + 1
            if tokens % 2:
                path = token
            elif path == b".":
                stream.read(start - before)
                return parse(bytes(data[:start]), most)
        stream.read(len(piece))
        if len(data) > max_bytes:
            raise BadRequest(f"the request is larger than {max_bytes} bytes")
    raise BadRequest("the request was cut off")


def read(stream: BinaryIO, max_bytes: int = MAX_BYTES, most: int = MAX_VALUES) -> dict[str, str]:
    """The tree on a stream, to its end of file; raises `BadRequest`."""
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise BadRequest(f"the request is larger than {max_bytes} bytes")
    return parse(data, most)


def store(tree: Mapping[str, str], directory: Path) -> None:
    """The values as files below `directory`, which must not exist yet (0700); raises `Refused` (disk full), and then
    leaves nothing."""
    try:
        values.make_directory(directory)
        for path, value in tree.items():
            values.make_directory((directory / path).parent)
            values.put(directory / path, value)
    except CannotWrite as error:
        values.remove_tree(directory)
        raise Refused(
            "disk-full",
            "the request could not be stored (disk full?)",
            "make room on the host: df -h, docker system df",
        ) from error


def receive(stream: BinaryIO, directory: Path, max_bytes: int = MAX_BYTES, most: int = MAX_VALUES) -> None:
    """`read`, then `store`."""
    store(read(stream, max_bytes, most), directory)


def of_files(prefix: str, directory: Path) -> dict[str, str]:
    """Every file below a directory as `prefix/path` (links are not followed, names that are no paths are skipped)."""
    found: dict[str, str] = {}
    for name in values.names(directory):
        path, entry = f"{prefix}/{name}" if prefix else name, directory / name
        if entry.is_symlink() or not names.is_tree_path(path):
            continue
        if entry.is_dir():
            found.update(of_files(path, entry))
        else:
            value = values.read(entry)
            if value is not None:
                found[path] = value
    return found


def below(tree: Mapping[str, str], place: str) -> dict[str, str]:
    """The part of it below that place, by the names that it has there."""
    begin = f"{place}/"
    return {path.removeprefix(begin): value for path, value in tree.items() if path.startswith(begin)}


def text(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> bytes:
    """The tree as it travels, closed. Without its end the reader takes nothing."""
    items = pairs.items() if isinstance(pairs, Mapping) else pairs
    return b"".join(values.encode(f"{path}\0{value}\0") for path, value in items) + b".\0end\0"
