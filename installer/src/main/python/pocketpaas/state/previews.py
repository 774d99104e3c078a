"""Previews: apps that stand beside another one, their parent, for a while. What makes an app a preview is the directory
`preview` of its state, which is there from the app's first moment: parent, label (a branch, or what somebody called
it), ttl (seconds), ends (a time). What previews may be the live settings of the parent say, never those of the
preview."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Damaged
from pocketpaas.state import clock, listing, names, values
from pocketpaas.state.paths import HostPaths

_LONGEST_NAME, _HASH = 40, 6


@dataclass(frozen=True)
class Preview:
    """One of them. `ends`: seconds since 1970."""

    app: str
    parent: str
    label: str
    ttl: int
    ends: float

    def is_over(self, now: float) -> bool:
        """Whether its time has come."""
        return now >= self.ends


@dataclass(frozen=True)
class Policy:
    """What the parent's live settings say of its previews (`settings/previews`)."""

    directory: Path

    @staticmethod
    def of(paths: HostPaths, parent: str) -> Policy:
        """That of a parent; one that says nothing has the usual one."""
        return Policy(paths.app(parent) / "settings" / "previews")

    @property
    def ttl(self) -> int:
        """Seconds that a preview lasts after its last deploy. Raises `Damaged`."""
        least, most = rules.limits("preview-ttl")
        return values.number(self.directory / "ttl", int(rules.default("preview-ttl")), least, most)

    @property
    def most(self) -> int:
        """How many previews there may be at a time. Raises `Damaged`."""
        least, most = rules.limits("previews")
        return values.number(self.directory / "max", int(rules.default("previews")), least, most)

    @property
    def runs_jobs(self) -> bool:
        """Whether cron jobs run in previews."""
        return values.read_or(self.directory / "cron", "false") == "true"

    @property
    def secrets(self) -> tuple[str, ...]:
        """The variables that a preview gets though they are secrets."""
        return values.lines(self.directory / "secrets")

    @property
    def variables(self) -> list[str]:
        """The variables that have a value of their own in previews."""
        return [name for name in values.names(self.directory / "env") if names.is_variable(name)]

    def service(self, name: str) -> str:
        """What a preview gets of a service: new, copy, share or none."""
        found = values.read_or(self.directory / "services" / name, str(rules.default("preview-service")))
        if found not in rules.words("preview-services"):
            raise Damaged(self.directory / "services" / name, "does not hold what previews get of a service")
        return found


# ---------------------------------------------------------------- which there are


def directory(paths: HostPaths, app: str) -> Path:
    """Where it is kept that an app is a preview."""
    return paths.app(app) / "preview"


def is_preview(paths: HostPaths, app: str) -> bool:
    """Whether the app is one."""
    return directory(paths, app).is_dir()


def parent_of(paths: HostPaths, app: str) -> str:
    """The app that it is a preview of; empty for an app that is none."""
    found = values.read_or(directory(paths, app) / "parent", "")
    return found if names.is_app(found) else ""


def find(paths: HostPaths, app: str) -> Preview | None:
    """The preview; None for an app that is none. Raises `Damaged`."""
    place = directory(paths, app)
    if not place.is_dir():
        return None
    ends = clock.seconds_of(values.need(place / "ends"))
    if ends is None:
        raise Damaged(place / "ends", "does not hold a time")
    least, most = rules.limits("preview-ttl")
    ttl = values.number(place / "ttl", int(rules.default("preview-ttl")), least, most)
    return Preview(app, values.need(place / "parent", names.is_app), values.need(place / "label"), ttl, ends)


def every(paths: HostPaths) -> Iterator[Preview]:
    """All of the host, by name. One that is damaged is left out: whoever looks at the app tells of it."""
    for app in listing.apps(paths):
        try:
            found = find(paths, app)
        except Damaged:
            continue
        if found is not None:
            yield found


def of_parent(paths: HostPaths, parent: str) -> list[Preview]:
    """Those of one app, by name."""
    return [one for one in every(paths) if one.parent == parent]


def labelled(paths: HostPaths, parent: str, label: str) -> Preview | None:
    """The one with that label, or that name; None where there is none."""
    found = of_parent(paths, parent)
    return next((one for one in found if one.label == label), next((one for one in found if one.app == label), None))


# ---------------------------------------------------------------- made


def app_names(parent: str, label: str) -> tuple[str, str]:
    """The names that a preview can have: the plain one, which may be another label's, too, and one that is not."""
    slug = re.sub("[^a-z0-9]+", "-", label.lower()).strip("-") or "preview"
    whole = f"{parent}-{slug}"
    mark = hashlib.sha256(f"{parent}\0{label}".encode("utf-8", "surrogateescape")).hexdigest()[:_HASH]
    marked = f"{whole[: _LONGEST_NAME - _HASH - 1].rstrip('-')}-{mark}"
    return (whole if len(whole) <= _LONGEST_NAME else marked), marked


def first_values(parent: str, label: str, ttl: int, now: float) -> dict[str, str]:
    """What makes an app a preview, by the names of the files."""
    return {"parent": parent, "label": label, "ttl": str(ttl), "ends": clock.text_of(now + ttl)}


def renew(paths: HostPaths, one: Preview, now: float, ttl: int | None = None) -> Preview:
    """It lasts its whole time from now on, or another one. Raises `CannotWrite`."""
    seconds = one.ttl if ttl is None else ttl
    place = directory(paths, one.app)
    if seconds != one.ttl:
        values.write(place / "ttl", str(seconds))
    values.write(place / "ends", clock.text_of(now + seconds))
    return Preview(one.app, one.parent, one.label, seconds, now + seconds)
