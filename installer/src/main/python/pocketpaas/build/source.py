"""Looking into an app's source. Nothing of it is ever unpacked on the host."""

from __future__ import annotations

import os
import posixpath
import tarfile
from collections.abc import Mapping
from pathlib import Path

from pocketpaas.build.failure import BuildFailed
from pocketpaas.state import values

_TEXT_BYTES, _BLOCK = 65536, 512
_LISTED = 5


class Source:
    """The tar of a source, its headers read once. Raises `BuildFailed` where it cannot be read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._members: dict[str, tarfile.TarInfo] = {}
        if _is_empty(file):
            return
        try:
            with tarfile.open(file, "r:") as tar:
                for member in tar:
                    path = posixpath.normpath(member.name)
                    if path in self._members and not (member.isdir() and self._members[path].isdir()):
                        raise BuildFailed("bad-source", f"the source holds {path[:100]!r} twice")
                    self._members[path] = member
        except (tarfile.TarError, OSError) as error:
            raise BuildFailed("build-failed", f"the source cannot be read: {error}") from error

    @property
    def top(self) -> frozenset[str]:
        """The names at the top."""
        return frozenset(path.split("/", 1)[0] for path in self._members if path != ".")

    def is_file(self, path: str) -> bool:
        """Whether there is such a regular file."""
        member = self._members.get(posixpath.normpath(path))
        return member is not None and member.isreg()

    def text(self, path: str) -> str:
        """The beginning of a file as text; empty where there is none."""
        member = self._members.get(path)
        if member is None or not member.isreg():
            return ""
        with open(self.file, "rb") as tar:
            tar.seek(member.offset_data)
            return values.decode(tar.read(min(member.size, _TEXT_BYTES)).replace(b"\0", b""))

    def refuse_links_out(self) -> None:
        """Links that lead out of the tree cannot be put into an image by the engine: raises `BuildFailed` that names
        them. (An absolute one leads into the image's own files, as on any machine.)"""
        out = sorted(path for path, member in self._members.items() if _leads_out(path, member))
        if out:
            shown = ", ".join(f"{path} -> {self._members[path].linkname}" for path in out[:_LISTED])
            more = f" and {len(out) - _LISTED} more" if len(out) > _LISTED else ""
            raise BuildFailed(
                "bad-source",
                f"the source holds links that lead out of it: {shown}{more}",
                "remove them, or let them lead to a file of the repository; "
                "with a Dockerfile they are taken as they are",
            )

    def members(self) -> Mapping[str, tarfile.TarInfo]:
        """Every entry by its path."""
        return self._members


def _is_empty(file: Path) -> bool:
    """Whether it is a tar of nothing but git's own header, at which the standard library gives up."""
    try:
        with open(file, "rb") as tar:
            header = tar.read(_BLOCK)
            if header[156:157] != b"g":
                return False
            size = int(header[124:135].strip(b"\0 ") or b"0", 8)
            tar.seek(-(-size // _BLOCK) * _BLOCK, os.SEEK_CUR)
            return len(header) == _BLOCK and not tar.read(2 * _BLOCK).strip(b"\0")
    except (OSError, ValueError):
        return False


def _leads_out(path: str, member: tarfile.TarInfo) -> bool:
    if not member.issym() or member.linkname.startswith("/"):
        return False
    goal = posixpath.normpath(posixpath.join(posixpath.dirname(path), member.linkname))
    return goal == ".." or goal.startswith("../")
