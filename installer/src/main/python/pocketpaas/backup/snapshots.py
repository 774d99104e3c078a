"""The backups that a destination lists, in the order in which they were made, and which of them are kept. A host counts
its backups, so that a clock that was wrong for a while changes neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pocketpaas.backup.store import Keep
from pocketpaas.state import names
from pocketpaas.state.clock import seconds_of, text_of

#: The tag with the number of a backup among those of its host.
NUMBER = "n"
#: The tag with the apps whose data could not be dumped, and are not in it.
WITHOUT = "without"
#: The tag with the mark of what it is of, and of a service with those of the apps of `apps` and `without`, in that
#: order; `UNKNOWN` is that of an app that is gone, and has left its data.
MARK, MARKS, UNKNOWN = "mark", "marks", "-"

#: The tag with the bytes of `size` that are in no hole of a file, where there are such.
ON_DISK = "on-disk"


@dataclass(frozen=True)
class Snapshot:
    """A backup in its destination. `facts` are its tags: of a service type, major, size, apps; of an app release and
    size."""

    id: str
    at: str
    host: str
    facts: Mapping[str, str]

    @property
    def kind(self) -> str:
        """service, app, host, or image: of which a backup of an app is a part."""
        return self.facts.get("kind", "service")

    @property
    def name(self) -> str:
        """Of what it is; empty for a host."""
        return self.facts.get(self.kind, "")

    @property
    def size(self) -> int:
        """Bytes of what is in it, before they were compressed; 0 where it does not say."""
        return _number(self.facts.get("size", ""))

    @property
    def on_disk(self) -> int:
        """The same without the holes of files, which take no room."""
        return _number(self.facts.get(ON_DISK, "")) if ON_DISK in self.facts else self.size

    @property
    def apps(self) -> frozenset[str]:
        """The apps whose data it holds, where it is of a service or of a host."""
        return frozenset(self._listed("apps"))

    @property
    def without(self) -> frozenset[str]:
        """The apps whose data it should hold, and which could not be dumped: those of the backup before are theirs."""
        return frozenset(self._listed(WITHOUT))

    @property
    def mark(self) -> str:
        """That of the app or the service (`state.marks`); empty where an older version has made it."""
        return self.facts.get(MARK, "")

    def mark_of(self, app: str) -> str:
        """That of an app whose data it holds, or should, where it is of a service; empty where an older version has
        made it."""
        return dict(zip((*self._listed("apps"), *self._listed(WITHOUT)), self._listed(MARKS))).get(app, "")

    @property
    def data(self) -> frozenset[str]:
        """Whose data it holds: of each app its mark, or its name where that is not known."""
        return frozenset(mark if (mark := self.mark_of(app)) not in ("", UNKNOWN) else app for app in self.apps)

    def _listed(self, tag: str) -> list[str]:
        return [one for one in self.facts.get(tag, "").split("+") if one]

    @property
    def order(self) -> tuple[int, str]:
        """A later one of the same host has a greater one. Those without a number are of programs that knew none."""
        return _number(self.facts.get(NUMBER, "")), self.at


def by_time(found: Iterable[Snapshot]) -> list[Snapshot]:
    """The oldest first, those of each host in the order in which they were made: what a clock that was ahead has dated
    counts as made when the next one was, at the latest."""
    latest: dict[str, str] = {}
    placed = []
    for one in sorted(found, key=lambda one: one.order, reverse=True):
        latest[one.host] = min(one.at, latest.get(one.host, one.at))
        placed.append((latest[one.host], one.order[0], one))
    return [one for *_, one in sorted(placed, key=lambda entry: entry[:2])]


def _number(text: str) -> int:
    return int(text) if names.is_number(text) else 0


def read(told: Mapping[str, Any]) -> Snapshot:
    """As the tool tells of one, whatever the time zone it was made in."""
    tags = (str(tag).partition("=") for tag in told.get("tags") or ())
    seconds = seconds_of(str(told.get("time", "")))
    at = text_of(seconds) if seconds is not None else ""
    facts = {name: value for name, equals, value in tags if equals}
    return Snapshot(str(told.get("short_id", "")), at, str(told.get("hostname", "")), facts)


def outlived(snapshots: Iterable[Snapshot], keep: Keep, spared: str = "") -> list[Snapshot]:
    """Those of one thing that are not kept: neither the last of a day, a week or a month that counts, nor the newest
    of all, nor the last one of such a day that holds the data of an app, nor the one of the id `spared`. Days count in
    the order in which backups were made on them."""
    ordered = sorted(snapshots, key=lambda one: one.order, reverse=True)
    kept = {spared, *(one.id for one in ordered[:1])}
    for number, period in ((keep.days, _day), (keep.weeks, _week), (keep.months, _month)):
        kept |= _last_of_each(ordered, number, period)
    return [one for one in ordered if one.id not in kept]


def _last_of_each(ordered: Sequence[Snapshot], number: int, period: Any) -> set[str]:
    # Of each the apps whose data are kept: one that was moved away, or unlinked, is in no later one.
    found: dict[str, frozenset[str]] = {}
    kept: set[str] = set()
    for one in ordered:
        label = period(one.at)
        if (label in found and one.data - found[label]) or (label not in found and len(found) < number):
            kept.add(one.id)
            found[label] = found.get(label, frozenset()) | one.data
    return kept


def _day(at: str) -> str:
    return at[:10]


def _week(at: str) -> str:
    try:
        year, week, _ = date.fromisoformat(at[:10]).isocalendar()
    except ValueError:
        return at[:10]
    return f"{year}-{week}"


def _month(at: str) -> str:
    return at[:7]
