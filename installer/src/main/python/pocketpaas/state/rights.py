"""Which apps a key is for that is not an admin's: `keys/NAME/apps` holds their names. A key that came from another host
has its rights of there in `coming`, an app with its mark (`state.marks`) a line. Such a right is one on that very app,
as soon as it is here, and never on another one that has its name. Changes need the host's lock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import marks, names, values
from pocketpaas.state.paths import HostPaths

_APPS, _COMING = "apps", "coming"
#: In the place of a mark: whoever stored the key knew none.
_UNKNOWN = "-"


@dataclass(frozen=True)
class Coming:
    """A right on an app of the host that the key comes from; `mark` is empty where it is not known."""

    app: str
    mark: str

    def is_here(self, paths: HostPaths) -> bool:
        """Whether the app of that name is this one."""
        return bool(self.mark) and marks.of(paths.app(self.app)).text == self.mark


def of(paths: HostPaths, key: str) -> tuple[str, ...]:
    """The apps that the key is for."""
    own = values.lines(paths.keys / key / _APPS)
    here = (one.app for one in coming(paths.keys / key) if one.is_here(paths))
    return tuple(dict.fromkeys((*own, *here)))


def coming(directory: Path) -> tuple[Coming, ...]:
    """The rights that the key of this directory came with, but for those that are its own by now. A line that is none
    gives none."""
    found = []
    for line in values.lines(directory / _COMING):
        app, _, mark = line.partition(" ")
        if names.is_app(app) and (marks.is_mark(mark) or mark == _UNKNOWN):
            found.append(Coming(app, "" if mark == _UNKNOWN else mark))
    return tuple(found)


def stored(directory: Path, known: Mapping[str, str] | None) -> tuple[Coming, ...]:
    """Those of a key of another host, whose apps have these marks; an app that was not there gives none. None where no
    marks were stored."""
    own = [app for app in values.lines(directory / _APPS) if names.is_app(app)]
    if known is None:
        found = [Coming(app, "") for app in own]
    else:
        found = [Coming(app, known[app]) for app in own if app in known]
    return tuple(dict.fromkeys((*found, *(one for one in coming(directory) if one.mark))))


def wait(directory: Path, rights: Iterable[Coming]) -> None:
    """The key of this directory has these beside its own. Raises `CannotWrite`."""
    _write(directory, (*coming(directory), *rights))


def only_wait(directory: Path, rights: Iterable[Coming]) -> None:
    """The key of this directory has these, and none of its own. Raises `CannotWrite`."""
    _write(directory, rights)
    values.write_lines(directory / _APPS, ())


def _write(directory: Path, rights: Iterable[Coming]) -> None:
    lines = dict.fromkeys(f"{one.app} {one.mark or _UNKNOWN}" for one in rights)
    if tuple(lines) == values.lines(directory / _COMING):
        return
    if lines:
        values.write_lines(directory / _COMING, lines)
    else:
        values.remove(directory / _COMING)


def adopt(paths: HostPaths, came: str = "") -> None:
    """What came is a key's own where its app is here, and follows that from then on. `came`: this app has just come
    from where the keys are from, also if nobody knew its mark there. Raises `CannotWrite`."""
    for key in values.names(paths.keys):
        directory = paths.keys / key
        rights = coming(directory)
        here = [one for one in rights if one.is_here(paths) or (one.app == came and not one.mark)]
        if here:
            own = values.lines(directory / _APPS)
            values.write_lines(directory / _APPS, dict.fromkeys((*own, *(one.app for one in here))))
            _write(directory, [one for one in rights if one not in here])


def forget_unknown(paths: HostPaths) -> None:
    """What was to come by its name alone comes no more: an app that is made later is another one. Raises
    `CannotWrite`."""
    for key in values.names(paths.keys):
        directory = paths.keys / key
        _write(directory, [one for one in coming(directory) if one.mark])


def wait_again(paths: HostPaths, app: str) -> None:
    """The app goes back to the host that it came from: keys that are for it are so again when it comes once more, and
    for no other one of its name. Raises `CannotWrite`."""
    mark = marks.of(paths.app(app)).text
    for key in values.names(paths.keys):
        directory = paths.keys / key
        if app not in of(paths, key):
            continue
        if mark:
            # First: killed in between it has both, which is the same.
            wait(directory, [Coming(app, mark)])
        own = values.lines(directory / _APPS)
        if app in own:
            values.write_lines(directory / _APPS, [one for one in own if one != app])


def replace(paths: HostPaths, app: str, others: Iterable[str]) -> None:
    """Keys that are for the app are for these instead. Raises `CannotWrite`."""
    adopt(paths)
    instead = tuple(others)
    for key in values.names(paths.keys):
        file = paths.keys / key / _APPS
        own = values.lines(file)
        if app in own:
            kept = [one for one in own if one != app and one not in instead]
            values.write_lines(file, [*kept, *instead])
