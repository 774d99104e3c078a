"""Puts right what `checkup` has found, where that is safe: it starts what does not run, enables what systemd shall
start, and makes apps equal to their state. It deletes nothing but nginx's files of moves that are gone, and restarts
nothing that works.

Arguments: docker, nginx, timers, app=NAME…, in any order. Answers with a tree: finding/N/…, one for each. """

from __future__ import annotations

from functools import partial

from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.process import run
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.audit import audit
from pocketpaas.query.checkup import BOOT, TIMERS
from pocketpaas.query.findings import OK, PROBLEM, Findings
from pocketpaas.release.alone import reconcile_app
from pocketpaas.routing import arrival, nginx, places
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: How long systemd may take to start something.
_START_SECONDS = 180.0
_APP = "app="
_ORDER = ("timers", "docker", "nginx")


def serve(request: Request) -> int:
    """See the module."""
    paths, findings = request.paths, Findings()
    wanted = list(dict.fromkeys(request.arguments))
    apps = [word.removeprefix(_APP) for word in wanted if word.startswith(_APP)]
    for word in wanted:
        if word not in _ORDER and not word.startswith(_APP):
            raise BadRequest(f'there is nothing to mend by the name "{word}"')
    for app in apps:
        if not names.is_app(app) or not paths.app(app).is_dir():
            raise BadRequest(f"there is no app {app} on this host")
    if "timers" in wanted:
        findings.look("host", "", lambda: _timers(findings))
    if "docker" in wanted:
        findings.look("docker", "", lambda: _docker(paths, findings))
    # Before nginx starts: it does not start with a broken file.
    for app in apps:
        findings.look("app", app, partial(_app, paths, findings, app))
    if "nginx" in wanted:
        findings.look("nginx", "", lambda: _nginx(request, findings))
    audit(paths, request.key, "-", f"mend {' '.join(wanted)}", 0)
    return answer(findings.tree())


def _timers(findings: Findings) -> None:
    commands = (["systemctl", "enable", "--now", *TIMERS], ["systemctl", "enable", BOOT])
    ended = [run(command, seconds=_START_SECONDS) for command in commands]
    failed = next((one.complaint for one in ended if not one.ok), "")
    _tell(findings, "host", "timers and the start at boot are enabled", failed)


def _docker(paths: HostPaths, findings: Findings) -> None:
    failed = _start("docker.service")
    if not failed and not Engine(paths).wait():
        failed = "Docker was started, but does not answer"
    _tell(findings, "docker", "Docker runs", failed)


def _nginx(request: Request, findings: Findings) -> None:
    with host_lock(request.paths, Holder(request.key, "starting nginx")):
        arrival.sweep(request.paths)
        if nginx.master_process() is None:
            failed = _start("nginx.service")
        else:
            run(["systemctl", "enable", "nginx.service"], seconds=_START_SECONDS)
            # What is kept alive and idle is lost by a reload: only where there is something to take up.
            ended = run(["nginx", "-s", "reload"]) if places.stale(request.paths).exists() else None
            failed = "" if ended is None or ended.ok else ended.complaint
        if not failed:
            values.remove(places.stale(request.paths))
    _tell(findings, "nginx", "nginx runs", failed)


def _start(unit: str) -> str:
    """Starts a unit, also one that systemd has given up, and enables it; why that failed, empty where it did not."""
    run(["systemctl", "reset-failed", unit])
    run(["systemctl", "enable", unit], seconds=_START_SECONDS)
    ended = run(["systemctl", "start", unit], seconds=_START_SECONDS)
    return "" if ended.ok else ended.complaint


def _app(paths: HostPaths, findings: Findings, app: str) -> None:
    said: list[bytes] = []
    reconcile_app(paths, Engine(paths), Reporter(said.append), app)
    failed = [line for line in values.decode(b"".join(said)).split("\n") if line.startswith("+fail\t")]
    _tell(findings, "app", f"{app} is as it should be again", failed[0].split("\t")[-1] if failed else "", app)


def _tell(findings: Findings, area: str, done: str, failed: str, app: str = "") -> None:
    if failed:
        findings.add(area, PROBLEM, failed, "look at it on the host", app=app)
    else:
        findings.add(area, OK, done, app=app)
