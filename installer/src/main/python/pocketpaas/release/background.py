"""Runs in the background: cron jobs by their timers, and commands that somebody detached. Each is a transient systemd
unit with a time limit, so that neither a laptop nor a program of ours has to be there; whatever ends the unit ends the
container.

The program `work/background`: due APP JOB (the timer) · run APP ID (the unit) · end APP ID (after the unit, whatever
ended it)."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from types import FrameType

from pocketpaas import rules
from pocketpaas.engine import containers, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.failure import BadRequest, Cancelled, Damaged, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run as run_program
from pocketpaas.release import ending, slots, spec, still
from pocketpaas.routing import flags
from pocketpaas.schedule import jobs, runs, timers
from pocketpaas.schedule.jobs import Job
from pocketpaas.schedule.runs import Run
from pocketpaas.state import moves, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_PATIENCE = 60.0
#: Beside its time and its grace: for an engine that is away, or busy.
_SPARE_SECONDS = 300
#: A run waits so long for an app that holds still while its volumes are copied: it is late then, and not lost.
_STILL_SECONDS = 3600
_ENDING_SECONDS = 120
_NOTICES = "pocketpaas-notices.service"
_TIMER = "timer"
_BY_MOVE = "the app moves to another host"


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    if len(arguments) != 3 or not names.is_app(arguments[1]):
        raise BadRequest("due, run or end, an app, and what")
    what, app, name = arguments
    if not paths.app(app).is_dir():
        # Destroyed meanwhile.
        return 0
    if what == "due" and names.is_job(name):
        due(paths, app, name)
    elif what in ("run", "end") and names.is_work(name):
        (work if what == "run" else clean_up)(paths, Engine(paths), runs.of(paths, app, name), app)
    else:
        raise BadRequest("due, run or end, an app, and what")
    return 0


# ---------------------------------------------------------------- begun


def due(paths: HostPaths, app: str, name: str) -> None:
    """The timer of a job says that it is time. Raises `Damaged`, `Failure`."""
    live = slots.live_release(paths, app)
    if live is None:
        return
    job = jobs.of(paths.release(app, live) / "settings").get(name)
    if job is None or jobs.is_paused(paths, app, name) or flags.is_stopped(paths, app):
        # The timer goes with the next change.
        return
    late = timers.overdue(job) if job.missed == "skip" else None
    if late is not None:
        _skip(paths, app, job, live, "its time was missed: the host was off, or asleep")
        return
    start_job(paths, app, job, live, _TIMER)


def start_job(paths: HostPaths, app: str, job: Job, release: int, who: str) -> Run | None:
    """Begins a run of the job; None where one is still at work and it must not overlap. Raises `Refused` where the app
    is gone, `Failure`."""
    if not values.make_inside(runs.directory(paths, app)):
        raise Refused("gone", f"{app} was destroyed meanwhile")
    lock = locks.take(runs.directory(paths, app) / f".{job.name}.lock", locks.Holder(who, "starting"), _PATIENCE)
    if lock is None:
        raise Refused("locked", f"another run of {job.name} is just starting", "try again")
    try:
        at_work = [run for run in runs.of_job(paths, app, job.name) if run.is_alive()]
        if at_work and job.overlap == "forbid":
            _skip(paths, app, job, release, f"the run of {at_work[0].text('queued')} was still at work")
            return None
        if job.overlap == "replace":
            for run in at_work:
                stop(run, "replaced")
        fields = {"job": job.name, "who": who, "release": str(release), "timeout": str(job.timeout)}
        return begin(paths, app, fields)
    finally:
        lock.release()


def _skip(paths: HostPaths, app: str, job: Job, release: int, why: str) -> None:
    # One stands for all: else they would push out what is worth remembering.
    for run in runs.of_job(paths, app, job.name):
        if run.text("result") == "skipped":
            values.remove_tree(run.directory)
        break
    run = runs.create(paths, app, {"job": job.name, "who": _TIMER, "release": str(release)})
    run.end("skipped", why=why)


def begin(paths: HostPaths, app: str, fields: dict[str, str]) -> Run:
    """A run with these fields (`schedule.runs`), in a unit of its own; returns when it is at work. Raises `Failure`."""
    run = runs.create(paths, app, fields)
    program = str(paths.programs / "work" / "background")
    grace = _grace(paths, app, run)
    properties = (
        "StandardInput=null",
        "UMask=0077",
        "KillMode=mixed",
        "OOMPolicy=continue",
        "IgnoreSIGPIPE=no",
        f"RuntimeMaxSec={_STILL_SECONDS + _timeout(run) + grace + _SPARE_SECONDS}",
        f"TimeoutStopSec={grace + _ENDING_SECONDS}",
        f"ExecStopPost={program} end {app} {run.id}",
    )
    command = ["systemd-run", "--quiet", "--collect", "--unit", run.unit, "--service-type=exec"]
    command += ["--description", f"PocketPaaS: a run of {app}"]
    for value in properties:
        command += ["--property", value]
    ended = run_program([*command, program, "run", app, run.id])
    if not ended.ok:
        run.end("failed", why=f"systemd did not start it: {ended.complaint}")
        raise Failure("not-started", f"systemd did not start it: {ended.complaint}")
    return run


def stop(run: Run, why: str = "stopped") -> None:
    """Ends it, and waits for that. Raises `CannotWrite`."""
    if run.is_alive():
        values.write(run.directory / "ending", why)
        run_program(["systemctl", "stop", run.unit], seconds=3600 + _ENDING_SECONDS)


def stop_all(paths: HostPaths, app: str) -> None:
    """Nothing of the app is at work in the background any more. Raises `CannotWrite`."""
    for run in runs.all_of(paths, app):
        stop(run)


def _timeout(run: Run) -> int:
    return run.number_of("timeout", int(rules.default("job-timeout")))


def _grace(paths: HostPaths, app: str, run: Run) -> int:
    return ending.grace(paths, app, run.number_of("release", 0), "cron" if run.job else run.text("type") or "run")


# ---------------------------------------------------------------- the work of the unit


def _raise_cancelled(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    raise Cancelled


def work(paths: HostPaths, engine: Engine, run: Run, app: str) -> None:
    """The run, from its container to its result."""
    alive = os.open(run.directory / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # Never closed by us: held as long as this program lives.
    fcntl.flock(alive, fcntl.LOCK_EX)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _raise_cancelled)
    try:
        result, code, why = _attempt(paths, engine, run, app)
    except Cancelled:
        _stop_containers(paths, engine, run, app)
        result, code, why = run.text("ending") or "stopped", None, ""
    except (Failure, EngineError) as failure:
        result, code, why = "failed", None, failure.text
    if result in ("failed", "lost", "stopped") and moves.is_silent(paths, app):
        # Whatever it says of that.
        result, code, why = "stopped", None, _BY_MOVE
    _remove_containers(engine, run)
    if run.directory.is_dir():
        run.end(result, code, why)
        _tell(paths, run, app)


def _attempt(paths: HostPaths, engine: Engine, run: Run, app: str) -> tuple[str, int | None, str]:
    engine.need()
    release = run.number_of("release", 0)
    volumes.ensure(engine, app, paths.release(app, release))
    starting = still.starting(paths, app, _STILL_SECONDS)
    try:
        container = containers.create(engine, _spec(paths, app, release, run))
        values.write(run.directory / "container", container)
        if moves.is_silent(paths, app):
            # Who closed the app since may not have seen this container, and nothing else ends it.
            return "stopped", None, _BY_MOVE
        values.write(run.directory / "started", now())
        until = time.monotonic() + _timeout(run)
        containers.start(engine, container)
    finally:
        starting.release()
    code = _wait(engine, container, until)
    if code is not None:
        return ("ok" if code == 0 else "failed"), code, ""
    if time.monotonic() < until:
        return "lost", None, "its container is gone"
    _stop_containers(paths, engine, run, app)
    return "timeout", None, f"it was ended after {_timeout(run)} s"


def _spec(paths: HostPaths, app: str, release: int, run: Run) -> ContainerSpec:
    if run.job:
        return spec.job(paths, app, release, run.job, run.id)
    from pocketpaas.machine.request import words_of

    return spec.detached(paths, app, release, run.text("type") or "run", words_of(run.text("command")), run.id)


def _wait(engine: Engine, container: str, until: float) -> int | None:
    """The code that it ends with; None where its time is over, or it is gone. An engine that goes away and comes back
    has let it go on."""
    while (left := until - time.monotonic()) > 0:
        try:
            return containers.wait(engine, container, left)
        except EngineError as error:
            if error.status == 404:
                return None
        # Away, or the time is over: whichever it is shows itself.
        engine.wait()
    return None


def _stop_containers(paths: HostPaths, engine: Engine, run: Run, app: str) -> None:
    """The stop signal, and SIGKILL after the grace. What cannot be asked now is removed."""
    try:
        containers.stop(engine, _grace(paths, app, run), containers.of_run(engine, run.id))
    except EngineError:
        # `_remove_containers` tries again.
        pass


def _remove_containers(engine: Engine, run: Run) -> None:
    if engine.wait():
        try:
            containers.remove(engine, containers.of_run(engine, run.id))
        except EngineError:
            # The host's timer does it (`notice.sweep`).
            pass


def _tell(paths: HostPaths, run: Run, app: str) -> None:
    """Who has to know of it is told now, and not with the next turn of the timer; also of the end of a failure."""
    if run.job and (run.failed or any(other.failed for other in _before(paths, run, app))):
        run_program(["systemctl", "start", "--no-block", _NOTICES])


def _before(paths: HostPaths, run: Run, app: str) -> Iterator[Run]:
    found = (other for other in runs.of_job(paths, app, run.job) if other.id < run.id and other.result != "skipped")
    return islice(found, 1)


def clean_up(paths: HostPaths, engine: Engine, run: Run, app: str) -> None:
    """After the unit: nothing where it has ended by itself. Else what is left of it goes."""
    if run.ended or not run.directory.is_dir():
        return
    _remove_containers(engine, run)
    try:
        if moves.is_silent(paths, app):
            run.end("stopped", why=_BY_MOVE)
        else:
            run.end(run.text("ending") or "interrupted", why="its program was killed")
    except Failure as failure:
        raise Damaged(run.directory, failure.text) from failure
    _tell(paths, run, app)
