"""The cron jobs of a release: settings/cron/NAME/ of its bundle, and which of them are paused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Damaged
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Job:
    """A job: `calendar` are expressions of systemd.time(7), `timeout` is in seconds, `command` the file that holds
    it."""

    name: str
    schedule: str
    timezone: str
    calendar: tuple[str, ...]
    overlap: str
    missed: str
    timeout: int
    command: Path


def of(settings: Path) -> dict[str, Job]:
    """The jobs of these settings, by name. Raises `Damaged`."""
    directory = settings / "cron"
    return {name: read(directory / name) for name in values.names(directory) if names.is_job(name)}


def read(directory: Path) -> Job:
    """One job. Raises `Damaged`."""
    calendar = values.lines(directory / "calendar")
    if not calendar or not all(names.is_calendar(line) for line in calendar):
        raise Damaged(directory / "calendar", "does not say when the job runs")
    least, most = rules.limits("job-timeout")
    return Job(
        name=directory.name,
        schedule=values.read_or(directory / "schedule", ""),
        timezone=values.read_or(directory / "timezone", str(rules.default("job-timezone"))),
        calendar=calendar,
        overlap=_word(directory / "overlap", "job-overlap"),
        missed=_word(directory / "missed", "job-missed"),
        timeout=values.number(directory / "timeout", int(rules.default("job-timeout")), least, most),
        command=directory / "command",
    )


def _word(file: Path, kind: str) -> str:
    found = values.read_or(file, str(rules.default(kind)))
    if found not in rules.words(kind):
        raise Damaged(file, "does not hold what belongs there")
    return found


def pause_mark(paths: HostPaths, app: str, name: str) -> Path:
    """The file that is there while the job is paused: by whom, since when (WHO TAB TIME)."""
    return paths.app(app) / "paused" / name


def is_paused(paths: HostPaths, app: str, name: str) -> bool:
    """Whether the job waits for `cron resume`."""
    return pause_mark(paths, app, name).exists()
