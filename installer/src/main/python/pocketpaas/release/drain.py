"""Old containers end in a unit of their own, without the app's lock: no request is cut off and nobody waits for it. One
unit for each slot of an app."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pocketpaas.engine import containers
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.parallel import Task
from pocketpaas.failure import BadRequest
from pocketpaas.machine import units
from pocketpaas.machine.compiled import compile_missing
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import GIT_ENVIRONMENT, as_git_user, run
from pocketpaas.operation.work import deploy_at_work
from pocketpaas.release import connections, ending, prune
from pocketpaas.release.ending import Target
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

if TYPE_CHECKING:
    from pocketpaas.operation.unit import Operation

_POLL = 0.05
#: systemd is asked, which starts a process, with one of so many polls.
_UNIT_POLLS = 4
#: So many polls without a request are quiet: one that nginx has just accepted may still be on its way.
_QUIET, _LOOK = 5, 0.05
#: Mostly they are quiet within that time, as nginx has closed what was idle.
_AT_ONCE = 6.0
#: A wait that people notice, in seconds and in polls.
NOTICED_SECONDS = 1.0
_NOTICED = round(NOTICED_SECONDS / _POLL)
#: More than these git may want to pack: 6700 loose objects, 50 packs.
_LOOSE, _PACKS = 20, 45
#: The operations whose commands have --now.
HAVE_NOW = ("deploy", "env", "rename", "restart", "rollback", "scale", "start")


#: Hears of containers that are about to get their signal: by their ids the processes that are their first ones, 0 of
#: one that does not run.
Asked = Callable[[Mapping[str, int]], None]


def unit(app: str, slot: str) -> str:
    """The name of the systemd unit. An underscore is in no app's name, so no unit of one app is another's."""
    return f"pocketpaas-drain-{app}_{slot}.service"


def is_active(app: str, slot: str) -> bool:
    """Whether it is at work."""
    return units.is_active(unit(app, slot))


def start(paths: HostPaths, app: str, slot: str, ids: Sequence[str]) -> bool:
    """They end in the background; no ids, nothing to do. Whether systemd has taken it: else the next reconcile tries
    again."""
    if not ids:
        return True
    return _start_unit(paths, app, slot, ids)


def _start_unit(paths: HostPaths, app: str, slot: str, ids: Sequence[str]) -> bool:
    command = ["systemd-run", "--quiet", "--collect", "--unit", unit(app, slot)]
    command += ["--description", f"PocketPaaS: draining {app}"]
    command += ["--property", "UMask=0077", "--property", "StandardInput=null", "--property", "IgnoreSIGPIPE=no"]
    command += [str(paths.programs / "work" / "drain"), app, slot, *ids]
    return run(command).ok


def start_services(paths: HostPaths, app: str, slot: str) -> bool:
    """The same for a slot that was spread over a cluster: its services go after the drain time."""
    return _start_unit(paths, app, slot, ())


def end(app: str, slot: str) -> None:
    """The unit ends now; what it has not ended is still there."""
    units.stop(unit(app, slot))


def waiting(operation: Operation) -> str:
    """What is told of a wait that people notice."""
    cure = " (--now cuts them off)" if operation.kind in HAVE_NOW else ""
    return f"waiting for processes that are ending: at most drain plus stop-timeout{cure}"


def await_end(operation: Operation, slot: str, ids: Sequence[str]) -> bool:
    """Returns when the engine has none of them any more, and says so of a wait that people notice; False when the drain
    was through and has left some. Raises `NoEngine`."""
    polls, again = 0, True
    while left := containers.there(operation.engine, ids):
        if polls % _UNIT_POLLS == 0 and not is_active(operation.app, slot):
            # One that had begun before they were left behind did not know of them.
            if not again or not start(operation.paths, operation.app, slot, left):
                return False
            again = False
        polls += 1
        if polls == _NOTICED:
            operation.reporter.note(waiting(operation))
        time.sleep(_POLL)
    return True


def await_services(operation: Operation, slot: str) -> None:
    """Returns when the services of the slot were ended, after their drain time; at once where none are being ended."""
    polls = 0
    while is_active(operation.app, slot):
        polls += _UNIT_POLLS
        if polls == _NOTICED:
            operation.reporter.note(waiting(operation))
        time.sleep(_POLL * _UNIT_POLLS)


def wait_quiet(seconds: float, targets: Sequence[Target]) -> bool:
    """Returns when none of them has a request any more, or (False) after that many seconds. nginx closes what is idle
    after four seconds (site.conf), so a connection that is left is a request."""
    quiet = 0
    until = time.monotonic() + seconds
    while targets and quiet < _QUIET and time.monotonic() < until:
        time.sleep(_LOOK)
        quiet = 0 if connections.is_busy(targets) else quiet + 1
    return not targets or quiet >= _QUIET


# ---------------------------------------------------------------- the work of the unit


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `work/drain`: APP SLOT ID…"""
    app, slot, *ids = arguments
    if not names.is_app(app) or not paths.app(app).is_dir():
        raise BadRequest(f'there is no app "{app}"')
    if ids:
        work(paths, Engine(paths), app, ids)
    else:
        # Loaded in a cluster alone.
        from pocketpaas.release import spread_drain

        engine = Engine(paths)
        spread_drain.work(paths, engine, app, slot)
        if collect(paths, engine, app):
            spread_drain.tidy_others(paths, app)
    # Nobody waits here.
    compile_missing(paths)
    return 0


