"""A cron job now, or not for a while: run begins a run in the background; pause and resume take its timer away and
bring it back.

Arguments: APP run|pause|resume JOB. Tells as an operation does."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.locks import Holder, app_lock
from pocketpaas.machine.request import Request
from pocketpaas.operation.audit import audit
from pocketpaas.release import background, slots
from pocketpaas.release import cron as timetable
from pocketpaas.schedule import jobs, timers
from pocketpaas.schedule.jobs import Job
from pocketpaas.state import names, values
from pocketpaas.state.clock import now


def serve(request: Request) -> int:
    """See the module."""
    what, name = request.arguments[1:]
    if what not in ("run", "pause", "resume") or not names.is_job(name):
        raise BadRequest("cron: run, pause or resume, and the name of a job")
    release, job = _job(request, name)
    if what == "run":
        _run(request, job, release)
    else:
        _turn(request, name, what == "pause")
    audit(request.paths, request.key, request.app, f"cron {what} {name}", 0)
    return 0


def _job(request: Request, name: str) -> tuple[int, Job]:
    live = slots.live_release(request.paths, request.app)
    known = {} if live is None else jobs.of(request.paths.release(request.app, live) / "settings")
    if live is None or name not in known:
        has = f"it has: {' '.join(known)}" if known else "jobs are in the section cron of pocketpaas.yml"
        raise Refused("no-job", f"{request.app} has no cron job {name}", has)
    return live, known[name]


def _run(request: Request, job: Job, release: int) -> None:
    Engine(request.paths).look()
    run = background.start_job(request.paths, request.app, job, release, request.key)
    if run is None:
        raise Refused(
            "at-work",
            f"{job.name} is still at work, and its runs must not overlap",
            f"wait for it: pocketpaas logs -f --cron {job.name}",
        )
    request.reporter.result("run", run.number)


def _turn(request: Request, name: str, pause: bool) -> None:
    paths, app = request.paths, request.app
    lock = app_lock(paths, app, Holder(request.key, "cron"), request.reporter)
    try:
        mark = jobs.pause_mark(paths, app, name)
        if mark.exists() == pause:
            request.reporter.result("unchanged", f"{name} is {'paused already' if pause else 'not paused'}")
        elif pause:
            values.make_directory(mark.parent)
            values.write(mark, f"{request.key}\t{now()}")
        else:
            values.remove(mark)
        # Also where nothing changes: what was killed half-way is completed.
        timers.apply(paths, app, timetable.scheduled(paths, app))
    finally:
        lock.release()
