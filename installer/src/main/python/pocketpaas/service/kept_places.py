"""What a generation that is kept holds, and whose that is now. Names do not tell: meanwhile an app may have got another
name, and another app its name, or its database's. A place of an app in a service has a mark (`state.marks`), which goes
along when the app is renamed, and is gone when its data are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import marks, values


@dataclass(frozen=True)
class Place:
    """An app's place as the upgrade found it. `counts`: what was in its data; None where it shared another app's. One
    that an older program has kept has no mark, and no database."""

    mark: str
    app: str
    database: str
    counts: tuple[str, ...] | None
    logins: tuple[str, ...]


@dataclass(frozen=True)
class Whose:
    """What is kept, by what has come of it. `there`: a place that was kept, and that place now; `gone`: those that were
    removed; `new`: those that have come since."""

    there: tuple[tuple[Place, Link], ...]
    gone: tuple[Place, ...]
    new: tuple[Link, ...]

    def of(self, link: Link) -> Place | None:
        """What is kept of a place; None where nothing is."""
        return next((place for place, now in self.there if now.app == link.app), None)

    @property
    def left(self) -> tuple[str, ...]:
        """The databases that nobody has any more. Where a server holds the data of one app, none is left while that app
        has them."""
        used = {place.database for place, _ in self.there if place.counts is not None}
        if any(link.service.kind.apps == 1 for _, link in self.there if not link.shares):
            return ()
        left = (place.database for place in self.gone if place.counts is not None)
        return tuple(dict.fromkeys(name for name in left if name not in used))


def found(service: Service, counts: dict[str, tuple[str, ...]], logins: dict[str, tuple[str, ...]]) -> list[Place]:
    """The places that there are now, with the counts and the logins of each app. Raises `CannotWrite`."""
    links = [Link(service, app) for app in service.users()]
    return [
        Place(marks.ensure(link.directory), link.app, link.database, counts.get(link.app), logins.get(link.app, ()))
        for link in links
    ]


def write(directory: Path, places: Iterable[Place]) -> None:
    """Raises `CannotWrite`."""
    values.make_directory(directory / "places")
    for place in places:
        own = directory / "places" / place.mark
        values.make_directory(own)
        for name, text in (("app", place.app), ("database", place.database), ("logins", "\n".join(place.logins))):
            values.put(own / name, text)
        if place.counts is not None:
            values.put(own / "counts", "\n".join(place.counts))


def read(directory: Path) -> tuple[Place, ...]:
    """Raises `Damaged`."""
    if not (directory / "places").is_dir():
        return _older(directory)
    return tuple(_read(directory / "places" / mark) for mark in values.names(directory / "places"))


def _read(own: Path) -> Place:
    counts = values.lines(own / "counts") if (own / "counts").exists() else None
    database = values.need(own / "database", bool)
    return Place(own.name, values.need(own / "app"), database, counts, values.lines(own / "logins"))


def _older(directory: Path) -> tuple[Place, ...]:
    """Of a program that kept all by the names of the apps."""
    counts = {app: values.lines(directory / "counts" / app) for app in values.names(directory / "counts")}
    lines = [line.partition(" ") for line in values.lines(directory / "logins")]
    apps = dict.fromkeys((*counts, *(app for app, _, _ in lines)))
    return tuple(
        Place("", app, "", counts.get(app), tuple(name for one, _, name in lines if one == app)) for app in apps
    )


def whose(service: Service, places: Sequence[Place]) -> Whose:
    """Raises `Refused` where that cannot be known."""
    links = [Link(service, app) for app in service.users()]
    there: list[tuple[Place, Link]] = []
    gone: list[Place] = []
    for place in places:
        known = [link for link in links if _is(place, link)]
        if not place.mark and known:
            place = replace(place, database=known[0].database)
        # What leads to other data than then is not that place any more.
        same = [link for link in known if link.database == place.database]
        same = [link for link in same if bool(link.shares) == (place.counts is None)]
        if not place.mark and len(same) != 1:
            raise _unknown(service, place)
        there += [(place, link) for link in same]
        gone += [] if same else [place]
    taken = [link.app for _, link in there]
    return Whose(tuple(there), tuple(gone), tuple(link for link in links if link.app not in taken))


def _is(place: Place, link: Link) -> bool:
    if place.mark:
        return marks.of(link.directory).text == place.mark
    # A login's name is nobody else's, and goes along with the place.
    own = (*([link.login] if link.is_linked else []), *link.old_logins())
    return bool({login.name for login in own} & set(place.logins))


def _unknown(service: Service, place: Place) -> Refused:
    return Refused(
        "upgrade-unknown",
        f"what is kept of {service.name} is of an older PocketPaaS, which noted only names: whether {place.app} of "
        "then is an app of now, or was removed, is not known, so nothing is put back",
        "older data: pocketpaas backups",
    )