def work(paths: HostPaths, engine: Engine, app: str, ids: Sequence[str]) -> None:
    """Ends them; at last the images go that nothing needs, and the repository is tidied. Holds no lock: who needs the
    slot waits for it, or stops it."""
    if not finish(paths, engine, app, ids):
        print(f"the engine left a container that was to go: {' '.join(ids)}", flush=True)
    collect(paths, engine, app)


def finish(paths: HostPaths, engine: Engine, app: str, ids: Sequence[str], asked: Asked = lambda pids: None) -> bool:
    """Ends containers that nginx gives no new requests any more: those without requests at once, the others when their
    last connection is gone or the drain time is over. Then the stop signal, grace, removal. Whether the engine has
    removed all of them: what is left after it the next reconcile removes. `asked` is told of each before it gets its
    signal. Raises `EngineError`."""
    facts = containers.inspect_all(engine, ids)
    asked({one: 0 for one in ids if one not in facts})
    web = [one for one in facts.values() if one.type == "web"]
    others = [one.id for one in facts.values() if one.type != "web"]
    if others and web:
        with Task(_finish, paths, engine, app, others, asked) as rest:
            gone = _finish_web(paths, engine, app, web, asked)
            return rest.result() and gone
    if web:
        return _finish_web(paths, engine, app, web, asked)
    return _finish(paths, engine, app, others, asked)


def _finish_web(paths: HostPaths, engine: Engine, app: str, web: Sequence[ContainerFacts], asked: Asked) -> bool:
    answering, ids = ending.answering(paths, app, web), [one.id for one in web]
    at_once = min(answering.seconds, _AT_ONCE)
    if not wait_quiet(at_once, answering.targets):
        try:
            # They go on for a while: what ends meanwhile, or with the machine, need not come back.
            containers.set_restart(engine, "no", ids)
        except EngineError:
            # What is started again goes all the same.
            pass
        wait_quiet(answering.seconds - at_once, answering.targets)
    return _finish(paths, engine, app, ids, asked)


def _finish(paths: HostPaths, engine: Engine, app: str, ids: Sequence[str], asked: Asked) -> bool:
    facts = containers.inspect_all(engine, ids)
    asked({one: facts[one].pid if one in facts else 0 for one in ids})
    ending.end_known(paths, engine, app, facts.values())
    return containers.remove(engine, ids)


def collect(paths: HostPaths, engine: Engine, app: str) -> bool:
    """What nothing of the app needs any more goes, unless a deploy is at work; whether it was done. Raises
    `EngineError`, `Damaged`."""
    # What a deploy has just built is in no list yet; whoever ends this release after it does it then.
    if deploy_at_work(paths, app):
        return False
    prune.prune(paths, engine, app)
    _tidy_repository(paths.app(app) / "repo.git")
    return True


def _tidy_repository(repository: Path) -> None:
    """Nobody else does: a push must not wait for it. Gently, as the machine may be small. git itself has the last word,
    and is only started where it may have something to do."""
    packs = [name for name in values.names(repository / "objects" / "pack") if name.endswith(".pack")]
    # git looks at this one of 256 directories, too (gc.auto, gc.autoPackLimit).
    loose = values.names(repository / "objects" / "17")
    if len(loose) > _LOOSE or len(packs) > _PACKS:
        options = ["-c", "gc.autoDetach=false", "-c", "pack.threads=1", "-c", "pack.windowMemory=64m"]
        command = ["nice", "git", "-C", str(repository), *options, "gc", "--auto", "--quiet"]
        run(as_git_user(command), seconds=3600, environment=GIT_ENVIRONMENT)
