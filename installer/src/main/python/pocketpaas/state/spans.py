"""When an app had which name: apps/APP/names, lines NAME FROM UNTIL in seconds since 1970, the present name last and
without UNTIL; an app that was never renamed has no such file. What was written down by a name (the journal) is the
app's that had it then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.state import listing, names, values
from pocketpaas.state.paths import HostPaths

_FILE = "names"
#: Of an app that is renamed more often, the last ones are known.
_MOST = 8


@dataclass(frozen=True)
class Span:
    """A time in which the app had the name; `until` is None of the present one, and `since` is 0 where nobody knows
    another one before."""

    name: str
    since: float
    until: float | None = None

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.name} {self.since:.6f}" + ("" if self.until is None else f" {self.until:.6f}")


def parse(line: str) -> Span | None:
    """A line as it is written; None for one that is none."""
    name, *times = line.split(" ")
    try:
        numbers = [float(time) for time in times]
    except ValueError:
        return None
    good = names.is_app(name) and len(numbers) in (1, 2) and all(0 <= one < 1e12 for one in numbers)
    return Span(name, *numbers) if good else None


def _read(directory: Path) -> list[Span]:
    found = (parse(line) for line in values.lines(directory / _FILE))
    return [one for one in found if one is not None]


def present(paths: HostPaths, app: str) -> Span:
    """Its name, and since when lines of that name are its own: not before another app of today gave the name up."""
    own = [one.since for one in _read(paths.app(app)) if one.until is None and one.name == app]
    others = (one for other in listing.apps(paths) if other != app for one in _read(paths.app(other)))
    return Span(app, max([0.0, *own, *(one.until for one in others if one.name == app and one.until is not None)]))


def before(paths: HostPaths, app: str) -> list[Span]:
    """Its earlier ones, in the order of time."""
    return [one for one in _read(paths.app(app)) if one.until is not None]


def ended(paths: HostPaths, app: str, old: str, begun: float, now: float) -> None:
    """The app, which was called `old`, has begun to have its name, and nothing of it is called `old` any more. A second
    time it changes nothing. Raises `CannotWrite`."""
    known = _read(paths.app(app))
    if known and known[-1].until is None and known[-1].name == app and known[-1].since >= begun:
        return
    last = replace(present(paths, old), until=now)
    if known and known[-1].until is None:
        last = replace(last, since=max(last.since, known[-1].since))
    kept = [one for one in known if one.until is not None]
    spans = [*kept, last, Span(app, begun)][-_MOST:]
    values.write_lines(paths.app(app) / _FILE, [one.text for one in spans])
