"""What `show` tells of cron jobs and of their runs."""

from __future__ import annotations

from pocketpaas.machine.request import Request, words_of
from pocketpaas.release import slots
from pocketpaas.routing import flags
from pocketpaas.schedule import jobs, runs, timers
from pocketpaas.schedule.runs import Run
from pocketpaas.state import keys, values

_OF_A_RUN = ("queued", "started", "ended", "code", "why", "who", "release")


def cron(request: Request) -> dict[str, str]:
    """The jobs of what is live: NAME/schedule timezone overlap missed timeout command next paused-by paused-since
    running (ids, lines) last/… (of the last run that was none that was skipped) skipped (when) why-skipped; stopped."""
    paths, app = request.paths, request.app
    live = slots.live_release(paths, app)
    if live is None:
        return {}
    known = jobs.of(paths.release(app, live) / "settings")
    due = timers.next_times(app, known)
    found = {"stopped": "yes"} if flags.is_stopped(paths, app) else {}
    for name, job in known.items():
        found |= {
            f"{name}/schedule": job.schedule,
            f"{name}/timezone": job.timezone,
            f"{name}/overlap": job.overlap,
            f"{name}/missed": job.missed,
            f"{name}/timeout": str(job.timeout),
            f"{name}/command": values.read_or(job.command, ""),
        }
        if name in due:
            found[f"{name}/next"] = str(due[name])
        if jobs.is_paused(paths, app, name):
            who, _, since = values.read_or(jobs.pause_mark(paths, app, name), "").partition("\t")
            found |= {f"{name}/paused-by": who, f"{name}/paused-since": since}
        found |= _runs(name, list(runs.of_job(paths, app, name)))
    return found


def _runs(name: str, all_of_it: list[Run]) -> dict[str, str]:
    found: dict[str, str] = {}
    real = [run for run in all_of_it if run.result != "skipped"]
    running = [run.number for run in real if run.result == "running"]
    if running:
        found[f"{name}/running"] = "\n".join(running)
    last = next((run for run in real if run.result != "running"), None)
    if last is not None:
        found |= of_run(f"{name}/last/", last)
    if all_of_it and all_of_it[0].result == "skipped":
        found |= {f"{name}/skipped": all_of_it[0].text("queued"), f"{name}/why-skipped": all_of_it[0].text("why")}
    return found


def detached(request: Request) -> dict[str, str]:
    """The detached commands that are remembered: NUMBER/… as of any run, and command, for admins only."""
    found: dict[str, str] = {}
    for run in runs.of_job(request.paths, request.app, ""):
        found |= of_run(f"{run.number}/", run)
        if keys.role(request.paths, request.key) == keys.ADMIN:
            found[f"{run.number}/command"] = " ".join(words_of(run.text("command")))
    return found


def of_run(prefix: str, run: Run) -> dict[str, str]:
    """What is known of a run: run (its number) result queued started ended code why who release."""
    found = {f"{prefix}run": run.number, f"{prefix}result": run.result}
    for field in _OF_A_RUN:
        text = values.read(run.directory / field)
        if text is not None:
            found[f"{prefix}{field}"] = text
    return found
