"""The cron jobs of an app are those of its live release: their timers follow every switch."""

from __future__ import annotations

from pocketpaas.failure import Failure
from pocketpaas.operation.unit import Operation
from pocketpaas.release import background, slots
from pocketpaas.routing import flags
from pocketpaas.schedule import jobs, timers
from pocketpaas.schedule.jobs import Job
from pocketpaas.state import previews
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.previews import Policy


def scheduled(paths: HostPaths, app: str) -> list[Job]:
    """The jobs that have a timer: those of what is live, but for paused ones, and none of a stopped app, or of a
    preview unless its parent says so. Raises `Damaged`."""
    live = slots.live_release(paths, app)
    parent = previews.parent_of(paths, app)
    if parent and not Policy.of(paths, parent).runs_jobs:
        return []
    if live is None or flags.is_stopped(paths, app):
        return []
    found = jobs.of(paths.release(app, live) / "settings")
    return [job for job in found.values() if not jobs.is_paused(paths, app, job.name)]


def settle(operation: Operation) -> None:
    """The timers are those of what is live. What fails here is told, and tried again by the next operation; it stops
    none. The app's lock is held."""
    try:
        timers.apply(operation.paths, operation.app, scheduled(operation.paths, operation.app))
    except Failure as failure:
        operation.reporter.warn(f"{failure.text}; the next command tries again")


def remove(operation: Operation) -> None:
    """No timer, and nothing at work in the background any more: the app goes. Raises `Failure`."""
    timers.remove(operation.app)
    background.stop_all(operation.paths, operation.app)
