"""A sealed bundle is never changed: `identity` tells two bundles apart, `sums` what was damaged since.

The lines of `sums` are those of sha256sum(1): releases are older than these programs, and both are compared over the
years.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from pocketpaas.failure import CannotWrite, Damaged
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: Files that may change, or tell of the others.
_NOT_SEALED = frozenset(("status", "build.log", "identity", "sums"))
#: What changes nothing of what runs: blob ids, the environment, which `environment` has, and what tells of a release.
#: Deeper down, files may have names that users chose: of volumes, of build arguments.
_NOT_RUN = re.compile(r"settings/blobs/.*|settings/env.*|env.*/.*|operator/.*|shared/.*|service/.*", re.DOTALL)
_TELLING = "kind change set unset who when commit tree subject author inputs builder failure reference digest".split()
_NOT_RUN_FILES = frozenset((*_TELLING, *(f"settings/{name}" for name in _TELLING)))
_LINE = re.compile(r"([0-9a-f]{64})(?:  | \*)(\./.+)")


def seal(bundle: Path) -> None:
    """Writes both, and all of the bundle is on the disk. Nothing is done to one that is sealed. Raises
    `CannotWrite`."""
    if (bundle / "identity").exists():
        return
    try:
        sums = lines(bundle)
        values.put(bundle / "identity", f"{digest(sums)}\n")
        sums.append(_line(bundle, "./identity"))
        # From here on it is never changed.
        values.put(bundle / "sums", _text(sums))
        values.sync_tree(bundle)
    except OSError as error:
        raise CannotWrite(bundle, error) from error


def lines(bundle: Path) -> list[str]:
    """What sha256sum says of its files, in their order, without ends of line. Raises OSError."""
    found = []
    for parent, _, files in os.walk(bundle):
        for name in files:
            path = os.path.join(parent, name)
            inside = os.path.relpath(path, bundle)
            if inside not in _NOT_SEALED and os.path.isfile(path) and not os.path.islink(path):
                found.append(f"./{inside}")
    return [_line(bundle, path) for path in sorted(found, key=os.fsencode)]


def _line(bundle: Path, path: str) -> str:
    data = hashlib.sha256((bundle / path).read_bytes()).hexdigest()
    if "\\" in path or "\n" in path:
        escaped = path.replace("\\", "\\\\").replace("\n", "\\n")
        return f"\\{data}  {escaped}"
    return f"{data}  {path}"


def _text(sums: list[str]) -> str:
    return "".join(f"{line}\n" for line in sums)


def digest(sums: list[str], without: str = "") -> str:
    """The digest of what runs, by these lines; the file `without` does not count."""
    counted = [line for line in sums if _counts(line.partition("  ./")[2], without)]
    return hashlib.sha256(values.encode(_text(counted))).hexdigest()


def _counts(path: str, without: str) -> bool:
    return path != without and path not in _NOT_RUN_FILES and _NOT_RUN.fullmatch(path) is None


def digest_without(bundle: Path, without: str) -> str:
    """The digest of what runs of a bundle, one file left out: with today's environment, a release that differs by its
    `environment` alone is the same thing. Raises OSError."""
    return digest(lines(bundle), without)


def same(paths: HostPaths, app: str, one: int, other: int, without: str = "") -> bool:
    """Whether two releases run the same."""
    first, second = paths.release(app, one), paths.release(app, other)
    if not without:
        return values.same(first / "identity", second / "identity")
    return digest_without(first, without) == digest_without(second, without)


def check_intact(paths: HostPaths, app: str, release: int) -> None:
    """Raises `Damaged`, naming the file, where the bundle is not what was sealed: a damaged release is never
    started."""
    bundle = paths.release(app, release)
    sums = bundle / "sums"
    # Sealed by programs that kept no sums.
    if not sums.exists():
        return
    text = values.read_or(sums, "")
    if not text:
        raise Damaged(sums, "is empty")
    for line in text.removesuffix("\n").split("\n"):
        path = _differs(bundle, line)
        if path is not None:
            raise Damaged(bundle / path, "is not what was written")


def _differs(bundle: Path, line: str) -> str | None:
    """The path of a file that is not what the line says; `sums` for a line that is none."""
    escaped = line.startswith("\\")
    found = _LINE.fullmatch(line.removeprefix("\\"))
    if found is None:
        return "sums"
    path = found[2]
    if escaped:
        path = re.sub(r"\\(.)", lambda one: "\n" if one[1] == "n" else one[1], path)
    try:
        data = (bundle / path).read_bytes()
    except OSError:
        data = None
    intact = data is not None and hashlib.sha256(data).hexdigest() == found[1]
    return None if intact else path.removeprefix("./")
