"""Examines the host for `pocketpaas doctor`: disk, memory, timers, Docker, nginx, then the apps that the key may see.
It changes nothing.

Arguments: [APP]. Answers with a tree: `time` (seconds, by the host's clock), finding/N/…, site/APP/… for what only a
look from outside can tell (docs/protocol.md). """

from __future__ import annotations

import os
import time

from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.failure import NoEngine
from pocketpaas.machine.process import run
from pocketpaas.machine.request import Request, answer
from pocketpaas.query import checkup_apps, checkup_services, machine, running
from pocketpaas.query.findings import OK, PROBLEM, WARNING, Findings
from pocketpaas.query.status import apps_of
from pocketpaas.routing import arrival, nginx, places, snippets
from pocketpaas.routing.certificates import complaint
from pocketpaas.state import disk, host_settings, keys, values
from pocketpaas.state.paths import HostPaths

#: What systemd has to do without anybody: the unit, and what is missing without it.
TIMERS = {
    "pocketpaas-notices.timer": "problems are noticed and apps are repaired",
    "pocketpaas-certificates.timer": "certificates are renewed",
}
BOOT = "pocketpaas-boot.service"
_MEGABYTE = 1024**2
_LOGS_NEED = 16 * _MEGABYTE
#: Percent of the memory, of inodes.
_LITTLE_MEMORY, _FEW_INODES = 5, 3


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    findings = Findings()
    findings.look("host", "", lambda: _disks(paths, findings))
    findings.look("host", "", lambda: _memory(findings))
    findings.look("host", "", lambda: _timers(findings))
    facts = _docker(paths, findings)
    admin = keys.role(paths, request.key) == keys.ADMIN
    apps = None if admin and not request.arguments else apps_of(request)
    if facts is not None:
        findings.look("service", "", lambda: checkup_services.look(paths, findings, Engine(paths), apps))
    findings.look("nginx", "", lambda: _nginx(paths, findings, admin))
    found = checkup_apps.look(paths, findings, apps_of(request), facts)
    return answer({"time": f"{time.time():.3f}", **findings.tree(), **found})


# ---------------------------------------------------------------- the machine


def _disks(paths: HostPaths, findings: Findings) -> None:
    needed = disk.room(paths).needed * _MEGABYTE
    warning = host_settings.number(paths, "disk-warning")
    prune = "make room: pocketpaas prune"
    for one in machine.disks(paths):
        free = f"{one.free // _MEGABYTE} MB are free in {one.where}"
        if one.read_only:
            cure = "look for errors of the disk: journalctl -k; a reboot may be needed"
            findings.add("host", PROBLEM, f"the disk of {one.where} can only be read", cure)
        elif one.where == paths.log and one.free < _LOGS_NEED:
            findings.add(
                "host", PROBLEM, f"the disk is full: {free}", f"make room on the host: du -xh {one.where.parent}"
            )
        elif one.where != paths.log and one.free < needed:
            text = f"the disk is full: {free}, a deploy needs {needed // _MEGABYTE} MB"
            findings.add("host", PROBLEM, text, prune)
        elif one.inodes and one.inodes_free * 100 < one.inodes * _FEW_INODES:
            text = f"the disk of {one.where} has hardly any inodes left: {one.inodes_free} of {one.inodes}"
            findings.add("host", PROBLEM, text, "delete small files that nobody needs, or use a larger disk")
        elif one.percent >= warning:
            findings.add("host", WARNING, f"the disk is {one.percent} % full: {free}", prune)
        else:
            findings.add("host", OK, f"disk: {free} ({one.percent} % used)")


def _memory(findings: Findings) -> None:
    found = machine.memory()
    if "total" not in found or "available" not in found:
        return
    total, available = found["total"], found["available"]
    text = f"memory: {available // _MEGABYTE} of {total // _MEGABYTE} MB are available"
    if available * 100 < total * _LITTLE_MEMORY:
        cure = "see what uses it: pocketpaas ps; limit apps (limits: in pocketpaas.yml) or use a larger machine"
        findings.add("host", WARNING, text, cure)
    else:
        findings.add("host", OK, text)


