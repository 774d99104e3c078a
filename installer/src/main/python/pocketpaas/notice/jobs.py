"""Cron jobs whose last run failed."""

from __future__ import annotations

from pocketpaas.notice.store import NoticeStore
from pocketpaas.release import slots
from pocketpaas.schedule import jobs, runs
from pocketpaas.schedule.runs import Run
from pocketpaas.state import moves
from pocketpaas.state.paths import HostPaths

KIND = "cron"


def look(paths: HostPaths, store: NoticeStore, app: str) -> None:
    """Leaves the notices of the app's jobs as they are now. Those of an app that was passed on to another host are that
    one's business. Raises `Damaged`."""
    live = None if moves.phase(paths, app) == moves.PASSED else slots.live_release(paths, app)
    known = {} if live is None else jobs.of(paths.release(app, live) / "settings")
    for name in known:
        last = _last(paths, app, name)
        if last is not None and last.failed:
            store.put(
                KIND,
                app,
                name,
                f"the cron job {name} of {app} {_how(last)} ({last.text('ended') or last.text('queued')})",
                f"what it printed: pocketpaas logs --app {app} --cron {name}",
                (last.directory,),
            )
    store.sweep(KIND, app)


def _last(paths: HostPaths, app: str, name: str) -> Run | None:
    """The last run that was neither skipped nor is at work."""
    found = ((run, run.result) for run in runs.of_job(paths, app, name))
    return next((run for run, result in found if result not in ("skipped", "running")), None)


def _how(run: Run) -> str:
    code, why = run.text("code"), run.text("why")
    if run.result == "failed":
        return f"failed with exit code {code}" if code else f"failed: {why}"
    if run.result == "timeout":
        return f"took too long: {why}"
    return "was interrupted" if run.result == "interrupted" else f"was lost: {why}"
