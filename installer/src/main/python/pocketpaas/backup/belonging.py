"""Whose a backup is. A name is not enough: an app that was destroyed may have had it, and an app may have had others. A
backup is of what has its mark (`state.marks`). One without a mark is of an older version: it is of what had that name
when it was made, and was there already. What cannot be known is nobody's, and is left alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.state import listing, marks, spans, values
from pocketpaas.state.clock import seconds_of
from pocketpaas.state.marks import Mark
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.spans import Span

_HOST, _APP, _SERVICE = "host", "app", "service"


@dataclass(frozen=True)
class Owner:
    """An app, a service or a host, as backups know it: `names` are those that it has and had, and when."""

    kind: str
    mark: Mark = Mark()
    names: tuple[Span, ...] = ()

    def has(self, one: Snapshot) -> bool:
        """Whether the backup is its own."""
        if one.kind != self.kind:
            return False
        return self.kind == _HOST or self.is_of(one.name, one.mark, one.at)

    def is_of(self, name: str, mark: str, at: str) -> bool:
        """Whether what was stored by the name, with that mark or none, is its own."""
        if mark:
            return mark == self.mark.text
        when = seconds_of(at)
        # Backups are dated in whole seconds.
        if when is None or when > self.mark.given:
            return False
        return any(one.name == name and int(one.since) <= when <= _end(one) for one in self.names)

    @property
    def is_renamed(self) -> bool:
        """Whether it had another name before."""
        return any(one.until is not None for one in self.names)

    @property
    def told(self) -> dict[str, Any]:
        """As `host.json` holds it."""
        known = {"mark": self.mark.text, "names": [one.text for one in self.names]}
        return known | ({} if math.isinf(self.mark.given) else {"given": self.mark.given})


def _end(span: Span) -> float:
    return math.inf if span.until is None else span.until


def read(kind: str, told: Mapping[str, Any]) -> Owner:
    """What `told` has told. Raises ValueError, KeyError, TypeError."""
    mark = str(told["mark"])
    if mark and not marks.is_mark(mark):
        raise ValueError(mark)
    found = (spans.parse(str(line)) for line in told["names"])
    return Owner(kind, Mark(mark, float(told.get("given", math.inf))), tuple(one for one in found if one is not None))


def of_host() -> Owner:
    """All backups of a host are its own."""
    return Owner(_HOST)


def of_app(paths: HostPaths, app: str) -> Owner:
    """The app of that name."""
    known = (spans.present(paths, app), *spans.before(paths, app))
    return Owner(_APP, marks.of(paths.app(app)), _since_made(paths.app(app), known))


def of_service(paths: HostPaths, service: str) -> Owner:
    """The service of that name."""
    directory = paths.service(service)
    return Owner(_SERVICE, marks.of(directory), _since_made(directory, (Span(service, 0.0),)))


def _since_made(directory: Path, known: Iterable[Span]) -> tuple[Span, ...]:
    made = seconds_of(values.read_or(directory / "created", ""))
    if made is None:
        return ()
    return tuple(Span(one.name, max(made, one.since), one.until) for one in known)


def apps(paths: HostPaths) -> dict[str, Owner]:
    """Those of this host, by the names that they have now."""
    return {app: of_app(paths, app) for app in listing.apps(paths)}


def app_now(known: Mapping[str, Owner], host: str, found: Snapshot) -> str:
    """The name that the app of the backup has now: one of this host's apps (`known`), which is called `host` in the
    destination. That of then, where there is none of it."""
    return _now(_of_host(known, host, found), found.name, found.mark, found.at) or found.name


def _of_host(known: Mapping[str, Owner], host: str, found: Snapshot) -> Mapping[str, Owner]:
    """By names and times alone an app of another host cannot be told from one of this host."""
    if found.host == host:
        return known
    return {name: replace(one, mark=replace(one.mark, given=-math.inf)) for name, one in known.items()}


def _now(known: Mapping[str, Owner], name: str, mark: str, at: str) -> str:
    return next((now for now, owner in known.items() if owner.is_of(name, mark, at)), "")


def dumps_now(known: Mapping[str, Owner], found: Snapshot, then: Iterable[str]) -> dict[str, str]:
    """The names that the apps have now (`known`) whose data the backup of a service holds, by those of `then`. An app
    that is none of them keeps its name, as one that was destroyed and made again; its data have no place where that is
    now the name of an app that was called otherwise, or that gets its own."""
    result = {name: _now(known, name, found.mark_of(name), found.at) for name in then}
    taken = {now for now in result.values() if now} | {now for now, owner in known.items() if owner.is_renamed}
    return {name: now or name for name, now in result.items() if now or name not in taken}


def dumps_of_host(known: Mapping[str, Owner], host: str, found: Snapshot, then: Iterable[str]) -> dict[str, str]:
    """The same for the apps of this host."""
    return dumps_now(_of_host(known, host, found), found, then)
