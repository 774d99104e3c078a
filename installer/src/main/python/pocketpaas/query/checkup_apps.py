"""Examines apps: what runs, whether it answers, nginx's file of it, its certificates, and whether its names lead
here."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from itertools import product

from pocketpaas.cluster import log_drains
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.failure import CannotWrite, Damaged
from pocketpaas.move import room
from pocketpaas.operation import deploys
from pocketpaas.query import running
from pocketpaas.query.findings import NOTE, OK, PROBLEM, WARNING, Findings
from pocketpaas.query.running import Live, Process
from pocketpaas.release import bundle as bundles
from pocketpaas.routing import automatic, certificates, flags, nginx, places, reach, site
from pocketpaas.routing import names as routing_names
from pocketpaas.routing.fetch import Answer
from pocketpaas.schedule import drains
from pocketpaas.schedule.drain_counts import Told
from pocketpaas.state import host_settings, moves, names, values
from pocketpaas.state.paths import HostPaths

#: Names are looked at from outside, which takes seconds for those that do not answer: so many at most.
_MOST_NAMES = 100
#: RFC 6761: each machine's own.
_LOOPBACK = ".localhost"


def look(
    paths: HostPaths, findings: Findings, apps: Sequence[str], facts: tuple[ContainerFacts, ...] | None
) -> dict[str, str]:
    """Adds what is found of the apps; site/APP/{url,domains,state} of those that visitors can reach."""
    found: dict[str, str] = {}
    reached: dict[str, str] = {}
    for app in apps:
        findings.look("app", app, partial(_app, paths, findings, app, facts, found, reached))
    findings.look("dns", "", lambda: _names(paths, findings, reached))
    return found


def _app(
    paths: HostPaths,
    findings: Findings,
    app: str,
    facts: tuple[ContainerFacts, ...] | None,
    found: dict[str, str],
    reached: dict[str, str],
) -> None:
    busy = deploys.at_work(paths, app)
    if busy is not None:
        findings.add("app", NOTE, f"{app} is being deployed: {deploys.text(busy)}", app=app)
    live = running.live_of(paths, app)
    if live is None:
        findings.add("app", NOTE, f"{app} was never deployed", f"pocketpaas deploy --app {app}", app=app)
        return
    _last_release(paths, findings, live)
    _drains(paths, findings, app)
    _begun(paths, findings, app)
    resting = _resting(paths, findings, live)
    if facts is not None and not resting:
        _processes(paths, findings, live, facts)
    if "web" not in live.wanted:
        return
    _routing(paths, findings, live)
    domains = routing_names.names_of(paths, app, live.bundle / "settings")
    for domain in domains:
        _certificate(paths, findings, live, domain)
    reached |= {domain: app for domain in domains}
    found |= {
        f"site/{app}/url": "\n".join(routing_names.url(paths, app, one) for one in domains if one[0] != "*"),
        f"site/{app}/state": resting or "serving",
    }


def _last_release(paths: HostPaths, findings: Findings, live: Live) -> None:
    newest = bundles.newest(paths, live.app)
    if newest > live.number and values.read_or(paths.release(live.app, newest) / "status", "") == "failed":
        why = values.read_or(paths.release(live.app, newest) / "failure", "")
        text = f"the last release of {live.app}, v{newest}, failed: {why}; v{live.number} serves"
        findings.add("app", NOTE, text, f"pocketpaas releases log v{newest} --app {live.app}", app=live.app)


def _drains(paths: HostPaths, findings: Findings, app: str) -> None:
    there = drains.of_app(paths, app)
    known = list(log_drains.known(paths)) if there else []
    for one, (machine, found) in product(there, known):
        told = found.get(one.name, Told())
        if told.problem:
            whose = f"{app} on {machine}" if machine else app
            text = f"the logs of {whose} do not reach {one.to.shown} since {told.since}: {told.problem}"
            findings.add("app", WARNING, text, f"see what waits: pocketpaas logs drain --app {app}", app=app)


def _begun(paths: HostPaths, findings: Findings, app: str) -> None:
    """A move that nobody may drive any more, and that fills the disk."""
    if moves.phase(paths, app) == moves.AHEAD:
        peer, held = moves.fact(paths, app, "peer"), room.held(paths, app) >> 20
        text = f"a move of {app} to {peer} has begun, and holds {held} MB of the disk"
        cure = f"pocketpaas apps move {peer} --app {app}; to give it up, add --abort"
        findings.add("app", NOTE, text, cure, app=app)


def _resting(paths: HostPaths, findings: Findings, live: Live) -> str:
    """moved, stopped, maintenance or idle, where visitors get no page of this host on purpose."""
    app = live.app
    if moves.text(paths, app):
        phase, peer = moves.phase(paths, app), moves.fact(paths, app, "peer")
        cure = f"pocketpaas apps move {peer} --app {app}" + (" --finish" if phase == moves.PASSED else "")
        findings.add("app", NOTE, f"{app}: {moves.text(paths, app)}", cure, app=app)
        return "moved"
    if flags.is_stopped(paths, app):
        findings.add("app", NOTE, f"{app} is stopped: visitors get a 503", f"pocketpaas start --app {app}", app=app)
        return "stopped"
    if not any(live.wanted.values()):
        findings.add("app", NOTE, f"{app} is scaled to nothing", f"pocketpaas scale web=1 --app {app}", app=app)
        return "idle"
    if flags.in_maintenance(paths, app):
        text = f"{app} shows its maintenance page"
        findings.add("app", NOTE, text, f"pocketpaas maintenance off --app {app}", app=app)
        return "maintenance"
    return ""


def _processes(paths: HostPaths, findings: Findings, live: Live, facts: tuple[ContainerFacts, ...]) -> None:
    app = live.app
    there = running.processes(paths, live, facts, thorough=True)
    for one in there:
        if not one.well:
            text, cure, fix = _trouble(app, one)
            findings.add("app", PROBLEM, text, cure, fix, app)
    well = sum(one.well for one in there)
    if well == len(there):
        findings.add("app", OK, f"{app} v{live.number} runs: {_counted(well, 'process', 'processes')}", app=app)


def _trouble(app: str, one: Process) -> tuple[str, str, str]:
    logs = f"pocketpaas logs --app {app}"
    if one.state == "crash-loop":
        return f"{app}: {one.name} keeps ending ({one.restarts} restarts)", f"see why: {logs}", ""
    if one.silent:
        return f"{app}: {one.name} runs, but {one.silent}", f"see why: {logs}; or pocketpaas restart --app {app}", ""
    state = "does not run: it has no container" if one.state == "missing" else f"does not run: it is {one.state}"
    code = f" (exit code {one.code})" if one.state == "exited" else ""
    return f"{app}: {one.name} {state}{code}", f"pocketpaas restart --app {app}", f"app={app}"


def _routing(paths: HostPaths, findings: Findings, live: Live) -> None:
    """nginx's file of the app is what PocketPaaS wrote."""
    app = live.app
    refused = values.read(paths.app(app) / "nginx-refused")
    if refused is not None:
        text = f"nginx does not take the lines of {app}, so they are left out: {refused}"
        findings.add("nginx", WARNING, text, f"pocketpaas nginx set FILE --app {app}", app=app)
    settings = live.bundle / "settings"
    names_now = routing_names.names_of(paths, app, settings)
    read = site.read(paths, app, live.wanted.get("web", 0), names_now, settings)
    if read.secure:
        read = read.with_http2(nginx.has_http2_directive())
    here = values.read(places.site(app))
    if here != site.text(read):
        how = "is missing" if here is None else "was changed by something else"
        text = f"nginx's file of {app} {how}: {places.site(app)}"
        findings.add("nginx", PROBLEM, text, f"pocketpaas restart --app {app}", f"app={app}", app)


