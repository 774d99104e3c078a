"""Runs in the background: of cron jobs, and of commands that somebody detached. apps/<app>/runs/<id>/, a directory for
each; its unit is pocketpaas-run-<id>.

Files: job (of a cron job its name) · command (base64url of the NUL-separated words of a detached command) · type (by
whose limits) · who · release · timeout (s) · queued, started, ended (times) · container · alive (a lock, held while it
is at work) · ending (why it is being ended) · result · code · why. """

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import CannotWrite
from pocketpaas.machine import locks, units
from pocketpaas.state import names, values
from pocketpaas.state.clock import new_id, now
from pocketpaas.state.paths import HostPaths

#: How many runs of a job, and how many detached commands of an app, are remembered.
KEPT = 20


@dataclass(frozen=True)
class Run:
    """One run: its id (as of an operation) and its directory."""

    id: str
    directory: Path

    @property
    def unit(self) -> str:
        """The systemd unit that does it."""
        return f"pocketpaas-run-{self.id}.service"

    @property
    def number(self) -> str:
        """What people call it: the end of its id."""
        return self.id.rpartition("-")[2]

    @property
    def job(self) -> str:
        """The cron job; empty for a detached command."""
        return self.text("job")

    @property
    def result(self) -> str:
        """ok, failed, timeout, stopped, replaced, skipped, lost; `running` while it is at work, `interrupted` where it
        was killed before it could say how it ended."""
        return self.text("result") or ("running" if self.is_alive() else "interrupted")

    @property
    def failed(self) -> bool:
        """Whether it has ended otherwise than it should, and than anybody wanted."""
        return self.result in ("failed", "timeout", "interrupted", "lost")

    @property
    def ended(self) -> bool:
        """Whether it has said how it ended."""
        return (self.directory / "result").exists()

    def text(self, field: str) -> str:
        """One of its fields; empty where it has none."""
        return values.read_or(self.directory / field, "")

    def number_of(self, field: str, otherwise: int) -> int:
        """A field that is a number."""
        found = self.text(field)
        return int(found) if names.is_number(found) else otherwise

    def is_alive(self) -> bool:
        """Whether it is at work, or about to be."""
        if self.ended:
            return False
        return locks.is_held(self.directory / "alive") or units.is_known(self.unit)

    def end(self, result: str, code: int | None = None, why: str = "") -> None:
        """Says how it ended; the first word counts. Raises `CannotWrite`."""
        if self.ended:
            return
        values.write(self.directory / "ended", now())
        if code is not None:
            values.write(self.directory / "code", str(code))
        if why:
            values.write(self.directory / "why", why)
        # Last: with it all of it is there.
        values.write(self.directory / "result", result)


def directory(paths: HostPaths, app: str) -> Path:
    """Where an app's runs are."""
    return paths.app(app) / "runs"


def of(paths: HostPaths, app: str, run: str) -> Run:
    """The run of that id."""
    return Run(run, directory(paths, app) / run)


def all_of(paths: HostPaths, app: str) -> Iterator[Run]:
    """The runs of an app, the newest first."""
    for name in reversed(values.names(directory(paths, app))):
        if names.is_work(name):
            yield of(paths, app, name)


def of_job(paths: HostPaths, app: str, job: str) -> Iterator[Run]:
    """Those of one cron job, the newest first; of an empty name the detached ones."""
    return (run for run in all_of(paths, app) if run.job == job)


def by_number(paths: HostPaths, app: str, number: str) -> Run | None:
    """The run that people call so."""
    return next((run for run in all_of(paths, app) if run.number == number), None)


def create(paths: HostPaths, app: str, fields: dict[str, str]) -> Run:
    """A new run that did not begin yet; older ones than are kept are forgotten. Raises `CannotWrite`; `Refused` has no
    place here: where the app is gone that is a `CannotWrite`, too."""
    place = directory(paths, app)
    run = of(paths, app, new_id())
    try:
        if not place.is_dir():
            os.mkdir(place, 0o700)
        os.mkdir(run.directory, 0o700)
    except OSError as error:
        raise CannotWrite(run.directory, error) from error
    for name, text in {**fields, "queued": now()}.items():
        values.put(run.directory / name, text)
    _forget(paths, app, fields.get("job", ""))
    return run


def _forget(paths: HostPaths, app: str, job: str) -> None:
    for at, run in enumerate(list(of_job(paths, app, job))):
        if at >= KEPT and not run.is_alive():
            values.remove_tree(run.directory)
