"""An app that gets another name. Its state is one directory, apps/OLD, and becomes apps/NEW with one exchange of names:
that decides which of the two it is.

While it is under way the directory holds `renaming` (OLD, NEW). Before the exchange apps/NEW is a link to apps/OLD, so
that whatever begins under the new name finds the app's state. Nobody makes an app of either name meanwhile.
`former-names` are the names that an app had before; when it had which: `spans`."""

from __future__ import annotations

import ctypes
import errno
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.state import listing, names, spans, values
from pocketpaas.state.paths import HostPaths

_MARK, _FORMER = "renaming", "former-names"
#: Of renameat2(2): paths are absolute, two names are exchanged.
_AT_FDCWD, _EXCHANGE = -100, 2
#: A kernel or a file system that cannot do that.
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)


@dataclass(frozen=True)
class Rename:
    """One that is under way."""

    old: str
    new: str

    def has_passed(self, paths: HostPaths) -> bool:
        """Whether the app has the new name."""
        return not paths.app(self.new).is_symlink() and paths.app(self.new).is_dir()


def begin(paths: HostPaths, rename: Rename) -> None:
    """It is under way. Raises `CannotWrite`."""
    values.write_lines(paths.app(rename.old) / _MARK, (rename.old, rename.new))
    values.link(rename.old, paths.app(rename.new))


def take_back(paths: HostPaths, rename: Rename) -> None:
    """The app keeps its old name. Raises OSError."""
    if paths.app(rename.new).is_symlink():
        values.remove(paths.app(rename.new))
        values.sync(paths.apps)
    values.remove(paths.app(rename.old) / _MARK)


def exchange(paths: HostPaths, rename: Rename) -> None:
    """The app has its new name from here on. Raises `CannotWrite`."""
    old, new = paths.app(rename.old), paths.app(rename.new)
    try:
        _exchange(old, new)
        values.sync(paths.apps)
    except OSError as error:
        raise CannotWrite(new, error) from error


def _exchange(old: Path, new: Path) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.renameat2(_AT_FDCWD, os.fsencode(old), _AT_FDCWD, os.fsencode(new), _EXCHANGE) == 0:
        return
    number = ctypes.get_errno()
    if number not in _UNKNOWN:
        raise OSError(number, os.strerror(number))
    # Nobody finds the app for a moment; a program that is killed in it leaves the old name.
    values.remove(new)
    os.rename(old, new)


def drop_link(paths: HostPaths, rename: Rename) -> None:
    """After the exchange the link of the old name leads nowhere. Raises OSError."""
    if paths.app(rename.old).is_symlink():
        values.remove(paths.app(rename.old))


def end(paths: HostPaths, rename: Rename) -> None:
    """Nothing is left of the old name; somebody else may have it. Raises `CannotWrite`, OSError."""
    directory = paths.app(rename.new)
    spans.ended(paths, rename.new, rename.old, _begun(directory), time.time())
    remember(directory, rename.old, rename.new)
    values.remove(directory / _MARK)


def remember(directory: Path, old: str, new: str) -> None:
    """The app whose state is there had the name `old`, and is called `new`. Raises `CannotWrite`."""
    kept = [name for name in values.lines(directory / _FORMER) if name not in (old, new)]
    values.write_lines(directory / _FORMER, [*kept, old])


def _begun(directory: Path) -> float:
    """When the app began to run by its new name."""
    try:
        return (directory / _MARK).stat().st_mtime
    except OSError:
        return time.time()


# ---------------------------------------------------------------- looked for


def of_app(paths: HostPaths, app: str) -> Rename | None:
    """The one that the app is in, by either name; None for an app that is in none."""
    if paths.app(app).is_dir():
        return _read(paths, app)
    return next((one for one in pending(paths) if one.old == app), None)


def _read(paths: HostPaths, app: str) -> Rename | None:
    found = values.lines(paths.app(app) / _MARK)
    good = len(found) == 2 and app in found and all(names.is_app(one) for one in found)
    return Rename(*found) if good else None


def pending(paths: HostPaths) -> Iterator[Rename]:
    """All that are under way."""
    for app in listing.apps(paths):
        found = _read(paths, app)
        if found is not None:
            yield found


def refuse(paths: HostPaths, app: str) -> None:
    """Raises `Refused` where the app is just getting another name, or where it is the name that one just gives up."""
    found = of_app(paths, app)
    if found is not None:
        raise Refused(
            "renaming",
            f"{found.old} is just being renamed to {found.new}",
            f"wait for its end; if nobody is at it: pocketpaas apps rename {found.old} {found.new}",
        )


# ---------------------------------------------------------------- the names before


def now(paths: HostPaths, app: str) -> str:
    """The name that the app of that name has now: its own, where there is one of it, or nobody had it before."""
    if not os.path.lexists(paths.app(app)):
        for other in listing.apps(paths):
            if app in values.lines(paths.app(other) / _FORMER):
                return other
    return app