def _certificate(paths: HostPaths, findings: Findings, live: Live, domain: str) -> None:
    app, now = live.app, time.time()
    ssl = f"pocketpaas ssl add --app {app} --cert FILE --key FILE"
    try:
        directory = certificates.current(paths, app, domain)
        if directory is None:
            _without(paths, findings, live, domain)
            return
        before, after = (
            int(values.need(directory / "info" / name, names.is_number)) for name in ("not-before", "not-after")
        )
    except Damaged as damaged:
        findings.add("certificate", PROBLEM, damaged.text, ssl, app=app)
        return
    cure = ssl
    if automatic.is_own(directory):
        error = values.read_or(automatic.remembered(paths, app, domain) / "error", "")
        cure = f"pocketpaas ssl --app {app}" + (f"; the renewal says: {error}" if error else "")
    if after <= now:
        text = f"the certificate of {domain} ({app}) has expired: browsers refuse the page"
        findings.add("certificate", PROBLEM, text, cure, app=app)
    elif before > now:
        text = f"the certificate of {domain} ({app}) is not valid yet: is the host's clock right?"
        findings.add("certificate", PROBLEM, text, "on the host: timedatectl", app=app)
    else:
        days = int(after - now) // 86_400
        findings.add("certificate", OK, f"the certificate of {domain} is valid for {days} days", app=app)


def _without(paths: HostPaths, findings: Findings, live: Live, domain: str) -> None:
    if not automatic.ready(paths) or domain not in automatic.wanted(paths, live.app, live.bundle):
        return
    error = values.read(automatic.remembered(paths, live.app, domain) / "error")
    if error is None:
        text = f"{domain} has no certificate yet; the host asks for one"
        findings.add("certificate", NOTE, text, f"pocketpaas ssl --app {live.app}", app=live.app)
    else:
        text = f"{domain} ({live.app}) has no certificate: {error}"
        findings.add("certificate", WARNING, text, f"pocketpaas ssl --app {live.app}", app=live.app)


def _names(paths: HostPaths, findings: Findings, reached: dict[str, str]) -> None:
    """Whether each name, of which that is the app, leads here through DNS."""
    domains = [domain for domain in reached if not domain.endswith(_LOOPBACK)][:_MOST_NAMES]
    if not domains or nginx.master_process() is None:
        return
    try:
        seen = reach.look_at(paths, domains, everywhere)
    except (OSError, CannotWrite):
        text = "whether the names of apps lead here cannot be looked at: a file cannot be written"
        findings.add("dns", WARNING, text, "make room: pocketpaas prune")
        return
    address = host_settings.text(paths, "address")
    for domain, one in seen.items():
        if one.answer is Answer.HERE:
            findings.add("dns", OK, f"{domain} leads here", app=reached[domain], domain=domain)
            continue
        text, cure = reach.words(one, address)
        # This network may not lead back to itself; the laptop looks at it from its side.
        state = NOTE if one.answer is Answer.SILENT else PROBLEM
        findings.add("dns", state, text, cure, app=reached[domain], domain=domain)


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
