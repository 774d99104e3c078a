"""The directories of host programs: /usr/local/lib/pocketpaas/<content hash>/, and `current`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pocketpaas.machine import compiled
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: A door may just have looked up `current`.
_KEPT = 3


def content_hash(directory: Path) -> str:
    """The content hash (docs/protocol.md): SHA-256 of `PATH NUL HASH LF` for every file, in the order of the bytes of
    PATH. What Python compiles by itself does not count."""
    files = sorted(_files(directory), key=lambda path: os.fsencode(path.relative_to(directory)))
    whole = hashlib.sha256()
    for file in files:
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        whole.update(os.fsencode(file.relative_to(directory)) + b"\0" + digest.encode() + b"\n")
    return whole.hexdigest()


def _files(directory: Path) -> list[Path]:
    return [file for file in directory.rglob("*") if file.is_file() and compiled.NAME not in file.parts]


def install(paths: HostPaths, new: Path, version: str) -> None:
    """The directory `new` becomes the version of that hash, and `current`. What begins with #! can be run, the rest is
    data. Raises OSError."""
    programs = paths.programs.parent
    for path in [new, *new.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.read_bytes()[:2] == b"#!" else 0o644)
    if not (programs / version).is_dir():
        compiled.compile_all(new, programs / version)
        # On the disk before anything names it: a host that loses its power must not come back with empty programs.
        values.sync_tree(new)
        os.rename(new, programs / version)
    values.link(version, programs / "current")
    values.sync(programs)


def forget(paths: HostPaths) -> None:
    """Removes versions that nothing uses, but for the newest three. A program's command line names its version, so
    /proc knows."""
    programs = paths.programs.parent
    current = os.path.realpath(programs / "current")
    versions = [programs / name for name in values.names(programs) if names.is_sha256(name)]
    versions.sort(key=lambda path: path.stat().st_ctime, reverse=True)
    used = _command_lines()
    for version in versions[_KEPT:]:
        if str(version) not in (current, str(paths.programs)) and os.fsencode(f"{version}/") not in used:
            values.remove_tree(version)


def _command_lines() -> bytes:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_bytes())
        except OSError:
            # It has ended meanwhile.
            continue
    return b"\n".join(found)