def _timers(findings: Findings) -> None:
    units = [*TIMERS, BOOT]
    shown = run(["systemctl", "show", "--property", "Id,ActiveState,UnitFileState", *units], seconds=20)
    if not shown.ok:
        findings.add("host", PROBLEM, f"systemd does not answer: {shown.complaint}", "restart the host")
        return
    known: dict[str, dict[str, str]] = {}
    for block in shown.text.split("\n\n"):
        fields = dict(line.partition("=")[::2] for line in block.split("\n"))
        known[fields.get("Id", "")] = fields
    good = True
    for unit in units:
        fields = known.get(unit, {})
        enabled = fields.get("UnitFileState") == "enabled"
        if enabled and (unit == BOOT or fields.get("ActiveState") == "active"):
            continue
        good = False
        what = f"{TIMERS[unit]} only while it runs" if unit in TIMERS else "apps do not come back after a reboot"
        state = fields.get("ActiveState", "") if enabled else fields.get("UnitFileState") or "missing"
        if state == "missing":
            findings.add("host", PROBLEM, f"{unit} is missing: {what}", 'run "pocketpaas init host"')
        else:
            cure = f"systemctl enable --now {unit}" if unit in TIMERS else f"systemctl enable {unit}"
            findings.add("host", PROBLEM, f"{unit} is {state}: {what}", f"on the host: {cure}", "timers")
    if good:
        findings.add("host", OK, "timers and the start at boot are enabled")


# ---------------------------------------------------------------- what serves


def _docker(paths: HostPaths, findings: Findings) -> tuple[ContainerFacts, ...] | None:
    engine = Engine(paths)
    try:
        facts = running.all_facts(paths, engine)
    except NoEngine as away:
        unit = run(["systemctl", "show", "--property", "ActiveState", "--value", "docker"], seconds=20).text
        state = f"; its unit is {unit}" if unit else ""
        findings.add(
            "docker", PROBLEM, away.text + state, "on the host: systemctl start docker; journalctl -u docker", "docker"
        )
        return None
    enabled = run(["systemctl", "is-enabled", "docker.service"], seconds=20)
    if enabled.text in ("disabled", "masked"):
        text = f"docker.service is {enabled.text}: apps do not come back after a reboot"
        findings.add("docker", PROBLEM, text, "on the host: systemctl enable docker", "docker")
    findings.add("docker", OK, f"Docker answers (API {engine.version()})")
    return facts


def _nginx(paths: HostPaths, findings: Findings, admin: bool) -> None:
    from pocketpaas.release import asking

    if not places.BASE.is_file():
        text = f"nginx does not know of PocketPaaS: {places.BASE} is missing"
        findings.add("nginx", PROBLEM, text, 'run "pocketpaas init host"')
    tested = run(["nginx", "-t"], seconds=60)
    runs = nginx.master_process() is not None
    if not tested.ok:
        output = values.decode(tested.err + tested.out)
        # Other apps' names may be in it.
        said = complaint(output)
        why = snippets.objection("", said) if admin else "ask an admin of the host"
        text = f"nginx does not take its configuration: {why}"
        app = _app_in(said) if admin else ""
        cure = f"on the host: nginx -t; for an app's own lines: pocketpaas nginx --app {app or 'APP'}"
        mend = f"app={app}" if app else ""
        if admin and arrival.left(paths):
            cure, mend = "pocketpaas doctor --fix", "nginx"
        findings.add("nginx", PROBLEM, text, cure, mend)
    if not runs:
        findings.add(
            "nginx",
            PROBLEM,
            "nginx does not run: visitors get no answer",
            "on the host: systemctl start nginx; journalctl -u nginx",
            "nginx",
        )
        return
    if places.stale(paths).exists():
        text = "nginx has not been reloaded since a change of an app's routing"
        findings.add("nginx", WARNING, text, "on the host: nginx -s reload", "nginx")
    closed = [port for port in (80, 443) if _expected(port) and not asking.connects("127.0.0.1", port)]
    if closed:
        text = f"nginx runs, but takes no connection on port {closed[0]}"
        findings.add("nginx", PROBLEM, text, "on the host: ss -ltnp; systemctl restart nginx", "nginx")
    elif tested.ok:
        findings.add("nginx", OK, f"nginx {'.'.join(map(str, nginx.version()))} runs and takes its configuration")
    _enabled(findings)


def _enabled(findings: Findings) -> None:
    enabled = run(["systemctl", "is-enabled", "nginx.service"], seconds=20)
    if enabled.text in ("disabled", "masked"):
        text = f"nginx.service is {enabled.text}: no app answers after a reboot"
        findings.add("nginx", PROBLEM, text, "on the host: systemctl enable nginx", "nginx")


def _expected(port: int) -> bool:
    """Whether a file of ours listens there: on 443 only with a certificate."""
    if port == 80:
        return True
    try:
        sites = os.listdir(places.SITES)
    except OSError:
        return False
    return any(" 443 ssl" in values.read_or(places.SITES / name, "") for name in sites if name.endswith(".conf"))


def _app_in(complaint_text: str) -> str:
    """The app whose own file nginx complains of; empty where it is another one."""
    from pocketpaas.state import names

    _, mark, rest = complaint_text.rpartition(f" in {places.SITES}/")
    app = rest.partition(".conf:")[0] if mark else ""
    return app if names.is_app(app) else ""
